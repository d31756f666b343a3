"""A month's readings in stored order, and what became of them.

Segments are sorted, not readings. Only in series where instants repeat or step back are readings
ordered one by one: by instant, those of one instant by a hash of them, and one that repeats another
in everything is left out.
"""

from typing import Any

import numpy as np
import polars as pl

from warehouse.sensor_readings.placing import row_passes
from warehouse.sensor_readings.placing.channel_runs import QUALITY_HASH, text_hash
from warehouse.sensor_readings.placing.repeats import without_repeats
from warehouse.sensor_readings.placing.segments import Segments
from warehouse.sensor_readings.placing.stored_runs import StoredRuns
from warehouse.sensor_readings.placing.ways import NO_PLACE, Ways

Array = np.ndarray[Any, np.dtype[Any]]


def month_rows(pieces: list[Segments], ways: Ways) -> tuple[StoredRuns, dict[str, int]]:
    """Put the segments of a month in stored order.

    Args:
        pieces: All segments of the month; they are let go of.
        ways: Where readings belong.

    Returns:
        The month, and its counts in ``evidence.reading_months``.
    """
    channel, interval, readings, not_finite = (
        np.concatenate([getattr(piece, name) for piece in pieces])
        for name in ("channel", "interval", "readings", "not_finite")
    )
    starts = [np.cumsum(piece.readings) - piece.readings for piece in pieces]
    first = np.concatenate([p.time_us[at] for p, at in zip(pieces, starts, strict=True)])
    place, tag = ways.place[interval], ways.tag[channel]
    order = np.lexsort((first, tag, place))
    offsets = np.concatenate([[0], np.cumsum(readings[order])])
    to = np.empty(len(order), np.int64)
    to[order] = offsets[:-1]
    columns = _copied(pieces, starts, to, int(offsets[-1]))
    pieces.clear()  # both are not needed at once in what follows
    delivered = StoredRuns(*columns, channel[order], interval[order], offsets)
    is_new = (np.diff(place[order], prepend=-1) != 0) | (np.diff(tag[order], prepend=-1) != 0)
    series = np.append(offsets[:-1][is_new], offsets[-1])
    stored = without_repeats(delivered, series, ways)
    counted = int(not_finite[~ways.is_further[interval]].sum())
    return stored, _account(delivered, stored, counted, ways)


def _copied(
    pieces: list[Segments], starts: list[Array], to: Array, rows: int
) -> tuple[Array, Array, Array]:
    time_us, value, quality = np.empty(rows, np.int64), np.empty(rows), np.empty(rows, np.uint8)
    before = 0
    for piece, start in zip(pieces, starts, strict=True):
        here = to[before : before + len(start)]
        before += len(start)
        row_passes.copy_segments(
            piece.time_us, piece.value, piece.quality, start, piece.readings, here,
            time_us, value, quality,
        )  # fmt: skip
    return time_us, value, quality


def _account(
    delivered: StoredRuns, stored: StoredRuns, not_finite: int, ways: Ways
) -> dict[str, int]:
    """Count what became of a month; a reading that stands in several places counts once."""
    received, kept = (
        int(rows.readings[~ways.is_further[rows.interval]].sum()) for rows in (delivered, stored)
    )
    is_unknown = ~ways.is_further[stored.interval] & ~ways.is_described[stored.channel]
    return {
        "received": received,
        "identical": received - kept,
        "without_phase": int(stored.readings[stored.interval == ways.no_interval].sum()),
        "not_finite": not_finite,
        "unknown_tag": int(stored.readings[is_unknown].sum()),
        "stored": int(stored.readings.sum()),
    }


def month_series(rows: StoredRuns, ways: Ways, places: pl.DataFrame) -> pl.DataFrame:
    """Return one row per batch, phase and tag in stored order, those of no phase last.

    Args:
        rows: The month.
        ways: Where its readings belong.
        places: place_no, stage, started_at, ended_at of every place.

    Returns:
        The columns of a list of series; ``content`` stands for its rows.
    """
    equipment = ways.equipment[rows.channel]
    hashes = np.array([text_hash(text) for text in ways.texts], np.uint64)
    runs = len(rows.channel)
    bad, content = np.empty(runs, np.int64), np.empty(runs, np.uint64)
    row_passes.run_sums(
        rows.time_us, rows.value, rows.quality, QUALITY_HASH, hashes[equipment], rows.offsets,
        bad, content,
    )  # fmt: skip
    starts, ends = rows.offsets[:-1], rows.offsets[1:]
    summed = (
        pl.DataFrame(
            {
                "place_no": ways.place[rows.interval],
                "batch": rows.batch(ways),
                "unit_procedure": ways.unit_procedure[rows.interval],
                "phase": ways.phase[rows.interval],
                "tag": ways.tag[rows.channel],
                "equipment": equipment,
                "readings": ends - starts,
                "bad_readings": bad,
                "first_at": rows.time_us[starts].view("datetime64[us]"),
                "last_at": rows.time_us[ends - 1].view("datetime64[us]"),
                "content": content,
            }
        )
        .group_by("place_no", "batch", "unit_procedure", "phase", "tag")
        .agg(
            pl.col("equipment").min(),
            pl.col("readings", "bad_readings").sum(),
            pl.col("first_at").min(),
            pl.col("last_at").max(),
            pl.col("content").sum(),
        )
        .join(places, on="place_no", how="left")
        .sort(pl.col("place_no") == NO_PLACE, "place_no", "batch", "tag")
    )
    return summed.select(
        ways.batches.gather(summed["batch"].replace(-1, None)).alias("batch_id"),
        "stage",
        ways.texts.gather(summed["unit_procedure"].replace(-1, None)).alias("unit_procedure"),
        ways.texts.gather(summed["phase"].replace(-1, None)).alias("phase"),
        ways.texts.gather(summed["tag"]).alias("tag"),
        ways.texts.gather(summed["equipment"]).alias("equipment_id"),
        "readings",
        "bad_readings",
        pl.max_horizontal("last_at", "ended_at").alias("known_at"),
        "first_at",
        "last_at",
        "started_at",
        "ended_at",
        pl.col("content").cast(pl.String),
    )
