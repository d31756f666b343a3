"""What each column contributed to the predicted risk of batches the model had not seen.

Contributions are SHAP values, positive towards failure: exact for lines and logistic regression,
from xgboost's ``pred_contribs`` for trees. Several margins become one risk by the failure
probability that each batch's predicted deviation is worth, so that the contributions to a margin
add up to the probability of failing it beyond that of the batch's product and recent level. Beside
them stands each column's predictive contribution: what it said held against what came true.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from assets.failure_models.dataset.shared_fits import fingerprint
from assets.failure_models.dataset.task import Task
from assets.failure_models.drivers.predictive_contribution import (
    predictive_contribution,
    predictive_risk_contribution,
)
from assets.failure_models.estimators.failure_probability import margin_failure_probability
from assets.failure_models.estimators.label_logistic import (
    LabelScores,
    label_contributions,
    label_fit,
)
from assets.failure_models.estimators.margin_lines import MarginFit
from assets.failure_models.estimators.margin_models import (
    MarginScores,
    Spread,
    margin_contributions,
    trees_of_fold,
)
from assets.failure_models.estimators.margin_trees import TreeFit
from assets.failure_models.signal.examination import Examination
from assets.statistics.array_types import FloatArray

SMALLEST_SPREADS = 0.05


@dataclass(frozen=True)
class Explanation:
    """Out-of-fold contributions of a task.

    Attributes:
        contribution: (out-of-time batches, columns), positive towards failure.
        predictive: Per column, its predictive contribution.
        predictive_in_periods: (2, columns), the same in the earlier and the later half.
        risk_per_margin: (out-of-time batches, quantities), failure probability gained per unit of
            margin lost; no column for models of the label, whose contributions are in log odds.
    """

    contribution: FloatArray
    predictive: FloatArray
    predictive_in_periods: FloatArray
    risk_per_margin: FloatArray


@dataclass(frozen=True)
class Refit:
    """The explanation after fitting again on resampled batches.

    Attributes:
        contribution: (out-of-time batches, columns), positive towards failure.
        predictive: Per column, its predictive contribution over the out-of-time batches this refit
            had not seen.
    """

    contribution: FloatArray
    predictive: FloatArray


def halves(batches: int) -> tuple[slice, slice]:
    """The earlier and the later half of the out-of-time batches."""
    return slice(0, batches // 2), slice(batches // 2, batches)


def explain(seen: Examination) -> Explanation:
    """Explain the model the verdict rests on, out of fold."""
    task, ladder = seen.task, seen.ladder
    periods = halves(task.tested.size)
    if ladder.margins is None or ladder.spread is None:
        labels = _labels(seen)
        whole, label = label_contributions(task, labels), labels.target[task.tested]
        by_period = np.array(
            [predictive_contribution(whole[part], label[part]) for part in periods]
        )
        return Explanation(
            whole, predictive_contribution(whole, label), by_period, np.empty((task.tested.size, 0))
        )
    risk = _risk_per_margin(task, ladder.margins, ladder.spread)
    parts = margin_contributions(task, ladder.margins, ladder.spread)
    target = ladder.margins.target[task.tested]
    by_period = np.array(
        [predictive_risk_contribution(parts[p], target[p], risk[p]) for p in periods]
    )
    return Explanation(
        -np.einsum("bcq,bq->bc", parts, risk),
        predictive_risk_contribution(parts, target, risk),
        by_period,
        risk,
    )


def refitted(
    seen: Examination, weights: FloatArray, risk_per_margin: FloatArray, seed: int
) -> Refit:
    """Explain again after fitting on resampled batches of the last training window.

    Args:
        seen: The examined task.
        weights: Per batch of the last fold's training window, how often it counts.
        risk_per_margin: As in the explanation whose stability is tested.
        seed: Of the trees, where the gate has them.

    Returns:
        Contributions to all out-of-time batches; predictive ones over those of weight 0.
    """
    task, train = seen.task, seen.task.folds[-1].train
    counted = np.zeros(len(task.matrix.batch_ids))
    counted[train] = weights
    unseen = counted[task.tested] == 0
    if seen.ladder.margins is None or seen.ladder.spread is None:
        rows = np.repeat(train, weights.astype(np.int64))
        view = task.views[-1]
        whole = label_fit(task, view, rows).features.contributions(view.design[task.tested])
        target = _labels(seen).target[task.tested]
        return Refit(whole, predictive_contribution(whole[unseen], target[unseen]))
    parts = _refitted_parts(seen, seen.ladder.spread, counted, seed)
    target = seen.ladder.margins.target[task.tested]
    return Refit(
        -np.einsum("bcq,bq->bc", parts, risk_per_margin),
        predictive_risk_contribution(parts[unseen], target[unseen], risk_per_margin[unseen]),
    )


def _refitted_parts(
    seen: Examination, spread: Spread, counted: FloatArray, seed: int
) -> FloatArray:
    """Contributions to every margin, (out-of-time batches, columns, quantities)."""
    task, fold = seen.task, seen.task.folds[-1]
    view, test, weights = task.views[-1], task.views[-1].design[task.tested], counted[fold.train]
    parts = np.zeros((*test.shape, len(task.panel.quantities)))
    key = fingerprint(view.key, task.tested, counted)
    for j, fit in enumerate(spread.fits[-1]):
        has_target = np.isfinite(view.targets[fold.train, j]) & (weights > 0)
        rows, own = fold.train[has_target], weights[has_target]
        trees = trees_of_fold(task, fold, view, j, fit) if task.is_primary else TreeFit.none()
        target = view.fitted[rows, j]
        parts[:, :, j] = task.fits.get_or_fit_recent(
            fingerprint("again", key, rows, target, fit.residuals, trees.share, seed),
            partial(_again, view.design[rows], target, own, fit, trees, test, seed),
        )
    return parts


def _again(
    design: FloatArray,
    target: FloatArray,
    own: FloatArray,
    fit: MarginFit,
    trees: TreeFit,
    test: FloatArray,
    seed: int,
) -> FloatArray:
    """Contributions of the model of one margin fitted again, around the mean of the tested."""
    again = fit.refitted(design, target, own)
    by_lines = (test - test.mean(axis=0)) * again.lines.coefficients
    by_trees = trees.refitted(design, again.residuals, own, seed).contributions(test)
    return np.asarray(by_lines + again.pairs.contributions(test) + by_trees)


def _risk_per_margin(task: Task, scores: MarginScores, spread: Spread) -> FloatArray:
    """Slopes of every out-of-time batch, each margin weighed by its own failures until then."""
    weights = margin_weights(task, spread)
    folds = zip(task.folds, task.views, spread.residuals, weights, strict=True)
    slopes = [
        risk_slopes(view.expected[fold.test], scores.score[fold.test], pools) * weight
        for fold, view, pools, weight in folds
    ]
    return np.vstack(slopes)


def margin_weights(task: Task, spread: Spread) -> list[FloatArray]:
    """Per fold and quantity, what its failure probability is weighed by.

    The weights of a block's margins beside one another are those known when it was predicted; their
    common size, which ranks nothing within a batch, is that of the last block, or few early
    failures would make some blocks louder than others.
    """
    folds = zip(task.folds, task.views, spread.residuals, strict=True)
    weights = [
        observed_to_predicted(view.margins[fold.train], view.expected[fold.train], pools)
        for fold, view, pools in folds
    ]
    size = [float(np.exp(np.log(weight).mean())) for weight in weights]
    return [weight * (size[-1] / own) for weight, own in zip(weights, size, strict=True)]


def risk_slopes(expected: FloatArray, score: FloatArray, pools: Sequence[FloatArray]) -> FloatArray:
    """Slope of each margin's failure probability between a batch's expectation and prediction.

    The secant, not the tangent: a deviation that carries a batch over the limit is worth what it
    does (the rescale rule of Shrikumar et al. 2017).

    Args:
        expected: (batches, quantities) margin to expect from product and recent level.
        score: (batches, quantities) predicted deviation from it.
        pools: Per quantity, its out-of-sample residuals.

    Returns:
        (batches, quantities), probability gained per unit of margin lost.
    """
    columns = []
    for j, pool in enumerate(pools):
        smallest = SMALLEST_SPREADS * max(float(pool.std()), 1e-9)
        step = np.where(np.abs(score[:, j]) < smallest, smallest, score[:, j])
        change = margin_failure_probability(expected[:, j], pool) - margin_failure_probability(
            expected[:, j] + step, pool
        )
        columns.append(change / step)
    return np.column_stack(columns)


def observed_to_predicted(
    margins: FloatArray, expected: FloatArray, pools: Sequence[FloatArray]
) -> FloatArray:
    """Per margin, its training failure rate over the mean probability predicted without process.

    A rare mode with a long tail is predicted too rarely; this gives every mode the weight of its
    own failures (half a failure is added, so that none is weighed by zero).

    Args:
        margins: (training batches, quantities), NaN where missing.
        expected: (training batches, quantities) margin to expect from product and recent level.
        pools: Per quantity, its out-of-sample residuals.

    Returns:
        Per quantity; nothing later than the training batches takes part.
    """
    predicted = np.empty(len(pools))
    for j, pool in enumerate(pools):
        # As many values as products: the level is one number.
        value, batches = np.unique(expected[:, j], return_counts=True)
        predicted[j] = np.average(margin_failure_probability(value, pool), weights=batches)
    observed = ((margins < 0).sum(axis=0) + 0.5) / (np.isfinite(margins).sum(axis=0) + 1)
    return np.asarray(observed / np.maximum(predicted, 1e-6))


def _labels(seen: Examination) -> LabelScores:
    """The label model a verdict without margins rests on."""
    if seen.ladder.labels is None:
        raise ValueError(f"nothing was fitted to {seen.task.outcome} at gate {seen.task.gate}")
    return seen.ladder.labels
