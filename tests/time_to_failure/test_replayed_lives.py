"""Recorded lives under another plan: cases counted by hand, and floors whose truth is known."""

import numpy as np
import pytest

from assets.statistics.reliability.weibull import posterior_draws
from assets.time_to_failure.lives.equipment_use import equipment_use
from assets.time_to_failure.lives.lives import BREAKDOWN, RECORDS_END, RENEWED, breakdown_spells
from assets.time_to_failure.lives.strata import Risk
from assets.time_to_failure.replacement.replayed_lives import Law, UnitLives, recorded_lives, replay
from tests.time_to_failure.conftest import event_frame, phase_frame

DRAWS = 500
SHAPE, SCALE = 2.4, 70.0
KEY = ("compression", "maintenance", "whole equipment", "batches")


def unit(*lives: tuple[float, str], age_at_start: float | None = 0.0) -> UnitLives:
    return UnitLives(
        np.array([lasted for lasted, _ in lives]), tuple(how for _, how in lives), age_at_start
    )


def avoided(
    lives: UnitLives,
    interval: float,
    scale: float = SCALE,
    shape: float = SHAPE,
    today: float = np.inf,
) -> np.ndarray:
    law = Law(np.full(DRAWS, shape), np.full(DRAWS, scale))
    return replay([lives], interval, law, today, np.random.default_rng(3)).avoided


@pytest.mark.parametrize("age_at_start", [0.0, None])
def test_lives_that_all_broke_break_again_without_a_plan(age_at_start):
    lives = unit((40, BREAKDOWN), (7, BREAKDOWN), (90, BREAKDOWN), age_at_start=age_at_start)
    assert (avoided(lives, np.inf) == 0).all()


def test_a_plan_before_every_breakdown_avoids_all_where_new_lives_do_not_break():
    """Three lives of 40 become 30 each, and the 30 batches left over are a fourth one."""
    lives = unit((40, BREAKDOWN), (40, BREAKDOWN), (40, BREAKDOWN))
    assert (avoided(lives, 30.0, scale=1e6, shape=20.0) == 3).all()


def test_lives_drawn_anew_in_the_room_left_break_as_the_law_says():
    """One life of 40 becomes 30, and the 10 batches left hold breakdowns at a rate of 1 / 12."""
    counts = avoided(unit((40, BREAKDOWN)), 30.0, scale=12.0, shape=1.0)
    law = Law(np.ones(20_000), np.full(20_000, 12.0))
    found = replay([unit((40, BREAKDOWN))], 30.0, law, np.inf, np.random.default_rng(4))
    # The breakdowns within 10 batches of a process of rate 1 / 12 are 0.833 on average.
    assert found.breakdowns.mean() == pytest.approx(10 / 12, abs=0.02)
    assert counts.max() == 1


def test_lives_before_the_plan_stay_as_they_were():
    """20 breaks again, 50 becomes 40, 25 breaks again; the 10 left over hold a new life."""
    lives = unit((20, BREAKDOWN), (50, BREAKDOWN), (25, BREAKDOWN))
    assert (avoided(lives, 40.0, scale=1e6, shape=20.0) == 1).all()


def test_longer_lives_push_the_last_ones_out():
    """Without a plan a life renewed at 30 goes on for ever: the breakdown after it is not met."""
    lives = unit((30, RENEWED), (20, BREAKDOWN), (5, RECORDS_END))
    assert (avoided(lives, np.inf, scale=1e6, shape=20.0) == 1).all()


def test_a_life_renewed_by_plan_breaks_later_as_the_law_says():
    """It lived 30; that it breaks by 60, without memory, is 1 - exp(-30 / 50)."""
    law = Law(np.ones(20_000), np.full(20_000, 50.0))
    lives = unit((30, RENEWED), (30, RECORDS_END))
    found = replay([lives], 60.0, law, 30.0, np.random.default_rng(5))
    broke = found.breakdowns >= 1
    assert found.recorded == 0
    assert broke.mean() == pytest.approx(1 - np.exp(-30 / 50), abs=0.01)


def test_a_piece_that_enters_the_records_at_its_plan_is_renewed_at_once():
    """20 batches before a renewal planned at 50: it entered at 30, so a plan of 35 ends it at 5."""
    lives = unit((20, RENEWED), (35, BREAKDOWN), (5, RECORDS_END), age_at_start=None)
    # 5 and then 35 at the very age of the plan, renewed; 20 are left over and do not break.
    assert (avoided(lives, 35.0, scale=1e6, shape=20.0, today=50.0) == 1).all()
    # At 30 it is renewed at once, then at 30: the breakdown at 35 is not met either.
    assert (avoided(lives, 30.0, scale=1e6, shape=20.0, today=50.0) == 1).all()


def test_the_age_at_breakdown_of_a_piece_that_entered_worn_is_drawn():
    """It broke after 20, planned at 100. Without memory its age when records begin is truncated.

    With rate 1 / 50 the age a within 80 has P(a > 40) = (e^-0.8 - e^-1.6) / (1 - e^-1.6) = 0.310;
    a plan of 60 is then reached before the breakdown.
    """
    law = Law(np.ones(20_000), np.full(20_000, 50.0))
    lives = unit((20, BREAKDOWN), age_at_start=None)
    found = replay([lives], 60.0, law, 100.0, np.random.default_rng(6))
    is_met = found.breakdowns == 0
    # Renewed at 60 with r batches left, the new life must also outlast them.
    a = np.linspace(40, 80, 100_001)
    density = np.exp(-a / 50) / (50 * (1 - np.exp(-1.6)))
    room = 20 - np.maximum(60 - a, 0)
    expected = np.trapezoid(density * np.exp(-room / 50), a)
    assert is_met.mean() == pytest.approx(expected, abs=0.01)


def test_lives_are_read_in_order_with_what_they_lasted(floor):
    phases, events = floor
    found = recorded_lives(breakdown_spells(equipment_use(phases), events))
    (one,) = found["compression", "maintenance", "turret", "batches"] or ()
    # Two batches before the first maintenance, then three, three and two.
    assert one.lasted.tolist() == [2.0, 3.0, 3.0, 2.0]
    assert one.ended_by == (RENEWED, BREAKDOWN, RENEWED, RECORDS_END)
    assert one.age_at_start is None


def test_a_breakdown_before_the_first_renewal_on_record_is_seen():
    events = event_frame(
        ("PRS-1", "breakdown", 3.5, None, 0.0), ("PRS-1", "maintenance", 3.5, None, 2.0)
    )
    phases = phase_frame([float(n) for n in range(7)])
    (one,) = recorded_lives(breakdown_spells(equipment_use(phases), events))[KEY] or ()
    assert (one.lasted.tolist(), one.ended_by) == ([4.0, 3.0], (BREAKDOWN, RECORDS_END))


def test_a_breakdown_that_renews_nothing_cannot_be_replayed():
    events = event_frame(
        ("PRS-1", "maintenance", 0.5, None, 0.0), ("PRS-1", "breakdown", 3.5, None, 0.0)
    )
    phases = phase_frame([float(n) for n in range(7)])
    assert recorded_lives(breakdown_spells(equipment_use(phases), events))[KEY] is None


def test_intervals_hold_the_truth_of_floors_that_are_known():
    """As often as the draws themselves lie between the ends: above 90%, for counts are whole.

    The band is the 99% one of 200 floors, each with its own share of draws between its ends.
    """
    rng = np.random.default_rng(7)
    held, promised = 0, []
    for _ in range(200):
        floor = [lived(rng.weibull(SHAPE, 40) * SCALE, 90.0, 250.0) for _ in range(2)]
        truth = sum(
            np.sum(unit.is_broken) - np.sum(lived(lengths, 45.0, 250.0)[0].is_broken)
            for unit, lengths in floor
        )
        units = [unit for unit, _ in floor]
        ages = np.concatenate([unit.lasted for unit in units])
        broken = np.concatenate([unit.is_broken for unit in units])
        risk = Risk(np.zeros(ages.size), ages, broken, np.arange(ages.size))
        law = Law(*posterior_draws(risk, 200, rng))
        drawn = replay(units, 45.0, law, 90.0, rng).avoided
        low, high = np.quantile(drawn, [0.05, 0.95], method="inverted_cdf")
        held += low <= truth <= high
        promised.append(np.mean((low <= drawn) & (drawn <= high)))
    share = np.array(promised)
    assert share.min() >= 0.9
    assert held == pytest.approx(share.sum(), abs=2.576 * np.sqrt(np.sum(share * (1 - share))))


def lived(lengths: np.ndarray, planned: float, room: float) -> tuple[UnitLives, np.ndarray]:
    """A piece whose lives have the given lengths, renewed by plan, seen for so many batches."""
    ends = np.minimum(lengths, planned)
    seen = int(np.searchsorted(np.cumsum(ends), room))
    lasted = np.append(ends[:seen], room - ends[:seen].sum())
    how = [BREAKDOWN if length < planned else RENEWED for length in lengths[:seen]]
    return UnitLives(lasted, (*how, RECORDS_END), 0.0), lengths
