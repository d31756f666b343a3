"""A dozen lives worked by hand: Kaplan-Meier, Nelson-Aalen, Aalen-Johansen, ties and late entry."""

import numpy as np
import pytest
from lifelines import AalenJohansenFitter

from assets.time_to_failure.curves.competing_modes import incidence
from assets.time_to_failure.curves.survival_curves import survival_curves
from tests.time_to_failure.conftest import stratum_of

# twelve lives in batches: two tied events at 3, late entries at 2 and 5
EXITS = [1.0, 3.0, 3.0, 3.0, 4.0, 5.0, 6.0, 6.0, 8.0, 9.0, 9.0, 10.0]
EVENTS = [0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0]
ENTRIES = [0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 5.0, 0.0, 5.0, 0.0, 0.0]
# at risk just before 3: all but the one gone at 1 and the two that enter at 5 -> 9;
# before 5: 9 - three gone at 3 - one at 4 = 5 (the entries at 5 come after); before 6: 5 - 1 + 2
AT_RISK = {3.0: 9, 5.0: 5, 6.0: 6, 9.0: 3}
DEATHS = {3.0: 2, 5.0: 1, 6.0: 1, 9.0: 1}


def test_kaplan_meier_and_nelson_aalen():
    curve = survival_curves([stratum_of(EXITS, EVENTS, ENTRIES)])
    survival, hazard = 1.0, 0.0
    for age, at_risk in AT_RISK.items():
        row = curve.filter(age=age).row(0, named=True)
        survival *= 1 - DEATHS[age] / at_risk
        hazard += DEATHS[age] / at_risk
        assert (row["at_risk"], row["events"]) == (at_risk, DEATHS[age])
        assert row["survival"] == pytest.approx(survival, abs=1e-12)
        assert row["cumulative_hazard"] == pytest.approx(hazard, abs=1e-12)
        assert row["survival_low"] < row["survival"] < row["survival_high"]
    with_events = curve.filter(curve["events"] > 0)
    assert with_events["age"].to_list() == [3.0, 5.0, 6.0, 9.0]
    assert curve["age"].to_list()[-1] == 10.0
    assert curve["survival"][0] == 1.0


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
