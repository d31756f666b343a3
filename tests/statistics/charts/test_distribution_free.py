"""One width keeps the false alarms of charts whose values have any shape and memory."""

import numpy as np
import pytest
from scipy.signal import lfilter

from assets.statistics.charts.distribution_free import (
    WEIGHT,
    Watch,
    distribution_free_chart,
    restarted_ewma,
    sequential_scores,
    watched_scores,
)
from assets.statistics.charts.run_length.distribution_free_limits import distribution_free_width

RATE = 0.002
ALARMS = 1_200  # of the simulated charts a width rests on


def series(memory: float, charts: int, points: int, seed: int) -> np.ndarray:
    new = np.random.default_rng(seed).normal(size=(charts, points + 50))
    made = lfilter([np.sqrt(1 - memory**2)], [1.0, -memory], new, axis=-1)
    return np.asarray(made[:, 50:])


def test_later_scores_are_standard_normal_and_independent_for_any_law() -> None:
    values = np.random.default_rng(1).exponential(size=(3_000, 90)) ** 2
    later = sequential_scores(values, 50)[:, 50:]
    assert later.mean() == pytest.approx(0.0, abs=0.012)
    assert later.std() == pytest.approx(1.0, abs=0.03)
    assert np.corrcoef(later[:, 1:].ravel(), later[:, :-1].ravel())[0, 1] == pytest.approx(
        0.0, abs=0.012
    )


def test_a_monotone_change_of_the_values_changes_nothing() -> None:
    values = series(0.5, 1, 200, 2)[0]
    plain = distribution_free_chart(values, 50, 2.0)
    bent = distribution_free_chart(np.exp(2 * values), 50, 2.0)
    assert plain.signals["ewma"].tolist() == bent.signals["ewma"].tolist()
    assert plain.plotted[60] == bent.plotted[60]


def test_equal_values_share_their_rank() -> None:
    assert sequential_scores(np.array([1.0, 1.0, 1.0, 1.0]), 3).tolist() == [0.0] * 4


@pytest.mark.parametrize("watch", ["level", "spread"])
def test_the_promised_rate_is_kept_over_charts_of_any_memory(watch: Watch) -> None:
    """2,400 charts of 200 points promise 960 alarms; a tenth is three standard errors.

    Single memories lie about it: with 0.7 a chart alarms up to a third more often.
    """
    width = distribution_free_width(50, RATE, watch=watch, alarms=ALARMS)
    kept = []
    for at, memory in enumerate(np.arange(8) / 10):
        values = np.exp(series(float(memory), 300, 250, at))  # skewness 6 changes nothing
        out = restarted_ewma(watched_scores(values, 50, watch=watch), WEIGHT, width)[1]
        kept.append(out.mean() / RATE)
    assert np.mean(kept) == pytest.approx(1.0, abs=0.15)
    assert 0.6 < min(kept) <= max(kept) < 1.7


def test_a_step_is_found_and_the_chart_starts_anew() -> None:
    values = np.random.default_rng(4).normal(size=120)
    values[80:] += 1.5
    chart = distribution_free_chart(values, 50, 3.8)
    alarms = chart.signals["ewma"]
    assert 80 <= alarms[0] < 110
    assert np.abs(chart.plotted[alarms[0] + 1]) < np.abs(chart.plotted[alarms[0]])


def test_a_wider_spread_is_found_by_the_chart_that_watches_it() -> None:
    """Three times the spread after 40 quiet batches: of 200 charts most find it within 40."""
    values = np.random.default_rng(8).normal(size=(200, 130))
    values[:, 90:] *= 3
    followed = {watch: watched_scores(values, 50, watch=watch) for watch in ("spread", "level")}
    spread = restarted_ewma(followed["spread"], WEIGHT, 3.5)[1]
    level = restarted_ewma(followed["level"], WEIGHT, 3.8)[1]
    assert spread[:, 40:].any(axis=1).mean() > 0.6
    assert spread[:, :40].any(axis=1).mean() < 0.03
    assert level[:, 40:].any(axis=1).mean() < spread[:, 40:].any(axis=1).mean() / 2


def test_gaps_and_short_baselines() -> None:
    values = np.random.default_rng(5).normal(size=100)
    holes = np.insert(values, [10, 70], np.nan)
    plain = distribution_free_chart(values, 50, 1.5).signals["ewma"]
    found = distribution_free_chart(holes, 50, 1.5).signals["ewma"]
    assert (found >= plain + 1).all()
    assert found.size == plain.size
    assert distribution_free_chart(values[:30], 50, 3.0).not_applicable
    assert distribution_free_chart(np.full(90, 2.0), 50, 3.0).not_applicable


def test_a_rate_that_no_width_has_is_refused() -> None:
    with pytest.raises(ValueError, match="no width between"):
        distribution_free_width(50, 0.2, alarms=400)


def test_three_remembered_scores_take_in_lots_that_share_a_level() -> None:
    """Lots of five batches: an even fading memory alarms three times as often as it says."""
    rng = np.random.default_rng(6)
    lot = rng.normal(size=(1_500, 51))
    values = np.sqrt(0.3) * np.repeat(lot, 5, axis=1)[:, 2:252]
    values = values + np.sqrt(0.7) * rng.normal(size=values.shape)
    kept = {
        order: restarted_ewma(
            watched_scores(values, 50, order=order),
            WEIGHT,
            distribution_free_width(50, RATE, order=order, alarms=ALARMS),
        )[1].mean()
        / RATE
        for order in (1, 3)
    }
    assert kept[1] > 1.6
    assert kept[3] < 1.4
