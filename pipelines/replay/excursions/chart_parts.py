"""Charts of a series: signals under the promised false alarms, and points beyond their limits."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from assets.process_verification.charting.drawn_chart import DrawnChart, DrawnVersion
from assets.process_verification.limits.watching import watched
from assets.process_verification.plan.series import Series
from assets.statistics.array_types import BoolArray
from pipelines.replay.excursions.changed_series import ChangedSeries
from pipelines.replay.excursions.seen import Seen

# Charts of single values: what one batch adds is its own value. On the others it would be that
# beside its product's past, or a share of what was counted.
OF_SINGLE_VALUES = ("i_mr", "i_mr_censored")
PLOTTED = "time_weighted_mean"


@dataclass(frozen=True)
class ChartedPoint:
    """Where a batch stands on a chart, and the version of limits that holds there."""

    series: Series
    place: int
    drawn: DrawnVersion


class ChartParts:
    """Charts drawn as they stood at each point; limits were fixed before it.

    Args:
        charts: Of sensors, as a run draws them.
        plan: ``finding.chart_plan``.
    """

    def __init__(self, charts: Sequence[DrawnChart], plan: pl.DataFrame) -> None:
        lines = {row["chart_id"]: row for row in plan.iter_rows(named=True)}
        self._charts: dict[str, list[DrawnChart]] = {}
        for chart in charts:
            line = lines[chart.series.chart_id]
            if line["source"] == "sensor" and line["chart"] in OF_SINGLE_VALUES:
                self._charts.setdefault(line["quantity"], []).append(chart)

    def asked(self, changed: ChangedSeries) -> dict[str, Seen]:
        """Say which ways of changing a series signal, and which lie beyond the limits."""
        points = dict(self._points(changed))
        names, values = changed.rows["batch_id"].to_list(), changed.rows[PLOTTED].to_list()
        at: list[ChartedPoint | None] = [points.get(name) for name in names]
        asked = [
            (point, float(value)) if point is not None and value is not None else None
            for point, value in zip(at, values, strict=True)
        ]
        return {
            "chart_signal": _answered(changed, asked, _signals),
            "chart_limit": _answered(changed, asked, _is_beyond),
        }

    def _points(self, changed: ChangedSeries) -> Iterator[tuple[str, ChartedPoint]]:
        wanted = set(changed.rows["batch_id"])
        for chart in self._charts.get(".".join(changed.place), []):
            for place, batch in enumerate(chart.series.batch):
                drawn = _version_at(chart, place)
                if batch in wanted and drawn is not None:
                    yield str(batch), ChartedPoint(chart.series, place, drawn)


def _version_at(chart: DrawnChart, place: int) -> DrawnVersion | None:
    """The version whose limits were fixed before a point and hold there."""
    for drawn in chart.versions:
        version = drawn.version
        is_fixed = version.fixed is not None and version.fixed < place
        if is_fixed and version.first <= place <= version.last and drawn.limits is not None:
            return drawn
    return None


def _answered(
    changed: ChangedSeries,
    asked: Sequence[tuple[ChartedPoint, float] | None],
    ask: Callable[[ChartedPoint, float], bool | None],
) -> Seen:
    answers = [None if one is None else ask(*one) for one in asked]
    is_watched: BoolArray = np.array([answer is not None for answer in answers], dtype=bool)
    is_flagged: BoolArray = np.array([bool(answer) for answer in answers], dtype=bool)
    return Seen.at_phase_end(changed.rows, is_watched, is_flagged)


def _signals(point: ChartedPoint, value: float) -> bool | None:
    """Whether the chart signals at the point, had the batch this value; None if unwatched."""
    version = point.drawn.version
    if version.fixed is None or version.promise is None or version.watched is None:
        return None
    values = point.series.value.copy()
    values[point.place] = value
    part = slice(version.baseline_first, point.place + 1)
    size = version.fixed + 1 - version.baseline_first
    seen = watched(replace(point.series, value=values), part, size, version.promise)
    return None if isinstance(seen, str) else bool(seen.level_alarm[-1] or seen.spread_alarm[-1])


def _is_beyond(point: ChartedPoint, value: float) -> bool | None:
    limits = point.drawn.limits
    if limits is None or limits.chart.not_applicable:
        return None
    return bool(value < limits.lower or value > limits.upper)
