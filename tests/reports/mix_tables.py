"""The tables of records in which only the product mix says something."""

from typing import Any

from tests.reports.money_rows import assumptions_rows, scenarios_rows
from tests.reports.table_rows import (
    Rows,
    batches_rows,
    dictionary_rows,
    drivers_rows,
    evidence_rows,
    outcome_row,
    validations_rows,
    verdict_row,
)


def mix_tables() -> dict[str, Rows]:
    """Real-looking records without dates: proxies only, product mix, nothing to claim."""
    failed = {i for i in range(300) if i % 20 == 7}
    batches = batches_rows(300, failed, is_dated=False)
    for batch in batches:
        batch["failure_mode"] = None
        batch["disposition"] = None
    names = {
        "dissolution_min_below_80": (
            "Dissolution minimum below 80%", "dissolution_min < 80", 5, "product_mix_only", 0.57,
        ),
        "tablet_weight_rsd_above_2": (
            "Tablet weight RSD above 2%", "tbl_rsd_weight > 2", 3, "too_few_failures", None,
        ),
    }  # fmt: skip
    verdicts, validations = [], []
    for name, (_, _, gate, verdict, auc) in names.items():
        more: dict[str, Any] = {"is_primary_gate": True, "is_proxy": True}
        if auc is None:
            more |= dict.fromkeys(
                ("auc", "auc_low", "auc_high", "auc_product", "gain", "gain_low", "gain_high",
                 "p_value", "failures_effective")
            )  # fmt: skip
            more |= {"failures": 3, "model_used": None, "model_version": None}
        verdicts.append(verdict_row(name, gate, verdict, auc or 0.5, **more))
        if auc is not None:
            validations += validations_rows(name, gate, 0.25)
    return {
        "core.batches": batches,
        "core.outcome_definitions": [
            outcome_row(name, title, rule, gate, is_proxy=True)
            for name, (title, rule, gate, _, _) in names.items()
        ],
        "core.outcomes": [
            {
                "batch_id": batch["batch_id"],
                "outcome": name,
                "is_failure": i in failed if name.startswith("diss") else i in (3, 60, 200),
                "status": "known",
            }
            for name in names
            for i, batch in enumerate(batches)
        ],
        "feature.dictionary": dictionary_rows(drivers_rows("none", 5)),
        "model.verdicts": verdicts,
        "model.validations": validations,
        "model.permutation_nulls": [],
        "model.calibration": [],
        "model.attributions": [],
        "model.alarm_performance": [],
        "model.alarm_periods": [],
        "model.alarm_counts": [],
        "economics.alarm_prices": [],
        "finding.drivers": [],
        "finding.driver_curves": [],
        "finding.trends": [],
        "economics.copq_ledger": [],
        "economics.assumptions": assumptions_rows(),
        "economics.levers": [
            {
                "lever": "alert.dissolution_min_below_80",
                "outcome": "dissolution_min_below_80",
                "title": "Alert and rescue",
                "kind": "alert",
                "is_in_programme": False,
                "tier": 1,
                "gate": 5,
                "basis": "refused",
                "reason": "The verdict is product mix only: there is no warning to act on.",
            }
        ],
        "economics.scenarios": scenarios_rows(with_savings=False),
        "economics.value_by_gate": [],
        "evidence.refused_features": [
            {
                "outcome": "dissolution_min_below_80",
                "feature": f"lab.{name}",
                "source_table": "core.parameters",
                "source_column": name,
                "first_available_gate": 6,
                "rule": rule,
                "reason": "A release result is not known before stage 6.",
            }
            for name, rule in (
                ("dissolution_min", "defines_outcome"),
                ("dissolution_av", "same_quantity"),
                ("total_impurities", "not_yet_available"),
            )
        ],
        "evidence.acceptance_criteria": [],
        "evidence.limits": [
            {
                "topic": "lead_time",
                "code": "no_instants",
                "statement": "Lead time was not computed: the records hold no instants.",
            }
        ],
        **evidence_rows("tabletting", None),
    }
