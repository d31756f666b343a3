"""Draws of a Weibull law: they hold their level with few lives, and agree with the likelihood."""

import numpy as np
import pytest

from assets.statistics.reliability.weibull import posterior_draws, weibull_fit
from assets.time_to_failure.lives.strata import Risk

SHAPE, SCALE = 2.4, 70.0


def lives(count: int, rng: np.random.Generator, longest: float = np.inf) -> Risk:
    drawn = SCALE * rng.weibull(SHAPE, count)
    ends = np.minimum(drawn, longest)
    return Risk(np.zeros(count), ends, drawn <= longest, np.arange(count))


def test_intervals_of_six_uncensored_lives_hold_their_level():
    """By invariance the coverage is exactly 90%: the 99% band of 400 is 344 to 375."""
    rng = np.random.default_rng(11)
    held = np.zeros(3)
    for _ in range(400):
        shape, scale = posterior_draws(lives(6, rng), 1000, rng)
        median = scale * np.log(2) ** (1 / shape)
        truths = (SHAPE, SCALE, SCALE * np.log(2) ** (1 / SHAPE))
        for k, (drawn, true) in enumerate(zip((shape, scale, median), truths, strict=True)):
            low, high = np.quantile(drawn, [0.05, 0.95])
            held[k] += low <= true <= high
    assert ((held >= 344) & (held <= 375)).all(), held


def test_with_many_lives_the_draws_are_the_likelihood_s_interval():
    rng = np.random.default_rng(12)
    risk = lives(1000, rng, longest=90.0)
    fit = weibull_fit(risk)
    shape, scale = posterior_draws(risk, 4_000, rng)
    low, high = np.quantile(shape, [0.025, 0.975])
    assert (low, high) == pytest.approx((fit.shape_low, fit.shape_high), rel=0.02)
    low, high = np.quantile(scale, [0.025, 0.975])
    assert (low, high) == pytest.approx((fit.scale_low, fit.scale_high), rel=0.02)


def test_late_entry_moves_the_draws_as_it_moves_the_likelihood():
    rng = np.random.default_rng(13)
    drawn = SCALE * rng.weibull(SHAPE, 2000)
    seen = drawn[drawn > 30.0]
    risk = Risk(np.full(seen.size, 30.0), seen, np.ones(seen.size, bool), np.arange(seen.size))
    shape, scale = posterior_draws(risk, 1000, rng)
    assert float(np.median(shape)) == pytest.approx(SHAPE, rel=0.05)
    assert float(np.median(scale)) == pytest.approx(SCALE, rel=0.03)
