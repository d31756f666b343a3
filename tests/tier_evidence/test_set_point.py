"""Tier 3: what the product recommends keeps its promises, and broken policies are caught."""

import re

import numpy as np
import pytest

from assets.tier_evidence.scoring.set_point import (
    PROMISES,
    SetPointPolicy,
    bounded_behaviour,
    broken_policies,
    recommended_policy,
)
from data_contracts.errors import UsageError
from tests.tier_evidence.test_conduct import gate_values

SETTINGS: dict[str, float | str] = {
    "par_low": 200.0,
    "par_high": 320.0,
    "largest_step": 6.0,
    "readings": "parameter.a, parameter.b",
}


@pytest.fixture(scope="module")
def policy() -> SetPointPolicy:
    return recommended_policy(SETTINGS, (241.0, np.inf), gate_values())


@pytest.mark.slow
def test_the_recommended_window_keeps_every_promise(policy: SetPointPolicy) -> None:
    found = bounded_behaviour(policy, 10_000, 1, "rev")
    assert {name: found[name].value for name in PROMISES} == dict.fromkeys(PROMISES, 0.0)
    assert found["inside_par"].n is not None
    assert found["inside_par"].n >= 10_000
    assert "12 failures of each reading (24 in all)" in found["sensors"].reason
    said = found["inside_par"].reason
    assert "no state was found where the recommendation lies outside" in said
    assert re.search(r"nearest to it: set-point [\d.]+ rev, parameter a [\d.]+, parameter b", said)
    assert found["answered"].judged > 0.05


@pytest.mark.slow
@pytest.mark.parametrize("promise", PROMISES)
def test_a_broken_policy_is_caught_by_its_check(policy: SetPointPolicy, promise: str) -> None:
    broken = SetPointPolicy(broken_policies(policy)[promise], policy.region, policy.bounds)
    found = bounded_behaviour(broken, 512, 1, "rev")
    assert found[promise].judged > 1e-6


def test_the_window_is_approached_by_a_step_inside_the_range(policy: SetPointPolicy) -> None:
    """From 205 by 6 towards 241; from 260, inside the window, not at all."""
    now, readings = np.array([205.0, 260.0, 260.0]), np.array([[20.0, 50.0]] * 2 + [[90.0, 50.0]])
    assert policy.recommend(now, readings).tolist()[:2] == [211.0, 260.0]
    assert np.isnan(policy.recommend(now, readings)[2])


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"par_low": 330.0}, "'par_low' must be below"),
        ({"readings": "parameter.c"}, r"No numbers are on record of parameter\.c"),
    ],
)
def test_settings_that_do_not_fit_are_told(setting: dict[str, float | str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        recommended_policy({**SETTINGS, **setting}, (241.0, np.inf), gate_values())
