"""Every version of the limits of every chart, as a table."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl

from assets.process_verification.charting.drawn_chart import (
    DrawnChart,
    DrawnVersion,
    beyond_baseline,
)
from data_contracts.tables import table

MOST_NAMED = 20


def chart_limits(charts: Sequence[DrawnChart]) -> pl.DataFrame:
    """Return ``finding.chart_limits``.

    Args:
        charts: As ``drawn_chart`` draws them.
    """
    return table("finding.chart_limits", [row for chart in charts for row in _rows(chart)])


def _rows(chart: DrawnChart) -> Iterator[dict[str, Any]]:
    series = chart.series
    for number, drawn in enumerate(chart.versions, start=1):
        version = drawn.version
        fixed = version.fixed
        last = version.last if fixed is None else fixed
        yield {
            "chart_id": series.chart_id,
            "version": number,
            "phase": "I" if fixed is None else "II",
            "from_batch": str(series.batch[version.first]),
            "to_batch": str(series.batch[version.last]),
            "from_place": version.first + 1,
            "baseline_from_place": version.baseline_first + 1,
            "fixed_place": None if fixed is None else fixed + 1,
            "to_place": version.last + 1,
            "fixed_at": None if fixed is None else _instant(series.known_at[fixed]),
            "fixed_by": chart.rule.fixed_by,
            "reason": version.reason,
            "baseline_points": last + 1 - version.baseline_first,
            "beyond_limits": _named(beyond_baseline(chart, drawn)),
            "alarms_a_month": chart.rule.alarms_a_month,
            **_limits(drawn),
            **_promised(drawn),
        }


def _limits(drawn: DrawnVersion) -> dict[str, Any]:
    if drawn.limits is None:
        return {"method": "not fixed yet", "not_applicable": drawn.version.not_applicable}
    limits, chart = drawn.limits, drawn.limits.chart
    return {
        "method": chart.sigma_method,
        "centre": _number(limits.centre),
        "sigma": _number(chart.sigma),
        "lower": _number(limits.lower),
        "upper": _number(limits.upper),
        "autocorrelation": _number(chart.autocorrelation),
        "not_applicable": drawn.version.not_applicable or chart.not_applicable,
    }


def _promised(drawn: DrawnVersion) -> dict[str, Any]:
    promise = drawn.version.promise
    if promise is None or drawn.version.watched is None:
        return {}
    return {
        "points_a_month": promise.points_a_month,
        "run_length": promise.run_length,
        "level_width": promise.level_width,
        "spread_width": promise.spread_width,
    }


def _named(batches: Sequence[str]) -> str | None:
    more = f" and {len(batches) - MOST_NAMED} more" if len(batches) > MOST_NAMED else ""
    return ", ".join(batches[:MOST_NAMED]) + more if batches else None


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _instant(value: np.datetime64) -> Any:
    return None if np.isnat(value) else value.astype("datetime64[us]").item()
