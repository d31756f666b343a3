"""Penalised logistic regression of failures on features within product, beside the past.

What a label can say and a margin cannot: a cause that moves failures and not the declared result.
Failures are few, so the few degrees of freedom they afford go to the columns that told failures
apart in training, each by how clearly it did.
"""

from dataclasses import dataclass

import numpy as np

from assets.failure_models.dataset.relative_view import RelativeView
from assets.failure_models.dataset.task import Task, blocks_of
from assets.failure_models.estimators.label_models import identity_design
from assets.failure_models.estimators.prediction import Prediction
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.prediction_quality.discrimination import rank_scores
from assets.statistics.regression.penalised_logistic import LogisticFit, fit_logistic

LOGISTIC = "penalised_logistic"
# Standard scores that chance gives a column of its own; below, it says nothing.
PLAIN_SCORE = 1.0


@dataclass(frozen=True)
class LabelScores:
    """Out-of-time log odds of failure beyond the product's.

    Attributes:
        target: (batches,) label within product, beside the past; NaN outside test blocks.
        score: (batches,) log odds beyond the product's, from features beside the past; NaN outside
            test blocks.
        prediction: Probability from features as they are known when a batch is scored.
        fits: Per fold, the model of its features.
    """

    target: FloatArray
    score: FloatArray
    prediction: Prediction
    fits: list[LogisticFit]


@dataclass(frozen=True)
class LabelFit:
    """Failures of some training batches: what the product says, and what features add.

    Attributes:
        product: On :func:`identity_design`.
        features: On a view's columns, its intercept a shift of the product's log odds.
    """

    product: LogisticFit
    features: LogisticFit


def label_fit(task: Task, view: RelativeView, rows: IntArray) -> LabelFit:
    """Fit the label on some training batches, repeats allowed."""
    label, identity = task.panel.label[rows], identity_design(task)[rows]
    product = fit_logistic(identity, label)
    design = view.design[rows]
    scores = np.abs(rank_scores(design, label == 1))
    emphasis = np.nan_to_num(np.maximum(scores - PLAIN_SCORE, 0.0)) ** 2
    emphasis = emphasis / max(float(emphasis.max(initial=0.0)), 1e-300)
    return LabelFit(product, fit_logistic(design, label, product.log_odds(identity), emphasis))


def label_scores(task: Task) -> LabelScores:
    """Score every test block by a fit on the batches before it."""
    batches = len(task.matrix.batch_ids)
    target, score = np.full(batches, np.nan), np.full(batches, np.nan)
    probability = np.full(batches, np.nan)
    fits: list[LogisticFit] = []
    identity = identity_design(task)
    for fold, view in zip(task.folds, task.views, strict=True):
        task.fits.check()
        fit = label_fit(task, view, fold.train)
        own = identity[fold.test]
        target[fold.test] = view.label[fold.test]
        score[fold.test] = fit.features.log_odds(view.design[fold.test])
        fits.append(fit.features)
        known = view.relative[fold.test]
        probability[fold.test] = fit.features.predict(known, fit.product.log_odds(own))
    prediction = Prediction(LOGISTIC, probability, task.fold_number)
    return LabelScores(target, score, prediction, fits)


def label_contributions(task: Task, scores: LabelScores) -> FloatArray:
    """What each column adds to the log odds of failure, worked out anew.

    Returns:
        (out-of-time batches, columns) parts of ``scores.score``, in the order of ``task.tested``.
    """
    parts = np.empty((task.tested.size, task.matrix.values.shape[1]))
    for fold, view, fit, block in zip(
        task.folds, task.views, scores.fits, blocks_of(task), strict=True
    ):
        parts[block] = fit.contributions(view.design[fold.test])
    return parts
