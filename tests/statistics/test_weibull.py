"""Weibull fits equal those of lifelines and R; draws of the law hold their level with few lives."""

import numpy as np
import pytest
from lifelines import WeibullAFTFitter
from lifelines.datasets import load_lung

from assets.statistics.reliability.weibull import (
    Spells,
    log_likelihood,
    posterior_draws,
    weibull_fit,
)

SHAPE, SCALE = 2.4, 70.0


@pytest.fixture(scope="module")
def lung():
    return load_lung()[["time", "status", "age", "sex"]].astype(float)


def lives(count: int, rng: np.random.Generator, longest: float = np.inf) -> Spells:
    drawn = SCALE * rng.weibull(SHAPE, count)
    ends = np.minimum(drawn, longest)
    return Spells(np.zeros(count), ends, drawn <= longest)


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
    spells = lives(1000, rng, longest=90.0)
    fit = weibull_fit(spells)
    shape, scale = posterior_draws(spells, 4_000, rng)
    low, high = np.quantile(shape, [0.025, 0.975])
    assert (low, high) == pytest.approx((fit.shape_low, fit.shape_high), rel=0.02)
    low, high = np.quantile(scale, [0.025, 0.975])
    assert (low, high) == pytest.approx((fit.scale_low, fit.scale_high), rel=0.02)


def test_late_entry_moves_the_draws_as_it_moves_the_likelihood():
    rng = np.random.default_rng(13)
    drawn = SCALE * rng.weibull(SHAPE, 2000)
    seen = drawn[drawn > 30.0]
    spells = Spells(np.full(seen.size, 30.0), seen, np.ones(seen.size, bool))
    shape, scale = posterior_draws(spells, 1000, rng)
    assert float(np.median(shape)) == pytest.approx(SHAPE, rel=0.05)
    assert float(np.median(scale)) == pytest.approx(SCALE, rel=0.03)


@pytest.mark.parametrize("is_truncated", [False, True])
def test_our_weibull_equals_that_of_lifelines(lung, is_truncated):
    time, status = lung["time"].to_numpy(), lung["status"].to_numpy() > 0
    entry = np.where(time > 100, 40.0, 0.0) if is_truncated else np.zeros(time.size)
    spells = Spells(entry, time, status)
    ours = weibull_fit(spells)
    frame = lung[["time", "status"]].assign(entry=entry)
    theirs = WeibullAFTFitter().fit(frame, "time", "status", entry_col="entry")
    peak = log_likelihood(spells, ours.shape, ours.scale)
    assert peak == pytest.approx(theirs.log_likelihood_, rel=1e-9)
    assert peak >= theirs.log_likelihood_ - 1e-9
    scale, shape = np.exp(theirs.params_.to_numpy())
    assert (ours.shape, ours.scale) == pytest.approx((shape, scale), rel=1e-4)
    # with 165 events the profile interval is close to that from the standard error
    ends = theirs.summary[["exp(coef) lower 95%", "exp(coef) upper 95%"]].to_numpy().ravel()
    profile = (ours.scale_low, ours.scale_high, ours.shape_low, ours.shape_high)
    assert profile == pytest.approx(tuple(ends), rel=0.02)


def test_weibull_without_covariates_equals_survreg(lung):
    time, status = lung["time"].to_numpy(), lung["status"].to_numpy() > 0
    spells = Spells(np.zeros(time.size), time, status)
    fit = weibull_fit(spells)
    # survreg(Surv(time, status) ~ 1, lung): intercept 6.034904, scale 0.7593
    assert np.log(fit.scale) == pytest.approx(6.0349, abs=1e-4)
    assert 1 / fit.shape == pytest.approx(0.7593, abs=1e-3)
