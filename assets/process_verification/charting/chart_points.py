"""Every point of every chart with its limits and averages, as a table."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from assets.process_verification.charting.drawn_chart import DrawnChart, DrawnVersion
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.charts.run_rules import NELSON
from data_contracts.tables import table

_CENSORING = pl.Series(["left", "none", "right"])
_SIGNALS = pl.Series([None, "level", "spread", "level and spread"])
# Which rules fired, as a sum of powers of two -> their names.
_RULES = pl.Series(
    [
        ", ".join(rule for bit, rule in enumerate(NELSON) if fired >> bit & 1) or None
        for fired in range(2 ** len(NELSON))
    ]
)
Columns = dict[str, np.ndarray]


def chart_points(charts: Sequence[DrawnChart]) -> pl.DataFrame:
    """Return ``finding.chart_points``.

    Args:
        charts: As ``drawn_chart`` draws them.
    """
    parts = [
        {"chart": np.full(drawn.version.last + 1 - drawn.version.first, at, np.int32)}
        | _points(chart, drawn)
        for at, chart in enumerate(charts)
        for drawn in chart.versions
    ]
    if not parts:
        return table("finding.chart_points")
    columns: dict[str, Any] = {
        name: np.concatenate([part[name] for part in parts]) for name in parts[0]
    }
    batches = pl.Series(columns.pop("batch_id").tolist(), dtype=pl.String)
    names = pl.Series([chart.series.chart_id for chart in charts])
    order = _order(batches, names, columns["chart"], columns["place"])
    ordered = {name: column[order] for name, column in columns.items()}
    return table(
        "finding.chart_points",
        _named(pl.DataFrame({"batch_id": batches.gather(order), **ordered}), names),
    )


def _order(batches: pl.Series, names: pl.Series, chart: IntArray, place: IntArray) -> IntArray:
    """The order of the table's key, by numbers: texts would be compared a million times."""
    by_batch = batches.cast(pl.Enum(batches.unique().sort())).to_physical().to_numpy()
    by_chart = names.rank("ordinal").to_numpy().astype(np.int64)[chart]
    most = int(place.max()) + 1
    return np.argsort((by_batch.astype(np.int64) * (names.len() + 1) + by_chart) * most + place)


def _named(frame: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    """Codes as what they stand for, and nothing where a number is none."""
    numbers = pl.col(pl.Float64)
    return frame.with_columns(
        pl.when(numbers.is_finite()).then(numbers),
        chart_id=names.gather(frame["chart"]),
        censoring=_CENSORING.gather(frame["side"] + 1),
        rules=_RULES.gather(frame["fired"]),
        signal=_SIGNALS.gather(frame["signals"]),
        phase=pl.when("in_baseline").then(pl.lit("I")).otherwise(pl.lit("II")),
    ).drop("chart", "side", "fired", "signals", "in_baseline")


def _points(chart: DrawnChart, drawn: DrawnVersion) -> Columns:
    series, version, number = chart.series, drawn.version, chart.versions.index(drawn) + 1
    part = slice(version.first, version.last + 1)
    points = version.last + 1 - version.first
    place = np.arange(version.first, version.last + 1, dtype=np.int32)
    nothing = np.full(points, np.nan)
    limits = drawn.limits.chart if drawn.limits else None
    level, spread, signal = _averages(drawn, points)
    fired = np.zeros(points, dtype=np.int16)
    if limits is not None:
        for bit, rule in enumerate(NELSON):
            fired[limits.signals.get(rule, np.empty(0, dtype=np.int64))] |= 1 << bit
    fixed = version.last if version.fixed is None else version.fixed
    return {
        "batch_id": series.batch[part],
        "place": place + 1,
        "known_at": series.known_at[part],
        "version": np.full(points, number, np.int16),
        "in_baseline": place <= fixed,
        "value": series.value[part],
        "side": series.side[part].astype(np.int8),
        "spread": series.spread[part],
        "subgroup_size": series.size[part],
        "centre": limits.centre if limits is not None else nothing,
        "lower": limits.lower if limits is not None else nothing,
        "upper": limits.upper if limits is not None else nothing,
        "fired": fired,
        "level_average": level,
        "spread_average": spread,
        "signals": signal,
    }


def _averages(drawn: DrawnVersion, points: int) -> tuple[FloatArray, FloatArray, np.ndarray]:
    """Averages and signals over the points the version holds for; NaN where nothing is watched."""
    version = drawn.version
    level, spread = np.full(points, np.nan), np.full(points, np.nan)
    signal = np.zeros(points, dtype=np.int8)
    if version.watched is not None and version.fixed is not None:
        begin = version.fixed + 1 - version.first
        level[begin:], spread[begin:] = version.watched.level, version.watched.spread
        signal[begin:] = version.watched.level_alarm + 2 * version.watched.spread_alarm
    return level, spread, signal
