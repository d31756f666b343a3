"""Columns with gaps: their mean and spread, and filling for methods that cannot take a gap."""

import numpy as np

from assets.statistics.array_types import FloatArray


def measured_mean(values: FloatArray) -> FloatArray:
    """Return each column's mean over what is there; 0 where nothing is."""
    defined = np.isfinite(values)
    counts = np.maximum(defined.sum(axis=0), 1)
    return np.asarray(np.where(defined, values, 0.0).sum(axis=0) / counts)


def measured_spread(values: FloatArray) -> FloatArray:
    """Return each column's standard deviation over what is there; 0 where nothing is."""
    defined = np.isfinite(values)
    counts = np.maximum(defined.sum(axis=0), 1)
    centred = np.where(defined, values - measured_mean(values), 0.0)
    return np.asarray(np.sqrt((centred**2).sum(axis=0) / counts))


def mean_filled(values: FloatArray) -> FloatArray:
    """Put missing values at their column's mean, where they neither help nor hurt a ranking."""
    return np.where(np.isfinite(values), values, measured_mean(values))


def median_filled(values: FloatArray) -> FloatArray:
    """Put missing values at their column's median, which a few wild readings cannot move.

    Args:
        values: (rows, columns), in every column at least one number.
    """
    filled, defined = values.copy(), np.isfinite(values)
    gaps = np.flatnonzero(~defined.all(axis=0))
    ordered = np.where(defined[:, gaps], values[:, gaps], np.nan).T.copy()
    ordered.sort(axis=1)  # what is missing stands last
    there, each = defined[:, gaps].sum(axis=0), np.arange(gaps.size)
    medians = (ordered[each, (there - 1) // 2] + ordered[each, there // 2]) / 2
    filled[:, gaps] = np.where(defined[:, gaps], values[:, gaps], medians)
    return filled
