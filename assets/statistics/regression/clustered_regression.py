"""Least squares with intervals that know batches come in lots and campaigns."""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.regression.cluster_means import summed_by_group


@dataclass(frozen=True)
class Slopes:
    """Coefficients of a linear regression, the intercept left out.

    Attributes:
        estimate: Per column, change of the target per unit.
        low: Lower end of the 95% interval; ``high`` the upper end.

    Examples:
        >>> own = Slopes(np.array([2.0]), np.array([1.0]), np.array([3.0]))
        >>> own.scaled(10.0).high.tolist()
        [30.0]
    """

    estimate: FloatArray
    low: FloatArray
    high: FloatArray

    def scaled(self, factor: float) -> "Slopes":
        """The same slopes per so many units, ``factor`` above 0.

        Examples:
            >>> slope, low, high = np.array([0.5]), np.array([0.25]), np.array([0.75])
            >>> Slopes(slope, low, high).scaled(2.0).high.tolist()  # per two units
            [1.5]
        """
        return Slopes(self.estimate * factor, self.low * factor, self.high * factor)


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

    Examples:
        >>> x = np.array([0.0, 1.0, 2.0, 3.0])
        >>> found = clustered_slopes(x[:, None], np.array([1.0, 2.0, 4.0, 5.0]), np.arange(4))
        >>> round(float(found.estimate[0]), 6)  # sum of products 7 over sum of squares 5
        1.4
    """
    from scipy.special import stdtrit

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
    reach = float(stdtrit(codes.size - 1, 0.5 + level / 2)) * np.sqrt(np.diag(variance).clip(0))
    estimate = coefficients[1:]
    return Slopes(estimate, estimate - reach[1:], estimate + reach[1:])


def separate_slopes(
    design: FloatArray, target: FloatArray, cluster: IntArray, level: float = 0.95
) -> Slopes:
    """Regress a target on every column by itself, with the sandwich variance over clusters.

    Args:
        design: (rows, columns), NaN where missing: a column uses the rows it has.
        target: Per row, NaN where missing.
        cluster: Per row, code of its cluster.
        level: Confidence level.

    Returns:
        Slopes as in :func:`clustered_slopes`; a column with one value, fewer than four rows or one
        cluster gets slope 0 and an infinite interval.

    Examples:
        >>> columns = np.array([[0.0, 5.0], [1.0, 5.0], [2.0, 5.0], [3.0, 5.0]])
        >>> found = separate_slopes(columns, np.array([1.0, 2.0, 4.0, 5.0]), np.arange(4))
        >>> found.estimate.round(6).tolist(), float(found.high[1])  # a constant says nothing
        ([1.4, 0.0], inf)
    """
    from scipy.special import stdtrit

    present = np.isfinite(design) & np.isfinite(target)[:, None]
    rows = np.maximum(present.sum(axis=0), 1)
    own = np.where(present, design, 0.0)
    answer = np.where(present, np.nan_to_num(target)[:, None], 0.0)
    own = np.where(present, own - own.sum(axis=0) / rows, 0.0)
    answer = np.where(present, answer - answer.sum(axis=0) / rows, 0.0)
    squares = (own**2).sum(axis=0)
    position = np.unique(cluster, return_inverse=True)[1].astype(np.int64)
    groups = (summed_by_group(present.astype(float), position) > 0).sum(axis=0)
    is_fit = (squares > 1e-12) & (rows > 3) & (groups > 1)
    estimate = np.divide(
        (own * answer).sum(axis=0), squares, out=np.zeros_like(squares), where=is_fit
    )
    scores = summed_by_group(own * (answer - own * estimate), position)
    groups, rows = np.maximum(groups, 2), np.maximum(rows, 3)
    correction = groups / (groups - 1) * (rows - 1) / (rows - 2)
    spread = np.sqrt(correction * (scores**2).sum(axis=0)) / np.where(is_fit, squares, 1.0)
    reach = np.where(is_fit, stdtrit(groups - 1, 0.5 + level / 2) * spread, np.inf)
    return Slopes(estimate, estimate - reach, estimate + reach)
