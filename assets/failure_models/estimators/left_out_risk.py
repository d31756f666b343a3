"""The risk of training batches as fits without their block saw it, held against what came true.

A risk from margins assumes that they spread as their residuals do, apart from one another, and that
nothing but a margin makes a batch fail. Where rejections have other reasons it is wrong in size.
Training batches left out of the fit tell by how much, and later risks are corrected by that; the
order of batches stays as it is.
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
        within = task.panel.margins - group_means(task.panel.margins, task.matrix.product, train)
        expected = view.expected - view.level + past_mean(within)
        for j, fit in enumerate(fits):
            rows = train[np.isfinite(view.targets[train, j])]
            said = np.full(len(task.matrix.batch_ids), np.nan)
            said[rows] = view.targets[rows, j] - fit.residuals
            expected[:, j] += said
        known = train[np.isfinite(expected[train]).all(axis=1)]
        risk = any_margin_fails(expected[known], [fit.residuals for fit in fits])[0]
        intercept, slope = shrunken_recalibration(risk, task.panel.label[known])
        return cls(known, corrected(risk, intercept, slope), intercept, slope)


def corrected(probability: FloatArray, intercept: float, slope: float) -> FloatArray:
    """Probabilities after a correction in log odds.

    Args:
        probability: Per batch, 0 to 1.
        intercept: Added to the log odds.
        slope: Times the log odds, above 0.
    """
    return expit(intercept + slope * logit(probability))
