"""The story of a replay: each series of the batches held out is changed and asked about."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from assets.statistics.array_types import IntArray
from assets.tier_evidence.excursions.parts import PARTS, UNTOUCHED
from assets.tier_evidence.excursions.plan import (
    BATCHES,
    FEWEST_READINGS,
    excursion_of,
    planned,
    size_unit_of,
)
from data_contracts.tables import table
from pipelines.replay.excursions.changed_series import NEVER, ChangedSeries, changed_series
from pipelines.replay.excursions.frozen_detector import FrozenDetector
from pipelines.replay.excursions.held_out import HeldOut
from pipelines.replay.excursions.held_readings import HeldSeries, Key
from pipelines.replay.excursions.seen import Seen, instants
from pipelines.replay.excursions.usual_range import UsualRanges

TABLE = "evidence.excursion_runs"
FEWEST_TRIED = 5
US_PER_H = 3.6e9


@dataclass(frozen=True)
class ReplayRecords:
    """What a replay is made on.

    Attributes:
        tables: Tables of the warehouse by full name.
        readings: Unit procedure, phase and tag -> batch -> its readings, of the batches held out.
        held: The batches held out.
        seed: Of every draw.
        batches: Batches to be changed for each series.
    """

    tables: Mapping[str, pl.DataFrame]
    readings: Mapping[Key, Mapping[str, HeldSeries]]
    held: HeldOut
    seed: int
    batches: int = BATCHES

    def series(self) -> list[Key]:
        """Return the series that can be tried, in order: not of rooms, with a course."""
        tags = self.tables["core.sensor_tags"]
        rooms = set(tags.filter(pl.col("is_shared_area").fill_null(value=False))["tag"])
        return sorted(
            key
            for key, own in self.readings.items()
            if key[2] not in rooms and sum(map(_has_course, own.values())) >= FEWEST_TRIED
        )


def replayed(
    records: ReplayRecords,
    detector: FrozenDetector,
    kept: Callable[[Key, Callable[[], pl.DataFrame]], pl.DataFrame],
    measured_at: datetime,
    say: Callable[[str], None],
) -> pl.DataFrame:
    """Change every series in every way, and ask the detector.

    Args:
        records: What the replay is made on.
        detector: Frozen before any of it.
        kept: Returns what was measured of a series before, or measures and keeps it.
        measured_at: UTC instant to put on the rows.
        say: Called after each series with how far the replay is and how long it will take.

    Returns:
        ``evidence.excursion_runs``.
    """
    ranges = UsualRanges(
        records.tables["feature.sensor_phase_features"], records.held.splits[0].frozen_on
    )
    series, frames = records.series(), [table(TABLE).drop("measured_at")]
    started = time.monotonic()
    for done, key in enumerate(series, start=1):
        frames.append(kept(key, lambda key=key: _of_series(records, detector, ranges, key)))  # type: ignore[misc]
        left = (time.monotonic() - started) / done * (len(series) - done)
        say(f"{done} of {len(series)} parameters replayed, about {left / 60:.0f} min left")
    return table(TABLE, pl.concat(frames).with_columns(measured_at=pl.lit(measured_at)))


def _has_course(one: HeldSeries) -> bool:
    return int(np.isfinite(one.value).sum()) >= FEWEST_READINGS


def _of_series(
    records: ReplayRecords, detector: FrozenDetector, ranges: UsualRanges, key: Key
) -> pl.DataFrame:
    own = {name: one for name, one in records.readings[key].items() if _has_course(one)}
    recorded = _recorded(records.tables["feature.sensor_phase_features"], key, list(own))
    made = [n for n in records.held.pool if n in own and n in set(recorded["batch_id"])]
    found = {name: ranges.of(key, own[name].limits) for name in made}
    units = {name: unit for name, unit in found.items() if unit is not None}
    made = [name for name in made if name in units]
    if len(made) < FEWEST_TRIED:
        return table(TABLE).drop("measured_at")
    where = {
        name: excursion_of(key, name, place, units[name].width, own[name].value.size, records.seed)
        for place, name in enumerate(made)
    }
    untouched = changed_series(key, own, recorded, where, [(UNTOUCHED, 0.0)])
    answers = detector.asked(untouched)
    is_silent = ~np.any([seen.is_flagged for seen in answers.values()], axis=0)
    silent = [name for name, is_quiet in zip(made, is_silent, strict=True) if is_quiet]
    chosen = {name: where[name] for name in silent[max(len(silent) - records.batches, 0) :]}
    frames = [_rows(records, detector.version, untouched, answers)]
    if chosen:
        changed = changed_series(key, own, recorded, chosen, planned())
        frames.append(_rows(records, detector.version, changed, detector.asked(changed)))
    sources = {name: unit.source for name, unit in units.items()}
    return (
        pl.concat(frames)
        .with_columns(range_from=pl.col("batch_id").replace_strict(sources, return_dtype=pl.String))
        .select(table(TABLE).drop("measured_at").columns)
    )


def _recorded(features: pl.DataFrame, key: Key, batches: Sequence[str]) -> pl.DataFrame:
    at_place = [
        pl.col(name) == value
        for name, value in zip(("unit_procedure", "phase", "tag"), key, strict=True)
    ]
    return features.filter(
        *at_place, pl.col("stage").is_not_null(), pl.col("batch_id").is_in(batches)
    )


def _rows(
    records: ReplayRecords, version: str, changed: ChangedSeries, answers: Mapping[str, Seen]
) -> pl.DataFrame:
    """Put the answers of all parts beside what was injected."""
    flagged = np.array([answers[part].is_flagged for part in PARTS])
    at = np.array([np.where(answers[p].is_flagged, answers[p].at_us, NEVER) for p in PARTS])
    is_seen, first = flagged.any(axis=0), _first(flagged, at)
    seen_us = at[first, np.arange(changed.size)]
    gate_us = _gates(records.tables["feature.batch_gates"], changed)
    names = np.array(PARTS, dtype=object)[first]
    names[~is_seen] = None
    return changed.rows.select(
        "unit_procedure", "phase", "tag", "kind", "size", "batch_id", "stage", "range_width",
        "unit", "direction", "onset_share",
    ).with_columns(
        product=_products(records.tables["feature.batch_gates"], changed),
        size_unit=pl.Series([size_unit_of(kind) for kind in changed.rows["kind"]]),
        **{f"seen_by_{part}": _answers(answers[part]) for part in PARTS},
        whole_batch_promised_share=_promised(answers["whole_batch"]),
        is_seen=pl.Series(is_seen),
        first_seen_by=pl.Series(names.tolist(), dtype=pl.String),
        seen_at=pl.Series(seen_us).replace(NEVER, None).cast(pl.Datetime("us")),
        lead_before_gate_h=_hours(gate_us, seen_us),
        lead_before_limit_h=_hours(changed.passes_us, seen_us),
        passes_limit=pl.Series(changed.passes_us != NEVER),
        detector_version=pl.lit(version),
    )  # fmt: skip


def _first(flagged: Any, at: Any) -> IntArray:
    """Which part flags first; of those at the same instant, or without one, the first in order."""
    order = np.where(flagged, at, NEVER)
    earliest = order == order.min(axis=0)
    return np.asarray((earliest & (flagged | ~flagged.any(axis=0))).argmax(axis=0))


def _answers(seen: Seen) -> pl.Series:
    return pl.Series(
        [bool(f) if w else None for f, w in zip(seen.is_flagged, seen.is_watched, strict=True)],
        dtype=pl.Boolean,
    )


def _promised(seen: Seen) -> pl.Series:
    promised = np.full(seen.is_watched.size, np.nan) if seen.promised is None else seen.promised
    return pl.Series(np.where(seen.is_watched, promised, np.nan)).fill_nan(None)


def _gates(batch_gates: pl.DataFrame, changed: ChangedSeries) -> IntArray:
    own = batch_gates.select("batch_id", "gate_at", stage="gate")
    joined = changed.rows.select("batch_id", "stage").join(
        own, on=["batch_id", "stage"], how="left", maintain_order="left"
    )
    return instants(joined["gate_at"])


def _products(batch_gates: pl.DataFrame, changed: ChangedSeries) -> pl.Series:
    words = pl.concat_str("product", "strength", separator=" ", ignore_nulls=True)
    own = dict(
        batch_gates.select("batch_id", words.replace("", "all batches")).unique().iter_rows()
    )
    return pl.Series([own[name] for name in changed.rows["batch_id"]], dtype=pl.String)


def _hours(end_us: IntArray, begin_us: IntArray) -> pl.Series:
    known = (end_us != NEVER) & (begin_us != NEVER)
    hours = (end_us.astype(np.float64) - begin_us.astype(np.float64)) / US_PER_H
    return pl.Series(np.where(known, hours, np.nan)).fill_nan(None)
