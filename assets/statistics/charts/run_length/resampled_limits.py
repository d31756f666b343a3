"""Limits that keep a promise for values of any law and with memory, by resampling the baseline.

The baseline is taken for the process it came from: series are made that resemble it, each gives a
chart its own baseline and its own future, and the limit is set where so few of them alarm.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from scipy.signal import lfilter

from assets.statistics.array_types import FloatArray
from assets.statistics.charts.autocorrelation import autoregression
from assets.statistics.charts.memory import ewma_path
from assets.statistics.charts.run_length.estimated_limits import Promise

Statistic = Callable[[FloatArray, FloatArray], FloatArray]
Resampling = Literal["sieve", "moving blocks"]
BURN_IN = 60
CHARTS = 4_000
FUTURES = 100


def shewhart_statistic(baseline: FloatArray, future: FloatArray) -> FloatArray:
    """Distance of each new value from the baseline's mean in its standard deviations.

    Args:
        baseline: (charts, n).
        future: (charts, points).

    Examples:
        >>> shewhart_statistic(np.array([[1.0, 2.0, 3.0]]), np.array([[4.0, 2.0]])).tolist()
        [[2.0, 0.0]]
    """
    mean = baseline.mean(axis=-1, keepdims=True)
    return np.asarray(np.abs(future - mean) / baseline.std(axis=-1, ddof=1, keepdims=True))


def ewma_statistic(weight: float) -> Statistic:
    """Distance of an EWMA from the baseline's mean, in its steady standard deviations.

    Examples:
        >>> one = np.array([[1.0, 2.0, 3.0]])
        >>> np.round(ewma_statistic(1.0)(one, np.array([[4.0, 2.0]])), 3).tolist()
        [[2.0, 0.0]]
    """

    def statistic(baseline: FloatArray, future: FloatArray) -> FloatArray:
        mean = baseline.mean(axis=-1, keepdims=True)
        z = (future - mean) / baseline.std(axis=-1, ddof=1, keepdims=True)
        return np.asarray(np.abs(ewma_path(z, weight)) / np.sqrt(weight / (2 - weight)))

    return statistic


def sieve_paths(
    values: FloatArray, paths: int, length: int, rng: np.random.Generator
) -> FloatArray:
    """Series of an autoregression fitted to the values, driven by its residuals drawn anew.

    Residuals are spread a little (Silverman 1986): otherwise no path has a value that was not seen.

    Args:
        values: In production order, NaN skipped, at least 10.
        paths: Series to make.
        length: Of each.
        rng: Source of chance.

    Returns:
        (paths, length).

    Source: Buehlmann, Bernoulli 3:123-148 (1997).

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> sieve_paths(rng.normal(5.0, 1.0, 50), 3, 20, rng).shape
        (3, 20)
    """
    fit = autoregression(values)
    order = fit.coefficients.size
    new = fit.residuals(values[np.isfinite(values)])[order:]
    new = (new - new.mean()) * fit.innovation_sd / max(float(new.std()), 1e-300)
    width = 0.9 * min(float(new.std()), np.ptp(np.quantile(new, [0.25, 0.75])) / 1.34)
    width *= new.size ** (-1 / 5)
    drawn = rng.choice(new, (paths, length + BURN_IN))
    drawn = drawn + width * rng.normal(size=drawn.shape)
    drawn /= np.sqrt(1 + (width / fit.innovation_sd) ** 2) if fit.innovation_sd > 0 else 1.0
    series = lfilter([1.0], np.concatenate([[1.0], -fit.coefficients]), drawn, axis=-1)
    return np.asarray(fit.mean + series[:, BURN_IN:])


def moving_block_paths(
    values: FloatArray, block: int, paths: int, length: int, rng: np.random.Generator
) -> FloatArray:
    """Series of blocks of consecutive values drawn anew and laid end to end.

    Args:
        values: In production order, NaN skipped.
        block: Values in a block, at most all.
        paths: Series to make.
        length: Of each.
        rng: Source of chance.

    Source: Kuensch, Ann Stat 17:1217-1241 (1989).

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> moving_block_paths(np.arange(10.0), 3, 2, 7, rng).shape
        (2, 7)
    """
    known = values[np.isfinite(values)]
    size = min(block, known.size)
    starts = rng.integers(0, known.size - size + 1, (paths, -(-length // size)))
    at = starts[:, :, None] + np.arange(size)
    return np.asarray(known[at.reshape(paths, -1)[:, :length]])


def resampled_width(
    values: FloatArray,
    statistic: Statistic,
    rate: float,
    *,
    horizon: int = 100,
    promise: Promise = "expected",
    confidence: float = 0.9,
    resampling: Resampling = "sieve",
    block: int = 10,
    charts: int = CHARTS,
    seed: int = 1,
) -> float:
    """Limit of a chart statistic with a promised rate of false alarms.

    Args:
        values: The baseline in production order, NaN skipped, at least 10.
        statistic: Of (charts, n) baselines and (charts, points) futures, per point; it estimates
            from the baseline whatever the chart does, and alarms when it is large.
        rate: False alarms a point.
        horizon: Points ahead; the limit is where a share (1 - rate) ** horizon of charts is silent.
        promise: Kept over charts, or by this chart with confidence.
        confidence: Of the guarantee.
        resampling: ``sieve`` for values with memory of any shape, ``moving blocks`` where no
            autoregression describes them; blocks hold no value that was not seen, so they cannot
            tell of rates far below one over the baseline's size.
        block: Values in a block.
        charts: Charts to simulate; rate x horizon x charts is the number of alarms the limit rests
            on.
        seed: Of the chance.

    Source: Gandy & Kvaloy, Scand J Stat 40:647-668 (2013), with the resampling of Buehlmann (1997)
    or Kuensch (1989).

    Examples:
        >>> values = np.random.default_rng(3).normal(size=50)
        >>> width = resampled_width(values, shewhart_statistic, 0.0027, charts=2000)
        >>> 2.6 < width < 4.2
        True
    """
    rng = np.random.default_rng(seed)
    n = int(np.isfinite(values).sum())
    futures = FUTURES if promise == "guaranteed" else 1
    groups = max(charts // futures, 1)
    paths = _paths(values, groups, n, resampling, block, rng)
    ahead = _paths(values, groups * futures, horizon, resampling, block, rng)
    # A future of its own, not the baseline's continuation: a chart is judged after it was fixed.
    found = statistic(np.repeat(paths, futures, axis=0), ahead).max(axis=-1)
    silent = (1 - rate) ** horizon
    if promise == "expected":
        return float(np.quantile(found, silent))
    each = np.quantile(found.reshape(groups, futures), silent, axis=1)
    return float(np.quantile(each, confidence))


def _paths(
    values: FloatArray,
    paths: int,
    length: int,
    resampling: Resampling,
    block: int,
    rng: np.random.Generator,
) -> FloatArray:
    if resampling == "sieve":
        return sieve_paths(values, paths, length, rng)
    return moving_block_paths(values, block, paths, length, rng)
