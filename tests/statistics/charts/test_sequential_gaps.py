"""Scores of gaps: exact against counting, and of one law whatever the rate."""

from math import comb

import numpy as np
import pytest
from scipy.special import ndtr

from assets.statistics.charts.sequential.gaps import gap_scores, time_scores


def test_a_gap_has_the_place_that_counting_gives():
    # Three gaps that sum to 5: of comb(7, 2) = 21 ways, the last is at least 3 in comb(4, 2) = 6
    # and at least 4 in comb(3, 2) = 3.
    score = gap_scores(np.array([1.0, 1.0, 3.0]))[2]
    assert 1 - ndtr(score) == pytest.approx((6 + 3) / (2 * comb(7, 2)))


@pytest.mark.parametrize("rate", [0.02, 0.2])
def test_scores_of_gaps_do_not_depend_on_the_rate(rate):
    rng = np.random.default_rng(1)
    scores = np.array(
        [gap_scores(np.asarray(rng.geometric(rate, 30) - 1.0))[1:] for _ in range(2_000)]
    )
    assert abs(scores.mean()) < 0.05  # short gaps are few numbers, which lie unevenly
    assert 0.9 < scores.std() < 1.01
    assert abs(np.corrcoef(scores[:, 5], scores[:, 6])[0, 1]) < 0.06


def test_scores_of_times_are_standard_normal():
    rng = np.random.default_rng(2)
    scores = np.array([time_scores(rng.exponential(5.0, 30))[1:] for _ in range(2_000)])
    assert abs(scores.mean()) < 0.02
    assert scores.std() == pytest.approx(1.0, abs=0.02)


def test_one_gap_has_no_place():
    assert np.isnan(gap_scores(np.array([4.0]))).tolist() == [True]
    assert gap_scores(np.empty(0)).size == 0
