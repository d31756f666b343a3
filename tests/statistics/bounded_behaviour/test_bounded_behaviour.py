"""A guarded set-point keeps its promises over the region; a broken one is caught by its check."""

import numpy as np
import pytest

from assets.statistics.bounded_behaviour.promises import SetPointBounds, WorstFound, worst_found
from assets.statistics.bounded_behaviour.region import OperatingRegion, RecordsHull
from assets.statistics.bounded_behaviour.sensor_failures import SENSOR_FAILURES
from assets.statistics.bounded_behaviour.set_point import GuardedSetPoint

PAR = (40.0, 60.0)
STEP = 1.5


@pytest.fixture(scope="module")
def hull() -> RecordsHull:
    rng = np.random.default_rng(4)
    return RecordsHull.of(rng.normal([20.0, 50.0], [2.0, 5.0], (300, 2)))


@pytest.fixture(scope="module")
def region() -> OperatingRegion:
    """Wider than the acceptable range and than the records."""
    return OperatingRegion(np.array([35.0, 5.0, 20.0]), np.array([65.0, 35.0, 80.0]))


@pytest.fixture(scope="module")
def policy(hull: RecordsHull) -> GuardedSetPoint:
    return GuardedSetPoint(45.0, 52.0, *PAR, STEP, hull)


@pytest.fixture(scope="module")
def bounds(hull: RecordsHull) -> SetPointBounds:
    return SetPointBounds(*PAR, STEP, hull)


def broken(rows: list[WorstFound]) -> set[str]:
    return {row.promise for row in rows if not row.kept}


@pytest.mark.slow
def test_over_ten_thousand_states_and_twelve_failures_nothing_is_broken(
    policy: GuardedSetPoint, region: OperatingRegion, bounds: SetPointBounds
) -> None:
    rows = worst_found(policy.recommended, region, bounds)
    assert broken(rows) == set()
    assert len(SENSOR_FAILURES) == 12
    assert len(rows) == 4 + 12 * 2
    assert all(row.states >= 10_000 for row in rows)
    assert 0.05 < rows[0].answered_share < 0.5  # it is asked outside, and answers inside
    step = next(row for row in rows if row.promise == "largest_step")
    assert step.excess == pytest.approx(0.0, abs=1e-9)  # the worst moves by the whole step


@pytest.mark.slow
def test_each_broken_policy_is_caught_by_its_check(
    policy: GuardedSetPoint, region: OperatingRegion, bounds: SetPointBounds
) -> None:
    good = policy.recommended

    def leaves_par(now: np.ndarray, readings: np.ndarray) -> np.ndarray:
        return np.where(now > 59.9, 60.2, good(now, readings))

    def leaps(now: np.ndarray, readings: np.ndarray) -> np.ndarray:
        return np.where(np.isfinite(good(now, readings)), np.clip(now, 45.0, 52.0), np.nan)

    def falls(now: np.ndarray, readings: np.ndarray) -> np.ndarray:
        given = good(now, readings)
        return np.where((now > 48) & (now < 49), given - 1.2, given)

    def never_refuses(now: np.ndarray, readings: np.ndarray) -> np.ndarray:
        return good(now, np.full_like(readings, [20.0, 50.0]))

    def follows_a_reading(now: np.ndarray, readings: np.ndarray) -> np.ndarray:
        given = good(now, readings)
        return np.clip(given + 0.01 * (readings[:, 0] - 20), now - STEP, now + STEP).clip(*PAR)

    caught = {
        "inside_par": leaves_par,
        "largest_step": leaps,
        "monotone": falls,
        "refused_outside_records": never_refuses,
        "sensors": follows_a_reading,
    }
    for promise, recommend in caught.items():
        assert promise in broken(worst_found(recommend, region, bounds, fewest=512)), promise


def test_the_local_search_finds_a_peak_that_no_spread_state_meets(
    region: OperatingRegion,
) -> None:
    peak = np.array([51.3, 19.2, 47.7])

    def measure(states: np.ndarray) -> np.ndarray:
        return -np.abs((states - peak) / (region.high - region.low)).sum(axis=1)

    states = region.states(256)
    place, value = region.worst(measure, states)
    assert value > float(measure(states).max())
    assert place == pytest.approx(peak, abs=0.1)


def test_refusing_everything_keeps_every_promise_and_is_seen(
    region: OperatingRegion, bounds: SetPointBounds
) -> None:
    rows = worst_found(lambda now, readings: np.full_like(now, np.nan), region, bounds, fewest=64)
    assert broken(rows) == set()
    assert rows[0].answered_share == 0.0


def test_what_the_records_do_not_span_has_no_hull() -> None:
    with pytest.raises(ValueError, match="do not span"):
        RecordsHull.of(np.column_stack([np.arange(9.0), np.arange(9.0)]))
    with pytest.raises(ValueError, match="more than six"):
        RecordsHull.of(np.zeros((20, 7)))
    line = RecordsHull.of(np.array([[1.0], [3.0]]))
    assert line.holds(np.array([[0.9], [1.0], [3.0], [np.nan]])).tolist() == [
        False,
        True,
        True,
        False,
    ]
    wide = OperatingRegion(np.zeros(13), np.ones(13))
    with pytest.raises(ValueError, match="at most 12"):
        wide.states(16)


def test_a_reading_without_end_lies_outside_whatever_way_the_hull_is_turned() -> None:
    """Normals of a box hold zeros, and zero times infinity is no number."""
    box = RecordsHull.of(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    readings = np.array([[np.inf, 0.5], [-np.inf, np.inf], [np.nan, 0.5], [0.5, 0.5]])
    assert box.holds(readings).tolist() == [False, False, False, True]
    assert box.beyond(readings)[:3].tolist() == [np.inf] * 3
