"""Evidence that may be looked at at any time, against what its authors' packages print."""

from math import comb

import numpy as np
import pytest

from assets.statistics.anytime_valid import (
    lower_rate_e_value,
    shares_e_value,
    two_proportions_e_value,
)

SECOND = np.array([1, 0, 1, 1, 1, 0, 1.0])


def test_two_proportions_in_equal_blocks() -> None:
    """Manual page of safestats, ``safeTwoProportionsTest``."""
    first = np.array([1, 0, 1, 0, 0, 0, 1.0])
    assert two_proportions_e_value(first, SECOND) == pytest.approx(1.09550461976, rel=1e-11)
    # One block of unlike results: each rate was thought to be a half, and both together too.
    assert two_proportions_e_value(np.array([1.0]), np.array([0.0])) == pytest.approx(1.0)


def test_two_proportions_in_unequal_blocks() -> None:
    """The same page: two of the first group and one of the second in each block."""
    first = np.array([2, 2, 1, 2, 0, 2, 2.0])
    found = two_proportions_e_value(first, SECOND, sizes=(2, 1), second_prior=(0.09, 0.09))
    assert found == pytest.approx(0.0590837004721, rel=1e-11)


def test_two_proportions_that_differ_are_told_apart() -> None:
    first = np.array([1, 1, 1, 1, 1, 1, 1, 1, 0, 1.0])
    second = np.array([0, 0, 0, 0, 1, 0, 0, 0, 0, 0.0])
    assert two_proportions_e_value(first, second) == pytest.approx(57.5241776475, rel=1e-11)


def test_shares_of_two_kinds_of_arrival() -> None:
    """Savvi's Poisson example (Lindon & Malek 2022): p-value after 210 arrivals."""
    found = shares_e_value(np.array([[148.0, 62.0]]), np.array([0.8, 0.2]))
    assert 1 / found[0] == pytest.approx(0.045579631759249686, rel=1e-10)


def test_shares_of_three_classes_stop_where_the_package_stops() -> None:
    """Savvi's multinomial example, seed 1: expected .1 .4 .5, in truth .1 .3 .6; stops at 402."""
    drawn = np.random.RandomState(1).multinomial(1, [0.1, 0.3, 0.6], 1000)
    counts = np.cumsum(drawn, axis=0).astype(float)
    found = shares_e_value(counts, np.array([0.1, 0.4, 0.5]))
    stop = int(np.flatnonzero(found >= 20)[0])
    assert stop + 1 == 402
    assert counts[stop].tolist() == [40, 129, 233]
    assert 1 / found[stop] == pytest.approx(0.04845591105969517, rel=1e-10)


def test_a_lower_rate_by_hand() -> None:
    """Without any record a failure is as likely as not: 0.75 / 0.5, then 0.75^2 / (1/2 x 3/4)."""
    good = lower_rate_e_value(0, 0, np.zeros(2), np.array([1.0, 2.0]), 0.25)
    assert good.tolist() == pytest.approx([1.5, 1.5])
    failed = lower_rate_e_value(0, 0, np.array([1.0, 1.0]), np.array([1.0, 2.0]), 0.25)
    assert failed.tolist() == pytest.approx([0.5, 0.25 * 0.75 / (0.5 * 0.25)])
    # Two of nine failed: the next is expected to with 2.5 / 10.
    found = lower_rate_e_value(2, 9, np.ones(1), np.ones(1), 0.1)
    assert found[0] == pytest.approx(0.1 / 0.25)


def test_a_record_that_goes_on_as_it_foretells_is_expected_to_show_nothing() -> None:
    """Mean of the e-value over all counts of the next fifty batches, each as likely as foretold."""
    failures = np.arange(51.0)
    found = lower_rate_e_value(6, 200, failures, np.full(51, 50.0), 0.01)
    as_promised = np.array([comb(50, k) * 0.01**k * 0.99 ** (50 - k) for k in range(51)])
    foretold = as_promised / found
    assert foretold.sum() == pytest.approx(1.0)  # a law of counts: the beta-binomial
    assert foretold @ found == pytest.approx(1.0)
    assert foretold @ failures == pytest.approx(50 * 6.5 / 201)


def test_looking_every_month_is_silent_without_a_change_and_speaks_with_one() -> None:
    """Seventeen batches a month for eight years, a thousand before them, all only counted."""
    rng = np.random.default_rng(3)
    made = np.arange(17.0, 17 * 97, 17)
    shown = {}
    for rate in (0.03, 0.01):
        found = [
            lower_rate_e_value(
                rng.binomial(1000, 0.03),
                1000,
                rng.binomial(17, rate, 96).cumsum().astype(np.float64),
                made,
                0.01,
            )
            for _ in range(400)
        ]
        shown[rate] = np.mean([(each >= 20).any() for each in found])
    assert shown[0.03] <= 0.05
    assert shown[0.01] > 0.85
