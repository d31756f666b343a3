"""Weibull lives, left-truncated and right-censored: likelihood, estimates, intervals, draws.

Everything is computed for many sets of weights at once, because the bootstrap needs a thousand fits
where lifelines needs a tenth of a second for one; tests hold the estimates to lifelines'. Survival
is R(t) = exp(-(t / scale) ** shape). Ages are in any one unit of time.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray

MIN_SHAPE, MAX_SHAPE = 0.02, 50.0
HALVINGS = 60
GRID = 400  # shapes at which the likelihood-ratio region is cut
POSTERIOR_GRID = 2_000
CHI2_95 = 3.841458820694124  # 95th percentile of chi-squared with one degree of freedom


@dataclass(frozen=True)
class Spells:
    """Stretches of lives at spells.

    Attributes:
        entry: Age at which each spell is first seen, zero or more.
        exit: Age at which it ends, above entry.
        is_event: Whether it ends with the event.

    Examples:
        One life that ended at 4, another seen from 2 on and still running at 10:

        >>> seen = Spells(np.array([0.0, 2.0]), np.array([4.0, 10.0]), np.array([True, False]))
        >>> seen.events, seen.exposure
        (1, 12.0)
    """

    entry: FloatArray
    exit: FloatArray
    is_event: BoolArray

    @property
    def events(self) -> int:
        """Number of events."""
        return int(self.is_event.sum())

    @property
    def exposure(self) -> float:
        """Age gained at risk, summed over spells."""
        return float((self.exit - self.entry).sum())


@dataclass(frozen=True)
class WeibullFit:
    """Estimates with 95% profile-likelihood intervals.

    Attributes:
        shape: Above 1 the hazard rises with age (wear); at 1 it is constant.
        shape_low: Lower bound, at least ``MIN_SHAPE``.
        shape_high: Upper bound, at most ``MAX_SHAPE``.
        scale: Age by which 63.2% have had the event.
        scale_low: Lower bound.
        scale_high: Upper bound; infinite where the records set none.
        p_value: Likelihood-ratio test against a constant hazard (shape 1).
    """

    shape: float
    shape_low: float
    shape_high: float
    scale: float
    scale_low: float
    scale_high: float
    p_value: float


def weibull_estimates(spells: Spells, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return maximum-likelihood estimates under each row of weights.

    With the shape k fixed the scale has the closed form scale ** k = sum w (t^k - e^k) / sum w d;
    k is the root of the profile score, found by bisection of log k.

    Args:
        spells: The spells, at least one event.
        weights: (draws, spells), positive.

    Returns:
        Shapes and scales per draw; a shape at ``MAX_SHAPE`` means that it has no finite estimate.

    Source: Kalbfleisch & Prentice (2002), section 3.4, with entry times as in section 3.2.

    Examples:
        Three lives that ended at 4, 7 and 9, and one still running at 10:

        >>> lives = Spells(np.zeros(4), np.array([4.0, 7, 9, 10]), np.array([1, 1, 1, 0]) > 0)
        >>> shapes, scales = weibull_estimates(lives, np.ones((1, 4)))
        >>> round(float(shapes[0]), 2), round(float(scales[0]), 2)
        (2.96, 8.93)
    """
    low = np.full(weights.shape[0], np.log(MIN_SHAPE))
    high = np.full(weights.shape[0], np.log(MAX_SHAPE))
    log_exit, log_entry = _logs(spells)
    events = weights @ spells.is_event.astype(float)
    mean_log = (weights * spells.is_event) @ log_exit / events
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        total, slope = _power_sums(np.exp(middle), log_exit, log_entry, weights)
        is_above = 1 / np.exp(middle) + mean_log - slope / total > 0
        low, high = np.where(is_above, middle, low), np.where(is_above, high, middle)
    shapes = np.exp((low + high) / 2)
    total, _ = _power_sums(shapes, log_exit, log_entry, weights)
    reach = log_exit.max()
    return shapes, np.exp(reach + np.log(total / events) / shapes)


def weibull_fit(spells: Spells) -> WeibullFit:
    """Return maximum-likelihood estimates with profile-likelihood intervals.

    Args:
        spells: The spells, at least two events at different ages.

    Source: Meeker & Escobar (1998), section 8.3, for profile intervals; they hold their level with
        few events, where those from the standard error do not.

    Examples:
        Four lives cannot exclude a constant hazard, a shape of 1:

        >>> lives = Spells(np.zeros(4), np.array([4.0, 7, 9, 10]), np.array([1, 1, 1, 0]) > 0)
        >>> fit = weibull_fit(lives)
        >>> fit.shape_low < 1 < fit.shape_high
        True
    """
    from scipy.optimize import brentq
    from scipy.stats import chi2

    shapes, scales = weibull_estimates(spells, np.ones((1, spells.exit.size)))
    shape, scale = float(shapes[0]), float(scales[0])
    peak = log_likelihood(spells, shape, scale)

    def drop(log_shape: float) -> float:
        found = _profile_of_shape(spells, np.exp(np.array([log_shape])))
        return float(2 * (peak - found[0]) - CHI2_95)

    edges = [
        edge if drop(edge) < 0 else float(brentq(drop, *sorted((edge, np.log(shape))), xtol=1e-8))
        for edge in (np.log(MIN_SHAPE), np.log(MAX_SHAPE))
    ]
    scale_low, scale_high = _scale_bounds(spells, peak, np.linspace(edges[0], edges[1], GRID))
    statistic = max(0.0, 2 * (peak - float(_profile_of_shape(spells, np.ones(1))[0])))
    return WeibullFit(
        shape,
        float(np.exp(edges[0])),
        float(np.exp(edges[1])),
        scale,
        scale_low,
        np.inf if edges[0] <= np.log(MIN_SHAPE) else scale_high,
        float(chi2.sf(statistic, 1)),
    )


def posterior_draws(
    spells: Spells, draws: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Return shapes and scales drawn from their posterior under a flat prior on both logarithms.

    For uncensored lives the intervals this prior gives hold their level exactly, however few there
    are, because it is the right Haar measure of a location and scale family. Given the shape k,
    scale ** -k is gamma with as many degrees as events; the shape is drawn from a fine grid.

    Args:
        spells: The spells, at least two events at different ages; spells of different lives count
            as independent.
        draws: Number of draws.
        rng: Source of the draws.

    Source: Sun (1997), Journal of Statistical Planning and Inference 61, section 3: the
        probability-matching prior of the Weibull law.

    Examples:
        >>> lives = Spells(np.zeros(4), np.array([4.0, 7, 9, 10]), np.array([1, 1, 1, 0]) > 0)
        >>> shape, scale = posterior_draws(lives, 1_000, np.random.default_rng(1))
        >>> bool(np.quantile(shape, 0.05) < 2.96 < np.quantile(shape, 0.95))
        True
    """
    log_exit, log_entry = _logs(spells)
    one = np.ones((1, log_exit.size))
    log_shapes = np.linspace(np.log(MIN_SHAPE), np.log(MAX_SHAPE), POSTERIOR_GRID)
    shapes = np.exp(log_shapes)
    log_total = _log_power_sums(shapes, log_exit, log_entry, one)
    event_logs = float(log_exit[spells.is_event].sum())
    density = (spells.events - 1) * log_shapes + (shapes - 1) * event_logs
    density -= spells.events * log_total
    mass = np.cumsum(np.exp(density - density.max()))
    shape = np.exp(np.interp(rng.uniform(size=draws), mass / mass[-1], log_shapes))
    log_total = _log_power_sums(shape, log_exit, log_entry, one)
    return shape, np.exp((log_total - np.log(rng.gamma(spells.events, size=draws))) / shape)


def log_likelihood(spells: Spells, shape: float, scale: float) -> float:
    """Return the log-likelihood of the spells.

    Examples:
        One life that ended at 2 under a constant hazard of one half:

        >>> one = Spells(np.zeros(1), np.array([2.0]), np.array([True]))
        >>> round(log_likelihood(one, 1.0, 2.0), 4)  # log(1/2) - 1
        -1.6931
    """
    log_exit, log_entry = _logs(spells)
    hazard = np.log(shape) + (shape - 1) * log_exit - shape * np.log(scale)
    with np.errstate(over="ignore"):
        grown = np.exp(shape * (log_exit - np.log(scale)))
        grown -= np.exp(shape * (log_entry - np.log(scale)))
    return float((hazard * spells.is_event - grown).sum())


def _profile_of_shape(spells: Spells, shapes: FloatArray) -> FloatArray:
    """Return the log-likelihood at each shape, the scale being at its best."""
    log_exit, log_entry = _logs(spells)
    log_hazard, _ = _at_shapes(spells, shapes, log_exit, log_entry)
    return np.asarray(log_hazard - spells.events)


def _scale_bounds(spells: Spells, peak: float, log_shapes: FloatArray) -> tuple[float, float]:
    """Return the smallest and largest scale inside the likelihood-ratio region.

    At a shape k the likelihood falls from its best scale by D (u + exp(-u) - 1), with D the events
    and u = k log(scale / best scale); both roots of that are Lambert's W.
    """
    from scipy.special import lambertw

    shapes = np.exp(log_shapes)
    log_exit, log_entry = _logs(spells)
    log_hazard, log_scale = _at_shapes(spells, shapes, log_exit, log_entry)
    # At a room of exactly zero rounding would leave the domain of W.
    room = np.maximum(1e-12, (log_hazard - spells.events - peak + CHI2_95 / 2) / spells.events)
    arguments = -np.exp(-1 - room)
    below, above = (1 + room + lambertw(arguments, branch).real for branch in (-1, 0))
    with np.errstate(over="ignore"):
        ends = np.exp([(log_scale + below / shapes).min(), (log_scale + above / shapes).max()])
    return float(ends[0]), float(ends[1])


def _at_shapes(
    spells: Spells, shapes: FloatArray, log_exit: FloatArray, log_entry: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Per shape: the summed log hazard of the events at the best scale, and the log of that."""
    total, _ = _power_sums(shapes, log_exit, log_entry, np.ones((1, log_exit.size)))
    log_scale = log_exit.max() + np.log(total / spells.events) / shapes
    event_logs = float(log_exit[spells.is_event].sum())
    steep = (shapes - 1) * event_logs - spells.events * shapes * log_scale
    return np.asarray(spells.events * np.log(shapes) + steep), np.asarray(log_scale)


def _logs(spells: Spells) -> tuple[FloatArray, FloatArray]:
    with np.errstate(divide="ignore"):
        return np.log(spells.exit), np.log(spells.entry)


def _log_power_sums(
    shapes: FloatArray, log_exit: FloatArray, log_entry: FloatArray, weights: FloatArray
) -> FloatArray:
    """Logarithm of the sum of t^k - e^k."""
    total, _ = _power_sums(shapes, log_exit, log_entry, weights)
    return np.asarray(np.log(total) + shapes * log_exit.max())


def _power_sums(
    shapes: FloatArray, log_exit: FloatArray, log_entry: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Sums of w (t^k - e^k) and of its derivative in k, over the largest exit to the power of k."""
    reach = log_exit.max()
    to_exit = np.exp(np.outer(shapes, log_exit - reach))
    to_entry = np.exp(np.outer(shapes, log_entry - reach))
    entry_logs = np.where(np.isfinite(log_entry), log_entry, 0.0)
    total = (weights * (to_exit - to_entry)).sum(axis=1)
    slope = (weights * (to_exit * log_exit - to_entry * entry_logs)).sum(axis=1)
    return total, slope
