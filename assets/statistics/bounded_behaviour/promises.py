"""The promises of a recommended set-point, each with the worst state found against it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.bounded_behaviour.region import Measure, OperatingRegion, RecordsHull
from assets.statistics.bounded_behaviour.sensor_failures import SENSOR_FAILURES

# From present set-points and readings to recommended ones, NaN where refused.
Recommend = Callable[[FloatArray, FloatArray], FloatArray]
Promise = Literal["inside_par", "largest_step", "monotone", "refused_outside_records", "sensors"]
ROUNDING = 1e-9


@dataclass(frozen=True)
class SetPointBounds:
    """What is promised of a recommended set-point.

    Attributes:
        par_low: Lower end of the proven acceptable range.
        par_high: Upper end.
        step: Largest move at once.
        hull: Of the recorded readings, outside which there is no recommendation.
        monotone: Whether a higher present set-point never gets a lower recommendation.
    """

    par_low: float
    par_high: float
    step: float
    hull: RecordsHull
    monotone: bool = True


@dataclass(frozen=True)
class WorstFound:
    """The worst that a search found against one promise.

    Attributes:
        promise: Which one; of sensors, with the failure and column in ``detail``.
        kept: Whether the worst excess is 0 but for rounding.
        excess: By how much it is broken at worst, in units of the set-point (of the hull: of the
            readings); at most 0 where kept, minus infinity where every state was refused.
        state: Present set-point, then readings.
        recommended: There; NaN where refused.
        states: Looked at, beside the local search.
        answered_share: Of them, that got a recommendation: refusing all keeps every promise.
        detail: What was done to the readings, else empty.
    """

    promise: Promise
    kept: bool
    excess: float
    state: FloatArray
    recommended: float
    states: int
    answered_share: float
    detail: str = ""


def worst_found(
    recommend: Recommend,
    region: OperatingRegion,
    bounds: SetPointBounds,
    fewest: int = 10_000,
    seed: int = 0,
) -> list[WorstFound]:
    """Search a region for states in which a promise is broken.

    Args:
        recommend: The recommendation under test.
        region: Present set-points and readings, wider than the records and the acceptable range.
        bounds: What is promised.
        fewest: States at least.
        seed: Of the spread states.

    Returns:
        A row per promise, and one per failure and column of readings.

    Examples:
        A set-point that nothing guards leaves the acceptable range by five at worst:

        >>> hull = RecordsHull.of(np.array([[1.0], [3.0]]))
        >>> region = OperatingRegion(np.array([35.0, 0.0]), np.array([65.0, 4.0]))
        >>> bounds = SetPointBounds(40, 60, 1, hull)
        >>> free = worst_found(lambda now, _: now, region, bounds, fewest=64)
        >>> free[0].promise, free[0].kept, round(free[0].excess, 3)
        ('inside_par', False, 5.0)
    """
    states = region.states(fewest, seed)
    answered = float(np.isfinite(recommend(states[:, 0], states[:, 1:])).mean())

    def row(promise: Promise, measure: Measure, detail: str = "") -> WorstFound:
        state, excess = region.worst(measure, states)
        there = float(recommend(state[:1], state[None, 1:])[0])
        kept = excess <= ROUNDING
        return WorstFound(promise, kept, excess, state, there, len(states), answered, detail)

    rows = [
        row("inside_par", _outside_par(recommend, bounds)),
        row("largest_step", _beyond_step(recommend, bounds)),
        row("refused_outside_records", _outside_records(recommend, bounds)),
    ]
    if bounds.monotone:
        rows.append(row("monotone", _falls(recommend, region)))
    for name in SENSOR_FAILURES:
        for column in range(region.low.size - 1):
            detail = f"{name}, reading {column + 1}"
            rows.append(row("sensors", _moved_by(recommend, region, name, column), detail))
    return rows


def _outside_par(recommend: Recommend, bounds: SetPointBounds) -> Measure:
    def excess(states: FloatArray) -> FloatArray:
        given = recommend(states[:, 0], states[:, 1:])
        return _said(np.maximum(bounds.par_low - given, given - bounds.par_high))

    return excess


def _beyond_step(recommend: Recommend, bounds: SetPointBounds) -> Measure:
    def excess(states: FloatArray) -> FloatArray:
        given = recommend(states[:, 0], states[:, 1:])
        return _said(np.abs(given - states[:, 0]) - bounds.step)

    return excess


def _outside_records(recommend: Recommend, bounds: SetPointBounds) -> Measure:
    def excess(states: FloatArray) -> FloatArray:
        given = recommend(states[:, 0], states[:, 1:])
        return np.where(np.isfinite(given), bounds.hull.beyond(states[:, 1:]), -np.inf)

    return excess


def _falls(recommend: Recommend, region: OperatingRegion) -> Measure:
    """How much lower the recommendation is from a higher present set-point, at three distances."""
    span = float(region.high[0] - region.low[0])

    def excess(states: FloatArray) -> FloatArray:
        given = recommend(states[:, 0], states[:, 1:])
        most = np.full(len(states), -np.inf)
        for share in (0.001, 0.03, 0.3):
            higher = recommend(states[:, 0] + share * span, states[:, 1:])
            most = np.maximum(most, _said(given - higher))
        return most

    return excess


def _moved_by(recommend: Recommend, region: OperatingRegion, name: str, column: int) -> Measure:
    """How far a failed sensor moves a recommendation; to be refused instead is no move."""
    low, high = float(region.low[column + 1]), float(region.high[column + 1])

    def excess(states: FloatArray) -> FloatArray:
        given = recommend(states[:, 0], states[:, 1:])
        failed = SENSOR_FAILURES[name](states[:, 1:], column, low, high)
        return _said(np.abs(recommend(states[:, 0], failed) - given))

    return excess


def _said(excess: FloatArray) -> FloatArray:
    return np.where(np.isnan(excess), -np.inf, excess)
