"""Charts themselves, run until they alarm, have the run lengths that theory says."""

import numpy as np
import pytest
from scipy.special import ndtr

from assets.statistics.charts.memory import cusum_path, ewma_path
from assets.statistics.charts.run_length.alarm_budget import alarm_shares, promised_band
from assets.statistics.charts.run_length.estimated_limits import (
    estimated_ewma_width,
    shewhart_width,
)
from assets.statistics.charts.run_length.integral_equations import (
    cusum_run_length,
    ewma_run_length,
    ewma_width,
)
from assets.statistics.charts.run_length.resampled_limits import (
    ewma_statistic,
    moving_block_paths,
    resampled_width,
    shewhart_statistic,
    sieve_paths,
)
from assets.statistics.charts.run_length.run_rule_chain import (
    WESTERN_ELECTRIC_RULES,
    run_rule_run_length,
)
from assets.statistics.charts.run_rules import WESTERN_ELECTRIC, fires

CHARTS = 16_000
SHIFTS = (0.0, 0.5, 1.0, 2.0)


def simulated(alarm, shift: float, longest: int, seed: int = 1) -> float:
    """Mean points until the first alarm; none may outlast what is drawn."""
    rng = np.random.default_rng(seed)
    lengths = []
    for _ in range(8):
        found = alarm(rng.normal(shift, 1.0, (CHARTS // 8, longest)))
        assert found.any(axis=1).all()
        lengths.append(found.argmax(axis=1) + 1)
    return float(np.concatenate(lengths).mean())


@pytest.mark.parametrize("shift", SHIFTS)
def test_ewma_runs_as_long_as_the_integral_equation_says(shift: float) -> None:
    width, steady = 2.0, np.sqrt(0.2 / 1.8)
    found = simulated(
        lambda z: np.abs(ewma_path(z, 0.2)) > width * steady, shift, 600 if shift < 0.3 else 200
    )
    assert found == pytest.approx(ewma_run_length(0.2, width, shift), rel=0.03)


@pytest.mark.parametrize("shift", SHIFTS)
def test_cusum_runs_as_long_as_the_integral_equation_says(shift: float) -> None:
    found = simulated(
        lambda z: np.maximum(cusum_path(z, 0.5), cusum_path(-z, 0.5)) > 2.5,
        shift,
        600 if shift < 0.3 else 200,
    )
    assert found == pytest.approx(cusum_run_length(0.5, 2.5, shift), rel=0.03)


@pytest.mark.parametrize("shift", SHIFTS)
def test_western_electric_rules_run_as_long_as_their_chain_says(shift: float) -> None:
    found = simulated(
        lambda z: np.logical_or.reduce([fires(rule, z) for rule in WESTERN_ELECTRIC]),
        shift,
        {0.0: 1_000, 0.5: 300}.get(shift, 100),
    )
    theory = float(run_rule_run_length(WESTERN_ELECTRIC_RULES, shift)[0])
    assert found == pytest.approx(theory, rel=0.03)


def test_estimated_shewhart_limits_keep_both_promises() -> None:
    """20,000 baselines of 50 values; the rate of each chart is known from its own limits."""
    rng, rate = np.random.default_rng(2), 0.0027
    mean, sd = rng.normal(size=20_000) / np.sqrt(50), np.sqrt(rng.chisquare(49, 20_000) / 49)

    def rates(width: float) -> np.ndarray:
        return ndtr(mean - width * sd) + ndtr(-mean - width * sd)

    assert rates(3.0).mean() > 1.4 * rate  # the tables' three sigma
    assert rates(shewhart_width(50, rate)).mean() == pytest.approx(rate, rel=0.03)
    kept = rates(shewhart_width(50, rate, "guaranteed", 0.9)) <= rate
    assert kept.mean() == pytest.approx(0.9, abs=0.01)


def test_estimated_ewma_limits_keep_both_promises() -> None:
    """2,000 baselines of 50 values, each with its own future of 400."""
    rng, rate, steady = np.random.default_rng(3), 1 / 100, np.sqrt(0.2 / 1.8)
    base = rng.normal(size=(2_000, 50))
    z = (rng.normal(size=(2_000, 400)) - base.mean(1)[:, None]) / base.std(1, ddof=1)[:, None]

    def alarms(width: float) -> float:
        mean, count = np.zeros(2_000), 0
        for at in range(400):
            mean = 0.8 * mean + 0.2 * z[:, at]
            out = np.abs(mean) > width * steady
            count += int(out.sum())
            mean[out] = 0.0
        return count / z.size

    expected = estimated_ewma_width(0.2, rate, 50)
    assert alarms(ewma_width(0.2, 1 / rate)) > 1.25 * rate
    assert alarms(expected) == pytest.approx(rate, rel=0.06)  # two standard errors
    assert estimated_ewma_width(0.2, rate, 50, "guaranteed") > expected


def test_resampled_limits_agree_with_exact_ones_where_there_are_any() -> None:
    """Averaged over baselines of normal values; a single one knows no better than its spread."""
    rng, rate = np.random.default_rng(4), 0.0027
    found = [
        resampled_width(rng.normal(size=200), shewhart_statistic, rate, horizon=100, charts=2_000)
        for _ in range(12)
    ]
    assert np.mean(found) == pytest.approx(shewhart_width(200, rate), abs=0.15)


def test_resampled_limits_widen_with_skew_with_memory_and_for_a_guarantee() -> None:
    rng = np.random.default_rng(5)
    normal = rng.normal(size=100)
    plain = resampled_width(normal, shewhart_statistic, 0.0027, charts=2_000)
    skewed = resampled_width(np.exp(normal), shewhart_statistic, 0.0027, charts=2_000)
    assert skewed > plain + 0.5
    sure = resampled_width(normal, shewhart_statistic, 0.0027, promise="guaranteed", charts=10_000)
    assert sure > plain
    memory = np.convolve(rng.normal(size=104), np.ones(5) / np.sqrt(5), mode="valid")
    statistic = ewma_statistic(0.2)
    still = resampled_width(normal, statistic, 0.0027, charts=2_000)
    for resampling in ("sieve", "moving blocks"):
        moved = resampled_width(
            memory, statistic, 0.0027, resampling=resampling, block=15, charts=2_000
        )
        assert moved > still + 0.8


def test_made_series_resemble_the_one_they_come_from() -> None:
    rng = np.random.default_rng(6)
    values = np.convolve(rng.exponential(size=201), [1.0, 0.8], mode="valid")
    for made in (
        sieve_paths(values, 200, 300, rng),
        moving_block_paths(values, 20, 200, 300, rng),
    ):
        assert made.mean() == pytest.approx(values.mean(), abs=0.15)
        assert made.std() == pytest.approx(values.std(), rel=0.1)
        lag = np.mean([np.corrcoef(row[1:], row[:-1])[0, 1] for row in made])
        assert lag == pytest.approx(np.corrcoef(values[1:], values[:-1])[0, 1], abs=0.08)


def test_shares_of_a_budget_add_up_to_it() -> None:
    points, importance = np.array([10.0, 20.0, 30.0]), np.array([1.0, 1.0, 4.0])
    shares = alarm_shares(0.5, points, importance)
    assert shares.alarms.sum() == pytest.approx(0.5)
    assert shares.rate[2] == pytest.approx(4 * shares.rate[0])
    assert shares.run_length[0] == pytest.approx(1 / shares.rate[0])
    with pytest.raises(ValueError, match="above 0"):
        alarm_shares(0.0, points)


def test_the_band_of_a_promise_holds_chance_and_no_more() -> None:
    found = np.random.default_rng(7).poisson(12.0, 40_000)
    low, high = promised_band(12.0)
    inside = np.mean((found >= low) & (found <= high))
    assert 0.99 <= inside < 0.996
