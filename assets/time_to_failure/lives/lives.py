"""Lives of equipment and parts: from one renewal to the next, cut into spells at risk.

A life begins when maintenance, calibration, cleaning or a change of part ends and lasts until the
next such event begins or the records end. A breakdown ends a spell. Where no renewal follows it
before the next batch, the repair counts as minimal: the clock runs on and a new spell enters at the
age reached. ``first_record`` is the clock of recurrent events: it starts with a piece's first
recorded batch and is never set back. Failed batches within lives are in ``failed_batches``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from data_contracts.codes.records import EquipmentEvent

FIRST_RECORD = "first_record"
RENEWALS = (
    EquipmentEvent.MAINTENANCE,
    EquipmentEvent.PART_CHANGE,
    EquipmentEvent.CALIBRATION,
    EquipmentEvent.CLEANING,
)
BY_PART = (EquipmentEvent.MAINTENANCE, EquipmentEvent.PART_CHANGE)
WHOLE = "whole equipment"  # what the contract puts where a source names no part
BREAKDOWN, RENEWED, RECORDS_END = EquipmentEvent.BREAKDOWN, "renewal", "end_of_records"
HALF_BATCH = 0.5  # an age at breakdown before the first batch, so that it stays above its entry

LIFE = ["equipment_class", "equipment_id", "origin", "part", "life"]
SPELL_SCHEMA = {
    "equipment_class": pl.String(),
    "equipment_id": pl.String(),
    "origin": pl.String(),
    "part": pl.String(),
    "life": pl.Int64(),
    "renewed_at": pl.Datetime("us"),
    "from_at": pl.Datetime("us"),
    "until_at": pl.Datetime("us"),
    "ended_by": pl.String(),
    "entry_h": pl.Float64(),
    "exit_h": pl.Float64(),
    "entry_batches": pl.Float64(),
    "exit_batches": pl.Float64(),
    "batches": pl.Float64(),
}
HOURS_LASTED = (pl.col("until_at") - pl.col("from_at")).dt.total_microseconds() / 3.6e9
Instants = np.ndarray[tuple[int], np.dtype[np.datetime64]]


def breakdown_spells(use: pl.DataFrame, equipment_events: pl.DataFrame) -> pl.DataFrame:
    """Return every spell of every life, ended by a breakdown, a renewal or the end of records.

    Equipment already running when records begin is left-truncated: its spell enters at the age it
    had with its first recorded batch. That age is known in hours where the renewal is on record,
    and unknown in batches (null). Where no renewal is on record the age is unknown on both clocks,
    ``renewed_at`` is null, and the spell is only counted; how many batches it lasted is known.

    Args:
        use: ``equipment_use``.
        equipment_events: ``core.equipment_events``.

    Returns:
        One row per spell. Ages are hours, or batches begun, since the end of the renewal;
        ``exit`` is above ``entry``; ``batches`` is what the spell lasted. Spells without a batch
        that end without a breakdown are left out: the equipment was not in use. Sorted by life and
        age.
    """
    rows = [
        row
        for (unit,), used in use.group_by("equipment_id", maintain_order=True)
        for row in _unit_spells(used, equipment_events.filter(pl.col("equipment_id") == unit))
    ]
    frame = pl.DataFrame(rows, schema=SPELL_SCHEMA, orient="row")
    return frame.sort(*LIFE, "from_at")


@dataclass(frozen=True)
class _Record:
    """What is recorded of one piece of equipment, instants sorted."""

    starts: Instants
    breakdowns: Instants
    began: np.datetime64
    ended: np.datetime64

    def batches_before(self, at: np.datetime64) -> int:
        return int(np.searchsorted(self.starts, at, side="left"))


def _unit_spells(use: pl.DataFrame, events: pl.DataFrame) -> Iterator[tuple[object, ...]]:
    first = use["started_at"].head(1).to_numpy()
    began: np.datetime64 = first[0]
    last_use, last_event = use["ended_at"].max(), events["occurred_at"].max()
    ended = max(_instant(at) for at in (last_use, last_event) if at is not None)
    name = (use["equipment_class"][0], use["equipment_id"][0])
    for origin, part, renewals, breakdowns in _clocks(events):
        record = _Record(use["started_at"].to_numpy(), breakdowns, began, ended)
        begins, ends = renewals if renewals is not None else (first, first)
        for spell in _clock_spells(record, begins, ends):
            yield (*name, origin, part, *map(_plain, spell))


def _clocks(
    events: pl.DataFrame,
) -> Iterator[tuple[str, str, tuple[Instants, Instants] | None, Instants]]:
    """Yield every clock of one piece: origin, part, renewals, the breakdowns that end its spells.

    An event on the whole equipment concerns every part. What happens to several parts at one
    instant happens once to the whole.
    """
    broken = events.filter(pl.col("event") == BREAKDOWN)
    yield FIRST_RECORD, WHOLE, None, broken["occurred_at"].unique().sort().to_numpy()
    for origin in RENEWALS:
        of_kind = events.filter(pl.col("event") == origin).sort("occurred_at")
        if of_kind.is_empty():
            continue
        named = of_kind.filter(pl.col("part") != WHOLE)["part"].unique().sort().to_list()
        for part in (named if origin in BY_PART else []) or [WHOLE]:
            is_of_part = pl.col("part").is_in([part, WHOLE]) | (part == WHOLE)
            hours = pl.duration(seconds=3600.0 * pl.col("duration_h").fill_null(0.0))
            renewed = (
                of_kind.filter(is_of_part)
                .group_by(begun_at="occurred_at")
                .agg(ended_at=(pl.col("occurred_at") + hours).max())
                .sort("begun_at")
            )
            found = (renewed["begun_at"].to_numpy(), renewed["ended_at"].to_numpy())
            own = broken.filter(is_of_part)["occurred_at"].unique().sort()
            yield origin, part, found, own.to_numpy()


def _clock_spells(
    record: _Record, begins: Instants, ends: Instants
) -> Iterator[tuple[object, ...]]:
    nexts = np.append(begins[1:], record.ended)
    ended_by = [RENEWED] * (len(begins) - 1) + [RECORDS_END]
    if len(begins) and begins[0] > record.began:
        yield from _unknown_spells(record, begins[0])
    for life, (end, following, how) in enumerate(zip(ends, nexts, ended_by, strict=True), 1):
        yield from _life_spells(record, life, end, following, how)


def _unknown_spells(record: _Record, until: np.datetime64) -> Iterator[tuple[object, ...]]:
    """Cut what came before the first renewal at its breakdowns."""
    entry = record.began
    inside = record.breakdowns[(record.breakdowns >= entry) & (record.breakdowns <= until)]
    for at, how in [*((at, BREAKDOWN) for at in inside), (until, RENEWED)]:
        batches = record.batches_before(at) - record.batches_before(entry)
        if batches or how == BREAKDOWN:
            yield 0, None, entry, at, how, None, None, None, None, float(batches or HALF_BATCH)
        entry = at


def _life_spells(
    record: _Record, life: int, renewed: np.datetime64, until: np.datetime64, ended_by: str
) -> Iterator[tuple[object, ...]]:
    entry = max(renewed, record.began)
    is_counted = renewed >= record.began  # else batches before the records are missing
    # A breakdown at the instant of the renewal ended the life before.
    is_inside = (record.breakdowns > renewed) & (record.breakdowns <= until)
    inside = record.breakdowns[is_inside & (record.breakdowns >= entry)]
    base = record.batches_before(renewed)
    cuts = [*((at, BREAKDOWN) for at in inside), (until, ended_by)]
    for at, how in cuts:
        is_broken = how == BREAKDOWN
        batches = (record.batches_before(entry) - base, record.batches_before(at) - base)
        is_used = batches[1] > batches[0]
        if at >= entry and (is_used or is_broken):
            hours = _hours(entry - renewed), max(_hours(at - renewed), _hours(entry - renewed))
            exit_batches = batches[1] if is_used else batches[0] + HALF_BATCH
            counts = (float(batches[0]), float(exit_batches)) if is_counted else (None, None)
            lasted = float(exit_batches - batches[0])
            yield life, renewed, entry, at, how, hours[0], _above(*hours), *counts, lasted
        entry = at


def _above(entry: float, exit_: float) -> float:
    """Keep an age above its entry: a breakdown at the instant of entry lasts a minute."""
    return exit_ if exit_ > entry else entry + 1 / 60


def _hours(span: np.timedelta64) -> float:
    return float(span / np.timedelta64(1, "h"))


def _plain(value: object) -> object:
    return value.astype(object) if isinstance(value, np.datetime64) else value


def _instant(at: object) -> np.datetime64:
    assert isinstance(at, datetime)
    return np.datetime64(at, "us")
