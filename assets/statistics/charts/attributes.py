"""Charts of counts: p, u and c, and Laney's p' and u' where counts scatter more than chance."""

from collections.abc import Iterable

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray
from assets.statistics.charts.constants import chart_factors
from assets.statistics.charts.control_chart import ControlChart, Level, drawn, silent
from assets.statistics.charts.levels import moving_range


def p_chart(
    counts: FloatArray,
    sizes: FloatArray,
    *,
    level: Level | None = None,
    baseline: BoolArray | None = None,
    rules: Iterable[str] = ("we1",),
    laney: bool = False,
    places: int | None = None,
) -> ControlChart:
    """Shares of units (p), or with ``laney`` shares that scatter more than binomial ones (p').

    Args:
        counts: Per sample in order, units that have the attribute, NaN where nothing was recorded.
        sizes: Per sample, units looked at, above 0.
        level: Fixed in phase I: centre is the share; sigma is 1, of Laney's chart sigma_z.
        baseline: Per sample, whether the level rests on it; all if not given.
        rules: Names of run rules.
        laney: Whether limits follow the scatter from sample to sample.
        places: Decimals of d2 in sigma_z, for limits as printed (3).

    Returns:
        The chart of shares; limits within 0 and 1; not applicable where no unit, or every unit, has
        the attribute.

    Source: Montgomery, section 7.2; Laney, Quality Engineering 14(4):531-537 (2002).

    Examples:
        >>> chart = p_chart(np.array([12.0, 15, 8, 10]), np.full(4, 50.0))
        >>> f"{chart.centre[0]:.3f}, at most {chart.upper[0]:.3f}"
        '0.225, at most 0.402'
    """
    kind = "p'" if laney else "p"
    share = np.divide(counts, sizes, out=np.full(counts.shape, np.nan), where=sizes > 0)
    taken = np.isfinite(share) & (
        np.ones(share.shape, dtype=bool) if baseline is None else baseline
    )
    if level is None and not taken.any():
        return silent(kind, share, "no recorded sample in the baseline")
    centre = float(counts[taken].sum() / sizes[taken].sum()) if level is None else level.centre
    if not 0 < centre < 1:
        return silent(kind, share, f"the share is {centre:g}: limits need both outcomes")
    sd = np.sqrt(centre * (1 - centre) / np.where(sizes > 0, sizes, np.nan))
    level = level or _level(centre, (share - centre) / sd, taken, "binomial", laney, places)
    chart = _counted(kind, share, level, sd, rules, baseline)
    return chart if chart.not_applicable else _at_most_one(chart)


def u_chart(
    counts: FloatArray,
    units: FloatArray,
    *,
    level: Level | None = None,
    baseline: BoolArray | None = None,
    rules: Iterable[str] = ("we1",),
    laney: bool = False,
    places: int | None = None,
) -> ControlChart:
    """Counts per unit (u), or with ``laney`` counts that scatter more than Poisson ones (u').

    Args:
        counts: Per sample in order, NaN where nothing was recorded.
        units: Per sample, how much was looked at, above 0.
        level: Fixed in phase I: centre is the count per unit; sigma is 1, of Laney's chart sigma_z.
        baseline: Per sample, whether the level rests on it; all if not given.
        rules: Names of run rules.
        laney: Whether limits follow the scatter from sample to sample.
        places: Decimals of d2 in sigma_z, for limits as printed (3).

    Source: Montgomery, section 7.3; Laney, Quality Engineering 14(4):531-537 (2002).

    Examples:
        >>> chart = u_chart(np.array([14.0, 12.0, 20.0]), np.array([10.0, 8.0, 13.0]))
        >>> f"{chart.centre[0]:.4f}", np.round(chart.upper, 3).tolist()
        ('1.4839', [2.64, 2.776, 2.497])
    """
    kind = "u'" if laney else "u"
    rate = np.divide(counts, units, out=np.full(counts.shape, np.nan), where=units > 0)
    taken = np.isfinite(rate) & (np.ones(rate.shape, dtype=bool) if baseline is None else baseline)
    if level is None and not taken.any():
        return silent(kind, rate, "no recorded sample in the baseline")
    centre = float(counts[taken].sum() / units[taken].sum()) if level is None else level.centre
    if centre <= 0:
        return silent(kind, rate, "nothing was counted in the baseline: a g chart shows gaps")
    sd = np.sqrt(centre / np.where(units > 0, units, np.nan))
    level = level or _level(centre, (rate - centre) / sd, taken, "Poisson", laney, places)
    return _counted(kind, rate, level, sd, rules, baseline)


def c_chart(
    counts: FloatArray,
    *,
    level: Level | None = None,
    baseline: BoolArray | None = None,
    rules: Iterable[str] = ("we1",),
) -> ControlChart:
    """Counts in samples of one and the same size.

    Args:
        counts: Per sample in order, NaN where nothing was recorded.
        level: Fixed in phase I; centre is the count, sigma 1.
        baseline: Per sample, whether the level rests on it; all if not given.
        rules: Names of run rules.

    Source: Montgomery, section 7.3; NIST/SEMATECH e-Handbook 6.3.3.1.

    Examples:
        >>> chart = c_chart(np.array([16.0, 14, 28, 16, 12, 20, 10, 12]))
        >>> f"{chart.centre[0]:g}, {chart.lower[0]:g} to {chart.upper[0]:g}"
        '16, 4 to 28'
    """
    return u_chart(counts, np.ones(counts.shape), level=level, baseline=baseline, rules=rules)


def _level(
    centre: float,
    z: FloatArray,
    taken: BoolArray,
    law: str,
    laney: bool,
    places: int | None,
) -> Level:
    """Sigma is in units of the law's own: 1, or Laney's sigma_z."""
    n = int(taken.sum())
    if not laney:
        return Level(centre, 1.0, law, n)
    moves = moving_range(np.where(taken, z, np.nan))
    moves = moves[np.isfinite(moves)]
    sigma_z = float(moves.mean()) / chart_factors(2, places).d2 if moves.size else 0.0
    return Level(centre, sigma_z, f"{law} times sigma_z by the mean moving range / d2", n)


def _counted(
    kind: str,
    plotted: FloatArray,
    level: Level,
    sd: FloatArray,
    rules: Iterable[str],
    baseline: BoolArray | None,
) -> ControlChart:
    if level.sigma <= 0:
        return silent(kind, plotted, "samples do not differ by more than nothing: sigma_z is 0")
    return drawn(kind, plotted, level, scale=sd, floor=0.0, rules=rules, baseline=baseline)


def _at_most_one(chart: ControlChart) -> ControlChart:
    """A share above 1 does not exist; an upper limit above it never signals."""
    chart.upper[:] = np.minimum(chart.upper, 1.0)
    return chart
