"""Gaps are filled by the mean or the median of what is there."""

import numpy as np

from assets.batch_matrix.missing_values import (
    mean_filled,
    measured_mean,
    measured_spread,
    median_filled,
)

VALUES = np.array([[1.0, 4.0], [np.nan, 4.0], [2.0, np.nan], [9.0, np.inf]])


def test_what_is_not_there_takes_no_part() -> None:
    assert measured_mean(VALUES).tolist() == [4.0, 4.0]
    assert measured_spread(VALUES).tolist() == [(38 / 3) ** 0.5, 0.0]
    assert measured_spread(np.full((2, 1), np.nan)).tolist() == [0.0]


def test_mean_and_median() -> None:
    assert mean_filled(VALUES)[1, 0] == 4.0
    assert median_filled(VALUES)[1, 0] == 2.0
    assert median_filled(VALUES)[:, 1].tolist() == [4.0] * 4
    assert median_filled(np.array([[1.0], [np.nan], [4.0]]))[1, 0] == 2.5
    assert median_filled(np.array([[1.0], [0.0]])).tolist() == [[1.0], [0.0]]
    assert np.isnan(VALUES[1, 0])
    assert mean_filled(np.full((2, 1), np.nan)).tolist() == [[0.0], [0.0]]
