"""What is injected, against readings whose change is worked out by hand."""

import numpy as np
import pytest

from assets.tier_evidence.excursions.injection import KINDS, SeededExcursion, injected, progress

TIME = np.arange(11, dtype=np.int64) * 60_000_000
VALUE = np.array([20.0, 21, 19, 20, 22, 20, 21, 19, 20, 21, 20])
NOISE = np.random.default_rng(3).normal(size=11)
WHERE = SeededExcursion(onset=0.5, sign=1, unit=4.0, noise=NOISE)
FROM_THE_START = SeededExcursion(onset=0.0, sign=-1, unit=4.0, noise=NOISE)


@pytest.mark.parametrize("kind", KINDS)
def test_size_zero_changes_no_bit(kind: str) -> None:
    value = VALUE + np.pi
    made = injected(TIME, value, kind, [0.0], WHERE)
    assert made.tobytes() == value.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_a_larger_excursion_changes_the_readings(kind: str) -> None:
    small, large = injected(TIME, VALUE, kind, [0.2, 0.4], WHERE)
    assert np.abs(small - VALUE).sum() > 0
    assert np.abs(large - VALUE).sum() > np.abs(small - VALUE).sum()


@pytest.mark.parametrize("kind", KINDS)
def test_unusable_readings_stay_unusable(kind: str) -> None:
    value = VALUE.copy()
    value[[0, 5, 6]] = np.nan
    made = injected(TIME, value, kind, [0.0, 0.3], WHERE)
    assert (np.isnan(made) == np.isnan(value)).all()


def test_a_step_from_the_start_moves_the_mean_by_its_size() -> None:
    made = injected(TIME, VALUE, "step", [0.25, 1.0], FROM_THE_START)
    assert (made - VALUE == np.array([[-1.0], [-4.0]])).all()


def test_a_step_in_the_middle_moves_the_second_half() -> None:
    made = injected(TIME, VALUE, "step", [0.5], WHERE)[0]
    assert (made - VALUE).tolist() == [0.0] * 5 + [2.0] * 6


def test_a_ramp_rises_over_a_tenth_of_the_phase() -> None:
    where = SeededExcursion(onset=0.25, sign=1, unit=4.0, noise=NOISE)
    made = injected(TIME, VALUE, "ramp", [1.0], where)[0] - VALUE
    assert np.round(made, 9).tolist() == [0.0] * 3 + [2.0] + [4.0] * 7


def test_a_drift_ends_at_its_size() -> None:
    made = injected(TIME, VALUE, "drift", [0.5], WHERE)[0] - VALUE
    assert np.allclose(made, 2.0 * progress(TIME), atol=1e-12)


def test_an_oscillation_has_its_size_as_amplitude_and_no_mean() -> None:
    time = np.arange(1_600, dtype=np.int64)
    made = injected(
        time, np.zeros(1_600), "oscillation", [0.5], SeededExcursion(0.0, 1, 4.0, np.zeros(1_600))
    )
    assert made.max() == pytest.approx(2.0, rel=1e-4)
    assert made.mean() == pytest.approx(0.0, abs=2e-3)


def test_a_spike_is_one_reading() -> None:
    made = injected(TIME, VALUE, "spike", [2.0], WHERE)[0] - VALUE
    assert np.flatnonzero(made).tolist() == [5]
    assert made[5] == 8.0


def test_a_stuck_sensor_holds_its_reading_for_a_share_of_the_phase() -> None:
    made = injected(TIME, VALUE, "stuck", [0.3], SeededExcursion(0.4, 1, 4.0, NOISE))[0]
    assert made.tolist() == [20.0, 21, 19, 20, 22, 22, 22, 22, 20, 21, 20]


def test_noise_has_its_size_as_standard_deviation() -> None:
    made = injected(TIME, VALUE, "noise", [0.5], FROM_THE_START)[0] - VALUE
    assert np.allclose(made, -2.0 * NOISE)


def test_a_delay_lets_readings_come_late() -> None:
    made = injected(TIME, VALUE, "delay", [0.2], WHERE)[0]
    assert made.tolist() == [20.0, 20, 20, 21, 19, 20, 22, 20, 21, 19, 20]


def test_a_delay_past_unusable_readings_takes_the_last_usable_one() -> None:
    value = VALUE.copy()
    value[1] = np.nan
    made = injected(TIME, value, "delay", [0.1], WHERE)[0]
    assert np.isnan(made[1])
    assert made[2] == 20.0


def test_a_series_in_which_no_time_passes_is_changed_whole() -> None:
    time = np.zeros(3, dtype=np.int64)
    made = injected(time, np.ones(3), "step", [1.0], FROM_THE_START)[0]
    assert made.tolist() == [-3.0, -3.0, -3.0]
