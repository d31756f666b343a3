"""What each column contributed to the predicted risk of batches the model had not seen.

Contributions are SHAP values, positive towards failure: exact for ridge and logistic regression,
from xgboost's ``pred_contribs`` for trees. Several margins become one risk by how much failure
probability a unit of each is worth where the batches stand.
"""

from dataclasses import dataclass

import numpy as np

from assets.failure_models import boosted_trees
from assets.failure_models.examination import Examination
from assets.failure_models.failure_probability import margin_failure_probability
from assets.failure_models.margin_models import Spread
from assets.failure_models.penalised_logistic import fit_logistic
from assets.failure_models.ridge import weighted_coefficients
from assets.failure_models.trial import Trial
from assets.statistics.array_types import FloatArray, IntArray

STEP_SPREADS = 0.25


@dataclass(frozen=True)
class Explanation:
    """Out-of-fold contributions of a trial.

    Attributes:
        contribution: (out-of-time batches, columns), positive towards failure.
        risk_per_margin: Per quantity, failure probability gained per unit of margin lost; empty
            for models of the label, whose contributions are in log odds.
    """

    contribution: FloatArray
    risk_per_margin: FloatArray


def explain(seen: Examination) -> Explanation:
    """Explain the model the verdict rests on, out of fold."""
    trial, ladder = seen.trial, seen.ladder
    if ladder.margins is None or ladder.spread is None:
        parts = [_logistic_contribution(trial, f.train, f.test) for f in trial.folds]
        return Explanation(np.vstack(parts), np.empty(0))
    risk = _risk_per_margin(trial, ladder.spread)
    return Explanation(-(ladder.margins.contribution[trial.tested] @ risk), risk)


def refitted(
    seen: Examination, weights: FloatArray, risk_per_margin: FloatArray, seed: int
) -> FloatArray:
    """Contributions after fitting again on resampled batches of the last training window.

    Args:
        seen: The examined trial.
        weights: Per batch of the last fold's training window, how often it counts.
        risk_per_margin: As in the explanation whose stability is tested.
        seed: Of the trees, where the gate has them.

    Returns:
        (out-of-time batches, columns), positive towards failure.
    """
    trial, train = seen.trial, seen.trial.folds[-1].train
    if seen.ladder.spread is None:
        rows = np.repeat(train, weights.astype(np.int64))
        return _logistic_contribution(trial, rows, trial.tested)
    view, test = trial.views[-1], trial.views[-1].design[trial.tested]
    total = np.zeros(test.shape)
    for j, risk in enumerate(risk_per_margin):
        has_target = np.isfinite(view.targets[train, j]) & (weights > 0)
        rows, own = train[has_target], weights[has_target]
        design, target = view.design[rows], view.targets[rows, j]
        penalty = seen.ladder.spread.penalties[-1][j]
        part = (test - test.mean(axis=0)) * weighted_coefficients(design, target, own, penalty)
        if trial.is_primary:
            booster = boosted_trees.fit_margin_trees(design, target, seed, own)
            part = (part + boosted_trees.contributions(booster, test)) / 2
        total -= risk * part
    return total


def _risk_per_margin(trial: Trial, spread: Spread) -> FloatArray:
    """Mean slope of each margin's failure probability over the out-of-time batches."""
    slopes = []
    for fold, view, pools in zip(trial.folds, trial.views, spread.residuals, strict=True):
        expected = view.expected[fold.test]
        for j, pool in enumerate(pools):
            step = STEP_SPREADS * max(float(pool.std()), 1e-9)
            nearer = margin_failure_probability(expected[:, j] - step, pool)
            farther = margin_failure_probability(expected[:, j] + step, pool)
            slopes.append(float((nearer - farther).mean()) / (2 * step))
    return np.asarray(np.array(slopes).reshape(len(trial.folds), -1).mean(axis=0))


def _logistic_contribution(trial: Trial, train: IntArray, test: IntArray) -> FloatArray:
    values = trial.matrix.values
    fit = fit_logistic(values[train], trial.panel.label[train])
    return fit.contributions(values[test])
