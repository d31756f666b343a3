"""At which age renewals are planned, where many lives break before."""

import numpy as np
import pytest

from assets.time_to_failure.replacement.todays_plan import Ends, Today


def ends(*lives: tuple[float, bool]) -> Ends:
    ages, is_planned = zip(*lives, strict=True)
    return Ends.begun_on_record(np.array(ages, float), np.array(is_planned))


def plan(*lives: tuple[float, bool], share: float = 0.5) -> float | None:
    return Today(ends(*lives)).quantile(share)


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
    assert Today(Ends.begun_on_record(ages, is_planned)).interval == pytest.approx(90, abs=1)


def test_drawn_plans_hold_the_true_one_as_often_as_they_say():
    """Weibull plans with a median of 90, a third of 40 lives reach theirs: 90% of draws hold 90."""
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(400):
        plans = 90 / np.log(2) ** (1 / 9) * rng.weibull(9, 40)
        lives = 80 * rng.weibull(2.4, 40)
        today = Today(Ends.begun_on_record(np.minimum(lives, plans), plans < lives))
        low, high = np.quantile(today.drawn(400, rng), [0.05, 0.95])
        held += low <= 90 <= high
    assert 0.86 <= held / 400 <= 0.94  # four standard errors would be 0.06


def test_plans_all_alike_are_known():
    drawn = Today(ends((30, True), (12, False), (30, True))).drawn(5, np.random.default_rng(1))
    assert (drawn == 30).all()


def test_without_a_plan_every_draw_runs_to_failure():
    today = Today()
    assert today.interval is None
    assert today.age == np.inf
    assert (today.drawn(5, np.random.default_rng(1)) == np.inf).all()
