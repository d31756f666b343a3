"""Capability and performance indices of a process beside its specification."""

from dataclasses import dataclass
from math import hypot, inf, isfinite, nan

import numpy as np
from scipy.special import ndtr

from assets.statistics.array_types import FloatArray
from assets.statistics.capability.bounds import (
    CONFIDENCE,
    bissell_bound,
    cp_interval,
    cpm_bound,
    exact_one_sided_bound,
)
from assets.statistics.charts.control_chart import Level
from assets.statistics.charts.levels import (
    MOVING_RANGE_WORTH,
    moving_range,
    moving_range_level,
)


@dataclass(frozen=True)
class SpecificationLimits:
    """Limits a value must lie within; one of them may be missing.

    Attributes:
        low: Minus infinity where there is none.
        high: Infinity where there is none.
        target: The middle of both limits if not given; NaN with one limit.
    """

    low: float = -inf
    high: float = inf
    target: float = nan

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"lower limit {self.low} is not below upper limit {self.high}")
        if not isfinite(self.low) and not isfinite(self.high):
            raise ValueError("a specification needs at least one finite limit")

    @property
    def is_two_sided(self) -> bool:
        """Whether both limits are given.

        Examples:
            >>> SpecificationLimits(high=0.5).is_two_sided
            False
        """
        return isfinite(self.low) and isfinite(self.high)

    @property
    def aim(self) -> float:
        """The target, or the middle of both limits; NaN with one limit and no target.

        Examples:
            >>> SpecificationLimits(95.0, 105.0).aim
            100.0
        """
        if not np.isnan(self.target):
            return self.target
        return (self.low + self.high) / 2 if self.is_two_sided else nan


@dataclass(frozen=True)
class IndexEstimate:
    """An index and its one-sided lower confidence bound; NaN where it has no meaning."""

    value: float
    lower: float


@dataclass(frozen=True)
class Capability:
    """Indices of one parameter.

    Attributes:
        cp: Width of the specification over six sigma without drift; NaN with one limit.
        cpk: Distance to the nearer limit over three sigma without drift.
        pp: As cp with the standard deviation of all values, drift and all.
        ppk: As cpk with the standard deviation of all values.
        cpm: Width over six times the root mean square distance from the target.
        nearer_limit: ``low`` or ``high``.
        share_outside: Share of the normal law of all values that lies beyond a limit, 0 to 1; near
            1 where the process lies wholly outside, and every index but cp and pp is below 0.
        centre: Mean of the values.
        sigma_within: Without drift.
        sigma_overall: Standard deviation of all values.
        within_method: How ``sigma_within`` was estimated.
        n: Values.
        confidence: Of the lower bounds, one-sided.
        not_applicable: Why there are no indices, in words; None where there are.
    """

    cp: IndexEstimate
    cpk: IndexEstimate
    pp: IndexEstimate
    ppk: IndexEstimate
    cpm: IndexEstimate
    nearer_limit: str
    share_outside: float
    centre: float
    sigma_within: float
    sigma_overall: float
    within_method: str
    n: int
    confidence: float
    not_applicable: str | None = None


NO_INDEX = IndexEstimate(nan, nan)


def potential(limits: SpecificationLimits, sigma: float) -> float:
    """Cp (or Pp): width of the specification over six sigma; NaN with one limit.

    Source: Montgomery, equation 8.4; NIST/SEMATECH e-Handbook 6.1.6.

    Examples:
        >>> potential(SpecificationLimits(8.0, 20.0), 2.0)
        1.0
    """
    return (limits.high - limits.low) / (6 * sigma) if limits.is_two_sided else nan


def one_sided(limits: SpecificationLimits, centre: float, sigma: float) -> tuple[float, float]:
    """Cpl and Cpu: distance to each limit over three sigma; infinite where there is none.

    Examples:
        >>> [round(side, 4) for side in one_sided(SpecificationLimits(8.0, 20.0), 16.0, 2.0)]
        [1.3333, 0.6667]
    """
    return (centre - limits.low) / (3 * sigma), (limits.high - centre) / (3 * sigma)


def share_outside(limits: SpecificationLimits, centre: float, sigma: float) -> float:
    """Share of a normal law beyond either limit, 0 to 1.

    Examples:
        >>> round(share_outside(SpecificationLimits(8.0, 20.0), 16.0, 2.0), 4)
        0.0228
        >>> share_outside(SpecificationLimits(8.0, 20.0), 90.0, 2.0)
        1.0
    """
    below, above = one_sided(limits, centre, sigma)
    return float(ndtr(-3 * below) + ndtr(-3 * above))


def about_target(limits: SpecificationLimits, centre: float, sigma: float) -> float:
    """Cpm: width of the specification over six root mean square distances from the target.

    Source: Chan, Cheng & Spiring, J Qual Technol 20:162-175 (1988).

    Examples:
        >>> round(about_target(SpecificationLimits(8.0, 20.0), 16.0, 2.0), 4)
        0.7071
    """
    return potential(limits, hypot(sigma, centre - limits.aim))


def capability(
    values: FloatArray,
    limits: SpecificationLimits,
    *,
    within: Level | None = None,
    within_free: float | None = None,
    confidence: float = CONFIDENCE,
) -> Capability:
    """Every index of a parameter, with lower bounds.

    Args:
        values: In production order, NaN where nothing was recorded.
        limits: The specification.
        within: Level without drift, its sigma from subgroups, lots or likelihood; by the moving
            range of neighbours if not given.
        within_free: Degrees of freedom of that sigma, needed with ``within``; n - 1 if not given.
        confidence: Of the lower bounds, one-sided.

    Returns:
        Bounds of cp and pp by chi-square, of cpk and ppk the exact ones of a one-sided
        specification, and Bissell's where both limits count, of cpm by Boyles. They hold for
        independent normal values: a process that drifts has no capability to bound.

    Examples:
        >>> made = np.array([99.0, 101, 100, 102, 98, 100, 101, 99, 100, 100])
        >>> found = capability(made, SpecificationLimits(95.0, 105.0))
        >>> round(found.ppk.value, 2), round(found.ppk.lower, 2)
        (1.44, 0.86)
    """
    known = values[np.isfinite(values)]
    n = known.size
    sigma = float(known.std(ddof=1)) if n > 1 else 0.0
    if n < 3 or sigma <= 0 or (within is not None and within.sigma <= 0):
        return _none(n, confidence)
    ranges = int(np.isfinite(moving_range(values)).sum())
    if within is None and not ranges:
        return _none(n, confidence, "no two values are next to each other: give the level within")
    level = within or moving_range_level(values)
    if level.sigma <= 0:
        return _none(n, confidence, "neighbours do not differ: sigma without drift is 0")
    degrees = MOVING_RANGE_WORTH * ranges if within is None else (within_free or n - 1.0)
    centre = float(known.mean())
    sides = one_sided(limits, centre, sigma)
    offset = (centre - limits.aim) / sigma
    cpm = about_target(limits, centre, sigma)
    return Capability(
        cp=_potential(limits, level.sigma, degrees, confidence),
        cpk=_nearer(limits, centre, level.sigma, n, degrees, confidence),
        pp=_potential(limits, sigma, n - 1.0, confidence),
        ppk=_nearer(limits, centre, sigma, n, n - 1.0, confidence),
        cpm=IndexEstimate(cpm, cpm_bound(cpm, n, offset, confidence=confidence))
        if limits.is_two_sided
        else NO_INDEX,
        nearer_limit="low" if sides[0] < sides[1] else "high",
        share_outside=share_outside(limits, centre, sigma),
        centre=centre,
        sigma_within=level.sigma,
        sigma_overall=sigma,
        within_method=level.method,
        n=n,
        confidence=confidence,
    )


def performance(
    values: FloatArray, limits: SpecificationLimits, *, confidence: float = CONFIDENCE
) -> tuple[IndexEstimate, float]:
    """Ppk alone, and the share of the normal law beyond a limit: of ``capability`` the cheap part.

    Args:
        values: In any order, no NaN.
        limits: The specification.
        confidence: Of the lower bound, one-sided.

    Returns:
        NaN where fewer than 3 values or none that differ are given.

    Examples:
        >>> made = np.array([99.0, 101, 100, 102, 98, 100, 101, 99, 100, 100])
        >>> ppk, outside = performance(made, SpecificationLimits(95.0, 105.0))
        >>> round(ppk.value, 2), round(ppk.lower, 2)
        (1.44, 0.86)
    """
    n = values.size
    sigma = float(values.std(ddof=1)) if n >= 3 else 0.0
    if sigma <= 0:
        return NO_INDEX, nan
    centre = float(values.mean())
    ppk = _nearer(limits, centre, sigma, n, n - 1.0, confidence)
    return ppk, share_outside(limits, centre, sigma)


def _potential(
    limits: SpecificationLimits, sigma: float, free: float, confidence: float
) -> IndexEstimate:
    value = potential(limits, sigma)
    if np.isnan(value):
        return NO_INDEX
    return IndexEstimate(value, cp_interval(value, free, confidence=2 * confidence - 1)[0])


def _nearer(
    limits: SpecificationLimits,
    centre: float,
    sigma: float,
    n: int,
    free: float,
    confidence: float,
) -> IndexEstimate:
    value = min(one_sided(limits, centre, sigma))
    rule = bissell_bound if limits.is_two_sided else exact_one_sided_bound
    return IndexEstimate(value, rule(value, n, free=free, confidence=confidence))


def _none(n: int, confidence: float, why: str = "") -> Capability:
    why = why or (f"{n} values: 3 that differ are needed" if n < 3 else "all values are equal")
    none = NO_INDEX
    return Capability(
        none, none, none, none, none, "", nan, nan, nan, nan, "none", n, confidence, why
    )
