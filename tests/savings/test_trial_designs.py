"""Trials that prove a window on the margins: what is promised is what holding it does."""

from math import comb

import numpy as np
import polars as pl
import pytest

from assets.savings.proof.margin_shift import margin_shift, set_points
from assets.savings.proof.trial_designs import TRIAL_DESIGNS, adherence_batches, trial_designs
from assets.savings.windows.policy import Window
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform
from tests.savings.recorded_windows import window_records_of
from tests.savings.test_window_effects import DRIVER, _effects, tables

__all__ = ["tables"]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("direction", ["higher", "lower"])
def test_the_promised_shift_is_what_the_set_points_do(seed, direction):
    """x lowers (or raises) the margin by 0.8 a unit: so much times their distance."""
    records = window_records_of(0.8 if direction == "higher" else -0.8, seed=seed)
    found = margin_shift(records, Window.trimmed(records.value, direction, 0.2))
    assert found is not None
    assert found.shift == pytest.approx(0.8 * abs(found.far - found.near), rel=0.15)
    inside, outside = np.quantile(
        records.value, [0.1, 0.8] if direction == "higher" else [0.9, 0.2]
    )
    assert (found.far, found.near) == pytest.approx((inside, outside))


def test_two_limits_are_compared_with_the_middle():
    value = np.linspace(0, 10, 101)
    assert set_points(value, Window(2.0, 8.0)) == [(2.0, 5.0), (8.0, 5.0)]


def test_a_window_that_harms_promises_nothing():
    records = window_records_of(0.8)
    assert margin_shift(records, Window.trimmed(records.value, "lower", 0.2)) is None


def test_trial_designs_are_made_for_windows_that_may_be_held(assumptions, tables, verdicts_of):
    effects = _effects(assumptions, tables, verdicts_of(["failure"], "process_signal"))
    dated = tables["batches"].with_columns(
        started_at=pl.datetime(2020, 1, 1) + pl.duration(days=2 * pl.col("production_order")),
        started_at_precision=pl.lit("instant"),
    )
    tables = tables | {"batches": dated}
    designs = conform(trial_designs(assumptions, effects, tables, seed=1), contract(TRIAL_DESIGNS))
    (row,) = designs.filter(pl.col("lever") == "window.failure").to_dicts()
    assert row["feature"] == DRIVER
    assert row["quantity"] == "assay"
    assert row["reason"] is None
    # Moisture decides the margin: between two settings a few pairs show it, failures take years.
    assert row["months"] * 5 < row["failure_months"]
    assert row["power"] >= 0.8
    assert len(row["first_blocks"]) == row["pairs"]
    assert abs(row["first_blocks"].count("F") * 2 - row["pairs"]) <= 1
    again = trial_designs(assumptions, effects, tables, seed=1)
    assert conform(again, contract(TRIAL_DESIGNS)).equals(designs)


def _below(most: int, batches: int, share: float) -> float:
    """Probability of at most so many, summed term by term."""
    terms = (
        comb(batches, k) * share**k * (1 - share) ** (batches - k) for k in range(max(most, -1) + 1)
    )
    return sum(terms)


@pytest.mark.parametrize(("promised", "batches"), [(0.9, 78), (0.5, 158)])
def test_poor_adherence_is_told_after_so_many_batches(promised, batches):
    """The first size at which a critical count at 5% is met in four of five, ten points lower."""
    assert adherence_batches(promised) == batches

    def power(size: int) -> float:
        most = max((k for k in range(size) if _below(k, size, promised) <= 0.05), default=-1)
        return _below(most, size, promised - 0.1)

    assert power(batches) >= 0.8
    assert all(power(size) < 0.8 for size in range(batches - 10, batches))


def test_adherence_that_leaves_no_ten_points_is_not_tested():
    assert adherence_batches(0.1) is None
