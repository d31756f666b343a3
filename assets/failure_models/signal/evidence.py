"""The statistics a verdict rests on, each a paired gain whose null needs no refit.

Every statistic is linear in the outcomes: a sum of outcome times a score that was fixed before the
outcome existed. Permuting the outcomes therefore gives its null exactly, and dropping or doubling
clusters its interval.
"""

from dataclasses import dataclass, replace

import numpy as np

from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators import label_models
from assets.failure_models.estimators.label_logistic import LabelScores
from assets.failure_models.estimators.ladder import Ladder
from assets.failure_models.estimators.margin_models import squared
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.prediction_quality.calibration import expit, log_score, logit

MARGIN_GAIN = "margin_gain_over_product"
SPREAD_GAIN = "squared_residual_gain"
LABEL_GAIN = "log_score_gain_over_product"
PRODUCT_GAIN = "product_gain_over_base_rate"


@dataclass(frozen=True)
class Statistic:
    """A paired gain over the out-of-time batches.

    Attributes:
        name: What is gained over what.
        outcome: (batches, parts) what moves under the null; 0 where missing.
        score: (batches, parts) what stays; the statistic is twice, or once, their summed product
            plus a constant.
        gain: Per batch, loss of the reference minus loss of the model.
        reference: Per batch, loss of the reference; the gain is reported as a share of its sum.
        label: Per batch, 1 failed, where the outcome is what the past leaves of that: few failures
            can be laid out in few ways, however many numbers they have become. None for margins.
    """

    name: str
    outcome: FloatArray
    score: FloatArray
    gain: FloatArray
    reference: FloatArray
    label: FloatArray | None = None

    @property
    def observed(self) -> float:
        """Share of the reference's loss that the model takes away; below 0 when it adds loss."""
        total = float(self.reference.sum())
        return float(self.gain.sum()) / total if total > 0 else 0.0

    def null(self, positions: IntArray) -> FloatArray:
        """The statistic under permuted outcomes.

        Args:
            positions: (draws, batches) where each batch's outcome comes from.

        Returns:
            Per draw, in the unit of ``observed``.
        """
        total = float(self.reference.sum())
        if total <= 0:
            return np.zeros(positions.shape[0])
        moved = sum(
            self.outcome[:, j][positions] @ self.score[:, j] for j in range(self.score.shape[1])
        )
        unmoved = float((self.outcome * self.score).sum())
        return np.asarray(self.observed + (moved - unmoved) / total)


def signal_statistics(task: Task, ladder: Ladder) -> list[Statistic]:
    """The gains of the process models over product only: on margins, on their spread, on the label.

    A cause may move failures and not the declared margin, so where there are margins the label has
    its own gain all the same (at the last gate before the result). Empty at a gate that has no
    process feature yet.
    """
    on_label = [_label_signal(task, ladder, ladder.labels)] if ladder.labels else []
    if ladder.margins is None or ladder.spread is None:
        return on_label
    rows = task.tested
    target, score = ladder.margins.target[rows], ladder.margins.score[rows]
    spread = ladder.spread
    squares = squared(target - score, spread.variance[rows])
    return [
        _squared_error_gain(MARGIN_GAIN, target, score),
        _squared_error_gain(SPREAD_GAIN, squares, spread.score[rows]),
        *on_label,
    ]


def product_statistic(task: Task, ladder: Ladder) -> Statistic:
    """The gain of product identity over the base rate: on margins, else on the label."""
    if not task.has_margins:
        base, product = (
            ladder.rung(model).probability[task.tested]
            for model in (label_models.BASE_RATE, label_models.PRODUCT_ONLY)
        )
        moved = logit(product) - logit(base)
        return _label_gain(PRODUCT_GAIN, task.tested_label, base, moved)
    margins = np.full_like(task.panel.margins, np.nan)
    score = margins.copy()
    for fold, view in zip(task.folds, task.views, strict=True):
        base = view.expected[fold.train].mean(axis=0)
        margins[fold.test] = view.margins[fold.test] - base
        score[fold.test] = view.expected[fold.test] - base
    rows = task.tested
    return _squared_error_gain(PRODUCT_GAIN, margins[rows], score[rows])


def _squared_error_gain(name: str, target: FloatArray, score: FloatArray) -> Statistic:
    """Gain in mean squared error, quantities weighed by the inverse of their mean square."""
    missing = ~np.isfinite(target)
    outcome, fixed = np.where(missing, 0.0, target), np.where(missing, 0.0, score)
    scale = np.sqrt(np.maximum((outcome**2).mean(axis=0), 1e-12))
    outcome, fixed = outcome / scale, fixed / scale
    return Statistic(
        name,
        outcome,
        2 * fixed,
        (2 * outcome * fixed - fixed**2).sum(axis=1),
        (outcome**2).sum(axis=1),
    )


def _label_signal(task: Task, ladder: Ladder, labels: LabelScores) -> Statistic:
    """Gain in log score of the label model over the product.

    What moves under the null is the label beside the past: failures that foretell one another must
    not look like failures that a feature foretells.
    """
    rows = task.tested
    before = ladder.rung(label_models.PRODUCT_ONLY).probability[rows]
    gained = _label_gain(LABEL_GAIN, task.tested_label, before, labels.score[rows])
    left = np.nan_to_num(labels.target[rows])
    return replace(gained, outcome=left[:, None], label=task.tested_label)


def _label_gain(name: str, label: FloatArray, before: FloatArray, moved: FloatArray) -> Statistic:
    """Gain in log score of log odds moved; linear in the label, so its null needs no refit."""
    loss = log_score(before, label)
    after = expit(logit(before) + moved)
    return Statistic(name, label[:, None], moved[:, None], loss - log_score(after, label), loss)
