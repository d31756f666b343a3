"""The undecided zone on later test blocks."""

from collections.abc import Callable

import numpy as np
import pytest

from assets.failure_models.prediction import Prediction
from assets.failure_models.study import prepare
from assets.failure_models.study_inputs import StudyInputs
from assets.failure_models.undecided_zone import zone_rows

Line = Callable[..., StudyInputs]


def test_coverage_is_counted_over_later_blocks_and_by_class(line: Line, gates: Line) -> None:
    trial = prepare(gates(line(batches=400, failure_rate=0.15), 5), seed=1)[0][0]
    rng = np.random.default_rng(2)
    labels = np.nan_to_num(trial.panel.label)
    score = 0.1 + 0.05 * rng.random(labels.size) + 0.1 * labels * rng.random(labels.size)
    rows = {
        row["result"]: row for row in zone_rows(trial, Prediction("m", score, trial.fold_number))
    }
    later = sum(fold.test.size for fold in trial.folds[1:])
    assert rows["all"]["batches"] == later
    assert rows["good"]["batches"] + rows["failed"]["batches"] == later
    assert rows["good"]["covered"] + rows["failed"]["covered"] == rows["all"]["covered"]
    assert rows["all"]["coverage"] == pytest.approx(0.9, abs=0.07)
    assert rows["failed"]["coverage_low"] < rows["failed"]["coverage"]
