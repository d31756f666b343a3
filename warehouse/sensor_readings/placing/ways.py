"""Channels, the ways they follow and the places along them, as arrays the passes can search."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from warehouse.sensor_readings.placing.columns import NAMES

Array = np.ndarray[Any, np.dtype[Any]]

NO_PLACE = np.iinfo(np.int64).max  # readings of no phase stand after all others


@dataclass(frozen=True)
class Ways:
    """Where readings of every channel belong, instant by instant.

    Arrays of intervals end with one that stands for no interval, whose place is ``NO_PLACE``.

    Attributes:
        channels: One row per channel: equipment_id, batch_id, tag and ``channel`` (its number).
        way_from: First interval of each channel's way, (channels,) int64.
        way_until: The interval after its last.
        equipment: Number of each channel's equipment in ``texts``, (channels,) int32.
        tag: Likewise its tag.
        named_batch: Number of the batch its readings name, -1 for none that is known.
        is_described: Whether its tag is described.
        began: First instant of each interval, (intervals,) int64 microseconds, sorted within a way.
        last: Its last instant.
        place: Number of its place.
        month: Number of the month of its place (``month_numbers``), int32.
        is_further: Whether a reading in it is counted in another place.
        batch: Number of its batch, -1 for none.
        stage: Its stage, null for none.
        unit_procedure: Number of its unit procedure in ``texts``, -1 for none.
        phase: Likewise its phase.
        batches: Names of batches, sorted.
        texts: Every other text that stands in stored readings, sorted.
    """

    channels: pl.DataFrame
    way_from: Array
    way_until: Array
    equipment: Array
    tag: Array
    named_batch: Array
    is_described: Array
    began: Array
    last: Array
    place: Array
    month: Array
    is_further: Array
    batch: Array
    stage: pl.Series
    unit_procedure: Array
    phase: Array
    batches: pl.Series
    texts: pl.Series

    @property
    def no_interval(self) -> int:
        """The number that stands for no interval."""
        return len(self.place) - 1


def ways_of(
    channels: pl.DataFrame, along: pl.DataFrame, intervals: pl.DataFrame, batches: pl.Series
) -> Ways:
    """Turn tables into arrays.

    Args:
        channels: equipment_id, batch_id, tag, known_batch_id, is_described, way; one row a channel.
        along: way, started_at, last_at, interval_no, is_further; sorted by way and time.
        intervals: interval_no (from 1), place_no, month, batch_id, stage, unit_procedure, phase.
        batches: Names of batches, sorted.
    """
    intervals = intervals.sort("interval_no")
    names = [channels["equipment_id"], channels["tag"]]
    names += [intervals["unit_procedure"], intervals["phase"]]
    texts = pl.concat([name.alias("text") for name in names]).unique().drop_nulls().sort()
    spans = along.select(
        pl.col("way").rle().struct.field("value").alias("way"),
        pl.col("way").rle().struct.field("len").cum_sum().cast(pl.Int64).alias("until"),
    ).with_columns(pl.col("until").shift(1, fill_value=0).alias("from"))
    found = channels.join(spans, on="way", how="left", maintain_order="left")
    at = along["interval_no"].to_numpy() - 1

    def of_intervals(values: Array, none: object) -> Array:
        closed: Array = np.append(values, np.array([none], values.dtype))
        found: Array = closed[np.append(at, len(values))]
        return found

    return Ways(
        channels.select(*NAMES).with_row_index("channel").cast({"channel": pl.Int64}),
        found["from"].fill_null(0).to_numpy(),
        found["until"].fill_null(0).to_numpy(),
        _numbers(channels["equipment_id"], texts),
        _numbers(channels["tag"], texts),
        _numbers(channels["known_batch_id"], batches),
        channels["is_described"].to_numpy(),
        np.append(along["started_at"].dt.epoch("us").to_numpy(), 0),
        np.append(along["last_at"].dt.epoch("us").to_numpy(), 0),
        of_intervals(intervals["place_no"].to_numpy(), NO_PLACE),
        of_intervals(month_numbers(intervals["month"]), 0),
        np.append(along["is_further"].to_numpy(), False),
        of_intervals(_numbers(intervals["batch_id"], batches), -1),
        pl.concat(
            [intervals["stage"].cast(pl.Int64).gather(at), pl.Series([None], dtype=pl.Int64)]
        ),
        of_intervals(_numbers(intervals["unit_procedure"], texts), -1),
        of_intervals(_numbers(intervals["phase"], texts), -1),
        batches,
        texts,
    )


def month_numbers(instants: pl.Series) -> Array:
    """Return the months of instants or dates, counted from the year 0, int32."""
    return (instants.dt.year() * 12 + instants.dt.month() - 1).to_numpy().astype(np.int32)


def _numbers(texts: pl.Series, among: pl.Series) -> Array:
    """Return where texts stand among sorted ones, -1 for none, int32."""
    if not len(among):
        return np.full(len(texts), -1, np.int32)
    found = among.search_sorted(texts.fill_null(""))
    return np.where(texts.is_null().to_numpy(), -1, found.to_numpy()).astype(np.int32)
