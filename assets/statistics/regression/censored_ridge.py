"""A line through every column where some results are only known to lie beyond a limit."""

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.lines.ridge import RidgeBasis
from assets.statistics.regression.tobit import MEASURED, beyond_mean

MOST_STEPS = 40
CLOSE_ENOUGH = 1e-3  # of a standard deviation


def completed_by_line(
    basis: RidgeBasis, value: FloatArray, side: IntArray, start: FloatArray
) -> FloatArray:
    """Put in place of each censored result its expectation, given its columns and its limit.

    The line that says what to expect of a batch is fitted without the batch's block of time, so
    that nothing is expected of a result because it was expected before.

    Args:
        basis: Of the design, rows in time order.
        value: Per row, the result, or the limit where it is censored; no NaN.
        side: Per row, 0 measured, 1 at least ``value``, -1 at most that.
        start: Per row, the results completed without looking at the columns.

    Returns:
        Per row; measured results are unchanged, and a line through all is the ridge estimate of
        the censored model.

    Source: EM for the censored normal model (Dempster, Laird & Rubin 1977), penalised (Green 1990).

    Examples:
        >>> x = np.random.default_rng(1).normal(size=(400, 1))
        >>> y = 3 * x[:, 0] + np.random.default_rng(2).normal(size=400)
        >>> side = np.where(y > 1, 1, 0)
        >>> at_limit, basis = np.minimum(y, 1), RidgeBasis(x)
        >>> found = completed_by_line(basis, at_limit, side, at_limit)
        >>> basis.fit(at_limit).coefficients.round(1).tolist()
        [2.0]
        >>> basis.fit(found).coefficients.round(1).tolist()
        [2.8]
    """
    is_censored = side != MEASURED
    completed, spare = start.copy(), np.zeros(value.size)
    for _ in range(MOST_STEPS if is_censored.any() else 0):
        residual = basis.fit(completed).residuals
        sigma = float(np.sqrt((residual**2 + spare).mean()))
        expected, before = (completed - residual)[is_censored], completed[is_censored]
        completed[is_censored], spare[is_censored] = beyond_mean(
            value[is_censored], side[is_censored], expected, max(sigma, 1e-12)
        )
        if np.abs(completed[is_censored] - before).max() <= CLOSE_ENOUGH * sigma:
            break
    return completed
