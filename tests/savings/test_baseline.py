"""The baseline: each failed batch under one outcome, pending ones not counted, rates from dates."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import polars as pl
import pytest

from assets.savings.business_case import business_case
from assets.savings.records.baseline import (
    baseline,
    priced_failures,
    priced_outcomes,
    production_rate,
)

STARTS = ["2024-01-01", "2024-07-01", "2024-12-31"]


def _batches(starts: Sequence[str | None], precision: str = "instant") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "batch_id": [f"B{i}" for i in range(len(starts))],
            "started_at": [datetime.fromisoformat(s) if s else None for s in starts],
            "started_at_precision": [precision] * len(starts),
            "failure_mode": [None] * len(starts),
        },
        schema_overrides={"started_at": pl.Datetime("us"), "failure_mode": pl.String},
    )


PROXIES = pl.DataFrame(
    {
        "outcome": ["dissolution_low", "yield_low", "weight_spread"],
        "is_proxy": [True, True, True],
        "first_known_stage": [6, 5, 4],
        "severity": ["lost", "lost", "lost"],
    }
)


def _outcomes(rows: list[tuple[str, str, bool | None]]) -> pl.DataFrame:
    schema = {"batch_id": pl.String, "outcome": pl.String, "is_failure": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_a_batch_that_fails_several_is_counted_under_the_first_known():
    outcomes = _outcomes(
        [
            ("B0", "dissolution_low", True),
            ("B0", "yield_low", True),
            ("B0", "weight_spread", False),
            ("B1", "dissolution_low", True),
            ("B1", "yield_low", None),
            ("B1", "weight_spread", False),
            ("B2", "dissolution_low", None),
            ("B2", "yield_low", None),
            ("B2", "weight_spread", None),
        ]
    )
    batches = _batches(STARTS)
    priced = priced_failures(batches, outcomes, PROXIES)
    assert priced.rows() == [
        ("B0", "yield_low", "yield_low", "yield_low", True),
        ("B1", "dissolution_low", "dissolution_low", "dissolution_low", True),
    ]
    found = baseline(batches, outcomes, PROXIES)
    assert (found.failures, found.batches) == (2, 2)  # B2 is pending everywhere
    assert found.failures_by_outcome == {"weight_spread": 0, "yield_low": 1, "dissolution_low": 1}
    assert sum(found.failures_by_outcome.values()) == found.failures
    assert found.failures_by_mode == {}
    assert found.is_proxy


def test_any_failure_prices_alone_and_modes_are_its_parts(records_of):
    records = records_of()
    assert priced_outcomes(records.outcome_definitions) == ["failure"]
    found = records.baseline
    assert found.failures_by_outcome == {"failure": 12}
    assert found.failures_by_mode == {
        "blend_non_uniformity": 6,
        "coating_temperature_excursion": 6,
    }
    assert not found.is_proxy
    assert found.batches_per_year == pytest.approx(200, rel=1e-3)
    assert "2024-01-01 to 2025-12" in found.period


def test_a_mode_without_a_failure_is_not_priced():
    """A batch that fails by mode but was not rejected is no loss."""
    definitions = pl.DataFrame(
        {"outcome": ["failure", "mode"], "is_proxy": [False, False], "first_known_stage": [7, 6]}
        | {"severity": ["lost", "lost"]}
    )
    outcomes = _outcomes([("B0", "failure", False), ("B0", "mode", True), ("B1", "failure", True)])
    priced = priced_failures(_batches(STARTS), outcomes, definitions)
    assert priced.select("batch_id", "failure_mode").rows() == [("B1", "unknown")]


def test_what_loses_no_batch_is_neither_priced_nor_a_mode_of_what_is():
    """A late release is no lost batch, and no reason for one that was rejected too."""
    late = {"outcome": ["late"], "is_proxy": [False], "first_known_stage": [3]}
    alone = pl.DataFrame(late | {"severity": ["late"]})
    definitions = pl.concat(
        [
            alone,
            pl.DataFrame(
                {"outcome": ["failure", "mode"], "is_proxy": [False, False]}
                | {"first_known_stage": [7, 6], "severity": ["lost", "lost"]}
            ),
        ]
    )
    outcomes = _outcomes(
        [("B0", "late", True), ("B0", "failure", True), ("B0", "mode", True), ("B1", "late", True)]
    )
    priced = priced_failures(_batches(STARTS), outcomes, definitions)
    assert priced.select("batch_id", "mode_outcome").rows() == [("B0", "mode")]
    assert baseline(_batches(STARTS), outcomes, definitions).failures_by_mode == {"mode": 1}
    assert priced_outcomes(alone) == []
    assert baseline(_batches(STARTS), outcomes, alone).failures == 0


def test_rate_over_instants_lengthens_the_span_by_one_interval():
    rate, period = production_rate(_batches(STARTS))
    assert rate == pytest.approx(3 / (365 * 3 / 2 / 365.25))
    assert period == "2024-01-01 to 2024-12-31"


def test_rate_over_months_covers_whole_months():
    rate, period = production_rate(_batches(["2018-11-01", "2021-04-01"] * 10, "month"))
    assert rate == pytest.approx(20 / 2.5)
    assert period == "2018-11 to 2021-04"


@pytest.mark.parametrize(
    ("batches", "said"),
    [
        (_batches([None, None, None]), "no dates in the records"),
        (_batches(STARTS, "order"), "no dates in the records"),
        (_batches(["2024-01-01"]), "no dates in the records"),
        (_batches(["2024-01-01", "2024-01-31"]), "too short for a yearly rate"),
        (_batches(["2024-01-01", "2024-01-01"]), "too short for a yearly rate"),
    ],
)
def test_no_rate_without_dates(batches, said):
    rate, period = production_rate(batches)
    assert rate is None
    assert said in period


def test_no_outcomes_at_all():
    found = baseline(_batches(STARTS), _outcomes([]), PROXIES.clear())
    assert (found.failures, found.batches, found.failures_by_outcome) == (0, 0, {})
    assert not found.is_proxy


@pytest.mark.parametrize("severity", ["reworked", "deviated", "out_of_trend", "late"])
def test_a_plant_that_loses_no_batch_has_no_case(assumptions, records_of, severity) -> None:
    """Every failure there is has another severity: nothing is saved, priced, or left to plan on."""
    records = records_of()
    kept = records.outcome_definitions.with_columns(severity=pl.lit(severity))
    case = business_case(assumptions, replace(records, outcome_definitions=kept), draws=500, seed=1)
    assert case.scenarios["p90"].to_list() == [0.0] * case.scenarios.height
    assert case.levers.is_empty()
    assert case.value_by_gate.is_empty()
    rate = case.plan_inputs.filter(role="failure_rate").row(0, named=True)
    assert (rate["low"], rate["base"], rate["high"]) == (0.0, 0.0, 0.0)
    assert case.price_standing["priced"].to_list() == [None]
