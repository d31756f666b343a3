import numpy as np
import pytest

from assets.statistics.intervals import (
    clopper_pearson,
    deflated_beta,
    garwood,
    newcombe_difference,
    wilson,
)


def test_six_failures_in_two_hundred_are_the_published_one_to_six_percent() -> None:
    low, high = clopper_pearson(6, 200)
    assert low == pytest.approx(0.0111, abs=5e-5)
    assert high == pytest.approx(0.0642, abs=5e-5)


def test_newcombe_agrees_with_his_table() -> None:
    # Newcombe (1998), Statistics in Medicine 17:873, table II, (a) and (h).
    assert newcombe_difference(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert newcombe_difference(5, 56, 0, 29) == pytest.approx((-0.0381, 0.1926), abs=5e-5)


def test_wilson_agrees_with_the_published_example() -> None:
    # Newcombe (1998), Statistics in Medicine 17:857, table I: 81/263 and 0/20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_no_trials_say_nothing() -> None:
    assert clopper_pearson(0, 0) == wilson(0, 0) == deflated_beta(0, 0) == (0.0, 1.0)
    assert newcombe_difference(0, 0, 1, 2) == (-1.0, 1.0)


def test_bounds_at_the_ends_are_the_ends() -> None:
    assert clopper_pearson(0, 10)[0] == 0.0
    assert clopper_pearson(10, 10)[1] == 1.0
    assert deflated_beta(0, 10)[0] == 0.0
    assert deflated_beta(10, 10)[1] == 1.0


def test_all_against_none_is_exactly_one_and_rounding_carries_no_bound_past_it() -> None:
    for inside in range(1, 400):
        low, high = newcombe_difference(inside, inside, 0, 600 - inside)
        assert 0 < low < high == 1.0
        assert newcombe_difference(0, 600 - inside, inside, inside) == (-1.0, -low)
    assert newcombe_difference(115, 115, 0, 885)[1] == 1.0


def test_dependent_counts_give_a_wider_interval() -> None:
    plain, clustered = deflated_beta(8, 20, deflation=1.0), deflated_beta(8, 20, deflation=2.0)
    assert clustered[0] < plain[0] < 0.4 < plain[1] < clustered[1]


def test_garwood_agrees_with_the_published_table() -> None:
    # Garwood (1936), table: 95% limits of a Poisson mean with 0, 1 and 10 events.
    low, high = garwood(np.array([0.0, 1.0, 10.0]), 1.0)
    assert low.tolist() == pytest.approx([0.0, 0.025, 4.80], abs=5e-3)
    assert high.tolist() == pytest.approx([3.69, 5.57, 18.39], abs=5e-3)
    assert garwood(10, 50.0)[1] == pytest.approx(high[2] / 50)
