"""What failures cost at the recorded rate: the published figures, exact, from a counted record."""

import polars as pl
import pytest

from assets.savings.records.baseline import baseline
from assets.savings.records.rate_arithmetic import rate_arithmetic
from data_contracts.assumptions import load_built_in
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform


def _figures(records, name: str) -> dict[str, tuple[float, ...]]:
    found = baseline(records.batches, records.outcomes, records.outcome_definitions)
    table = conform(
        rate_arithmetic(found, load_built_in(name)), contract("economics.rate_arithmetic")
    )
    return {row["figure"]: (row["low"], row["base"], row["high"]) for row in table.to_dicts()}


@pytest.fixture
def six_of_two_hundred(records_of):
    """200 batches of one year, 6 of them failed."""
    records = records_of(failures=6, dated=False)
    kept = records.batches.head(200)
    ids = kept["batch_id"].implode()
    outcomes = records.outcomes.filter(pl.col("batch_id").is_in(ids))
    return type(records)(
        kept, outcomes, records.outcome_definitions, records.verdicts, records.alarm_counts
    )


PUBLISHED = {
    "failures_per_year": (6, 6, 6),
    "failure_cost_usd_per_batch": (500_000, 1_250_000, 2_000_000),
    "loss_usd_per_year": (3_000_000, 7_500_000, 12_000_000),
    "target_failure_rate": (0.01, 0.01, 0.01),
    "prevented_failures_per_year": (4, 4, 4),
    "avoided_loss_usd_per_year": (2_000_000, 5_000_000, 8_000_000),
}


def test_sterile_vials_from_three_to_one_percent(six_of_two_hundred):
    figures = _figures(six_of_two_hundred, "sterile_vials")
    assert figures.keys() == PUBLISHED.keys()
    for name, ends in PUBLISHED.items():
        assert figures[name] == pytest.approx(ends, rel=1e-12), name


def test_a_set_without_a_target_compares_with_none(six_of_two_hundred):
    assert set(_figures(six_of_two_hundred, "tablets")) == {
        "failures_per_year",
        "failure_cost_usd_per_batch",
        "loss_usd_per_year",
    }


def test_a_recorded_rate_below_the_target_is_compared_with_nothing(records_of):
    figures = _figures(records_of(failures=2), "sterile_vials")
    assert "avoided_loss_usd_per_year" not in figures
    assert _figures(records_of(failures=0), "sterile_vials") == {}
