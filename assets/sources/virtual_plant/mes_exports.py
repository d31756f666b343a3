"""What the manufacturing execution system exports: batches, phases, parameters."""

import numpy as np
import polars as pl

from assets.sources.virtual_plant.batch_frames import (
    batch_ids,
    batches_frame,
    instants,
    stage_ends,
    until_export,
)
from assets.sources.virtual_plant.batches import Batches, record
from assets.sources.virtual_plant.record_faults import is_recorded
from assets.sources.virtual_plant.schedule import shifts
from assets.sources.virtual_plant.variable import Variable

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


def phase_records(made: Batches) -> pl.DataFrame:
    """Phases, as ``raw.phases``; a phase under way when the export is taken has no end yet.

    Args:
        made: The simulated batches.

    Returns:
        One row per batch and phase, by batch and start.
    """
    plant, schedule = made.plant, made.schedule
    ids = batch_ids(schedule.batches)
    spans = [
        (s.stage, s.unit_procedure, s.phase, schedule.starts[:, k], schedule.ends[:, k])
        for k, s in enumerate(plant.calendar.steps)
    ]
    after = {6: (made.ended_s, made.resulted_s), 7: (made.resulted_s, made.dispositioned_s)}
    spans += [(stage, unit, phase, *after[stage]) for unit, phase, stage in AFTER_MANUFACTURE]
    parts = []
    for stage, unit, phase, starts, ends in spans:
        is_there = pl.Series(made.reached(stage) & ((starts < ends) | (stage > 5)))
        equipment = np.array([units[unit] for units in plant.lines.values()])[schedule.line]
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


def parameter_records(made: Batches) -> pl.DataFrame:
    """Process parameters, as ``raw.parameters``, written when their stage ends.

    Args:
        made: The simulated batches.

    Returns:
        One row per batch and parameter; some are missing, as declared in the plant's dirt.
    """
    parameters = [v for v in made.plant.variables if v.role == "parameter"]
    frame = pl.concat([_parameter(made, variable) for variable in parameters])
    return frame.sort("batch_id", "stage", "parameter")


def _parameter(made: Batches, variable: Variable) -> pl.DataFrame:
    count = made.schedule.batches
    values = made.outcome.values[variable.name]
    is_category = variable.distribution == "categorical"
    low, high = variable.normal_range or (None, None)
    return pl.DataFrame(
        {
            "batch_id": batch_ids(count),
            "stage": variable.stage,
            "parameter": variable.name,
            "value": None if is_category else record(variable, values),
            "level": values.astype(str) if is_category else None,
            "unit": None if is_category else variable.unit,
            "recorded_at": instants(made.plant, stage_ends(made)[variable.stage]),
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
    ).filter(pl.Series(is_recorded(made, variable)))
