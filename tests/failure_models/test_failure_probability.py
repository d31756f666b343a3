import tracemalloc

import numpy as np
import pytest

from assets.failure_models.estimators.failure_probability import (
    any_margin_fails,
    margin_failure_probability,
)


def test_probability_is_the_share_of_residuals_that_would_carry_it_over() -> None:
    residuals = np.random.default_rng(1).normal(size=20_000)
    found = margin_failure_probability(np.array([0.0, 1.0, 2.0]), residuals)
    # Normal residuals of spread 1 smoothed by 0.3: spread sqrt(1.09).
    from scipy.stats import norm

    assert found == pytest.approx(norm.cdf(-np.array([0.0, 1.0, 2.0]) / np.sqrt(1.09)), abs=0.01)


def test_any_of_two_fails() -> None:
    residuals = [np.array([-1.0, 1.0]), np.array([-1.0, 1.0])]
    either, each = any_margin_fails(np.zeros((1, 2)), residuals)
    assert each == pytest.approx(np.array([[0.5, 0.5]]))
    assert either == pytest.approx(np.array([0.75]))


def test_the_nearer_the_limit_the_likelier() -> None:
    expected = np.linspace(4, -4, 50)
    chance = margin_failure_probability(expected, np.random.default_rng(2).normal(size=100))
    assert (np.diff(chance) >= 0).all()
    assert ((chance >= 0) & (chance <= 1)).all()


def test_many_batches_are_told_the_same_as_each_alone() -> None:
    rng = np.random.default_rng(3)
    residuals = rng.standard_t(df=3, size=700)
    expected = np.concatenate([rng.normal(scale=5, size=4000), [-1e4, 1e4]])
    together = margin_failure_probability(expected, residuals)
    alone = np.concatenate(
        [margin_failure_probability(expected[[i]], residuals) for i in range(0, 4002, 40)]
    )
    assert together[::40] == pytest.approx(alone, abs=2e-7)
    assert together[-2:] == pytest.approx([1.0, 0.0], abs=1e-15)


def test_ten_thousand_batches_take_no_table_of_pairs() -> None:
    rng = np.random.default_rng(4)
    tracemalloc.start()
    margin_failure_probability(rng.normal(size=10_000), rng.normal(size=10_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6  # a table of pairs is 800 MB
