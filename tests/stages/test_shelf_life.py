"""Shelf life by product from records; the arithmetic is held to print in tests/statistics."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from assets.stages.quality_control.shelf_life import shelf_life
from data_contracts.tables import table

START = datetime(2023, 1, 1, tzinfo=UTC).replace(tzinfo=None)
MONTHS = {"25C/60RH": (0, 3, 6, 9, 12, 18, 24), "40C/75RH": (0, 3, 6)}


def batches(count=3):
    return table(
        "core.batches",
        [
            {"batch_id": f"B{i}", "production_order": i, "cluster_id": f"B{i}", "product": "P1"}
            for i in range(1, count + 1)
        ],
    )


def studied(slope=-0.1, sd=0.2, seed=1, count=3, low=95.0, acceleration=5.0, starts=0.3):
    draws = np.random.default_rng(seed)
    rows = []
    for i in range(1, count + 1):
        start = 100 + starts * draws.standard_normal()
        for condition, months in MONTHS.items():
            rate = slope * (acceleration if condition.startswith("40") else 1)
            rows += [
                {
                    "batch_id": f"B{i}", "condition": condition, "month": float(m),
                    "test": "assay_pct", "unit": "%", "spec_low": low,
                    "value": start + rate * m + sd * draws.standard_normal(),
                    "resulted_at": START + timedelta(days=30 * (m + i)),
                }
                for m in months
            ]  # fmt: skip
    return table("core.stability_results", rows)


def test_shelf_life_of_a_falling_assay_lies_short_of_where_the_mean_meets_the_limit():
    found = shelf_life(studied(), batches())
    cool, warm = found.sort("condition").iter_rows(named=True)
    assert cool["is_long_term"]
    assert not warm["is_long_term"]
    assert 35 < cool["shelf_life_months"] < 50
    assert cool["proposable_months"] == 36.0
    assert cool["slope_low"] < -0.1 < cool["slope_high"]
    assert cool["verdict"] == "beyond_data"
    assert warm["proposable_months"] is None
    assert warm["shelf_life_months"] < 11


def test_the_shelf_life_seldom_exceeds_the_true_one():
    """The bound of the worst of the three batches' true means: at most 5% exceed, 11 of 100 ok."""
    late = 0
    for seed in range(50):
        life = shelf_life(studied(seed=seed, starts=0.0), batches()).sort("condition")
        late += life["shelf_life_months"][0] > 50.0
    assert late <= 7


def test_what_reaches_its_limit_within_the_data_is_told():
    row = (
        shelf_life(studied(slope=-0.4, starts=0.0), batches()).sort("condition").row(0, named=True)
    )
    assert row["verdict"] == "within_data"
    assert row["shelf_life_months"] < 12.5


def test_two_batches_propose_nothing():
    row = shelf_life(studied(count=2), batches(2)).row(0, named=True)
    assert (row["verdict"], row["proposable_months"]) == ("too_few_batches", None)


@pytest.mark.parametrize(
    ("records", "verdict"),
    [
        (studied().filter(pl.col("month") < 3), "too_few_results"),
        (studied(low=None), "no_limit"),
    ],
)
def test_without_results_or_limits_nothing_is_claimed(records, verdict):
    row = shelf_life(records, batches()).row(0, named=True)
    assert (row["verdict"], row["shelf_life_months"]) == (verdict, None)


def test_no_stability_results_give_no_row():
    assert shelf_life(table("core.stability_results"), batches()).is_empty()


def test_results_that_never_vary_pool_and_never_meet_their_limit():
    """An impurity read as 100.0 at every month leaves no residual to test the batches by."""
    records = studied().with_columns(value=pl.lit(100.0))
    row = shelf_life(records, batches()).sort("condition").row(0, named=True)
    assert (row["model"], row["p_batch"], row["shelf_life_months"]) == ("cics", 1.0, None)
    assert row["proposable_months"] == 36.0


def test_results_exactly_on_a_line_meet_the_limit_where_the_line_does():
    found = shelf_life(studied(sd=0.0, starts=0.0), batches()).sort("condition")
    assert found["shelf_life_months"].to_list() == pytest.approx([50.0, 10.0])


def test_a_batch_with_too_few_months_for_a_line_covers_no_months():
    """Three batches to 24 months and one with a start and month 60: the data reach to 24."""
    is_early = pl.col("month").is_in([0.0, 24.0])
    short = (
        studied(count=4)
        .filter(batch_id="B4", condition="25C/60RH")
        .filter(is_early)
        .with_columns(month=pl.when(pl.col("month") > 0).then(60.0).otherwise(0.0))
    )
    row = shelf_life(pl.concat([studied(), short]), batches(4)).sort("condition").row(0, named=True)
    assert (row["batches"], row["months_covered"], row["proposable_months"]) == (3, 24.0, 36.0)
