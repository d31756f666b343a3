"""The compiled path of the lasso: coordinate descent on cross products, penalty after penalty.

A path that begins at the largest penalty and ends where a few dozen columns are in costs a
hundredth of one that goes on to small penalties, where columns that go together take thousands of
sweeps to share a coefficient among them.
"""

from typing import Any

import numpy as np
from numba import njit

Array = np.ndarray[Any, np.dtype[Any]]

compiled = njit(error_model="numpy", cache=True)

SWEEPS = 1000
# A step counts as none once it takes away less than this share of the target's sum of squares.
NO_STEP = 1e-12
SMALLEST_SQUARE = 1e-12


@compiled
def lasso_path(gram: Array, moments: Array, total: float, penalties: Array, most: int) -> Array:
    """Coefficients at falling penalties.

    Args:
        gram: (columns, columns) cross products of the centred design.
        moments: (columns,) cross products of design and target.
        total: Sum of squares of the target.
        penalties: Falling, in the unit of ``moments``; on the sum of absolute coefficients.
        most: The path ends with the first penalty that has more columns than this.

    Returns:
        (penalties reached, columns).

    Source: Friedman, Hastie & Tibshirani (2010), covariance updates, with active sets; a column
    joins where it violates the optimality condition, so each solution is that of all columns.

    Examples:
        >>> gram, moments = np.diag([2.0, 4.0]), np.array([6.0, -2.0])
        >>> lasso_path(gram, moments, 30.0, np.array([6.0, 4.0, 1.0]), most=9).tolist()
        [[0.0, 0.0], [1.0, 0.0], [2.5, -0.25]]
    """
    columns = moments.size
    path = np.zeros((penalties.size, columns))
    beta, slope = np.zeros(columns), moments.copy()
    active = np.zeros(columns, dtype=np.int64)
    count = 0
    is_active = np.zeros(columns, dtype=np.bool_)
    for step in range(penalties.size):
        penalty = penalties[step]
        for _ in range(SWEEPS):
            _settle(gram, total, penalty, beta, slope, active[:count])
            before = count
            for j in range(columns):
                if not is_active[j] and abs(slope[j]) > penalty * (1 + 1e-9):
                    is_active[j] = True
                    active[count] = j
                    count += 1
            if count == before:
                break
        path[step] = beta
        if np.count_nonzero(beta) > most:
            return path[: step + 1]
    return path


@compiled
def _settle(
    gram: Array, total: float, penalty: float, beta: Array, slope: Array, active: Array
) -> None:
    """Sweep over the active columns until nothing moves any more."""
    for _ in range(SWEEPS):
        largest = 0.0
        for j in active:
            square = gram[j, j]
            if square <= SMALLEST_SQUARE:
                continue
            wanted = slope[j] + square * beta[j]
            new = 0.0
            if wanted > penalty:
                new = (wanted - penalty) / square
            elif wanted < -penalty:
                new = (wanted + penalty) / square
            change = new - beta[j]
            if change != 0.0:
                beta[j] = new
                for k in range(slope.size):
                    slope[k] -= gram[j, k] * change
                largest = max(largest, change * change * square)
        if largest <= NO_STEP * total:
            break
