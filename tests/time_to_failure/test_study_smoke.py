"""Three plants of the study of planted hazards, one of them seen from the middle on."""

import pytest

from benchmarks.time_to_failure_study import study_plant


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_hazards_are_found(seed):
    row = study_plant("small", seed)
    assert row["is_truncated"] == bool(seed % 2)
    assert row["events"] >= 3
    assert row["shape_low"] < row["shape"] < row["shape_high"]
    assert row["scale_low"] < row["scale"] < row["scale_high"]
    assert row["cost_excess"] >= 0
