"""Performance of every charted quantity with limits, over the present version and by year."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from assets.process_verification.charting.drawn_chart import DrawnChart
from assets.process_verification.kept import NOTHING_KEPT
from assets.process_verification.plan.series import EVENTS, Series
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
    begin = chart.versions[-1].version.baseline_first
    years = [*_years(series.known_at)]
    told = [
        (PRESENT, _told(series, slice(begin, series.points), limits, kept, is_whole=True)),
        *_told_over(series, years[:-1], limits, kept),
        *((year, _told(series, part, limits, kept)) for year, part in years[-1:]),
    ]
    yield from ({"chart_id": series.chart_id, "period": period, **row} for period, row in told)


def _told(
    series: Series,
    part: slice,
    limits: SpecificationLimits,
    kept: KeptResults,
    *,
    is_whole: bool = False,
) -> Row:
    value, side = series.value[part], series.side[part]
    found: Row = kept.of(
        *("capability", value, side, limits.low, limits.high, is_whole),
        make=partial(_row, value, side, limits, is_whole=is_whole),
    )
    return found


def _told_over(
    series: Series,
    years: Sequence[tuple[str, slice]],
    limits: SpecificationLimits,
    kept: KeptResults,
) -> Iterable[tuple[str, Row]]:
    """Years that are over, told together: one name stands for all their values."""
    if not years:
        return ()
    end = years[-1][1].stop
    value, side = series.value[:end], series.side[:end]
    rows = kept.of(
        *("capability of years", value, side, limits.low, limits.high, repr(years)),
        make=lambda: [_row(value[part], side[part], limits, is_whole=False) for _, part in years],
    )
    return zip((year for year, _ in years), rows, strict=True)


def _years(known_at: np.ndarray) -> Iterator[tuple[str, slice]]:
    """Years in which points became known; of whom nobody noted when, those they stand between."""
    place = np.flatnonzero(~np.isnat(known_at))
    known = known_at[place]
    if not known.size:
        return
    first, last = known[[0, -1]].astype("datetime64[Y]")
    years = np.arange(first, last + 1)
    # Points are in the order in which they became known.
    ends = np.searchsorted(known, np.append(years, last + 1))
    for year, begin, end in zip(years, ends[:-1], ends[1:], strict=True):
        if begin < end:
            yield str(year), slice(int(place[begin]), int(place[end - 1]) + 1)


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
