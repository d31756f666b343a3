"""At which age renewals are planned, where many lives break before."""

import numpy as np
import pytest

from assets.time_to_failure.todays_plan import planned_age


def plan(*lives: tuple[float, bool], share: float = 0.5) -> float:
    ages, is_planned = zip(*lives, strict=True)
    return planned_age(np.array(ages, float), np.array(is_planned), share)


def test_a_life_that_broke_counts_as_planned_for_longer():
    """At 30 one of five is renewed: 4/5 are planned later; at 50 one of two: 2/5; at 60 none."""
    lives = ((30, True), (35, False), (40, False), (50, True), (60, True))
    assert plan(*lives) == 50
    assert plan(*lives, share=0.1) == 30
    assert plan(*lives, share=0.9) == 60


def test_without_breakdowns_it_is_the_plain_quantile():
    assert plan((20, True), (10, True), (30, True)) == 20


def test_where_the_longest_life_broke_the_longest_plan_seen_stands_in():
    assert plan((30, True), (35, False), (40, False)) == 30


def test_plans_of_lives_that_mostly_break_are_not_taken_too_short():
    """Plans near 90 and lives of scale 70: those renewed alone have a median near 85."""
    rng = np.random.default_rng(1)
    lives, plans = 70 * rng.weibull(2.4, 20_000), rng.normal(90, 10, 20_000)
    is_planned = plans < lives
    ages = np.minimum(lives, plans)
    assert np.median(ages[is_planned]) < 88
    assert planned_age(ages, is_planned, 0.5) == pytest.approx(90, abs=1)
