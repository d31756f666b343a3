"""Weibull hazards planted in many plants: do intervals cover, and is the found interval near best.

A plant is four presses with lives of a Weibull law drawn for the plant, maintained by a plan until
they break down. Every other plant is seen only from the middle of its history on, its equipment
being of known age by then (left truncation); the ends are censored in all. Kind ``small`` has a
quarter of the batches. Rows already in the CSV are not made again. Accepted are 181 to 197 of 200
intervals covering the truth (99% binomial band of a nominal 95%).

    python benchmarks/time_to_failure_study.py --plants 200

Kind ``virtual_plant`` follows the schedule of the product's own virtual plant over many seeds, each
row one kind of equipment over twenty plants, against the hazards in the plant's file.
"""

import argparse
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from assets.statistics.reliability.age_replacement import (
    AGE_REPLACEMENT,
    cost_rate,
    optimal_interval,
)
from assets.statistics.reliability.weibull import weibull_fit
from assets.time_to_failure.curves.weibull_fits import FEWEST_EVENTS
from assets.time_to_failure.lives.equipment_use import equipment_use
from assets.time_to_failure.lives.lives import LIFE, WHOLE, breakdown_spells
from assets.time_to_failure.lives.strata import Risk, breakdown_strata
from assets.time_to_failure.replacement.costs import ReplacementCosts
from assets.time_to_failure.replacement.intervals import bounds, draw
from assets.time_to_failure.replacement.todays_plan import Today
from benchmarks.studies.record import StudyRecord

UNITS = ("PRS-1", "PRS-2", "PRS-3", "PRS-4")
KINDS = {"planted": 1200, "small": 300}
COSTS = ReplacementCosts(1.0, 8.0, (1.0, 8.0), (1.0, 8.0), "planted")
START = datetime(2020, 1, 1)  # noqa: DTZ001 - instants are naive UTC throughout
HOURS_PER_BATCH = 12
VIRTUAL_PLANTS, VIRTUAL_BATCHES = 20, 1000


def planted_floor(
    rng: np.random.Generator, shape: float, scale: float, planned: float, batches: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Phases and equipment events of presses whose lives follow the law.

    Args:
        rng: Source of lives and plans.
        shape: Weibull shape.
        scale: Weibull scale, batches.
        planned: Mean planned interval, batches; plans scatter by 12%.
        batches: Batches per press.
    """
    phases: list[tuple[Any, ...]] = []
    events: list[tuple[Any, ...]] = []
    for unit in UNITS:
        done, renewed = 0, START
        while done < batches:
            broken, due = scale * rng.weibull(shape), planned * rng.normal(1, 0.12)
            life = min(max(1, round(min(broken, due))), batches - done)
            for n in range(life):
                at = renewed + timedelta(hours=HOURS_PER_BATCH * n + 4)
                phases.append((f"{unit}-{done + n:05d}", "compression", unit, at, at))
            done, renewed = done + life, renewed + timedelta(hours=HOURS_PER_BATCH * life + 3)
            if done < batches:
                if broken < due:
                    events.append((unit, "breakdown", renewed, WHOLE, 0.0))
                events.append((unit, "maintenance", renewed, WHOLE, 1.0))
    instants = pl.Datetime("us")
    names = ["batch_id", "unit_procedure", "equipment_id", "started_at", "ended_at"]
    kinds: list[Any] = [pl.String, pl.String, pl.String, instants, instants]
    return (
        pl.DataFrame(phases, schema=dict(zip(names, kinds, strict=True)), orient="row"),
        pl.DataFrame(
            events,
            schema={
                "equipment_id": pl.String,
                "event": pl.String,
                "occurred_at": instants,
                "part": pl.String,
                "duration_h": pl.Float64,
            },
            orient="row",
        ),
    )


def seen_late(spells: pl.DataFrame, use: pl.DataFrame) -> pl.DataFrame:
    """Spells as seen from the middle of the history on, lives under way entering at their age."""
    opened = use["started_at"].sort()[use.height // 2]
    under_way = (
        spells.filter((pl.col("renewed_at") < opened) & (pl.col("until_at") > opened))
        .join(use.select("equipment_id", "started_at"), on="equipment_id")
        .filter((pl.col("started_at") >= pl.col("renewed_at")) & (pl.col("started_at") < opened))
        .group_by(LIFE)
        .agg(reached=pl.len().cast(pl.Float64))
    )
    return (
        spells.filter(pl.col("until_at") > opened)
        .join(under_way, on=LIFE, how="left")
        .with_columns(pl.max_horizontal("entry_batches", pl.col("reached").fill_null(0.0)))
        .filter(pl.col("exit_batches") > pl.col("entry_batches"))
        .drop("reached")
    )


def risk_since_maintenance(
    phases: pl.DataFrame, events: pl.DataFrame, *, is_late: bool = False
) -> Risk:
    """Spells at risk of a breakdown, in batches since maintenance."""
    use = equipment_use(phases)
    spells = breakdown_spells(use, events).filter(pl.col("origin") == "maintenance")
    if is_late:
        spells = seen_late(spells, use)
    return next(each.risk for each in breakdown_strata(spells) if each.time_scale == "batches")


def marks(risk: Risk, shape: float, scale: float, seed: int) -> dict[str, Any]:
    """Estimates against the truth, and what the found interval costs above the best one."""
    row: dict[str, Any] = {"lives": risk.exit.size, "events": risk.events}
    if risk.events < FEWEST_EVENTS:
        return row | dict.fromkeys(_MARKS)
    fit = weibull_fit(risk)
    truth = (np.array(shape), np.array(scale))
    best = optimal_interval(*truth, COSTS.pair, AGE_REPLACEMENT)
    found = optimal_interval(np.array(fit.shape), np.array(fit.scale), COSTS.pair, AGE_REPLACEMENT)
    cost = [float(cost_rate(at, *truth, COSTS.pair, AGE_REPLACEMENT)) for at in (found, best)]
    drawn = draw(risk, COSTS, AGE_REPLACEMENT, Today(), 400, np.random.default_rng(seed))
    low, high = bounds(drawn.optimum, 0.95)  # as the fit's intervals, for one band of all counts
    values = (
        *(fit.shape, fit.shape_low, fit.shape_high, fit.shape_low <= shape <= fit.shape_high),
        *(fit.scale, fit.scale_low, fit.scale_high, fit.scale_low <= scale <= fit.scale_high),
        *(float(best), float(found), low, high, low <= best <= high, cost[0] / cost[1] - 1),
    )
    return row | dict(zip(_MARKS, values, strict=True))


_MARKS = (
    *("shape", "shape_low", "shape_high", "shape_covers"),
    *("scale", "scale_low", "scale_high", "scale_covers"),
    *("best_interval", "found_interval", "found_low", "found_high", "found_covers"),
    "cost_excess",
)


def study_plant(kind: str, seed: int) -> dict[str, Any]:
    """Draw one plant's law, follow it, and mark the estimates."""
    rng = np.random.default_rng([20261124, KINDS[kind], seed])
    shape, scale = float(rng.uniform(1.3, 3.5)), float(rng.uniform(40, 120))
    planned = scale * float(rng.uniform(0.5, 1.2))
    is_late = bool(seed % 2)
    # A plant seen from the middle on has twice the history, so that as much of it is seen.
    floor = planted_floor(rng, shape, scale, planned, KINDS[kind] * (2 if is_late else 1))
    risk = risk_since_maintenance(*floor, is_late=is_late)
    about = {"seed": seed, "is_truncated": is_late, "true_shape": shape, "true_scale": scale}
    return about | {"planned": planned} | marks(risk, shape, scale, seed)


def virtual_plants(first: int) -> list[dict[str, Any]]:
    """Pool the lives of twenty virtual plants and mark each kind of equipment."""
    from assets.virtual_plant.declaration.plant_file import load_plant
    from assets.virtual_plant.production.schedule import make_schedule

    plant = load_plant()
    pooled: dict[str, list[Risk]] = {unit: [] for unit in plant.maintenance}
    for seed in range(first, first + VIRTUAL_PLANTS):
        schedule = make_schedule(plant, VIRTUAL_BATCHES, VIRTUAL_BATCHES / 200, seed)
        for unit, risks in pooled.items():
            risks.append(risk_since_maintenance(*schedule_frames(plant, schedule, unit)))
    rows = []
    for unit, risks in pooled.items():
        parts = (
            np.concatenate([getattr(risk, name) for risk in risks])
            for name in ("entry", "exit", "is_event")
        )
        entry, exit_, is_event = parts
        risk = Risk(entry, exit_, is_event, np.arange(entry.size))
        law = plant.maintenance[unit]
        truth = (law.weibull_shape, law.weibull_scale_batches)
        about = {"seed": first, "equipment": unit, "true_shape": truth[0], "true_scale": truth[1]}
        rows.append(about | marks(risk, *truth, first))
    return rows


def schedule_frames(plant: Any, schedule: Any, unit: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Phases of one unit procedure and the events of its equipment, from a schedule."""
    steps = [k for k, step in enumerate(plant.calendar.steps) if step.unit_procedure == unit]
    lines = list(plant.lines)
    equipment = [plant.lines[lines[int(line)]][unit] for line in schedule.line]
    epoch = np.datetime64(START, "us")

    def instants(seconds: Any) -> Any:
        return epoch + np.asarray(seconds).astype("timedelta64[s]")

    phases = pl.DataFrame(
        {
            "batch_id": [f"B{i:05d}" for i in range(len(equipment))],
            "unit_procedure": unit,
            "equipment_id": equipment,
            "started_at": instants(schedule.starts[:, steps[0]]),
            "ended_at": instants(schedule.ends[:, steps[-1]]),
        }
    )
    own = [event for event in schedule.events if event.equipment_id in set(equipment)]
    events = pl.DataFrame(
        {
            "equipment_id": [event.equipment_id for event in own],
            "event": [event.event for event in own],
            "occurred_at": instants([event.occurred_s for event in own]),
            "part": [event.part or WHOLE for event in own],
            "duration_h": [float(event.duration_h) for event in own],
        },
        schema_overrides={"part": pl.String},
    )
    return phases, events


def summary(rows: pl.DataFrame) -> pl.DataFrame:
    """Counts of covering intervals and what the found interval costs above the best one."""
    fitted = rows.drop_nulls("shape")
    return fitted.select(
        plants=pl.len(),
        unfitted=pl.lit(rows.height - fitted.height),
        events_median=pl.col("events").median(),
        shape_covers=pl.col("shape_covers").sum(),
        scale_covers=pl.col("scale_covers").sum(),
        optimum_covers=pl.col("found_covers").sum(),
        cost_excess_mean=pl.col("cost_excess").mean(),
        cost_excess_median=pl.col("cost_excess").median(),
        within_3_pct=(pl.col("cost_excess") <= 0.03).sum(),
    )


def main() -> None:
    """Make the plants that are missing from the CSV, then print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=[*KINDS, "virtual_plant"], default="planted")
    parser.add_argument("--plants", type=int, default=3, help="seeds first to first+plants-1")
    parser.add_argument("--first-seed", type=int, default=1)
    asked = parser.parse_args()
    record = StudyRecord(f"time_to_failure_study_{asked.kind}")
    seeds = range(asked.first_seed, asked.first_seed + asked.plants)
    if asked.kind == "virtual_plant":
        for (seed,) in record.missing([(seed,) for seed in seeds[::VIRTUAL_PLANTS]]):
            for row in virtual_plants(seed):
                record.append(row)
    else:
        for (seed,) in record.missing([(seed,) for seed in seeds]):
            record.append(study_plant(asked.kind, seed))
    print(summary(record.rows()))


if __name__ == "__main__":
    main()
