"""The risk of training batches as fits without their block saw it, held against what came true.

A risk from margins assumes that they spread as their residuals do, apart from one another, and that
nothing but a margin makes a batch fail. Where rejections have other reasons it is wrong in size.
Training batches left out of the fit tell by how much, and later risks are corrected by that; the
order of batches stays as it is.

How sure later risks may be (the slope) is asked of batches told as later ones are: with the level
as it was when a stretch as long as a test block began. How high they are (the intercept) is asked
with the level up to date, because a level that wandered in training says nothing of where it goes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assets.failure_models.dataset.relative_view import RelativeView
from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators.failure_probability import any_margin_fails
from assets.failure_models.estimators.margin_lines import MarginFit
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.prediction_quality.calibration import (
    expit,
    logit,
    shrunken_intercept,
    shrunken_recalibration,
)
from assets.statistics.regression.detrending import group_means, past_mean


@dataclass(frozen=True)
class LeftOutRisk:
    """What was said of a training window's batches without them, and the correction it asks for.

    Attributes:
        rows: Positions of the training batches whose margins are all known, in production order.
        probability: Per row, its corrected probability of failure.
        intercept: Of the correction, in log odds; 0 where none is needed.
        slope: Of the correction; 1 where none is needed.
    """

    rows: IntArray
    probability: FloatArray
    intercept: float
    slope: float

    @classmethod
    def of(
        cls, task: Task, train: IntArray, view: RelativeView, fits: Sequence[MarginFit]
    ) -> "LeftOutRisk":
        """Predict the batches of a training window without their block.

        Args:
            task: An outcome at a gate.
            train: Positions fitted on.
            view: As those positions tell it.
            fits: Per margin, the lines fitted on them.
        """
        expected = view.expected - view.level
        for j, fit in enumerate(fits):
            rows = train[np.isfinite(view.targets[train, j])]
            said = np.full(len(task.matrix.batch_ids), np.nan)
            said[rows] = view.fitted[rows, j] - fit.residuals
            expected[:, j] += said
        within = view.margins - group_means(view.margins, task.matrix.product, train)
        level = past_mean(within)[train]
        begun = level[stretch_starts(train.size, task.folds[-1].test.size)]
        pools = [fit.residuals for fit in fits]

        def told(level: FloatArray) -> tuple[IntArray, FloatArray]:
            known = np.isfinite(expected[train] + level).all(axis=1)
            return train[known], any_margin_fails((expected[train] + level)[known], pools)[0]

        rows, later = told(begun)
        slope = shrunken_recalibration(later, task.panel.label[rows])[1]
        rows, risk = told(level)
        intercept = shrunken_intercept(slope * logit(risk), task.panel.label[rows])
        return cls(rows, corrected(risk, intercept, slope), intercept, slope)


def stretch_starts(batches: int, length: int) -> IntArray:
    """Per batch, the first of its stretch; stretches are counted back from the last batch.

    Args:
        batches: Number of batches.
        length: Of a stretch, at least 1.

    Returns:
        Positions from 0; the first stretch may be shorter.

    Examples:
        >>> stretch_starts(5, 2).tolist()
        [0, 1, 1, 3, 3]
    """
    until_last = np.arange(batches)[::-1]
    return np.asarray(np.maximum(batches - (until_last // length + 1) * length, 0))


def corrected(probability: FloatArray, intercept: float, slope: float) -> FloatArray:
    """Probabilities after a correction in log odds.

    Args:
        probability: Per batch, 0 to 1.
        intercept: Added to the log odds.
        slope: Times the log odds, above 0.
    """
    return expit(intercept + slope * logit(probability))
