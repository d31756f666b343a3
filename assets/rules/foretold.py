"""Which batches past results foretold to fail: what a rule must beat.

Results that wander let failures come in stretches, and operators who answer past failures move
settings in the same stretches: a rule about such a setting would tell the past twice. A batch is
therefore expected to fail as often as past results foretold it.
"""

import numpy as np

from assets.rules.targets import Target
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.prediction_quality.calibration import logit
from assets.statistics.regression.detrending import group_means, past_mean
from assets.statistics.regression.penalised_logistic import fit_logistic
from assets.statistics.regression.result_history import ResultHistory, decaying_means

# Memory of past failures, in batches.
FAILURE_SPANS = (10, 40)
SMALLEST_RISK = 1e-4


def foretold(target: Target, results: FloatArray, product: IntArray) -> FloatArray:
    """Probability of a target given the results before each batch.

    Args:
        target: What rules are searched for.
        results: (batches, series) of every outcome of the run, in production order.
        product: Per batch, code of product and strength.

    Returns:
        Per batch, above 0; the target's rate where nothing is foretold or the label is not known.
    """
    known = np.flatnonzero(np.isfinite(target.label))
    rate = float(target.label[known].mean()) if known.size else 0.0
    found = np.full(target.label.size, max(rate, SMALLEST_RISK))
    if not SMALLEST_RISK < rate < 1:
        return found
    within = target.label - group_means(target.label[:, None], product, known)[:, 0]
    columns = [each[:, 0] for each in decaying_means(within[:, None], FAILURE_SPANS)]
    history = ResultHistory(results - group_means(results, product, known), known)
    risks = [_shortfall_risk(each, history, product) for each in target.margins.T]
    if risks:
        any_falls_short = 1 - np.prod([1 - risk for risk in risks], axis=0)
        columns.append(logit(np.clip(any_falls_short, SMALLEST_RISK, 1 - SMALLEST_RISK)))
    design = np.column_stack(columns)[known]
    fit = fit_logistic(design, target.label[known])
    found[known] = np.maximum(fit.predict(design), SMALLEST_RISK)
    return found


def _shortfall_risk(margin: FloatArray, history: ResultHistory, product: IntArray) -> FloatArray:
    """Per batch, the probability that a margin falls below 0, given the results before."""
    measured = np.flatnonzero(np.isfinite(margin))
    level = group_means(margin[:, None], product, measured)[:, 0]
    past = past_mean((margin - level)[:, None])[:, 0]
    own = margin - level - past
    expected = level + np.nan_to_num(past) + history.foretold(own)
    left = margin - expected
    pool = np.sort(left[np.isfinite(left)])
    return np.asarray(np.searchsorted(pool, -expected, side="left") / max(pool.size, 1))
