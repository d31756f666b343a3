"""Filling what was not recorded, for methods that cannot take a gap; elsewhere it stays NaN."""

import numpy as np

from assets.statistics.array_types import FloatArray


def mean_filled(values: FloatArray) -> FloatArray:
    """Put missing values at their column's mean, where they neither help nor hurt a ranking."""
    defined = np.isfinite(values)
    counts = np.maximum(defined.sum(axis=0), 1)
    return np.where(defined, values, np.where(defined, values, 0.0).sum(axis=0) / counts)


def median_filled(values: FloatArray) -> FloatArray:
    """Put missing values at their column's median, which a few wild readings cannot move.

    Args:
        values: (rows, columns), in every column at least one number.
    """
    filled = values.copy()
    for column in filled.T:
        defined = np.isfinite(column)
        column[~defined] = np.median(column[defined])
    return filled
