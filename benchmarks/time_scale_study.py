"""Is the scale of time found that wears, and do lives begun before the records recover the law.

Floors whose truth is known. ``hours`` and ``batches``: two presses of twelve lives each, whose pace
changes from life to life, worn by the calendar or by what they ran; the scale chosen must be that
one. ``begun_before``: filters built at any time before the records and seen from their beginning
on until they break, those broken before being unseen; the 95% intervals of the law must hold it in
at least 89 of 100 (99% binomial band), where as if new at the first record they do not. Rows
already in the CSV are not made again.

    python benchmarks/time_scale_study.py --floors 100
"""

import argparse
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from assets.statistics.reliability.weibull import Spells, weibull_fit
from assets.time_to_failure.curves.weibull_fits import fits_of
from assets.time_to_failure.lives.equipment_use import equipment_use
from assets.time_to_failure.lives.failed_batches import batches_of_lives, failure_spells
from assets.time_to_failure.lives.lives import BREAKDOWN, WHOLE, breakdown_spells
from assets.time_to_failure.lives.strata import breakdown_strata
from assets.time_to_failure.replacement.evidence_scale import batches_at_risk, evidence_scales
from benchmarks.studies.record import StudyRecord
from data_contracts.tables import table

START = datetime(2024, 1, 1)  # noqa: DTZ001 - instants are naive UTC throughout
SHAPE, SCALE_H, SCALE_BATCHES = 3.0, 1_000.0, 40.0
LIVES, FILTERS, BUILT_H, SEEN_H, EVERY_H = 12, 400, 2_500.0, 1_500.0, 20.0
PART = "filter"
QUESTIONS = {
    "hours": ("compression", "maintenance", WHOLE, BREAKDOWN),
    "batches": ("compression", "maintenance", WHOLE, BREAKDOWN),
    "begun_before": ("compression", "part_change", PART, BREAKDOWN),
}
Event = tuple[str, str, float, str, float]  # equipment, event, hour, part, hours out of use
Floor = tuple[pl.DataFrame, pl.DataFrame]


def worn_by(scale: str, seed: int, presses: int = 2) -> Floor:
    """Phases and events of presses whose pace changes from life to life.

    Args:
        scale: What wears them: ``hours`` or ``batches``.
        seed: Seed of lives and paces.
        presses: Number of presses.
    """
    rng = np.random.default_rng(seed)
    starts: dict[str, list[float]] = {}
    events: list[Event] = []
    for unit in (f"PRS-{n}" for n in range(presses)):
        at = 0.0
        starts[unit] = [-24.0]
        events.append((unit, "maintenance", -0.24, WHOLE, 0.0))
        for _ in range(LIVES):
            pace = float(np.exp(rng.normal(3.0, 0.8)))  # hours from batch to batch
            if scale == "hours":
                life = SCALE_H * rng.weibull(SHAPE)
                batches = max(1, int(life / pace))
            else:
                batches = max(1, round(SCALE_BATCHES * rng.weibull(SHAPE)))
                life = batches * pace
            starts[unit] += [at + pace * n + 0.1 for n in range(batches)]
            at += life + 0.2
            events.append((unit, BREAKDOWN, at, WHOLE, 0.0))
            events.append((unit, "maintenance", at + 1.0, WHOLE, 1.0))
            at += 3.0
        starts[unit].append(at)
    return phases_at(starts), events_at(events)


def begun_before(seed: int) -> Floor:
    """Phases and events of filters put in before the records, seen from hour 0 until they break.

    Args:
        seed: Seed of the lives.
    """
    rng = np.random.default_rng(seed)
    starts: dict[str, list[float]] = {}
    events: list[Event] = []
    for unit in (f"PRS-{n:03d}" for n in range(FILTERS)):
        built, life = -BUILT_H * rng.random(), SCALE_H * rng.weibull(SHAPE)
        ends = built + life
        if ends <= 1.0:
            continue
        starts[unit] = [EVERY_H * n for n in range(int(min(ends, SEEN_H) / EVERY_H) + 1)]
        events.append((unit, "part_change", built, PART, 0.0))
        if ends < SEEN_H:
            events.append((unit, BREAKDOWN, ends, PART, 0.0))
    return phases_at(starts), events_at(events)


def phases_at(starts: dict[str, list[float]]) -> pl.DataFrame:
    """An hour of compression at each of the given hours, by piece of equipment."""
    rows = [
        (f"{unit}-{n:05d}", 4, "compression", "run", unit, START + timedelta(hours=at))
        for unit, hours in starts.items()
        for n, at in enumerate(hours)
    ]
    names = ["batch_id", "stage", "unit_procedure", "phase", "equipment_id", "started_at"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    return frame.with_columns(ended_at=pl.col("started_at") + pl.duration(hours=1))


def events_at(events: list[Event]) -> pl.DataFrame:
    """Equipment events from rows of equipment, event, hour, part and hours out of use."""
    rows = [
        (unit, what, START + timedelta(hours=at), part, h) for unit, what, at, part, h in events
    ]
    names = ["equipment_id", "event", "occurred_at", "part", "duration_h"]
    return pl.DataFrame(rows, schema=names, orient="row")


def as_if_new(floor: Floor) -> Spells:
    """Lives of ``begun_before`` with their clock started at the first record."""
    phases, events = floor
    broken = events.filter(pl.col("event") == BREAKDOWN)["occurred_at"]
    ages = ((broken - START).dt.total_microseconds() / 3.6e9).to_numpy()
    still = np.full(phases["equipment_id"].n_unique() - ages.size, SEEN_H)
    exits = np.concatenate([ages, still])
    return Spells(np.zeros(exits.size), exits, exits < SEEN_H)


def judged(kind: str, seed: int) -> dict[str, Any]:
    """Choose the scale of one floor and mark the law found on it.

    Args:
        kind: A name in ``QUESTIONS``.
        seed: Seed of the floor.
    """
    floor = begun_before(seed) if kind == "begun_before" else worn_by(kind, seed)
    phases, events = floor
    use = equipment_use(phases)
    spells = breakdown_spells(use, events)
    lived = batches_of_lives(spells, use)
    strata, failures = list(breakdown_strata(spells)), failure_spells(lived, table("core.outcomes"))
    fits = fits_of(strata)
    at_risk = batches_at_risk(lived, spells, failures)
    question = QUESTIONS[kind]
    chosen = evidence_scales(strata, fits, at_risk, spells)[question].time_scale
    fit = fits[(*question, chosen)]
    truth = SCALE_H if chosen == "hours" else SCALE_BATCHES
    naive = weibull_fit(as_if_new(floor)) if kind == "begun_before" else None
    return {
        "kind": kind,
        "seed": seed,
        "chosen": chosen,
        "shape": fit.shape,
        "shape_covers": fit.shape_low <= SHAPE <= fit.shape_high,
        "scale": fit.scale,
        "scale_covers": fit.scale_low <= truth <= fit.scale_high,
        "naive_shape": naive and naive.shape,
        "naive_shape_covers": naive and naive.shape_low <= SHAPE <= naive.shape_high,
    }


def main() -> None:
    """Make the floors that are missing from the CSV, then print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--floors", type=int, default=3, help="of each kind")
    parser.add_argument("--first-seed", type=int, default=1)
    asked = parser.parse_args()
    record = StudyRecord("time_scale_study", ("kind", "seed"))
    seeds = range(asked.first_seed, asked.first_seed + asked.floors)
    for kind, seed in record.missing([(kind, seed) for kind in QUESTIONS for seed in seeds]):
        record.append(judged(kind, seed))
    said = (
        record.rows()
        .group_by("kind", maintain_order=True)
        .agg(
            pl.len().alias("floors"),
            (pl.col("chosen") == "hours").sum().alias("in_hours"),
            pl.col("shape_covers", "scale_covers", "naive_shape_covers").sum(),
            pl.col("naive_shape").median(),
        )
    )
    print(said)


if __name__ == "__main__":
    main()
