"""The table of relevance: every feature of the dictionary has a row, and each row its reason."""

import numpy as np
import polars as pl

from assets.failure_models.relevance.relevance import RelevanceInputs, relevance
from data_contracts.tables import table

BATCHES = 240
IDS = [f"B{i:03d}" for i in range(BATCHES)]
FEATURES = {"cause": 3, "idle": 3, "seldom": 3, "late": 6}


def inputs(batches: int = BATCHES, *, has_outcome: bool = True) -> RelevanceInputs:
    """A margin that falls with one feature; another is idle, one has ten values, one comes late."""
    rng = np.random.default_rng(4)
    values = {name: rng.normal(size=batches) for name in FEATURES}
    margin = 2 - values["cause"] + 0.5 * rng.normal(size=batches)
    ids = IDS[:batches]
    described = {
        "stage": 3, "unit_operation": "o", "kind": "parameter", "data_type": "numeric",
        "source_table": "core.parameters", "is_product_identity": False,
    }  # fmt: skip
    given = [
        {"batch_id": name, "gate": gate, "feature": feature, "value": float(values[feature][i])}
        for i, name in enumerate(ids)
        for feature, gate in FEATURES.items()
        if feature != "seldom" or i < 10
    ]
    outcomes = [
        {"batch_id": name, "outcome": "o", "is_failure": bool(m < 0), "status": "known"}
        for name, m in zip(ids, margin, strict=True)
    ]
    margins = [
        {"batch_id": name, "outcome": "o", "quantity": "assay", "measured_quantity": "assay",
         "margin": float(m), "is_censored": False, "limit": "low"}
        for name, m in zip(ids, margin, strict=True)
    ]  # fmt: skip
    definition = {
        "outcome": "o", "title": "O", "is_proxy": False, "rule": "x", "first_known_stage": 6,
        "last_gate_before": 5,
    }  # fmt: skip
    refused = {
        "outcome": "o", "feature": "late", "source_table": "core.parameters",
        "first_available_gate": 6, "rule": "not_yet_available", "reason": "Known at gate 6.",
    }  # fmt: skip
    return RelevanceInputs(
        gate_values=table("feature.gate_values", given),
        dictionary=table(
            "feature.dictionary",
            [
                described
                | {"feature": name, "title": name.title(), "quantity": name}
                | {"available_at_gate": gate}
                for name, gate in FEATURES.items()
            ],
        ),
        batch_gates=table(
            "feature.batch_gates",
            [
                {"batch_id": name, "gate": gate, "production_order": i, "cluster_id": f"L{i // 3}"}
                for i, name in enumerate(ids)
                for gate in range(1, 8)
            ],
        ),
        outcomes=table("core.outcomes", outcomes),
        outcome_definitions=table("core.outcome_definitions", [definition] * has_outcome),
        outcome_margins=table("core.outcome_margins", margins),
        withheld_features=table("evidence.withheld_features"),
        refused_features=table("evidence.refused_features", [refused]),
        verdicts=table("model.verdicts"),
        drivers=table("finding.drivers"),
        confounding=table("finding.confounding"),
    )


def test_relevance_gives_every_feature_a_reason() -> None:
    rows = {row["feature"]: row for row in relevance(inputs(), seed=1).to_dicts()}
    assert {name: row["reason_code"] for name, row in rows.items()} == {
        "cause": "no_process_signal",
        "idle": "not_significant",
        "seldom": "too_few",
        "late": "not_yet_available",
    }
    cause = rows["cause"]
    assert cause["is_relevant"]
    # The first five batches have no past to be held beside.
    assert (cause["target"], cause["batches"]) == ("assay", BATCHES - 5)
    assert cause["effect_low"] < cause["effect"] < cause["effect_high"] < 0
    assert (cause["sign_stability"], cause["period_stability"]) == (1.0, 1.0)
    assert rows["late"]["reason"] == "Known at gate 6."
    assert rows["seldom"]["p_value"] is None


def test_relevance_of_few_batches_says_how_few() -> None:
    rows = relevance(inputs(40), seed=1).filter(pl.col("feature") == "cause").to_dicts()
    assert [(row["reason_code"], row["reason"]) for row in rows] == [
        ("too_few", "Only 40 batches have a known result; 60 are needed.")
    ]


def test_relevance_without_outcomes_has_no_rows() -> None:
    assert relevance(inputs(has_outcome=False), seed=1).height == 0
