"""Models of the margins to specification: ridge, boosted trees, and the mean of both.

With a handful of failures a year the margins carry most of the information. Both models are fitted
on features and margins within product, beside the recent past and what past results foretell; what
they predict is therefore process, not product mix, not drift, and not an answer to past results.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from assets.failure_models.dataset.relative_view import RelativeView
from assets.failure_models.dataset.shared_fits import fingerprint
from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators import boosted_trees
from assets.failure_models.estimators.failure_probability import any_margin_fails
from assets.failure_models.estimators.prediction import Prediction
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.regression.pair_terms import PairTerms, found_pairs
from assets.statistics.regression.ridge import RidgeBasis, RidgeFit

RIDGE = "ridge_on_margins"
TREES = "boosted_trees_on_margins"
BLEND = "ridge_and_trees_on_margins"

LARGEST_SQUARE = 6.0


@dataclass(frozen=True)
class MarginScores:
    """Out-of-time predictions of the margins, and what each column contributed to them.

    Attributes:
        model: Name of the rung.
        target: (batches, quantities) margins within product, beside the past; NaN outside test
            blocks and where missing.
        score: (batches, quantities) their prediction from features beside the past; NaN outside
            test blocks.
        forecast: (batches, quantities) the same from features as they are known when a batch is
            scored, past results still pending; NaN outside test blocks.
        contribution: (batches, columns, quantities) SHAP values of ``score``; NaN outside test
            blocks.
    """

    model: str
    target: FloatArray
    score: FloatArray
    forecast: FloatArray
    contribution: FloatArray

    @classmethod
    def empty(cls, task: Task, model: str) -> "MarginScores":
        """Scores of the right shape, all NaN, to be filled block by block."""
        batches, columns = task.matrix.values.shape
        quantities = len(task.panel.quantities)
        target = np.full((batches, quantities), np.nan)
        contribution = np.full((batches, columns, quantities), np.nan)
        return cls(model, target, target.copy(), target.copy(), contribution)


@dataclass(frozen=True)
class MarginFit:
    """A linear model of one margin, and the products of columns that it leaves over.

    Attributes:
        ridge: The linear part.
        pairs: The products.
        residuals: Per training row, margin less a prediction by a fit without its block (of the
            products: without their choice).
    """

    ridge: RidgeFit
    pairs: PairTerms
    residuals: FloatArray

    def predict(self, design: FloatArray) -> FloatArray:
        """Predicted margin per row."""
        return np.asarray(self.ridge.predict(design) + self.pairs.predict(design))

    def contributions(self, design: FloatArray) -> FloatArray:
        """What each column adds to each row's prediction (SHAP values)."""
        return np.asarray(self.ridge.contributions(design) + self.pairs.contributions(design))


@dataclass(frozen=True)
class Spread:
    """How margins spread around the ridge prediction, and whether features predict the spread.

    Attributes:
        residuals: Per fold and quantity, residuals of left-out training blocks.
        variance: (batches, quantities) training variance of those residuals; NaN outside test
            blocks.
        score: (batches, quantities) predicted squared residual over that variance, minus 1.
        fits: Per fold and quantity, the fit they come from.
    """

    residuals: list[list[FloatArray]]
    variance: FloatArray
    score: FloatArray
    fits: list[list[MarginFit]]


def ridge_scores(task: Task) -> tuple[MarginScores, Spread]:
    """Predict every margin, and its squared residual, in every test block by linear models."""
    found = MarginScores.empty(task, RIDGE)
    spread = Spread([], found.target.copy(), found.target.copy(), [])
    for fold, view in zip(task.folds, task.views, strict=True):
        test, known = view.design[fold.test], view.relative[fold.test]
        spread.residuals.append([])
        spread.fits.append([])
        for j in range(len(task.panel.quantities)):
            rows = fold.train[np.isfinite(view.targets[fold.train, j])]
            fit = margin_fit(task, view, rows, view.targets[rows, j])
            found.target[fold.test, j] = view.targets[fold.test, j]
            found.score[fold.test, j] = fit.predict(test)
            found.forecast[fold.test, j] = fit.predict(known)
            found.contribution[fold.test, :, j] = fit.contributions(test)
            variance = max(float(fit.residuals.var()), 1e-12)
            spread.residuals[-1].append(fit.residuals)
            spread.fits[-1].append(fit)
            spread.variance[fold.test, j] = variance
            squares = squared(fit.residuals, np.asarray(variance))
            spread.score[fold.test, j] = ridge_fit(task, view, rows, squares).predict(test)
    return found, spread


def margin_fit(task: Task, view: RelativeView, rows: IntArray, target: FloatArray) -> MarginFit:
    """Fit one margin on some rows of a view, as :func:`ridge_fit`."""

    def fitted() -> MarginFit:
        ridge = ridge_fit(task, view, rows, target)
        pairs = found_pairs(view.design[rows], ridge.residuals)
        return MarginFit(ridge, pairs, ridge.residuals - pairs.predict(view.design[rows]))

    return task.fits.get_or_fit(fingerprint("margin", view.key, rows, target), fitted)


def ridge_fit(task: Task, view: RelativeView, rows: IntArray, target: FloatArray) -> RidgeFit:
    """Fit one target on some rows of a view, once for all tasks of the run that share both.

    Args:
        task: Whose fits are shared.
        view: Of the task.
        rows: Positions to fit on, in production order.
        target: Per row of ``rows``, no NaN.

    Returns:
        The fit.
    """
    fits = task.fits

    def fitted() -> RidgeFit:
        basis = fits.get_or_fit_recent(
            fingerprint("basis", view.key, rows), lambda: RidgeBasis(view.design[rows])
        )
        return basis.fit(target)

    return fits.get_or_fit(fingerprint("ridge", view.key, rows, target), fitted)


def squared(residual: FloatArray, variance: FloatArray) -> FloatArray:
    """Squared residual over its variance, minus 1, cut at 6 so that no single batch decides."""
    return np.asarray(np.minimum(residual**2 / variance, LARGEST_SQUARE) - 1)


def tree_scores(task: Task) -> MarginScores:
    """Predict every margin in every test block by boosted trees."""
    found = MarginScores.empty(task, TREES)
    for fold, view in zip(task.folds, task.views, strict=True):
        test, known = view.design[fold.test], view.relative[fold.test]
        binned = boosted_trees.BinnedDesigns(view.design)
        for j in range(len(task.panel.quantities)):
            rows = fold.train[np.isfinite(view.targets[fold.train, j])]
            target, seed = view.targets[rows, j], task.seed + fold.number
            score, forecast, contribution = task.fits.get_or_fit(
                fingerprint("tree scores", view.key, rows, target, seed, fold.test),
                partial(_by_trees, binned, rows, target, seed, test, known),
            )
            found.target[fold.test, j] = view.targets[fold.test, j]
            found.score[fold.test, j], found.forecast[fold.test, j] = score, forecast
            found.contribution[fold.test, :, j] = contribution
    return found


def _by_trees(
    binned: boosted_trees.BinnedDesigns,
    rows: IntArray,
    target: FloatArray,
    seed: int,
    test: FloatArray,
    known: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Prediction of one margin per test row and view, and what each column adds to the first."""
    booster = boosted_trees.fit_margin_trees(binned, rows, target, seed)
    score, forecast = (boosted_trees.predict(booster, rows) for rows in (test, known))
    return score, forecast, boosted_trees.contributions(booster, test)


def blended(first: MarginScores, second: MarginScores) -> MarginScores:
    """Average two models: lines where effects are lines, windows where they are windows."""
    return MarginScores(
        BLEND,
        first.target,
        (first.score + second.score) / 2,
        (first.forecast + second.forecast) / 2,
        (first.contribution + second.contribution) / 2,
    )


def failure_prediction(task: Task, scores: MarginScores, spread: Spread) -> Prediction:
    """Turn predicted margins into the probability that any of them is out of specification.

    The expected margin is the product's mean and the recent level, both as known when the fold's
    training ended, plus the predicted deviation.
    """
    batches = len(task.matrix.batch_ids)
    probability, smallest = np.full(batches, np.nan), np.full(batches, np.nan)
    for fold, view, pools in zip(task.folds, task.views, spread.residuals, strict=True):
        expected = view.expected[fold.test] + scores.forecast[fold.test]
        probability[fold.test] = any_margin_fails(expected, pools)[0]
        smallest[fold.test] = expected.min(axis=1)
    return Prediction(scores.model, probability, task.fold_number, smallest)
