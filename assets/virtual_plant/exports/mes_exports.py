"""What the manufacturing execution system exports: batches, phases, parameters."""

import numpy as np
import polars as pl

from assets.virtual_plant.declaration.variable import Variable
from assets.virtual_plant.exports.record_faults import is_recorded
from assets.virtual_plant.production.batch_frames import (
    Rows,
    batches_frame,
    instants,
    names_of,
    stage_ends,
    until_export,
)
from assets.virtual_plant.production.batches import Batches, record
from assets.virtual_plant.production.schedule import Seconds, shifts

# phases that no schedule holds: they end when the laboratory and the quality unit are done
AFTER_MANUFACTURE = (("quality_control", "testing", 6), ("release", "record_review", 7))


def batch_records(made: Batches) -> pl.DataFrame:
    """Batches, as ``raw.batches``.

    Args:
        made: The simulated batches.

    Returns:
        One row per batch in order of manufacture.
    """
    return batches_frame(made).drop("cluster_id")


def phase_records(made: Batches, rows: Rows) -> pl.DataFrame:
    """Phases, as ``raw.phases``; a phase under way when the export is taken has no end yet.

    Args:
        made: The simulated batches.
        rows: Batches wanted.

    Returns:
        One row per batch wanted and phase, by batch and start.
    """
    plant, schedule = made.plant, made.schedule
    ids = names_of(rows)
    spans = [
        (s.stage, s.unit_procedure, s.phase, schedule.starts[:, k], schedule.ends[:, k])
        for k, s in enumerate(plant.calendar.steps)
    ]
    after = {6: (made.ended_s, made.resulted_s), 7: (made.resulted_s, made.dispositioned_s)}
    spans += [(stage, unit, phase, *after[stage]) for unit, phase, stage in AFTER_MANUFACTURE]
    parts = []
    for stage, unit, phase, all_starts, all_ends in spans:
        starts, ends = all_starts[rows], all_ends[rows]
        is_there = pl.Series(made.reached(stage)[rows] & ((starts < ends) | (stage > 5)))
        equipment = np.array([units[unit] for units in plant.lines.values()])[schedule.line[rows]]
        parts.append(
            pl.DataFrame(
                {
                    "batch_id": ids,
                    "stage": stage,
                    "unit_procedure": unit,
                    "phase": phase,
                    "equipment_id": equipment,
                    "shift": shifts(starts),
                    "started_at": instants(plant, starts),
                    "ended_at": instants(plant, ends),
                }
            ).filter(is_there)
        )
    frame = pl.concat(parts).sort("batch_id", "started_at", "stage")
    return until_export(frame, made, "started_at", "ended_at")


def parameter_records(made: Batches, rows: Rows) -> pl.DataFrame:
    """Process parameters, as ``raw.parameters``, written when their stage ends.

    Args:
        made: The simulated batches.
        rows: Batches wanted.

    Returns:
        One row per batch wanted and parameter; some are missing, as declared in the plant's dirt.
    """
    ids, ends = names_of(rows), stage_ends(made)
    parts = [
        _parameter(made, variable, rows, ids, ends[variable.stage][rows])
        for variable in made.plant.variables
        if variable.role == "parameter"
    ]
    return pl.concat(parts).sort("batch_id", "stage", "parameter")


def _parameter(
    made: Batches, variable: Variable, rows: Rows, ids: pl.Series, ended_s: Seconds
) -> pl.DataFrame:
    values = made.outcome.values[variable.name][rows]
    is_category = variable.distribution == "categorical"
    low, high = variable.normal_range or (None, None)
    return pl.DataFrame(
        {
            "batch_id": ids,
            "stage": variable.stage,
            "parameter": variable.name,
            "value": None if is_category else record(variable, values),
            "level": values.astype(str) if is_category else None,
            "unit": None if is_category else variable.unit,
            "recorded_at": instants(made.plant, ended_s),
            "nor_low": low,
            "nor_high": high,
        },
        schema_overrides={
            "value": pl.Float64,
            "level": pl.String,
            "unit": pl.String,
            "nor_low": pl.Float64,
            "nor_high": pl.Float64,
        },
    ).filter(pl.Series(is_recorded(made, variable)[rows]))
