"""Every signal with its sense: when it began, what it concerns, what else moved, where it leads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import polars as pl

from assets.process_verification.charting.drawn_chart import DrawnChart
from assets.process_verification.kept import NOTHING_KEPT
from assets.process_verification.plan.series import EVENTS, Series
from assets.process_verification.signals.factors import Factors
from assets.process_verification.signals.moves import MOVE_COLUMNS
from assets.process_verification.signals.senses import RaisedSignal, Senses, is_of_samples
from assets.process_verification.signals.time_to_limit import Course, course
from assets.statistics.charts.sequential.onset import Onset
from data_contracts.tables import table
from warehouse.kept_results import KeptResults

Row = dict[str, Any]
Moves = Mapping[str, Sequence[Any]]


def chart_signals(
    charts: Sequence[DrawnChart],
    plan: pl.DataFrame,
    factors: Factors,
    kept: KeptResults = NOTHING_KEPT,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ``finding.chart_signals`` and ``finding.chart_moves``.

    Args:
        charts: As ``drawn_chart`` draws them.
        plan: ``finding.chart_plan``.
        factors: What may move beside the process.
        kept: Signals that were looked at before: what is told of one rests on the record up to it.
    """
    lines = {row["chart_id"]: row for row in plan.iter_rows(named=True)}
    told = [
        each
        for chart in charts
        for each in _told(chart, lines[chart.series.chart_id], factors, kept)
    ]
    rows = table("finding.chart_signals", [row for row, _ in told])
    return rows, chart_moves(told)


def chart_moves(told: Sequence[tuple[Row, Moves]]) -> pl.DataFrame:
    """Return ``finding.chart_moves``: what else moved, a row a factor of a signal.

    Args:
        told: Signals, each with its moves as columns.
    """
    many = [len(moves["factor"]) for _, moves in told]
    of_signals = {
        name: np.repeat(np.array([row[name] for row, _ in told], kind), many)
        for name, kind in (("chart_id", object), ("place", np.int64), ("watch", object))
    }
    of_moves = {
        name: list(chain.from_iterable(moves[name] for _, moves in told)) for name in MOVE_COLUMNS
    }
    schema = table("finding.chart_moves").schema
    return table(
        "finding.chart_moves", pl.DataFrame(of_signals | of_moves, schema_overrides=schema)
    )


def signals_of(chart: DrawnChart) -> list[RaisedSignal]:
    """Return the signals of a chart in the order in which they came."""
    found = []
    for number, drawn in enumerate(chart.versions, start=1):
        version = drawn.version
        if version.watched is None or version.fixed is None:
            continue
        begin = version.fixed + 1
        seen = version.watched
        for watch, path, alarm in (
            ("level", seen.level, seen.level_alarm),
            ("spread", seen.spread, seen.spread_alarm),
        ):
            for at in np.flatnonzero(alarm):
                sign = 1 if path[at] > 0 else -1
                found.append(RaisedSignal(begin + int(at), watch, sign, (number, version)))
    return sorted(found, key=lambda one: (one.place, one.watch))


def _told(
    chart: DrawnChart, line: Row, factors: Factors, kept: KeptResults
) -> Iterator[tuple[Row, Moves]]:
    series = chart.series
    senses = Senses(series, factors, kept)
    episodes: list[tuple[int, int]] = []  # the intervals of the onsets that began one
    for one in signals_of(chart):
        number, version = one.version
        first = version.baseline_first
        sense = senses.of(one)
        began = sense.began
        row: Row = {
            "chart_id": series.chart_id,
            "place": one.place + 1,
            "watch": one.watch,
            "batch_id": str(series.batch[one.place]),
            "known_at": _instant(series.known_at[one.place]),
            "version": number,
            "direction": _direction(one),
            "points_a_month": version.promise.points_a_month if version.promise else None,
        }
        low = high = one.place
        if began is not None:
            low, middle, high = (first + at for at in (began.low, began.place, began.high))
            row |= _began(series, began, low, middle, high)
            # A spread of samples that steps or drifts is no step or drift of the level.
            as_seen = replace(began, kind="spread") if is_of_samples(series, one) else began
            row |= _leads(series, line, as_seen, slice(first, one.place + 1))
        row["episode"] = _episode(episodes, low, high)
        row["moved"] = sense.moved
        row["batches"] = one.place + 1 - (row.get("onset_place") or one.place + 1) + 1
        row["lots"] = sense.lots
        row["statement"] = _statement(row, line)
        yield row, sense.moves


def _direction(one: RaisedSignal) -> str:
    words = ("up", "down") if one.watch == "level" else ("wider", "narrower")
    return words[0] if one.sign > 0 else words[1]


def _began(series: Series, began: Onset, low: int, middle: int, high: int) -> Row:
    return {
        "shape": began.kind,
        "shape_prob": began.kind_prob,
        "size_sigma": began.size,
        "onset_batch": str(series.batch[middle]),
        "onset_low_batch": str(series.batch[low]),
        "onset_high_batch": str(series.batch[high]),
        "onset_low_place": low + 1,
        "onset_place": middle + 1,
        "onset_high_place": high + 1,
        "onset_low_at": _instant(series.known_at[low]),
        "onset_high_at": _instant(series.known_at[high]),
    }


def _leads(series: Series, line: Row, began: Onset, part: slice) -> Row:
    low = -np.inf if line["limit_low"] is None else line["limit_low"]
    high = np.inf if line["limit_high"] is None else line["limit_high"]
    found: Course = course(series.value[part], began, low, high)
    soonest, likely, latest = found.to_limit
    least, now, most = found.outside_now
    return {
        "level_before": found.before if np.isfinite(found.before) else None,
        "level_now": found.now,
        "slope_per_batch": found.slope,
        "nearer_limit": found.limit,
        "batches_to_limit_low": soonest,
        "batches_to_limit": likely,
        "batches_to_limit_high": latest,
        "outside_before": found.outside_before,
        "outside_now_low": least,
        "outside_now": now,
        "outside_now_high": most,
    }


def _episode(episodes: list[tuple[int, int]], low: int, high: int) -> int:
    """Number of the first episode whose onset may be the same, or of a new one."""
    for number, (begin, end) in enumerate(episodes, start=1):
        if low <= end and begin <= high:
            return number
    episodes.append((low, high))
    return len(episodes)


def _statement(row: Row, line: Row) -> str:
    """The signal in a sentence; nothing in it is said to be a cause."""
    words = {
        "up": "moved up",
        "down": "moved down",
        "wider": "scatters more",
        "narrower": "scatters less",
    }
    if line["chart"] in EVENTS:
        words |= {"up": "came further apart", "down": "came closer together"}
    said = f"{line['quantity']} of {line['product']} {words[row['direction']]}"
    if "onset_batch" in row:
        said += f", since {row['onset_batch']} ({row['onset_low_batch']} to "
        said += f"{row['onset_high_batch']}, 90%)"
    if row["moved"]:
        said += f"; in that interval also moved: {row['moved']}"
    if row.get("batches_to_limit") is not None:
        said += f"; at this pace it reaches {row['nearer_limit']:g} {line['unit'] or ''}".rstrip()
        said += f" in {row['batches_to_limit']:.0f} batches"
    return f"{said}."


def _instant(value: np.datetime64) -> Any:
    return None if np.isnat(value) else value.astype("datetime64[us]").item()
