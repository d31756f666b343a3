"""Models of the margins to specification: lines, and boosted trees on what lines leave.

With a handful of failures a year the margins carry most of the information. Models are fitted
on features and margins within product, beside the recent past and what past results foretell; what
they predict is therefore process, not product mix, not drift, and not an answer to past results.
"""

from dataclasses import dataclass

import numpy as np

from assets.failure_models.dataset.relative_view import RelativeView
from assets.failure_models.dataset.shared_fits import fingerprint
from assets.failure_models.dataset.task import Task, blocks_of
from assets.failure_models.estimators.failure_probability import any_margin_fails
from assets.failure_models.estimators.left_out_risk import LeftOutRisk, corrected
from assets.failure_models.estimators.margin_lines import MarginFit, margin_fit, ridge_fit
from assets.failure_models.estimators.margin_trees import TreeFit, tree_fit
from assets.failure_models.estimators.prediction import Prediction
from assets.statistics.array_types import FloatArray
from assets.statistics.resampling.folds import Fold

LINES = "lines_on_margins"
TREES = "lines_and_trees_on_margins"

LARGEST_SQUARE = 6.0


@dataclass(frozen=True)
class MarginScores:
    """Out-of-time predictions of the margins.

    Attributes:
        model: Name of the rung.
        target: (batches, quantities) margins within product, beside the past; NaN outside test
            blocks and where missing.
        score: (batches, quantities) their prediction from features beside the past; NaN outside
            test blocks.
        forecast: (batches, quantities) the same from features as they are known when a batch is
            scored, past results still pending; NaN outside test blocks.
    """

    model: str
    target: FloatArray
    score: FloatArray
    forecast: FloatArray

    @classmethod
    def empty(cls, task: Task, model: str) -> "MarginScores":
        """Scores of the right shape, all NaN, to be filled block by block."""
        target = np.full((len(task.matrix.batch_ids), len(task.panel.quantities)), np.nan)
        return cls(model, target, target.copy(), target.copy())


@dataclass(frozen=True)
class Spread:
    """How margins spread around their lines, and whether features predict the spread.

    Attributes:
        residuals: Per fold and quantity, residuals of left-out training blocks.
        variance: (batches, quantities) training variance of those residuals; NaN outside test
            blocks.
        score: (batches, quantities) predicted squared residual over that variance, minus 1.
        fits: Per fold and quantity, the fit they come from.
        left_out: Per fold, what those fits said of the batches they left out.
    """

    residuals: list[list[FloatArray]]
    variance: FloatArray
    score: FloatArray
    fits: list[list[MarginFit]]
    left_out: list[LeftOutRisk]


def line_scores(task: Task) -> tuple[MarginScores, Spread]:
    """Predict every margin, and its squared residual, in every test block by linear models."""
    found = MarginScores.empty(task, LINES)
    spread = Spread([], found.target.copy(), found.target.copy(), [], [])
    for fold, view in zip(task.folds, task.views, strict=True):
        test, known = view.design[fold.test], view.relative[fold.test]
        spread.residuals.append([])
        spread.fits.append([])
        for j in range(len(task.panel.quantities)):
            rows = fold.train[np.isfinite(view.targets[fold.train, j])]
            fit = margin_fit(task, view, rows, view.fitted[rows, j])
            found.target[fold.test, j] = view.targets[fold.test, j]
            found.score[fold.test, j] = fit.predict(test)
            found.forecast[fold.test, j] = fit.predict(known)
            variance = max(float(fit.residuals.var()), 1e-12)
            spread.residuals[-1].append(fit.residuals)
            spread.fits[-1].append(fit)
            spread.variance[fold.test, j] = variance
            squares = squared(fit.residuals, np.asarray(variance))
            spread.score[fold.test, j] = ridge_fit(task, view, rows, squares).predict(test)
        spread.left_out.append(LeftOutRisk.of(task, fold.train, view, spread.fits[-1]))
    return found, spread


def squared(residual: FloatArray, variance: FloatArray) -> FloatArray:
    """Squared residual over its variance, minus 1, cut at 6 so that no single batch decides."""
    return np.asarray(np.minimum(residual**2 / variance, LARGEST_SQUARE) - 1)


def with_trees(task: Task, lines: MarginScores, spread: Spread) -> MarginScores:
    """Add to every margin what trees on its chosen columns say beyond its lines."""
    found = MarginScores(TREES, lines.target, lines.score.copy(), lines.forecast.copy())
    for fold, view, fits in zip(task.folds, task.views, spread.fits, strict=True):
        test, known = view.design[fold.test], view.relative[fold.test]
        for j, fit in enumerate(fits):
            trees = trees_of_fold(task, fold, view, j, fit)
            found.score[fold.test, j] += trees.predict(test)
            found.forecast[fold.test, j] += trees.predict(known)
    return found


def margin_contributions(task: Task, scores: MarginScores, spread: Spread) -> FloatArray:
    """What each column contributed to the score of every margin, worked out when it is asked for.

    Args:
        task: An outcome at a gate.
        scores: Whose predictions are explained.
        spread: Holds the lines behind them.

    Returns:
        (out-of-time batches, columns, quantities) SHAP values of ``scores.score``, in the order of
        ``task.tested``.
    """
    views = b"".join(view.key for view in task.views)
    key = fingerprint("contributions", scores.model, views, scores.target, scores.score)
    return task.fits.get_or_fit_recent(key, lambda: _contributions(task, scores, spread))


def _contributions(task: Task, scores: MarginScores, spread: Spread) -> FloatArray:
    quantities = range(len(task.panel.quantities))
    parts = np.empty((task.tested.size, task.matrix.values.shape[1], len(quantities)))
    blocks = zip(task.folds, task.views, spread.fits, blocks_of(task), strict=True)
    for fold, view, fits, block in blocks:
        test = view.design[fold.test]
        for j in quantities:
            parts[block, :, j] = fits[j].contributions(test)
            if scores.model == TREES:
                trees = trees_of_fold(task, fold, view, j, fits[j])
                parts[block, :, j] += trees.contributions(test)
    return parts


def trees_of_fold(task: Task, fold: Fold, view: RelativeView, j: int, fit: MarginFit) -> TreeFit:
    """The trees beside the lines of one margin in one fold."""
    rows = fold.train[np.isfinite(view.targets[fold.train, j])]
    return tree_fit(task, view, rows, fit, task.seed + fold.number)


def failure_prediction(task: Task, scores: MarginScores, spread: Spread) -> Prediction:
    """Turn predicted margins into the probability that any of them is out of specification.

    The expected margin is the product's mean and the recent level, both as known when the fold's
    training ended, plus the predicted deviation; the probability is corrected as the batches left
    out of training ask for.
    """
    batches = len(task.matrix.batch_ids)
    probability, smallest = np.full(batches, np.nan), np.full(batches, np.nan)
    for i, (fold, view) in enumerate(zip(task.folds, task.views, strict=True)):
        expected = view.expected[fold.test] + scores.forecast[fold.test]
        risk, left = any_margin_fails(expected, spread.residuals[i])[0], spread.left_out[i]
        probability[fold.test] = corrected(risk, left.intercept, left.slope)
        smallest[fold.test] = expected.min(axis=1)
    first = spread.left_out[0]
    left_out = np.full(batches, np.nan)
    left_out[first.rows] = first.probability
    return Prediction(scores.model, probability, task.fold_number, smallest, left_out=left_out)
