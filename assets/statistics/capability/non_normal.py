"""Capability where values follow no normal law: Box-Cox, Johnson, and quantiles as they are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import acosh, asinh, inf, isfinite, log, nan, sqrt

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri
from scipy.special import boxcox as power_of

from assets.statistics.array_types import FloatArray
from assets.statistics.capability.best_power import best_power
from assets.statistics.capability.bounds import CONFIDENCE
from assets.statistics.capability.indices import IndexEstimate, SpecificationLimits, performance
from assets.statistics.capability.normality import normality_p, straightness

FEWEST_VALUES = 20
MOST_FOR_SPACING = 500  # order statistics that tell one spacing from another
SPACINGS = np.arange(0.25, 1.26, 0.05)
SCORES = np.array([-3.0, -1.0, 1.0, 3.0])


@dataclass(frozen=True)
class NonNormalCapability:
    """Ppk of values that follow no normal law.

    Attributes:
        ppk: The index and its lower bound; NaN where it has no meaning, minus infinity where the
            whole law lies beyond a limit.
        method: How it was found, with the parameters.
        normality: Shapiro-Wilk p of the transformed values; NaN without a transformation.
        n: Values.
        not_applicable: Why there is no index, in words; None where there is.
        share_outside: Share of the fitted law (empirical: of the values) beyond a limit, 0 to 1;
            NaN without an index.
    """

    ppk: IndexEstimate
    method: str
    normality: float
    n: int
    not_applicable: str | None = None
    share_outside: float = nan


@dataclass(frozen=True)
class JohnsonCurve:
    """A transformation to a normal law: gamma + delta g((x - xi) / lam).

    Attributes:
        family: ``SU`` (unbounded), ``SB`` (bounded) or ``SL`` (log-normal).
        gamma: Shift of the normal value.
        delta: Scale of the normal value, above 0.
        xi: Location in the unit of the values.
        lam: Scale in the unit of the values, above 0.
    """

    family: str
    gamma: float
    delta: float
    xi: float
    lam: float

    def normal(self, values: FloatArray) -> FloatArray:
        """Values on the normal scale; infinite beyond the ends of a bounded curve.

        Examples:
            >>> JohnsonCurve("SL", 0.0, 1.0, 0.0, 1.0).normal(np.array([1.0, 0.0])).tolist()
            [0.0, -inf]
        """
        return np.asarray(
            self.gamma + self.delta * _BENT[self.family]((values - self.xi) / self.lam)
        )


def _bent_log(unit: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.maximum(unit, 0.0)))


def _bent_odds(unit: FloatArray) -> FloatArray:
    inside = np.clip(unit, 0.0, 1.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(inside / (1 - inside)))


_BENT: Mapping[str, Callable[[FloatArray], FloatArray]] = {
    "SU": np.arcsinh,
    "SB": _bent_odds,
    "SL": _bent_log,
}
FAMILIES = tuple(_BENT)


def box_cox_capability(
    values: FloatArray, limits: SpecificationLimits, *, confidence: float = CONFIDENCE
) -> NonNormalCapability:
    """Ppk after the power that makes values most nearly normal.

    Args:
        values: Above 0, NaN skipped, at least 20.
        limits: The specification. A limit of 0 or less has no power, as values lie above 0: below
            them it is none, and above them the whole law lies beyond it.
        confidence: Of the lower bound, one-sided.

    Returns:
        The index on the transformed scale; its bound takes the power as known.

    Source: Box & Cox, J R Stat Soc B 26:211-252 (1964).

    Examples:
        >>> skewed = np.exp(np.random.default_rng(3).normal(size=200))
        >>> round(box_cox_capability(skewed, SpecificationLimits(high=np.exp(3.0))).ppk.value, 1)
        1.0
    """
    known = values[np.isfinite(values)]
    why = _unfit(known)
    if not why and known.min() <= 0:
        why = f"the least value is {known.min():g}: a power needs values above 0"
    if why:
        return _none("Box-Cox", known.size, why)
    try:
        power = best_power(known)
    except RuntimeError:  # the likelihood is flat: there is no bracket
        why = "values differ too little beside their size for a power to matter"
        return _none("Box-Cox", known.size, why)
    # Beside their geometric mean no power of them is too large a number; indices are the same.
    unit = float(np.exp(np.log(known).mean()))
    return _transformed(
        lambda x: np.where(x > 0, power_of(np.where(x > 0, x, unit) / unit, power), -inf),
        known,
        limits,
        f"Box-Cox, power {power:.3f}",
        confidence,
    )


def johnson_capability(
    values: FloatArray, limits: SpecificationLimits, *, confidence: float = CONFIDENCE
) -> NonNormalCapability:
    """Ppk after the Johnson curve under which values are most nearly normal.

    Args:
        values: NaN skipped, at least 20.
        limits: The specification; beyond the end of a bounded curve a limit is never reached, or
            has the whole law beyond it.
        confidence: Of the lower bound, one-sided.

    Returns:
        The index on the transformed scale; its bound takes the curve as known.

    Source: Slifker & Shapiro, Technometrics 22:239-246 (1980); the spacing by the best
    Shapiro-Wilk, as Chou, Polansky & Mason, J Qual Technol 30:133-141 (1998).

    Examples:
        >>> skewed = np.exp(np.random.default_rng(3).normal(size=200))
        >>> 0.8 < johnson_capability(skewed, SpecificationLimits(high=np.exp(3.0))).ppk.value < 1.4
        True
    """
    known = values[np.isfinite(values)]
    why = _unfit(known)
    if why:
        return _none("Johnson", known.size, why)
    curve = johnson_curve(known)
    if curve is None:
        return _none("Johnson", known.size, "no Johnson curve fits: quantiles are too uneven")
    return _transformed(curve.normal, known, limits, f"Johnson {curve.family}", confidence)


def johnson_curve(values: FloatArray) -> JohnsonCurve | None:
    """The Johnson curve under which values are most nearly normal; None where no curve fits.

    Source: Slifker & Shapiro (1980), spacings 0.25 to 1.25; of many values at most 500 order
    statistics, evenly apart, tell which spacing is best.

    Examples:
        >>> johnson_curve(np.sinh(np.random.default_rng(3).normal(size=500))).family
        'SU'
    """
    ordered = np.sort(values)  # a curve keeps the order
    shares = ndtr(SPACINGS[:, None] * SCORES)
    quantiles = np.quantile(ordered, shares, method="hazen")
    if ordered.size > MOST_FOR_SPACING:
        places = np.linspace(0, ordered.size - 1, MOST_FOR_SPACING).round().astype(np.int64)
        ordered = ordered[places]
    curves = [
        curve
        for spacing, four in zip(SPACINGS.tolist(), quantiles.tolist(), strict=True)
        if (curve := _slifker_shapiro(four, spacing)) is not None
    ]
    fits = np.array([_straightness(curves, family, ordered) for family in FAMILIES]).max(0)
    return curves[int(fits.argmax())] if curves and fits.max() > -inf else None


def _straightness(curves: Sequence[JohnsonCurve], family: str, ordered: FloatArray) -> FloatArray:
    """Shapiro and Wilk's W under each curve of a family; minus infinity of other curves."""
    found = np.full(len(curves), -inf)
    own = np.array([at for at, curve in enumerate(curves) if curve.family == family], np.int64)
    if own.size:
        xi, lam = (np.array([[getattr(curves[at], of)] for at in own]) for of in ("xi", "lam"))
        bent = _BENT[family]((ordered - xi) / lam)  # W asks neither for shift nor scale
        ends = bent[:, [0, -1]]
        fits = np.isfinite(ends).all(1) & (ends[:, 0] != ends[:, 1])
        found[own[fits]] = straightness(bent[fits])
    return found


def _slifker_shapiro(quantiles: Sequence[float], spacing: float) -> JohnsonCurve | None:
    """The curve through four quantiles at normal scores -3z, -z, z and 3z."""
    far_low, low, high, far_high = quantiles
    m, n, p = far_high - high, low - far_low, high - low
    if min(m, n, p) <= 0:
        return None
    product, middle = m * n / p**2, (high + low) / 2
    if product > 1.001:
        sides = sqrt(m / p * (n / p) - 1)
        delta = 2 * spacing / acosh((m / p + n / p) / 2)
        gamma = delta * asinh((n / p - m / p) / (2 * sides))
        width = 2 * p * sides / ((m / p + n / p - 2) * sqrt(m / p + n / p + 2))
        xi = middle + p * (n / p - m / p) / (2 * (m / p + n / p - 2))
        return JohnsonCurve("SU", gamma, delta, xi, width)
    if product < 0.999:
        a, b = p / m, p / n
        delta = spacing / acosh(sqrt((1 + a) * (1 + b)) / 2)
        gamma = delta * asinh((b - a) * sqrt((1 + a) * (1 + b) - 4) / (2 * (a * b - 1)))
        width = p * sqrt(((1 + a) * (1 + b) - 2) ** 2 - 4) / (a * b - 1)
        xi = middle - width / 2 + p * (b - a) / (2 * (a * b - 1))
        return JohnsonCurve("SB", gamma, delta, xi, width)
    if m <= p:
        return None
    delta = 2 * spacing / log(m / p)
    gamma = delta * log((m / p - 1) / (p * sqrt(m / p)))
    xi = middle - p * (m / p + 1) / (2 * (m / p - 1))
    return JohnsonCurve("SL", gamma, delta, xi, 1.0)


def clements_ppk(quantiles: FloatArray, limits: SpecificationLimits) -> float:
    """Ppk from the 0.135%, 50% and 99.865% quantiles of any law.

    Source: Clements, Quality Progress 22(9):95-100 (1989).

    Examples:
        >>> clements_ppk(np.array([7.0, 10.0, 13.0]), SpecificationLimits(4.0, 16.0))
        2.0
        >>> clements_ppk(np.array([0.0, 0.0, 3.0]), SpecificationLimits(high=6.0))  # mostly zeros
        2.0
    """
    low, middle, high = (float(one) for one in quantiles)
    return min(
        _of_width(middle - limits.low, middle - low), _of_width(limits.high - middle, high - middle)
    )


def _of_width(distance: float, width: float) -> float:
    """Distance over a width; of half a law at one point infinite, with the sign of the distance."""
    return distance / width if width > 0 else inf if distance >= 0 else -inf


def empirical_capability(
    values: FloatArray, limits: SpecificationLimits, *, confidence: float = CONFIDENCE
) -> NonNormalCapability:
    """Ppk of the normal law that has as large a share within the limits as was seen.

    Args:
        values: NaN skipped, at least 20.
        limits: The specification.
        confidence: Of the lower bound, one-sided.

    Returns:
        No law is assumed, so the bound cannot promise more than the number of values can: with none
        of 59 outside it is 0.55, of 1,000 it is 0.92. The index is infinite where none is outside.

    Source: Clopper & Pearson (1934), for the share.

    Examples:
        >>> inside = empirical_capability(np.linspace(1, 2, 59), SpecificationLimits(0.0, 3.0))
        >>> round(inside.ppk.lower, 2)
        0.55
    """
    known = values[np.isfinite(values)]
    if known.size < FEWEST_VALUES:
        return _none("empirical", known.size, f"{known.size} values: {FEWEST_VALUES} are needed")
    outside = int(((known < limits.low) | (known > limits.high)).sum())
    n = known.size
    share = 1 - outside / n
    at_least = float(betaincinv(n - outside, outside + 1, 1 - confidence)) if outside < n else 0.0
    value = float(ndtri(share)) / 3
    lower = float(ndtri(at_least)) / 3
    index, method = IndexEstimate(value, lower), "share within limits"
    return NonNormalCapability(index, method, nan, n, share_outside=outside / n)


def _transformed(
    change: Callable[[FloatArray], FloatArray],
    known: FloatArray,
    limits: SpecificationLimits,
    method: str,
    confidence: float,
) -> NonNormalCapability:
    normal = change(known)
    if not np.ptp(normal) > 0:
        return _none(method, known.size, "the fitted law squeezes all values into one number")
    p = normality_p(normal)
    ends = change(np.array([limits.low, limits.high]))
    low = float(ends[0]) if isfinite(limits.low) else -inf
    high = float(ends[1]) if isfinite(limits.high) else inf
    if low == inf or high == -inf:
        index = IndexEstimate(-inf, -inf)
        return NonNormalCapability(index, method, p, known.size, share_outside=1.0)
    if not isfinite(low) and not isfinite(high):
        return _none(method, known.size, "the fitted law ends before it reaches a limit")
    if not low < high:
        return _none(method, known.size, "the fitted law squeezes both limits into one number")
    ppk, outside = performance(normal, SpecificationLimits(low, high), confidence=confidence)
    return NonNormalCapability(ppk, method, p, known.size, share_outside=outside)


def _unfit(known: FloatArray) -> str | None:
    if known.size < FEWEST_VALUES:
        return f"{known.size} values do not show a shape: {FEWEST_VALUES} are needed"
    return "all values are equal" if np.ptp(known) == 0 else None


def _none(method: str, n: int, why: str | None) -> NonNormalCapability:
    return NonNormalCapability(IndexEstimate(nan, nan), method, nan, n, why)
