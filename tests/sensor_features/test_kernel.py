"""The kernel: known answers, defined answers for broken input, and a plain reference."""

import math
from typing import Any

import numpy as np
import pytest

from assets.sensor_features.kernel.series import series_features
from assets.sensor_features.registry import FLAT_RUN, KERNEL_COLUMNS, NAMES
from tests.sensor_features.reference import reference

NAN = math.nan
MINUTE = 60_000_000
H = 3_600_000_000


def features(
    times: list[int], values: list[float], low: float = NAN, high: float = NAN,
    par: tuple[float, float] = (NAN, NAN), to_celsius: tuple[float, float] = (NAN, NAN),
) -> dict[str, float]:  # fmt: skip
    rows = series_features(
        np.array(times, np.int64),
        np.array(values, np.float64),
        np.array([0, len(times)], np.int64),
        np.array([[low, high, *par]]),
        np.array([to_celsius]),
    )
    return dict(zip(KERNEL_COLUMNS, rows[0].tolist(), strict=True))


def every_minute(values: list[float], **described: Any) -> dict[str, float]:
    return features([k * MINUTE for k in range(len(values))], values, **described)


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


def test_a_first_order_step_has_the_times_of_a_textbook() -> None:
    # x = 1 - exp(-t / 6 min): 10 to 90% takes 6 ln 9 minutes, the band of 5% is reached at 6 ln 20.
    found = every_minute([1 - math.exp(-k / 6) for k in range(121)])
    assert found["end_level"] == pytest.approx(1, abs=1e-6)
    assert found["rise_time_h"] * 60 == pytest.approx(6 * math.log(9), abs=1)
    assert found["settling_time_h"] * 60 == pytest.approx(6 * math.log(20), abs=1)
    assert found["overshoot_pct"] == pytest.approx(0, abs=1e-3)


def test_an_overshoot_is_a_share_of_the_step() -> None:
    found = every_minute([0.0, 5.0, 11.0, 12.0, 11.0] + [10.0] * 95)
    assert found["overshoot_pct"] == pytest.approx(20)
    assert math.isnan(every_minute([10.0, 10.1, 9.9] * 20)["overshoot_pct"]), "noise is no step"


def test_an_oscillation_has_its_period_and_a_ramp_none() -> None:
    wave = [50 + 0.01 * k + 3 * math.sin(2 * math.pi * k / 40) for k in range(400)]
    found = every_minute(wave)
    assert found["dominant_period_h"] == pytest.approx(40 / 60, rel=0.02)
    assert found["oscillation_strength"] > 0.7
    assert math.isnan(every_minute([float(k) for k in range(400)])["dominant_period_h"])


def test_a_parabola_has_its_curvature() -> None:
    found = every_minute([0.5 * 8 * (k / 60) ** 2 for k in range(91)])
    assert found["curvature_per_h2"] == pytest.approx(8)
    assert found["slope_per_h"] == pytest.approx(8 * 0.75)


def test_a_trajectory_is_read_off_at_equal_steps_of_progress() -> None:
    found = every_minute([float(k) for k in range(3200)])
    steps = [found[name] for name in KERNEL_COLUMNS[len(NAMES) :]]
    assert steps == pytest.approx([49.5 + 100 * step for step in range(32)], abs=2)
    hole = features([0, 31 * MINUTE, 32 * MINUTE], [1.0, 32.0, 33.0])
    assert hole["step_16"] == pytest.approx(17, abs=0.5), "straight across a hole"
    assert math.isnan(features([0, 0], [1.0, 2.0])["step_00"])


def test_a_spike_is_counted_and_an_excursion_is_not() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(50, 1, 500)
    assert every_minute(values.tolist())["spikes"] == 0
    values[100], values[200] = 90, 10
    values[300:310] += 40
    undescribed = every_minute(values.tolist())
    assert (undescribed["spikes"], undescribed["faulty_readings"]) == (2, 0), "pulses, it may be"
    found = every_minute(values.tolist(), par=(20.0, 80.0))
    assert (found["spikes"], found["faulty_readings"]) == (2, 2)
    assert found["readings"] == 498
    assert found["maximum"] == values[300:310].max(), "the excursion stays"


@pytest.mark.parametrize("kind", ["stuck", "dropout", "full scale", "rattling"])
def test_a_stretch_no_process_draws_is_left_out(kind: str) -> None:
    rng = np.random.default_rng(4)
    clean = np.round(rng.normal(50, 1, 1000), 2)
    values = clean.copy()
    values[400:450] = {
        "stuck": values[400],
        "dropout": 0.0,
        "full scale": 120.0,
        "rattling": clean[400:450] + rng.normal(0, 15, 50),
    }[kind]
    found = every_minute(values.tolist(), par=(30.0, 70.0))
    assert 44 <= found["faulty_readings"] <= 56
    assert found["faulty_share"] == found["faulty_readings"] / 1000
    kept = every_minute(np.delete(clean, np.s_[400:450]).tolist())
    for name in ("mean", "sd", "p05", "p95"):
        assert found[name] == pytest.approx(kept[name], abs=0.05)


def test_what_a_process_does_is_no_fault() -> None:
    rng = np.random.default_rng(5)
    minutes, noise = np.arange(600), rng.normal(0, 0.3, 600)
    courses = {
        "a ramp and a hold": np.minimum(20 + minutes / 5, 60) + noise,
        "a step to another level": np.where(minutes > 300, 60.0, 40.0) + noise,
        "an excursion with the usual noise": 50 + noise + 20 * ((minutes > 200) & (minutes < 230)),
        "a machine that is off, then on": np.where(minutes > 200, 30 + noise, 0.0),
        "a coarse sensor of a slow quantity": np.round(50 + np.sin(minutes / 60), 0),
        "a set point": np.where(minutes % 200 > 100, 8.0, 9.0),
        "restless in its second half": 50 + np.where(minutes > 300, 15, 1) * noise,
    }
    for words, values in courses.items():
        assert every_minute(values.tolist())["faulty_readings"] == 0, words


@pytest.mark.parametrize("par", [(math.nan, math.nan), (-5.0, 700.0)])
def test_what_is_set_counted_pulsed_or_struck_is_no_fault(par) -> None:
    rng = np.random.default_rng(8)
    minutes, noise = np.arange(600), np.round(rng.normal(0, 0.3, 600), 2)
    is_on, at_random = minutes % 40 < 2, rng.random(600) < 0.05
    courses = {
        "a set point that is trimmed and once raised": np.where(
            (minutes > 300) & (minutes < 315), 65.0, 60 + 0.1 * (minutes // 50 % 2)
        ),
        "a counter with stops": np.cumsum(np.where(minutes // 60 % 3 == 1, 0, minutes % 4)),
        "a counter with one stop": np.cumsum(
            np.where((minutes > 200) & (minutes < 260), 0, rng.poisson(0.9, 600))
        ),
        "a counter that starts over": (3.0 * minutes) % 250,
        "regular pulses": 20 + noise + 30 * is_on,
        "pulses as they are needed": 20 + noise + 30 * at_random,
        "strokes": np.where(is_on, 25.0 + noise, np.abs(noise)),
        "a pulse jet in one step of the recipe": 20
        + noise
        + np.where((minutes > 400) & (minutes < 450), 5.0 * (minutes % 2), 0),
        "a machine that stops for a moment": np.where(minutes % 290 > 285, 0.0, 60 + noise),
        "a press that stands twice and holds": np.where(
            minutes % 300 > 260, 12.5, 12.5 + np.abs(noise)
        ),
    }
    for words, values in courses.items():
        found = every_minute(values.astype(float).tolist(), par=par)
        assert found["faulty_readings"] == 0, words


def test_a_series_mostly_of_faults_has_no_features() -> None:
    rng = np.random.default_rng(6)
    values = np.round(rng.normal(50, 1, 300), 2)
    values[120:] = values[120]
    found = every_minute(values.tolist())
    assert (found["faulty_readings"], found["readings"]) == (180, 120)
    assert found["flatline_fraction"] > 0.5
    assert math.isnan(found["mean"])
    assert math.isnan(found["slope_per_h"])


def test_gaps_are_counted_and_the_longest_is_kept() -> None:
    minutes = [0, 1, 2, 12, 13, 14, 15, 35, 36]
    found = features([m * MINUTE for m in minutes], [1.0] * 6 + [NAN] + [1.0] * 2)
    assert found["gaps"] == 2
    # The usable reading at 14 stands until 15; the unusable one there stands for nothing.
    assert found["longest_gap_h"] == pytest.approx(20 / 60)


def test_instants_not_after_the_one_before_are_counted() -> None:
    assert features([0, MINUTE, MINUTE, -MINUTE], [1.0] * 4)["repeated_instants"] == 2


def test_the_proven_range_is_judged_like_the_normal_one() -> None:
    values = [5.0, 9.0, 12.0, 9.0, 5.0, -3.0]
    found = every_minute(values, low=0.0, high=8.0, par=(-1.0, 10.0))
    assert (found["excursions_outside_nor"], found["excursions_outside_par"]) == (2, 2)
    assert found["time_outside_par_h"] == pytest.approx(1 / 60)
    assert found["area_outside_par"] == pytest.approx(2 / 60)
    assert found["time_above_nor_h"] == pytest.approx(3 / 60)


def test_the_way_into_the_normal_range_and_the_longest_stay() -> None:
    found = every_minute([1.0, 2.0, 5.0, 5.0, 5.0, 9.0, 5.0, 5.0], low=4.0, high=6.0)
    assert found["time_to_nor_h"] == pytest.approx(2 / 60)
    assert found["longest_hold_in_nor_h"] == pytest.approx(3 / 60)
    assert math.isnan(every_minute([1.0, 1.0], low=4.0)["time_to_nor_h"])


def test_heat_is_said_of_temperatures_alone() -> None:
    warm = every_minute([20.0, 25.0, 30.0, 25.0], to_celsius=(1.0, 0.0))
    assert warm["degree_minutes"] == pytest.approx(75)
    # USP <1079.2>: dearer than the mean, because heat counts more than cold.
    rate = sum(math.exp(-1e4 / (t + 273.15)) for t in (20, 25, 30)) / 3
    assert warm["mean_kinetic_temperature_c"] == pytest.approx(-1e4 / math.log(rate) - 273.15)
    assert warm["mean_kinetic_temperature_c"] > 25
    fahrenheit = every_minute([68.0, 77.0, 86.0, 77.0], to_celsius=(5 / 9, -160 / 9))
    assert fahrenheit["degree_minutes"] == pytest.approx(75)
    assert math.isnan(every_minute([20.0, 25.0])["degree_minutes"])
    cold = every_minute([-300.0, 20.0], to_celsius=(1.0, 0.0))
    assert math.isnan(cold["mean_kinetic_temperature_c"]), "nothing is colder than 0 K"


@pytest.mark.parametrize("size", [1e-320, 1e-300, 1e300, 1.7e308])
def test_quantiles_hold_at_the_ends_of_the_number_line(size: float) -> None:
    found = every_minute([-size, 0.0, size])
    assert found["median"] == 0
    assert (found["minimum"], found["maximum"]) == (-size, size)
    assert found["p95"] == pytest.approx(0.9 * size)


def spoil(values: Any, rng: np.random.Generator) -> None:
    """A frozen, an absent and a rattling stretch, and single readings far away, in any order."""
    first, length = int(rng.integers(0, 100)), int(rng.integers(2, 45))
    stretch, kind = slice(first, first + length), int(rng.integers(4))
    spread = max(float(values.std()), 0.1)
    if kind == 0:
        values[stretch] = values[first]
    elif kind == 1:
        values[stretch] = values.mean() + spread * rng.choice([-40.0, 0.0, 40.0])
    elif kind == 2:
        values[stretch] += rng.normal(0, 12 * spread, len(values[stretch]))
    else:
        values[rng.choice(len(values), 12)] += spread * rng.normal(0, 40, 12)


def random_series(rng: np.random.Generator) -> tuple[Any, Any, Any, Any]:
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
    if n > 100 and rng.random() < 0.5:
        spoil(values, rng)
    values[rng.random(n) < rng.choice([0, 0.1, 0.9])] = rng.choice([NAN, math.inf])
    centre = np.nanmedian(values[np.isfinite(values)]) if np.isfinite(values).any() else 0.0
    low, high = centre - rng.exponential(1), centre + rng.exponential(1)
    chosen = rng.random()
    normal = [NAN if chosen < 0.2 else low, NAN if 0.1 < chosen < 0.4 else high]
    proven = [normal[0] - 0.5, normal[1] + 0.5]
    to_celsius = [(NAN, NAN), (1.0, 0.0), (5 / 9, -160 / 9)][int(rng.integers(3))]
    return 1_600_000_000_000_000 + np.cumsum(steps), values, [*normal, *proven], to_celsius


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
            row[: len(NAMES)],
            [expected[name] for name in NAMES],
            rtol=1e-9,
            atol=1e-9,
            err_msg=str(expected),
        )


def test_read_only_columns_are_taken_as_they_come() -> None:
    columns = (np.array([0, 1], np.int64), np.array([1.0, 2.0]), np.array([0, 2], np.int64))
    for column in columns:
        column.setflags(write=False)
    limits, to_celsius = np.full((1, 4), NAN), np.full((1, 2), NAN)
    limits.setflags(write=False)
    assert series_features(*columns, limits, to_celsius)[0][0] == 2
