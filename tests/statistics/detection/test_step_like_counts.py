"""Counts that are nearly a step, or fall: what replays give, and what once ended in an error."""

import numpy as np
import pytest

from assets.statistics.detection.hit_miss import fit_hit_miss

SIZE = np.array([0.125, 0.25, 0.5, 1.0, 2.0, 4.0])
TRIALS = np.full(6, 29)


@pytest.mark.parametrize("mixed", [1, 9, 18, 22, 25, 28])
def test_a_step_with_one_mixed_size_has_an_interval(mixed: int) -> None:
    fit = fit_hit_miss(SIZE, np.array([0, 0, 0, mixed, 29, 29]), TRIALS, log_size=True)
    assert fit.verdict == "separated"
    for bound in ("profile", "wald"):
        low, high = fit.size_interval(bound=bound)
        assert low < fit.size_at() < high
        assert low < 2.0
        assert high > 1.0


@pytest.mark.parametrize("found", [2, 18])
def test_a_few_seen_at_the_largest_size_alone_have_an_interval(found: int) -> None:
    fit = fit_hit_miss(SIZE, np.array([0, 0, 0, 0, 0, found]), TRIALS, log_size=True)
    low, high = fit.size_interval()
    assert 2.0 < low < high


@pytest.mark.parametrize("fallen", [[29, 29, 25, 0, 0, 0], [29, 29, 29, 4, 0, 0]])
def test_counts_that_fall_like_a_step_have_no_trend(fallen: list[int]) -> None:
    assert fit_hit_miss(SIZE, np.array(fallen), TRIALS, log_size=True).verdict == "no_trend"
