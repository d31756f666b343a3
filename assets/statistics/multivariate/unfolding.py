"""Batches of unequal length in rows of equal length: resampled by progress, unfolded batch-wise."""

import numpy as np

from assets.statistics.array_types import FloatArray


def resampled(course: FloatArray, steps: int) -> FloatArray:
    """Read a course of samples at equal steps of its progress.

    Args:
        course: (samples, columns), in order of time.
        steps: How many are wanted; the first and the last sample are among them.

    Returns:
        (steps, columns), between samples on the straight line.

    Source: linear alignment by an indicator of progress, Nomikos & MacGregor (1995), section 2.

    Examples:
        >>> resampled(np.array([[0.0], [10.0], [20.0]]), 5).ravel().tolist()
        [0.0, 5.0, 10.0, 15.0, 20.0]
    """
    at = np.linspace(0.0, len(course) - 1, steps)
    before = np.minimum(at.astype(np.int64), max(len(course) - 2, 0))
    after = np.minimum(before + 1, len(course) - 1)
    part = (at - before)[:, None]
    return np.asarray(course[before] * (1 - part) + course[after] * part)


def unfolded(courses: FloatArray) -> FloatArray:
    """Lay batches out as rows: all columns of the first step, of the second, and so on.

    Args:
        courses: (batches, steps, columns).

    Source: Nomikos & MacGregor (1994), figure 2 (batch-wise unfolding).

    Examples:
        >>> unfolded(np.arange(8.0).reshape(2, 2, 2)).tolist()
        [[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0]]
    """
    return courses.reshape(len(courses), -1)
