"""The kernel: known answers, defined answers for broken input, and a plain reference."""

import math
from typing import Any

import numpy as np
import pytest

from assets.sensor_features.kernel import series_features
from assets.sensor_features.registry import FLAT_RUN, GAP_INTERVALS, NAMES

NAN = math.nan
MINUTE = 60_000_000
H = 3_600_000_000


def features(
    times: list[int], values: list[float], low: float = NAN, high: float = NAN
) -> dict[str, float]:
    rows = series_features(
        np.array(times, np.int64),
        np.array(values, np.float64),
        np.array([0, len(times)], np.int64),
        np.array([low]),
        np.array([high]),
    )
    return dict(zip(NAMES, rows[0].tolist(), strict=True))


def every_minute(values: list[float], **limits: float) -> dict[str, float]:
    return features([k * MINUTE for k in range(len(values))], values, **limits)


def test_a_ramp_has_the_answers_of_a_ruler() -> None:
    found = every_minute([float(k) for k in range(61)], low=0.0, high=50.0)
    assert found["readings"] == 61
    assert found["mean"] == pytest.approx(30)
    assert found["sd"] == pytest.approx(math.sqrt(sum((k - 30) ** 2 for k in range(61)) / 60))
    assert (found["minimum"], found["maximum"]) == (0, 60)
    assert (found["first"], found["last"]) == (0, 60)
    assert (found["p05"], found["median"], found["p95"]) == (3, 30, 57)
    assert found["slope_per_h"] == pytest.approx(60)
    assert found["duration_h"] == pytest.approx(1)
    assert found["rate_of_change_max_per_h"] == pytest.approx(60)
    assert found["gap_fraction"] == 0
    assert found["flatline_fraction"] == 0
    # 51 to 60 lie above 50; each stands for the minute to the next, the last for none.
    assert found["time_outside_nor_h"] == pytest.approx(9 / 60)
    assert found["area_outside_nor"] == pytest.approx(sum(range(1, 10)) / 60)
    assert found["excursions_outside_nor"] == 1
    assert found["longest_excursion_h"] == pytest.approx(9 / 60)


def test_excursions_are_counted_apart_and_the_longest_is_kept() -> None:
    found = every_minute([0, 9, 0, -9, -9, -9, 0, 9, 0], low=-5.0, high=5.0)
    assert found["excursions_outside_nor"] == 3
    assert found["longest_excursion_h"] == pytest.approx(3 / 60)
    assert found["time_outside_nor_h"] == pytest.approx(5 / 60)
    assert found["area_outside_nor"] == pytest.approx(5 * 4 / 60)


def test_a_range_with_one_end_is_a_range_and_without_ends_is_none() -> None:
    above = every_minute([0, 9, 0], high=5.0)
    assert above["excursions_outside_nor"] == 1
    unknown = every_minute([0, 9, 0])
    for name in ("time_outside_nor_h", "area_outside_nor", "excursions_outside_nor"):
        assert math.isnan(unknown[name]), "no range is not the same as never outside"


def test_a_limit_itself_is_inside() -> None:
    assert every_minute([5, 5, 5], low=5.0, high=5.0)["excursions_outside_nor"] == 0


def test_a_gap_is_nobodys_time() -> None:
    minutes = [0, 1, 2, 3, 33, 34, 35]
    found = features([m * MINUTE for m in minutes], [9.0] * 4 + [0.0] * 3, -5.0, 5.0)
    assert found["duration_h"] == pytest.approx(35 / 60)
    assert found["gap_fraction"] == pytest.approx(29 / 35)
    assert found["time_outside_nor_h"] == pytest.approx(4 / 60)


def test_three_usual_intervals_are_not_yet_a_gap() -> None:
    assert features([0, MINUTE, 2 * MINUTE, 5 * MINUTE], [1, 2, 3, 4])["gap_fraction"] == 0


def test_a_run_of_nulls_is_a_gap_and_not_a_flat_line() -> None:
    found = every_minute([1.0, 2.0] * 5 + [NAN] * 10 + [1.0])
    assert found["readings"] == 11
    assert found["gap_fraction"] == pytest.approx(10 / 20)
    assert found["flatline_fraction"] == 0
    assert found["duration_h"] == pytest.approx(20 / 60)


def test_nulls_at_the_end_count_as_gap_too() -> None:
    found = every_minute([1.0, 2.0, 1.0, NAN, NAN])
    assert found["gap_fraction"] == pytest.approx(1 / 4)
    assert found["last"] == 1


def test_a_stuck_sensor_is_a_flat_line() -> None:
    moving = [float(k) for k in range(10)]
    found = every_minute([*moving, *([5.0] * FLAT_RUN), *moving])
    assert found["flatline_fraction"] == pytest.approx(FLAT_RUN / 29)
    assert every_minute([*moving, *([5.0] * (FLAT_RUN - 1))])["flatline_fraction"] == 0


def test_a_constant_has_no_spread_and_no_autocorrelation() -> None:
    found = every_minute([0.1] * 100)
    assert (found["mean"], found["sd"]) == (0.1, 0.0)
    assert (found["p05"], found["median"], found["p95"]) == (0.1, 0.1, 0.1)
    assert found["slope_per_h"] == 0
    assert found["flatline_fraction"] == pytest.approx(1)
    assert math.isnan(found["lag1_autocorrelation"])


def test_an_alternating_signal_is_anticorrelated() -> None:
    found = every_minute([1.0, -1.0] * 50)
    assert found["lag1_autocorrelation"] == pytest.approx(-99 / 100)


def test_one_reading_says_what_it_can() -> None:
    found = features([H], [7.0], 0.0, 5.0)
    assert found["readings"] == 1
    assert found["mean"] == found["first"] == found["last"] == found["median"] == 7
    assert found["duration_h"] == 0
    assert found["excursions_outside_nor"] == 1
    assert found["time_outside_nor_h"] == 0
    for name in ("sd", "slope_per_h", "gap_fraction", "flatline_fraction"):
        assert math.isnan(found[name]), name
    for name in ("rate_of_change_max_per_h", "lag1_autocorrelation"):
        assert math.isnan(found[name]), name


@pytest.mark.parametrize("unusable", [NAN, math.inf, -math.inf])
def test_unusable_values_are_left_out_of_every_statistic(unusable: float) -> None:
    found = every_minute([1.0, unusable, 3.0], low=0.0, high=5.0)
    assert found["readings"] == 2
    assert (found["mean"], found["minimum"], found["maximum"]) == (2, 1, 3)
    assert found["excursions_outside_nor"] == 0
    assert found["gap_fraction"] == pytest.approx(0.5)


def test_nothing_usable_is_all_gap() -> None:
    found = every_minute([NAN, NAN, NAN], low=0.0, high=1.0)
    assert found["readings"] == 0
    assert found["gap_fraction"] == 1
    assert found["duration_h"] == pytest.approx(2 / 60)
    assert math.isnan(found["mean"])
    assert math.isnan(found["time_outside_nor_h"])


def test_an_empty_series_has_no_readings() -> None:
    assert features([], [])["readings"] == 0


def test_equal_instants_take_no_time() -> None:
    found = features([0, 0, MINUTE, MINUTE], [1.0, 3.0, 5.0, 9.0], -9.0, 0.0)
    assert found["mean"] == pytest.approx(4.5)
    assert found["duration_h"] == pytest.approx(1 / 60)
    assert found["time_outside_nor_h"] == pytest.approx(1 / 60)
    assert found["rate_of_change_max_per_h"] == pytest.approx(2 * 60)


def test_all_at_one_instant_has_no_slope() -> None:
    found = features([5, 5, 5], [1.0, 2.0, 3.0])
    assert math.isnan(found["slope_per_h"])
    assert math.isnan(found["rate_of_change_max_per_h"])
    assert found["sd"] == pytest.approx(1)


def test_a_clock_running_backwards_takes_no_time() -> None:
    found = features([0, MINUTE, -5 * MINUTE, -4 * MINUTE], [1.0, 2.0, 3.0, 4.0], 0.0, 9.0)
    assert found["duration_h"] == pytest.approx(2 / 60)
    assert found["gap_fraction"] == 0
    assert found["rate_of_change_max_per_h"] == pytest.approx(60)


@pytest.mark.parametrize("size", [1e-320, 1e-300, 1e300, 1.7e308])
def test_quantiles_hold_at_the_ends_of_the_number_line(size: float) -> None:
    found = every_minute([-size, 0.0, size])
    assert found["median"] == 0
    assert (found["minimum"], found["maximum"]) == (-size, size)
    assert found["p95"] == pytest.approx(0.9 * size)


def reference(times: Any, values: Any, low: float, high: float) -> dict[str, float]:
    """Every feature again, in numpy, one formula a line and no thought of speed."""
    found = dict.fromkeys(NAMES, NAN)
    found["readings"] = 0.0
    if not len(times):
        return found
    steps = np.maximum(np.diff(times), 0).astype(float)
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    usable = np.isfinite(values)
    stands = np.where(steps > GAP_INTERVALS * usual, usual, steps) * usable[:-1]
    found["duration_h"] = steps.sum() / H
    if steps.sum() > 0:
        found["gap_fraction"] = (steps - stands).sum() / steps.sum()
    x, t = values[usable], (times - times[0])[usable] / H
    held = np.append(stands, 0.0)[usable] / H
    found["readings"] = float(len(x))
    if not len(x):
        return found
    found |= {"mean": x.mean(), "minimum": x.min(), "maximum": x.max()}
    found |= {"first": x[0], "last": x[-1]}
    found |= dict(zip(("p05", "median", "p95"), np.quantile(x, [0.05, 0.5, 0.95]), strict=True))
    if len(x) > 1:
        found["sd"] = x.std(ddof=1)
        if np.ptp(x) > 0:
            centred = x - x.mean()
            found["lag1_autocorrelation"] = (centred[:-1] * centred[1:]).sum() / (centred**2).sum()
        if np.ptp(t) > 0:
            found["slope_per_h"] = np.polyfit(t - t.mean(), x, 1)[0]
        moved = np.diff(t) > 0
        if moved.any():
            rates = np.abs(np.diff(x))[moved] / np.diff(t)[moved]
            found["rate_of_change_max_per_h"] = rates.max()
    if steps.sum() > 0:
        runs = np.split(np.arange(len(x)), np.flatnonzero(np.diff(x)) + 1)
        flat = sum(held[run].sum() for run in runs if len(run) >= FLAT_RUN)
        found["flatline_fraction"] = flat / found["duration_h"]
    if not (np.isnan(low) and np.isnan(high)):
        beyond = np.fmax(np.fmax(low - x, x - high), 0.0)
        beyond = np.where(np.isnan(beyond), 0.0, beyond)
        found["time_outside_nor_h"] = held[beyond > 0].sum()
        found["area_outside_nor"] = (beyond * held).sum()
        runs = np.split(np.arange(len(x)), np.flatnonzero(np.diff(beyond > 0)) + 1)
        outside = [held[run].sum() for run in runs if beyond[run[0]] > 0]
        found["excursions_outside_nor"] = float(len(outside))
        found["longest_excursion_h"] = max(outside, default=0.0)
    return found


def random_series(rng: np.random.Generator) -> tuple[Any, Any, float, float]:
    n = int(rng.choice([0, 1, 2, 3, 11, 150, 700]))
    interval = int(rng.choice([1_000_000, 10_000_000]))
    steps = np.full(n, interval)
    if rng.random() < 0.5:
        steps = rng.integers(0, 3 * interval, n)
    steps[rng.random(n) < 0.02] = 20 * interval
    values = np.round(
        rng.normal(rng.normal(0, 100), rng.exponential(2), n), int(rng.integers(0, 4))
    )
    if rng.random() < 0.3:
        values = np.repeat(values, 12)[:n]
    values[rng.random(n) < rng.choice([0, 0.1, 0.9])] = rng.choice([NAN, math.inf])
    centre = np.nanmedian(values[np.isfinite(values)]) if np.isfinite(values).any() else 0.0
    low, high = centre - rng.exponential(1), centre + rng.exponential(1)
    chosen = rng.random()
    return (
        1_600_000_000_000_000 + np.cumsum(steps),
        values,
        NAN if chosen < 0.2 else low,
        NAN if 0.1 < chosen < 0.4 else high,
    )


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_the_kernel_agrees_with_the_reference_on_any_number_of_threads(threads: int) -> None:
    rng = np.random.default_rng(20)
    series = [random_series(rng) for _ in range(300)]
    rows = series_features(
        np.concatenate([s[0] for s in series]).astype(np.int64),
        np.concatenate([s[1] for s in series]),
        np.cumsum([0, *(len(s[0]) for s in series)]),
        np.array([s[2] for s in series]),
        np.array([s[3] for s in series]),
        threads,
    )
    for row, one in zip(rows, series, strict=True):
        expected = reference(*one)
        np.testing.assert_allclose(
            row, list(expected.values()), rtol=1e-9, atol=1e-9, err_msg=str(expected)
        )


def test_read_only_columns_are_taken_as_they_come() -> None:
    columns = [np.array([0, 1], np.int64), np.array([1.0, 2.0]), np.array([0, 2], np.int64)]
    for column in columns:
        column.setflags(write=False)
    assert series_features(*columns, np.array([NAN]), np.array([NAN]))[0][0] == 2
