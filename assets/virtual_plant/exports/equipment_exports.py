"""What maintenance exports (equipment events) and the historian's list of tags."""

import numpy as np
import polars as pl

from assets.virtual_plant.declaration.plant import AirLaw, Plant
from assets.virtual_plant.production.batch_frames import instants, until_export
from assets.virtual_plant.production.batches import Batches
from assets.virtual_plant.production.schedule import DAY_S, PlantEvent

CALIBRATION_DAYS = 182
CLEANING_H = 0.8


def event_records(made: Batches) -> pl.DataFrame:
    """Maintenance, breakdowns, cleaning and calibration, as ``raw.equipment_events``.

    Args:
        made: The simulated batches.

    Returns:
        One row per event, in order of time.
    """
    events = [*made.schedule.events, *_cleanings(made), *_calibrations(made)]
    events.sort(key=lambda e: (e.occurred_s, e.equipment_id, e.event))
    frame = pl.DataFrame(
        {
            "equipment_id": [e.equipment_id for e in events],
            "event": [e.event for e in events],
            "occurred_at": instants(made.plant, np.array([e.occurred_s for e in events])),
            "part": [e.part or None for e in events],
            "duration_h": [float(e.duration_h) for e in events],
        },
        schema_overrides={"part": pl.String},
    )
    return until_export(frame, made, "occurred_at")


def _cleanings(made: Batches) -> list[PlantEvent]:
    """At the end of every campaign, on the equipment that touched the product."""
    schedule, found = made.schedule, []
    steps = made.plant.calendar.steps
    names = list(made.plant.lines)
    last = {int(campaign): i for i, campaign in enumerate(schedule.campaign)}
    for i in last.values():
        equipment = made.plant.lines[names[schedule.line[i]]]
        for unit in made.plant.calendar.cleaned_after_campaign:
            k = max((k for k, step in enumerate(steps) if step.unit_procedure == unit), default=-1)
            if k >= 0:
                end = int(schedule.ends[i, k])
                found.append(PlantEvent(equipment[unit], "cleaning", end, "", CLEANING_H))
    return found


def _calibrations(made: Batches) -> list[PlantEvent]:
    equipment = sorted({unit for line in made.plant.lines.values() for unit in line.values()})
    return [
        PlantEvent(unit, "calibration", (10 + 3 * n + k * CALIBRATION_DAYS) * DAY_S, "", 2.0)
        for n, unit in enumerate(equipment)
        for k in range(int(made.export_s / DAY_S / CALIBRATION_DAYS) + 1)
    ]


def tag_records(plant: Plant) -> pl.DataFrame:
    """The historian's tags, as ``raw.sensor_tags``.

    Args:
        plant: The plant.

    Returns:
        One row per tag and equipment.
    """
    stages = {step.unit_procedure: step.stage for step in plant.calendar.steps}
    rows: list[tuple[str | float | None, ...]] = [
        (t.tag, unit, stages[t.unit_procedure], t.unit, *t.normal_range, *t.proven_range, False)
        for t in plant.trajectories
        for unit in sorted({line[t.unit_procedure] for line in plant.lines.values()})
    ]
    rows += [
        (tag, plant.air.room_id, None, unit, *law.nor, *law.par, True)
        for tag, unit, law in room_tags(plant)
    ]
    schema = {
        "tag": pl.String,
        "equipment_id": pl.String,
        "stage": pl.Int64,
        "unit": pl.String,
        "nor_low": pl.Float64,
        "nor_high": pl.Float64,
        "par_low": pl.Float64,
        "par_high": pl.Float64,
        "is_shared_area": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema, orient="row").sort("equipment_id", "tag")


def room_tags(plant: Plant) -> list[tuple[str, str, AirLaw]]:
    """Tags of the shared room.

    Args:
        plant: The plant.

    Returns:
        Tag, unit and law of each.
    """
    return [
        ("room_humidity_pct", "%", plant.air.humidity),
        ("room_temperature_c", "degC", plant.air.temperature),
    ]
