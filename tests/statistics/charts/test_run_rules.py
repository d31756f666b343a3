"""Each rule fires at the point that completes it, and not one point sooner."""

import numpy as np
import pytest

from assets.statistics.charts.run_rules import NELSON, RULES, fires, signals_by_rule

ZIGZAG = np.array([0.3, -0.3] * 10)


def first(rule: str, z) -> int | None:
    found = np.flatnonzero(fires(rule, np.asarray(z, dtype=float)))
    return int(found[0]) if found.size else None


@pytest.mark.parametrize(
    ("rule", "z", "at"),
    [
        ("we1", [0, 0, 3.01], 2),
        ("we1", [0, 0, 3.0], None),
        ("nelson1", [0, -3.2], 1),
        ("we2", [2.1, 0, 2.1], 2),
        ("we2", [2.1, 0, -2.1], None),  # on both sides is no run on one
        ("nelson5", [2.1, 0, 0, 2.1], None),
        ("we3", [1.1, 1.1, 0, 1.1, 1.1], 4),
        ("we3", [1.1, 1.1, 0, 0, 1.1, 1.1], None),
        ("nelson6", [-1.1, -1.1, -1.1, -1.1], 3),
        ("we4", [0.1] * 8, 7),
        ("we4", [0.1] * 7, None),
        ("we4", [0.1] * 4 + [0.0] + [0.1] * 4, None),  # a point on the centre is on neither side
        ("nelson2", [0.1] * 8, None),  # eight in a row: Western Electric's rule, not Nelson's
        ("nelson2", [0.1] * 9, 8),
        ("nelson3", [0, 0.1, 0.2, 0.3, 0.4, 0.5], 5),  # six points are five steps
        ("nelson3", [0, 0.1, 0.2, 0.3, 0.4], None),
        ("nelson3", [0.5, 0.4, 0.3, 0.2, 0.1, 0.1], None),  # equal is not falling
        ("nelson4", ZIGZAG[:14], 13),
        ("nelson4", ZIGZAG[:13], None),
        ("nelson7", [0.5, -0.5, 0.2] * 5, 14),
        ("nelson7", [0.5, -0.5, 0.2] * 4 + [0.1, 0.1], None),
        ("nelson8", [1.5, -1.5] * 4, 7),
        ("nelson8", [1.5] * 8, None),  # all on one side is another rule
        ("nelson8", [1.5, -1.5] * 3 + [1.5, 0.9], None),
    ],
)
def test_a_rule_and_the_point_that_completes_it(rule: str, z, at: int | None) -> None:
    assert first(rule, z) == at


@pytest.mark.parametrize("rule", RULES)
def test_rules_are_the_same_upside_down_and_for_many_charts(rule: str) -> None:
    z = np.random.default_rng(1).normal(0.3, 1.3, (40, 200))
    assert (fires(rule, z) == fires(rule, -z)).all()
    assert (fires(rule, z)[7] == fires(rule, z[7])).all()
    assert fires(rule, z).any() or rule == "nelson4"


def test_a_censored_point_fires_only_where_it_surely_would() -> None:
    """Below a limit that itself lies 3.5 sigma down is out; below one near the centre may be."""
    low, high = np.array([-np.inf, -np.inf]), np.array([-3.5, 0.5])
    assert fires("we1", low, high).tolist() == [True, False]
    # Eight results below a limit under the centre are eight below the centre.
    assert fires("we4", np.full(8, -np.inf), np.full(8, -0.1))[-1]
    assert not fires("we4", np.full(8, -np.inf), np.full(8, 0.1))[-1]
    # Nobody knows whether censored results rise, or lie within one sigma.
    assert not fires("nelson3", np.full(9, -np.inf), np.full(9, -0.1)).any()
    assert not fires("nelson7", np.full(20, -np.inf), np.full(20, 0.5)).any()


def test_an_unknown_rule_names_those_there_are() -> None:
    with pytest.raises(ValueError, match="nelson1"):
        fires("nelson9", np.zeros(3))


def test_nelsons_eight_alarm_more_often_than_any_one_of_them() -> None:
    z = np.random.default_rng(2).normal(size=50_000)
    found = signals_by_rule(z, NELSON)
    together = np.unique(np.concatenate(list(found.values()))).size / z.size
    assert found["nelson1"].size / z.size == pytest.approx(0.0027, abs=0.0008)
    assert together > 0.015  # one point in sixty, with nothing wrong


def test_one_pass_over_a_chart_says_what_the_rules_say_one_by_one() -> None:
    """Ties, runs, gaps, swings and censored points, as each rule alone tells them."""
    rng = np.random.default_rng(8)
    for trial in range(400):
        points = int(rng.integers(0, 60))
        z = rng.normal(size=points) * rng.choice([0.3, 1.0, 2.0])
        z = (z, np.round(2 * z) / 2, np.sort(z), np.repeat(z, 3)[:points])[trial % 4]
        if trial % 5 == 0:
            z = np.abs(z) * np.where(np.arange(points) % 2, 1.0, -1.0)
        z = np.where(rng.random(points) < 0.05, np.nan, z)
        high = z + np.where(rng.random(points) < 0.2, rng.exponential(size=points), 0.0)
        for most in (None, high):
            found = signals_by_rule(z, NELSON, most)
            for rule in NELSON:
                assert found[rule].tolist() == np.flatnonzero(fires(rule, z, most)).tolist()
