"""The readings of some batches, each series with what is described of it, from stored months."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from assets.sensor_features.series_description import described_month
from assets.statistics.array_types import FloatArray, IntArray
from warehouse.sensor_readings.stored_readings import StoredMonth

Key = tuple[str, str, str]
PLACE = ("unit_procedure", "phase", "tag")


@dataclass(frozen=True)
class HeldSeries:
    """The readings of one tag in one phase of one batch.

    Attributes:
        about: The row that describes it: batch, equipment, unit, instants of the phase.
        time_us: (readings,) microseconds since 1970.
        value: (readings,) in the tag's unit, NaN where unusable.
        limits: Low and high end of the normal, then of the proven range; NaN where there is none.
        to_celsius: Factor and offset to degC; NaN where the unit is no temperature.
    """

    about: dict[str, Any]
    time_us: IntArray
    value: FloatArray
    limits: FloatArray
    to_celsius: FloatArray


def held_readings(
    months: Iterable[StoredMonth], sensor_tags: pl.DataFrame, batches: Collection[str]
) -> dict[Key, dict[str, HeldSeries]]:
    """Read every series of some batches.

    Args:
        months: The months on disk.
        sensor_tags: ``core.sensor_tags``.
        batches: The batches.

    Returns:
        Unit procedure, phase and tag -> batch -> its series; memory holds the batches asked for.
    """
    found: dict[Key, dict[str, HeldSeries]] = {}
    for stored in months:
        is_wanted = stored.series["batch_id"].is_in(list(batches)).to_numpy()
        if not is_wanted.any():
            continue
        described = described_month(stored, sensor_tags)
        ends = np.cumsum(described.series["readings"].to_numpy())
        pieces = _pieces(stored, ends, np.flatnonzero(is_wanted))
        for row, (time_us, value) in pieces.items():
            about = described.series.row(row, named=True)
            key: Key = (about[PLACE[0]], about[PLACE[1]], about[PLACE[2]])
            found.setdefault(key, {})[about["batch_id"]] = HeldSeries(
                about, time_us, value, described.limits[row], described.to_celsius[row]
            )
    return found


def _pieces(
    stored: StoredMonth, ends: IntArray, rows: IntArray
) -> dict[int, tuple[IntArray, FloatArray]]:
    """Time and value of some series of a month, by their row; stretches may cut a series."""
    parts: dict[int, list[tuple[IntArray, FloatArray]]] = {int(row): [] for row in rows}
    for stretch in stored.stretches():
        inside = rows[(ends[rows] > stretch.start)]
        starts = np.where(inside > 0, ends[inside - 1], 0)
        inside, starts = inside[starts < stretch.end], starts[starts < stretch.end]
        if not inside.size:
            continue
        time_us, value = stretch.columns()
        for row, start in zip(inside.tolist(), starts.tolist(), strict=True):
            own = slice(
                max(start, stretch.start) - stretch.start,
                min(int(ends[row]), stretch.end) - stretch.start,
            )
            parts[row].append((time_us[own].copy(), value[own].astype(np.float64)))
    return {
        row: (np.concatenate([t for t, _ in own]), np.concatenate([v for _, v in own]))
        for row, own in parts.items()
        if own
    }
