"""Three plants of the study of planted hazards, and three floors of that of their intervals."""

import numpy as np
import pytest

from benchmarks.replacement_floors import Law, floor, lived
from benchmarks.time_scale_study import judged
from benchmarks.time_to_failure_study import study_plant


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_hazards_are_found(seed):
    row = study_plant("small", seed)
    assert row["is_truncated"] == bool(seed % 2)
    assert row["events"] >= 3
    assert row["shape_low"] < row["shape"] < row["shape_high"]
    assert row["scale_low"] < row["scale"] < row["scale_high"]
    assert row["cost_excess"] >= 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_floor_has_both_truths_and_both_intervals(seed):
    row = floor("granulator", seed)
    assert row["breakdowns"] >= 3
    assert row["expected_low"] < row["expected_high"]
    assert row["recorded_low"] <= row["recorded_high"]
    assert row["interval"] < 90
    assert 0 < row["expected_true"] < 0.02


def test_lives_of_a_floor_are_lived_again_by_another_plan():
    """Lives of 400 planned at 300 reach the records at age 100; planned at 150 from then on."""
    broken, planned = np.full(20, 400.0), np.full(20, 300.0)
    assert lived(broken, planned).lasted.tolist() == [200, 300, 0]
    assert lived(broken, planned, 150.0).lasted.tolist() == [50, 150, 150, 150, 0]


def test_the_rate_of_a_law_is_that_of_age_replacement():
    """Without wear a plan changes nothing: one breakdown in 100 batches."""
    law = Law(1.0, 100.0)
    assert law.breakdowns_per_batch(np.array([30.0, 200.0])) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("kind", "chosen"), [("hours", "hours"), ("batches", "batches"), ("begun_before", "hours")]
)
def test_the_scale_that_wears_is_chosen_and_its_law_is_found(kind, chosen):
    row = judged(kind, 1)
    assert row["chosen"] == chosen
    assert row["shape_covers"]
    assert row["scale_covers"]
    assert not row["naive_shape_covers"]
