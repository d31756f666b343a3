"""Whether a new inspection is no worse than the one it replaces, by more than a stated margin."""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from assets.statistics.array_types import FloatArray
from assets.statistics.intervals import Interval, newcombe_difference

Comparison = Literal["not_inferior", "inferior", "inconclusive"]


@dataclass(frozen=True)
class NonInferiority:
    """A new inspection beside an old one.

    Attributes:
        difference: Share found by the new less share found by the old, -1 to 1.
        interval: Two-sided, at twice the one-sided error of the test.
        margin: Largest loss that is accepted, above 0.
        verdict: ``not_inferior`` where the interval lies above minus the margin, ``inferior``
            where it lies below it, else ``inconclusive``.
    """

    difference: float
    interval: Interval
    margin: float
    verdict: Comparison


def paired_score(
    only_new: FloatArray | float, only_old: FloatArray | float, units: float, difference: float
) -> FloatArray:
    """Tango's score statistic of a difference of two paired shares.

    Args:
        only_new: Units found by the new inspection alone.
        only_old: Units found by the old one alone.
        units: Units judged by both, above 0.
        difference: Share of the new less that of the old under test, inside -1 to 1.

    Returns:
        Standard normal if the difference is so; 0 where nothing speaks against it.

    Source: Tango, Statistics in Medicine 17:891-908 (1998), equation 9.

    Examples:
        >>> round(float(paired_score(12, 4, 50, 0.0)), 4)  # McNemar: 8 / sqrt(16)
        2.0
    """
    gained, lost = np.asarray(only_new, dtype=np.float64), np.asarray(only_old, dtype=np.float64)
    # The share found by the old alone, at its best if the difference is as tested.
    linear = -gained - lost + (2 * units - gained + lost) * difference
    constant = -lost * difference * (1 - difference)
    alone = (np.sqrt(np.maximum(linear**2 - 8 * units * constant, 0.0)) - linear) / (4 * units)
    variance = units * (2 * alone + difference * (1 - difference))
    away = gained - lost - units * difference
    scale = np.sqrt(np.maximum(variance, 0.0))
    certain = np.where(away == 0, 0.0, np.copysign(np.inf, away))
    return np.where(scale > 1e-12, away / np.maximum(scale, 1e-12), certain)


def paired_interval(only_new: int, only_old: int, units: int, level: float = 0.95) -> Interval:
    """Score interval of a difference of two paired shares (Tango 1998).

    Examples:
        >>> low, high = paired_interval(6, 16, 161)  # Fagerland et al. (2017), chapter 8
        >>> round(low, 4), round(high, 4)
        (-0.124, -0.0054)
    """
    if units == 0:
        return -1.0, 1.0
    z, edge = float(ndtri((1 + level) / 2)), 1 - 1e-9

    def at(difference: float) -> float:
        return float(np.clip(paired_score(only_new, only_old, units, difference), -1e6, 1e6))

    low = -1.0 if at(-edge) <= z else float(brentq(lambda d: at(d) - z, -edge, edge, xtol=1e-10))
    high = 1.0 if at(edge) >= -z else float(brentq(lambda d: at(d) + z, -edge, edge, xtol=1e-10))
    return low, high


def compare_paired(
    only_new: int, only_old: int, units: int, margin: float, error: float = 0.05
) -> NonInferiority:
    """Compare two inspections of the same units.

    Args:
        only_new: Units found by the new inspection alone.
        only_old: Units found by the old one alone.
        units: Defective units judged by both.
        margin: Largest loss of detection that is accepted, above 0 and below 1.
        error: One-sided probability of calling an inspection at the margin not inferior.

    Examples:
        >>> compare_paired(3, 4, 250, margin=0.05).verdict
        'not_inferior'
        >>> compare_paired(0, 1, 20, margin=0.05).verdict
        'inconclusive'
    """
    interval = paired_interval(only_new, only_old, units, 1 - 2 * error)
    difference = (only_new - only_old) / units if units else float("nan")
    return _judged(difference, interval, margin)


def compare_independent(
    found_new: int,
    units_new: int,
    found_old: int,
    units_old: int,
    margin: float,
    error: float = 0.05,
) -> NonInferiority:
    """Compare two inspections of different units, by Newcombe's interval (1998, method 10).

    Examples:
        >>> compare_independent(190, 200, 188, 200, margin=0.05).verdict
        'not_inferior'
        >>> compare_independent(150, 200, 190, 200, margin=0.05).verdict
        'inferior'
    """
    interval = newcombe_difference(found_new, units_new, found_old, units_old, 1 - 2 * error)
    tried = units_new and units_old
    difference = found_new / units_new - found_old / units_old if tried else float("nan")
    return _judged(difference, interval, margin)


def paired_sizes(
    margin: float,
    alone: float,
    power: float = 0.8,
    error: float = 0.05,
    difference: float = 0.0,
    most: int = 20_000,
) -> int:
    """Fewest units, judged by both, that show a new inspection not inferior.

    The power of the score test is added up exactly over what the units may show; the normal
    approximation (Lu & Bean 1995) only says where to begin.

    Args:
        margin: Largest loss that is accepted.
        alone: Share of units that only one of the two finds, expected; above 0.
        power: Probability of the verdict ``not_inferior``.
        error: One-sided, of the test.
        difference: True share of the new less the old, above minus the margin.
        most: Give up beyond so many.

    Returns:
        The units.

    Raises:
        ValueError: More than the most would be needed, or the shares do not fit together.

    Examples:
        >>> paired_sizes(margin=0.1, alone=0.1)
        77
    """
    if not abs(difference) <= alone <= 1 or difference <= -margin:
        raise ValueError("the difference must lie above minus the margin and within what differs")
    z = float(ndtri(1 - error)) + float(ndtri(power))
    guess = (z / (margin + difference)) ** 2 * (alone - difference**2)
    high = max(4, int(guess))
    while paired_power(high, margin, alone, error, difference) < power:
        high = int(high * 1.3) + 1
        if high > most:
            raise ValueError(f"more than {most} units are needed: accept a wider margin")
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        reached = paired_power(middle, margin, alone, error, difference) >= power
        low, high = (low, middle) if reached else (middle, high)
    return high


def paired_power(
    units: int, margin: float, alone: float, error: float = 0.05, difference: float = 0.0
) -> float:
    """Probability that so many units show a new inspection not inferior, exact.

    Examples:
        >>> round(paired_power(77, margin=0.1, alone=0.1), 3)
        0.808
    """
    from scipy.stats import binom

    differ = np.arange(int(binom.ppf(1 - 1e-9, units, alone)) + 1)
    gained = np.arange(differ.size, dtype=np.float64)
    # Of those that differ, so many are found by the new alone.
    share = (alone + difference) / (2 * alone)
    chance = binom.pmf(differ, units, alone)[:, None] * binom.pmf(
        gained[None, :], differ[:, None], share
    )
    z = paired_score(
        gained[None, :], np.maximum(differ[:, None] - gained[None, :], 0), units, -margin
    )
    return float(chance[z > float(ndtri(1 - error))].sum())


def independent_sizes(
    margin: float, share: float, power: float = 0.8, error: float = 0.05, difference: float = 0.0
) -> int:
    """Units for each of two inspections of different units that show the new one not inferior.

    Args:
        margin: Largest loss that is accepted.
        share: Share found by the old inspection.
        power: Probability of the verdict ``not_inferior``.
        error: One-sided, of the test.
        difference: True share of the new less the old.

    Source: normal approximation, Blackwelder (1982), raised until the bound of Newcombe's interval
        at the expected shares leaves that power.

    Examples:
        >>> independent_sizes(margin=0.1, share=0.9)
        116
    """
    new = share + difference
    z = float(ndtri(1 - error)) + float(ndtri(power))
    spread = share * (1 - share) + new * (1 - new)
    units = max(4, int((z / (margin + difference)) ** 2 * spread))
    while _newcombe_power(units, margin, share, new, error) < power:
        units += 1
    return units


def _newcombe_power(units: int, margin: float, old: float, new: float, error: float) -> float:
    """By the normal law of the difference about the bound at the expected counts."""
    low, _ = newcombe_difference(new * units, units, old * units, units, 1 - 2 * error)
    spread = sqrt((old * (1 - old) + new * (1 - new)) / units)
    return float(ndtr((low + margin) / spread)) if spread > 0 else float(low > -margin)


def _judged(difference: float, interval: Interval, margin: float) -> NonInferiority:
    if interval[0] > -margin:
        verdict: Comparison = "not_inferior"
    elif interval[1] < -margin:
        verdict = "inferior"
    else:
        verdict = "inconclusive"
    return NonInferiority(difference, interval, margin, verdict)
