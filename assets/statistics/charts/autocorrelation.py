"""Charts of batches that remember the ones before: charts of residuals, and wider limits.

Neighbours that resemble each other make moving ranges small: three sigma by the moving range then
alarm without a cause, at an autocorrelation of 0.7 every dozen batches.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter

from assets.statistics.array_types import BoolArray, FloatArray
from assets.statistics.charts.control_chart import ControlChart, Level, drawn, silent

FEWEST_VALUES = 10
MOST_LAGS = 3
MOST_MEMORY = 0.99


@dataclass(frozen=True)
class Autoregression:
    """A series as a weighted sum of its last values and something new.

    Attributes:
        mean: Of the series.
        coefficients: Of the last value, the one before it, and so on; empty for no memory.
        innovation_sd: Standard deviation of what is new.
        marginal_sd: Standard deviation of single values.
        lag_one: Autocorrelation at lag 1 that the coefficients mean.
        n: Values it rests on.
    """

    mean: float
    coefficients: FloatArray
    innovation_sd: float
    marginal_sd: float
    lag_one: float
    n: int

    def residuals(self, values: FloatArray) -> FloatArray:
        """What is new in each value, in units of the values; the first is its distance alone.

        The first values, and those after a gap, whose past is unknown, are scaled to the spread of
        the others.

        Examples:
            >>> fit = Autoregression(0.0, np.array([0.5]), 1.0, 2.0, 0.5, 50)
            >>> fit.residuals(np.array([4.0, 2.0, 2.0])).tolist()
            [2.0, 0.0, 1.0]
        """
        known, order = np.isfinite(values), self.coefficients.size
        away = np.where(known, values - self.mean, 0.0)
        new = np.asarray(lfilter(np.concatenate([[1.0], -self.coefficients]), [1.0], away))
        place = np.arange(values.size)
        since_gap = place - np.maximum.accumulate(np.where(known, -1, place))
        alone = away * (self.innovation_sd / self.marginal_sd if order else 1.0)
        return np.where(known, np.where(since_gap <= order, alone, new), np.nan)


def autocovariance(away: FloatArray, lags: int) -> FloatArray:
    """Autocovariances from lag 0 on, of a series without its mean.

    Examples:
        >>> autocovariance(np.array([1.0, -1.0, 1.0, -1.0]), 1).tolist()
        [1.0, -0.75]
    """
    n = away.size
    return np.array([float(away[lag:] @ away[: n - lag]) / n for lag in range(lags + 1)])


def autoregression(values: FloatArray, most_lags: int = MOST_LAGS) -> Autoregression:
    """Fit an autoregression whose length the corrected Akaike criterion chooses.

    Args:
        values: In production order, NaN skipped, at least 10.
        most_lags: Longest memory looked for.

    Returns:
        The fit, by Yule-Walker; a coefficient at lag 1 alone is freed of its bias, which is
        -(1 + 3 phi) / n.

    Raises:
        ValueError: For fewer than 10 values.

    Source: Brockwell & Davis (1991), sections 8.1 and 9.3; Marriott & Pope (1954) for the bias.

    Examples:
        >>> rng = np.random.default_rng(5)
        >>> series = lfilter([1.0], [1.0, -0.6], rng.normal(size=2000))
        >>> fit = autoregression(series)
        >>> round(fit.lag_one, 1), round(fit.marginal_sd, 1)
        (0.6, 1.2)
    """
    known = values[np.isfinite(values)]
    n = known.size
    if n < FEWEST_VALUES:
        raise ValueError(f"{n} values do not show how they remember: give at least {FEWEST_VALUES}")
    away = known - known.mean()
    cov = autocovariance(away, most_lags)
    if cov[0] <= 0:
        return Autoregression(float(known.mean()), np.empty(0), 0.0, 0.0, 0.0, n)
    best, kept = np.inf, np.empty(0)
    for order in range(min(most_lags, n // 5) + 1):
        phi = solve_toeplitz(cov[:order], cov[1 : order + 1]) if order else np.empty(0)
        left = cov[0] - float(phi @ cov[1 : order + 1])
        score = n * np.log(max(left, 1e-300)) + 2 * (order + 1) * n / (n - order - 2)
        if score < best - 1e-9:
            best, kept = score, phi
    if kept.size == 1:
        # One that swings to and fro may leave the range of a stable one as well as one that stays.
        kept = np.clip((n * kept + 1) / (n - 3), -MOST_MEMORY, MOST_MEMORY)
    fit = _completed(known, away, kept)
    # A swing between two levels is no noise that was remembered: what a fit at the end of the range
    # makes of it may be narrower than the values are.
    if kept.size == 1 and kept[0] == -MOST_MEMORY:
        return replace(fit, marginal_sd=max(fit.marginal_sd, float(known.std(ddof=1))))
    return fit


def _completed(known: FloatArray, away: FloatArray, phi: FloatArray) -> Autoregression:
    """Spreads that fit the coefficients: the mean too is estimated, so the raw ones are small."""
    n, order = away.size, phi.size
    new = lfilter(np.concatenate([[1.0], -phi]), [1.0], away)[order:]
    innovation = sqrt(float(new @ new) / max(new.size - order - 1, 1))
    rho = _correlations(phi, 200)
    # Variance of a value over that of what is new, by the correlations the coefficients mean.
    gain = 1 / max(1 - float(phi @ rho[1 : order + 1]), 1e-6) if order else 1.0
    lag = float(rho[1]) if order else 0.0
    return Autoregression(float(known.mean()), phi, innovation, innovation * sqrt(gain), lag, n)


def _correlations(phi: FloatArray, lags: int) -> FloatArray:
    """Autocorrelations that coefficients mean, from lag 0 on."""
    order = phi.size
    if not order:
        return np.concatenate([[1.0], np.zeros(lags)])
    # Yule-Walker for the first ones, then the recursion.
    matrix = np.eye(order)
    right = phi.copy()
    for row in range(order):
        for column in range(order):
            at = abs(row - column) - 1
            if row != column:
                matrix[row, at] -= phi[column]
    rho = np.empty(lags + 1)
    rho[0], rho[1 : order + 1] = 1.0, np.linalg.solve(matrix, right)
    for lag in range(order + 1, lags + 1):
        rho[lag] = float(phi @ rho[lag - order : lag][::-1])
    return rho


def residual_chart(
    values: FloatArray,
    *,
    fit: Autoregression | None = None,
    baseline: BoolArray | None = None,
    rules: Iterable[str] = ("we1",),
) -> ControlChart:
    """Chart of what is new in each value beside the ones before.

    Args:
        values: In production order, NaN where nothing was recorded.
        fit: Fixed in phase I; fitted to the baseline if not given.
        baseline: Per value, whether the fit rests on it; all if not given.
        rules: Names of run rules.

    Returns:
        The chart of residuals; ``autocorrelation`` is that of the values, not of the residuals.

    Source: Alwan & Roberts, J Bus Econ Stat 6:87-95 (1988).

    Examples:
        >>> rng = np.random.default_rng(5)
        >>> series = lfilter([1.0], [1.0, -0.7], rng.normal(size=500))
        >>> chart = residual_chart(series)
        >>> round(chart.autocorrelation, 1), chart.signals["we1"].size < 5
        (0.7, True)
    """
    taken = values if baseline is None else values[baseline]
    fit, why = _fitted(taken, fit)
    if fit is None:
        return silent("residuals", values, why)
    method = f"innovations of an autoregression of order {fit.coefficients.size}"
    level = Level(0.0, fit.innovation_sd, method, fit.n)
    chart = drawn("residuals", fit.residuals(values), level, rules=rules, baseline=baseline)
    return replace(chart, autocorrelation=fit.lag_one)


def widened_chart(
    values: FloatArray,
    *,
    fit: Autoregression | None = None,
    baseline: BoolArray | None = None,
) -> ControlChart:
    """Single values against three sigma of single values, as an autoregression says it.

    Only single points signal: runs are what a process with memory makes by itself.

    Args:
        values: In production order, NaN where nothing was recorded.
        fit: Fixed in phase I; fitted to the baseline if not given.
        baseline: Per value, whether the fit rests on it; all if not given.

    Source: Vasilopoulos & Stamboulis, J Qual Technol 10:20-30 (1978).

    Examples:
        >>> rng = np.random.default_rng(5)
        >>> series = lfilter([1.0], [1.0, -0.7], rng.normal(size=500))
        >>> widened_chart(series).signals["we1"].size < 5
        True
    """
    taken = values if baseline is None else values[baseline]
    fit, why = _fitted(taken, fit)
    if fit is None:
        return silent("individuals, widened", values, why)
    method = f"marginal, of an autoregression of order {fit.coefficients.size}"
    level = Level(fit.mean, fit.marginal_sd, method, fit.n)
    chart = drawn("individuals, widened", values, level, baseline=baseline)
    return replace(chart, autocorrelation=fit.lag_one)


def _fitted(taken: FloatArray, fit: Autoregression | None) -> tuple[Autoregression | None, str]:
    """The fit, or the reason there is none."""
    known = int(np.isfinite(taken).sum())
    if fit is None and known < FEWEST_VALUES:
        return None, f"{known} recorded values in the baseline: {FEWEST_VALUES} are needed"
    fit = fit or autoregression(taken)
    if fit.innovation_sd <= 0:
        return None, "all values of the baseline are equal: no spread to judge by"
    return fit, ""
