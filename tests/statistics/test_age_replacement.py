"""The replacement interval: closed forms, calculus, and the plain facts every planner knows."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gamma

from assets.statistics.reliability.age_replacement import (
    AGE_REPLACEMENT,
    MINIMAL_REPAIR,
    cost_rate,
    event_rate,
    mean_age,
    optimal_interval,
)

SHAPES, SCALES = np.array([1.3, 2.4, 4.0]), np.array([50.0, 85.0, 30.0])
COSTS = (1.0, 9.0)


def test_mean_age_is_the_integral_of_survival():
    for age in (5.0, 40.0, 300.0):
        for shape, scale in zip(SHAPES, SCALES, strict=True):
            area = quad(lambda t, k=shape, s=scale: np.exp(-((t / s) ** k)), 0, age)[0]
            assert float(mean_age(np.array(age), shape, scale)) == pytest.approx(area, rel=1e-8)


def test_the_optimum_solves_the_renewal_equation_and_beats_every_other_interval():
    best = optimal_interval(SHAPES, SCALES, COSTS, AGE_REPLACEMENT)
    hazard = SHAPES / SCALES * (best / SCALES) ** (SHAPES - 1)
    failed = 1 - np.exp(-((best / SCALES) ** SHAPES))
    assert hazard * mean_age(best, SHAPES, SCALES) - failed == pytest.approx(
        np.full(3, 1 / 8), rel=1e-6
    )
    # at the optimum the cost per batch is (C_f - C_p) times the hazard there
    least = cost_rate(best, SHAPES, SCALES, COSTS, AGE_REPLACEMENT)
    assert least == pytest.approx(8.0 * hazard, rel=1e-6)
    for interval in np.linspace(1, 400, 800):
        cost = cost_rate(np.array(interval), SHAPES, SCALES, COSTS, AGE_REPLACEMENT)
        assert (cost >= least - 1e-12).all()


def test_minimal_repair_has_its_closed_form():
    best = optimal_interval(SHAPES, SCALES, COSTS, MINIMAL_REPAIR)
    assert best == pytest.approx(SCALES * (1 / (9 * (SHAPES - 1))) ** (1 / SHAPES))
    steps = [best * factor for factor in (0.99, 1.0, 1.01)]
    costs = [cost_rate(at, SHAPES, SCALES, COSTS, MINIMAL_REPAIR) for at in steps]
    assert (costs[1] < costs[0]).all()
    assert (costs[1] < costs[2]).all()


@pytest.mark.parametrize("policy", [AGE_REPLACEMENT, MINIMAL_REPAIR])
def test_without_wear_running_to_failure_is_best(policy):
    best = optimal_interval(np.array([0.7, 1.0]), np.array([50.0, 50.0]), COSTS, policy)
    assert np.isinf(best).all()


def test_a_breakdown_no_dearer_than_maintenance_is_waited_for():
    assert np.isinf(optimal_interval(SHAPES, SCALES, (5.0, 5.0), AGE_REPLACEMENT)).all()


def test_running_to_failure_costs_one_event_per_mean_life():
    forever = np.array(np.inf)
    cost = cost_rate(forever, np.array(1.0), np.array(50.0), COSTS, AGE_REPLACEMENT)
    assert float(cost) == pytest.approx(9 / 50)
    rate = event_rate(forever, np.array(1.0), np.array(50.0), AGE_REPLACEMENT)
    assert float(rate) == pytest.approx(1 / 50)


def test_a_plan_so_late_that_it_overflows_is_no_plan():
    law = np.array(4.0), np.array(60.0)
    for late in (1e200, np.inf):
        assert event_rate(np.array(late), *law, AGE_REPLACEMENT) == pytest.approx(
            1 / (60 * gamma(1.25)), rel=1e-12
        )
