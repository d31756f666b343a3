"""Aalen-Johansen worked by hand, with ties and late entry, and against lifelines without ties."""

import numpy as np
import pytest
from lifelines import AalenJohansenFitter

from assets.time_to_failure.curves.competing_modes import competing_modes, incidence
from assets.time_to_failure.lives.equipment_use import equipment_use
from assets.time_to_failure.lives.failed_batches import batches_of_lives, failure_spells
from assets.time_to_failure.lives.lives import breakdown_spells
from data_contracts.tables import table

# twelve lives in batches: two tied events at 3, late entries at 2 and 5
EXITS = [1.0, 3.0, 3.0, 3.0, 4.0, 5.0, 6.0, 6.0, 8.0, 9.0, 9.0, 10.0]
EVENTS = [0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0]
ENTRIES = [0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 5.0, 0.0, 5.0, 0.0, 0.0]


def test_competing_modes_of_a_press_by_hand(floor):
    """Lives of 3, 3 and 2 batches: broken down, renewed, still running when records end."""
    phases, events = floor
    use = equipment_use(phases)
    spells = breakdown_spells(use, events)
    failures = failure_spells(batches_of_lives(spells, use), table("core.outcomes"))
    found = competing_modes(spells, failures).filter(time_scale="batches")
    assert set(found["question"]) == {"end_of_life"}
    assert found.select("mode", "age", "at_risk", "events", "incidence").rows() == [
        ("breakdown", 3.0, 2, 1, 0.5),
        ("renewal", 3.0, 2, 1, 0.5),
    ]


def test_aalen_johansen_with_ties_and_late_entry():
    modes = [
        {0: None, 1: "a"}[event] if place % 2 else {0: None, 1: "b"}[event]
        for place, event in enumerate(EVENTS)
    ]  # a: 3, 5, 9; b: 3, 6
    rows = {
        (name, age): share
        for name, age, _, _, share, _, _ in incidence(np.array(ENTRIES), np.array(EXITS), modes)
    }
    left = [1.0, 7 / 9, 7 / 9 * 4 / 5, 7 / 9 * 4 / 5 * 5 / 6]
    assert rows["a", 3.0] == pytest.approx(1 / 9)
    assert rows["b", 3.0] == pytest.approx(1 / 9)
    assert rows["a", 5.0] == pytest.approx(1 / 9 + left[1] / 5)
    assert rows["b", 6.0] == pytest.approx(1 / 9 + left[2] / 6)
    assert rows["a", 9.0] == pytest.approx(1 / 9 + left[1] / 5 + left[3] / 3)
    assert rows["a", 9.0] + rows["b", 9.0] + left[3] * 2 / 3 == pytest.approx(1.0)


def test_aalen_johansen_without_ties_equals_that_of_lifelines():
    rng = np.random.default_rng(7)
    exits = rng.uniform(1, 50, 60).round(6)
    codes = rng.integers(0, 3, 60)
    modes = [{0: None, 1: "one", 2: "two"}[int(code)] for code in codes]
    theirs = AalenJohansenFitter().fit(exits, codes, event_of_interest=1)
    ours = [row for row in incidence(np.zeros(60), exits, modes) if row[0] == "one"]
    for _, age, _, _, share, low, high in ours:
        assert share == pytest.approx(float(theirs.cumulative_density_.loc[age].iloc[0]), abs=1e-12)
        ends = theirs.confidence_interval_.loc[age].to_list()
        if np.isfinite(ends).all():  # theirs has none for the last ages
            assert (low, high) == pytest.approx(tuple(ends), abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_a_mode_that_ended_every_life_has_all_of_them(seed):
    """Running sums end at 1 less a rounding; the interval there was 0 to 1."""
    rng = np.random.default_rng(seed)
    exits = rng.integers(1, 30, 25).astype(float)
    *_, last = incidence(np.zeros(25), exits, ["breakdown"] * 25)
    assert last[4:] == (1.0, 1.0, 1.0)


def test_a_life_seen_for_no_time_was_at_risk_of_nothing():
    found = list(incidence(np.array([5.0, 0.0]), np.array([5.0, 7.0]), ["breakdown", "breakdown"]))
    assert [row[:5] for row in found] == [("breakdown", 7.0, 1, 1, 1.0)]
    assert list(incidence(np.array([5.0]), np.array([5.0]), ["breakdown"])) == []


def test_a_life_followed_alone_from_a_late_entry_on_has_its_share():
    """One piece enters at 87, breaks at 470 and 1,013, is repaired and runs on: nobody is left."""
    entry, exit_ = np.array([87.0, 470.0, 1013.0]), np.array([470.0, 1013.0, 1604.0])
    found = list(incidence(entry, exit_, ["breakdown", "breakdown", None]))
    assert [row[:5] for row in found] == [
        ("breakdown", 470.0, 1, 1, 1.0),
        ("breakdown", 1013.0, 1, 1, 1.0),
    ]
