import numpy as np
import pytest

from assets.statistics.regression.interrupted_series import CountSeries, rate_change


def _series(draws, ratio, spread):
    """Thirty months before and twenty after; the variance is ``spread`` times the mean."""
    period = np.arange(-30.0, 20.0)
    exposure = draws.integers(10, 25, period.size).astype(float)
    mean = exposure * 0.25 * np.where(period >= 0, ratio, 1.0)
    if spread > 1:
        mean = draws.gamma(mean / (spread - 1), spread - 1)
    return CountSeries(period, draws.poisson(mean).astype(float), exposure)


@pytest.mark.parametrize("spread", [1.0, 2.5])
def test_the_interval_covers_with_and_without_overdispersion(spread):
    draws, covered = np.random.default_rng(11), 0
    for _ in range(200):
        change = rate_change(_series(draws, 0.5, spread))
        covered += change.low <= 0.5 <= change.high
    # The dispersion is never taken below one, so without overdispersion the interval may be wider.
    assert 181 <= covered <= (200 if spread == 1.0 else 197)


def test_few_events_are_counted_exactly():
    change = rate_change(CountSeries(np.arange(-4.0, 4.0), np.array([1, 0, 1, 0, 0, 0, 0, 0.0]),
                                np.full(8, 10.0)))  # fmt: skip
    assert (change.method, change.ratio, change.low) == ("counts", 0.0, 0.0)
    assert change.high > 1


@pytest.mark.parametrize("counts", [[0, 0, 0, 0, 0, 0], [1, 2]])
def test_nothing_to_compare_is_no_number(counts):
    period = np.arange(len(counts)) - len(counts) // 2
    series = CountSeries(period.astype(float), np.array(counts, float), np.ones(len(counts)))
    assert rate_change(series).method == "none"
