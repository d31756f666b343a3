"""A dozen lives worked by hand: Kaplan-Meier and Nelson-Aalen with ties and late entry."""

import pytest

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


def test_survival_curves_are_kaplan_meier_and_nelson_aalen():
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
