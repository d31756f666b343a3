"""Performance of every charted quantity with limits, over the present version and by year."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from assets.process_verification.charting.drawn_chart import DrawnChart
from assets.process_verification.kept import NOTHING_KEPT
from assets.process_verification.plan.series import EVENTS
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.capability.censored import censored_capability
from assets.statistics.capability.indices import Capability, IndexEstimate, SpecificationLimits
from assets.statistics.capability.indices import capability as indices
from assets.statistics.capability.non_normal import (
    box_cox_capability,
    empirical_capability,
    johnson_capability,
)
from assets.statistics.capability.normality import normality_p
from assets.statistics.capability.stability import StabilityRatio, stability_ratio
from assets.statistics.tolerance_intervals import (
    distribution_free_interval,
    normal_tolerance_interval,
)
from data_contracts.tables import table
from warehouse.kept_results import KeptResults

PRESENT = "present limits"
FEWEST_POINTS = 10
NOT_NORMAL = 0.01
MOST_FOR_NORMALITY = 500  # newest points: beyond, any law is refused for the rounding of its values
TOLERANCE_CONTENT = 0.99
WANTED, AT_LEAST = 1.33, 1.0
DRIFTS = 0.01  # p-value of the stability ratio
NO_LIMITS = (*EVENTS, "short_run", "laney_p")
Row = dict[str, Any]


def capability(
    charts: Sequence[DrawnChart], plan: pl.DataFrame, kept: KeptResults = NOTHING_KEPT
) -> pl.DataFrame:
    """Return ``finding.capability``.

    Args:
        charts: As ``drawn_chart`` draws them.
        plan: ``finding.chart_plan``.
        kept: Periods that were told before; a year that is over is told once.
    """
    lines = {row["chart_id"]: row for row in plan.iter_rows(named=True)}
    rows = [row for chart in charts for row in _of(chart, lines[chart.series.chart_id], kept)]
    return table("finding.capability", rows)


def _of(chart: DrawnChart, line: Row, kept: KeptResults) -> Iterator[Row]:
    limits = _limits(line)
    series = chart.series
    if limits is None or series.chart in NO_LIMITS:
        return
    for period, part in _periods(chart):
        value, side = series.value[part], series.side[part]
        is_whole = period == PRESENT
        told = kept.of(
            *("capability", value, side, limits.low, limits.high, is_whole),
            make=partial(_row, value, side, limits, is_whole=is_whole),
        )
        yield {"chart_id": series.chart_id, "period": period, **told}


def _periods(chart: DrawnChart) -> Iterator[tuple[str, slice]]:
    """What the present limits stand for, and every year."""
    series = chart.series
    begin = chart.versions[-1].version.baseline_first
    yield PRESENT, slice(begin, series.points)
    known = series.known_at
    years = known.astype("datetime64[Y]").astype(int) + 1970
    # A point nobody noted the day of is of the year of those it stands between.
    for year in np.unique(years[~np.isnat(known)]):
        at = np.flatnonzero(years == year)
        yield str(year), slice(int(at[0]), int(at[-1]) + 1)


def _limits(line: Row) -> SpecificationLimits | None:
    low, high = line["limit_low"], line["limit_high"]
    if (low is None and high is None) or (low is not None and high is not None and low >= high):
        return None
    return SpecificationLimits(-np.inf if low is None else low, np.inf if high is None else high)


def _row(value: FloatArray, side: IntArray, limits: SpecificationLimits, *, is_whole: bool) -> Row:
    censored = float((side != 0).mean())
    row: Row = {
        "points": value.size,
        "censored_share": censored,
        "limit_low": _number(limits.low),
        "limit_high": _number(limits.high),
        "outside_points": int(((value < limits.low) | (value > limits.high)).sum()),
        "method": "none",
        "standing": "not_applicable",
    }
    if value.size < FEWEST_POINTS:
        return row | {"note": f"{value.size} points: {FEWEST_POINTS} are needed"}
    found = indices(value, limits)
    if found.not_applicable:
        return row | {"note": found.not_applicable}
    ratio = stability_ratio(value)
    ppk, method, p_value = _performance(value, side, limits, found, is_whole=is_whole)
    interval = _tolerance(value, p_value, censored)
    return row | {
        "mean": found.centre,
        "sigma_within": found.sigma_within,
        "sigma_overall": found.sigma_overall,
        "cp": _number(found.cp.value),
        "cpk": _number(found.cpk.value),
        "cpk_lower": _number(found.cpk.lower),
        "pp": _number(found.pp.value),
        "ppk": _number(ppk.value),
        "ppk_lower": _number(ppk.lower),
        "cpm": _number(found.cpm.value),
        "method": method,
        "normality_p": _number(p_value),
        "tolerance_low": _number(interval[0]),
        "tolerance_high": _number(interval[1]),
        "stability_ratio": _number(ratio.ratio),
        "stability_low": _number(ratio.interval[0]),
        "stability_high": _number(ratio.interval[1]),
        "standing": _standing(ppk, ratio),
        "note": _note(ratio, censored),
    }


def _performance(
    value: FloatArray,
    side: IntArray,
    limits: SpecificationLimits,
    found: Capability,
    *,
    is_whole: bool,
) -> tuple[IndexEstimate, str, float]:
    """Ppk under the law the values follow: censored, normal, transformed, or no law at all.

    A year has too few batches to tell a law by: what is not normal is told without one.
    """
    if (side != 0).any():
        by_likelihood = censored_capability(value, side, limits)
        if by_likelihood.not_applicable is None:
            return by_likelihood.ppk, by_likelihood.method, float("nan")
    p_value = normality_p(value[-MOST_FOR_NORMALITY:])
    if p_value >= NOT_NORMAL:
        return found.ppk, "normal", p_value
    for other in (box_cox_capability, johnson_capability) if is_whole else ():
        tried = other(value, limits)
        if tried.not_applicable is None and tried.normality >= NOT_NORMAL:
            return tried.ppk, tried.method, p_value
    free = empirical_capability(value, limits)
    if free.not_applicable is None:
        return free.ppk, free.method, p_value
    return found.ppk, "normal, which the values are not", p_value


def _tolerance(value: FloatArray, p_value: float, censored: float) -> tuple[float, float]:
    if censored > 0:
        return (float("nan"), float("nan"))
    if p_value >= NOT_NORMAL:
        return normal_tolerance_interval(value, TOLERANCE_CONTENT)
    return distribution_free_interval(value, TOLERANCE_CONTENT)


def _standing(ppk: IndexEstimate, ratio: StabilityRatio) -> str:
    drifts = ratio.not_applicable is None and ratio.p_value < DRIFTS
    after = "drifting" if drifts else "stable"
    if ppk.value >= WANTED and ppk.lower >= AT_LEAST:
        return f"capable_{after}"
    # An index without an end (nothing outside) is short of evidence, not of capability.
    return f"incapable_{after}" if ppk.value < AT_LEAST else f"not_shown_{after}"


def _note(ratio: StabilityRatio, censored: float) -> str | None:
    said = []
    if ratio.not_applicable is None and ratio.p_value < DRIFTS:
        said.append("it drifts: the indices are those of the record, not of what comes")
    if censored > 0:
        said.append(f"{censored:.0%} of results lie beyond a reporting limit")
    return "; ".join(said) or None


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
