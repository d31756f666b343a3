"""Least squares with intervals that know batches come in lots and campaigns."""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray


@dataclass(frozen=True)
class Slopes:
    """Coefficients of a linear regression, the intercept left out.

    Attributes:
        estimate: Per column, change of the target per unit.
        low: Lower end of the 95% interval; ``high`` the upper end.
    """

    estimate: FloatArray
    low: FloatArray
    high: FloatArray


def clustered_slopes(
    design: FloatArray, target: FloatArray, cluster: IntArray, level: float = 0.95
) -> Slopes:
    """Regress a target on columns, with the sandwich variance over clusters.

    Args:
        design: (rows, columns), no NaN; columns that say nothing get a slope of 0.
        target: Per row, no NaN.
        cluster: Per row, code of its cluster.
        level: Confidence level.

    Returns:
        Slopes with t intervals on clusters - 1 degrees of freedom; infinite with one cluster.

    Source: Liang & Zeger (1986), with the CR1 correction of Stata's ``cluster``.
    """
    from scipy.stats import t

    rows, columns = design.shape
    codes, position = np.unique(cluster, return_inverse=True)
    if codes.size < 2 or rows <= columns + 1:
        nothing = np.zeros(columns)
        return Slopes(nothing, np.full(columns, -np.inf), np.full(columns, np.inf))
    full = np.column_stack([np.ones(rows), design])
    bread = np.linalg.pinv(full.T @ full)
    coefficients = bread @ (full.T @ target)
    residual = target - full @ coefficients
    scores = np.zeros((codes.size, full.shape[1]))
    np.add.at(scores, position, full * residual[:, None])
    correction = codes.size / (codes.size - 1) * (rows - 1) / (rows - full.shape[1])
    variance = correction * (bread @ (scores.T @ scores) @ bread)
    reach = float(t.ppf(0.5 + level / 2, codes.size - 1)) * np.sqrt(np.diag(variance).clip(0))
    estimate = coefficients[1:]
    return Slopes(estimate, estimate - reach[1:], estimate + reach[1:])
