"""Something nobody records may account for part of a window's effect; the money knows it."""

from dataclasses import replace

import numpy as np
import pytest

from assets.savings.arithmetic.break_even import alarm_prices
from assets.savings.levers.lever_decisions import LeverDecision
from assets.savings.programme.simulation import joint_npv_usd, simulate
from assets.savings.records.alarm_evidence import AlarmEvidence
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import Draws
from assets.savings.windows.effect import Estimate, WindowEffect
from assets.savings.windows.policy import Window
from assets.statistics.regression.bias_analysis import bounding_factor
from data_contracts.assumptions import Assumptions, load_built_in, with_overrides

NAME = "unmeasured_confounding_ratio"
EFFECT = WindowEffect(
    outcome="failure",
    feature="parameter.moisture",
    title="Moisture",
    window=Window(-np.inf, 3.0),
    expected=Estimate(0.015, 0.012, 0.018),
    ledger=Estimate(0.015, 0.012, 0.018),
    robust=Estimate(0.015, 0.005, 0.025),
    share=Estimate(0.5, 0.4, 0.6),
    exposed_ratio=Estimate(2.0, 1.7, 2.3),
    calibration=1.0,
    estimator_gap_spreads=0.0,
    lot_p_value=0.01,
    outside_window_share=0.2,
    overlap_share=1.0,
    extrapolated_share=0.0,
    batches=400,
    failures=12,
)


def effect_of(assumptions: Assumptions, found: WindowEffect = EFFECT) -> np.ndarray:
    return np.asarray(found.roles(Draws(assumptions, "base", 4_000, 1))["effect"])


def test_what_is_left_of_an_effect_by_hand(assumptions: Assumptions) -> None:
    """A risk ratio of 2 of which 1.33 is something else's: 0.67 of 1 is left."""
    plain = effect_of(with_overrides(assumptions, [f"{NAME}=1"]))
    assert plain.mean() == pytest.approx(0.5, abs=0.005)
    assert np.quantile(plain, [0.05, 0.95]) == pytest.approx([0.4, 0.6], abs=0.01)
    third = effect_of(with_overrides(assumptions, [f"{NAME}=1.33"]))
    assert third == pytest.approx(0.67 * plain, rel=1e-9)
    assert effect_of(with_overrides(assumptions, [f"{NAME}=2"])) == pytest.approx(0 * plain)
    # Below 1 it hid a part; beyond the ratio that was seen, holding the window does harm.
    hidden = effect_of(with_overrides(assumptions, [f"{NAME}=0.8"]))
    assert hidden == pytest.approx(np.minimum(1.2 * plain, 1.0), rel=1e-9)
    assert (effect_of(with_overrides(assumptions, [f"{NAME}=2.5"])) < 0).all()


def test_the_weaker_the_association_the_less_is_left(assumptions: Assumptions) -> None:
    """1.33 takes a third of a ratio of 2, and a twelfth of one of 5."""
    third = with_overrides(assumptions, [f"{NAME}=1.33"])
    strong = replace(EFFECT, exposed_ratio=Estimate(5.0, 4.0, 6.0))
    assert effect_of(third, strong).mean() == pytest.approx(0.5 * (1 - 0.33 / 4), abs=0.005)
    # Where no excess was seen there is nothing to take away.
    none = replace(EFFECT, exposed_ratio=Estimate(1.0, 0.8, 1.2))
    assert effect_of(third, none).mean() == pytest.approx(0.5, abs=0.005)


def test_a_set_that_says_nothing_is_given_the_doubt(assumptions: Assumptions) -> None:
    """0.8 to 1.33 around none; 1.33 is what a confounder of 2 and 2 does at most."""
    doubt = assumptions[NAME]
    assert (float(doubt.low), float(doubt.base), float(doubt.high)) == (0.8, 1.0, 1.33)
    assert float(doubt.high) == pytest.approx(bounding_factor(2, 2), abs=0.005)
    assert doubt.owner.startswith("Nobody yet")
    assert load_built_in("tablets")[NAME].owner == "Manufacturing science"
    # A set without a window or lots has nothing to doubt.
    assert NAME not in load_built_in("sterile_injectable").parameters


def test_doubt_lowers_the_chance_that_the_programme_pays(assumptions: Assumptions, records_of):
    records = records_of()
    evidence = AlarmEvidence.from_tables(
        records.verdicts, records.alarm_counts, alarm_prices(assumptions, records.alarm_counts)
    )
    counts = FailureCounts(records.baseline, evidence)
    lever = next(each for each in assumptions.levers if each.kind == "window")
    decision = LeverDecision("window.failure", lever, "failure", 4, "evidence", "", EFFECT)

    def paying(setting: str) -> tuple[float, float]:
        drawn = Draws(with_overrides(assumptions, [f"{NAME}={setting}"]), "base", 8_000, 1)
        simulated = simulate(drawn, counts, [decision])
        prevented = simulated[0].value.prevented_failures
        return float(np.mean(joint_npv_usd(simulated, drawn) > 0)), float(prevented.mean())

    certain, doubted, explained = paying("1"), paying("0.8,1,1.99"), paying("2")
    assert certain[0] > 0.9
    assert certain[0] > doubted[0] > explained[0] == 0.0
    # A triangle from 0.8 over 1 to 1.99 has its mean at 1.263: 0.737 of the effect is left.
    assert doubted[1] == pytest.approx(0.737 * certain[1], rel=0.02)
    assert explained[1] == pytest.approx(0.0, abs=1e-9)
