"""Batch and phase features of a simulated plant, named as in the feature dictionary."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assets.virtual_plant.exports.record_faults import is_recorded
from assets.virtual_plant.fast_path.phase_statistics import phase_statistics
from assets.virtual_plant.production.batch_frames import stage_ends
from assets.virtual_plant.production.batches import Batches, record
from assets.virtual_plant.production.schedule import HOUR_S, Seconds
from assets.virtual_plant.sensors.trajectories import tag_runs


@dataclass(frozen=True)
class BatchFeature:
    """One feature of every batch.

    Attributes:
        name: Name in the feature dictionary.
        gate: Gate at which it becomes available.
        values: Numbers or levels, one per batch.
        known_s: When each was known.
        is_there: Whether a batch has it at all; None means all have.
    """

    name: str
    gate: int
    values: NDArray[Any]
    known_s: Seconds
    is_there: NDArray[np.bool_] | None = None


def features_of(made: Batches) -> list[BatchFeature]:
    """All features of a plant.

    Args:
        made: The simulated batches.

    Returns:
        Features in order of name.
    """
    found = [*_recorded(made), *_materials(made), *_sensors(made), *_surroundings(made)]
    return sorted(found, key=lambda feature: feature.name)


def _recorded(made: Batches) -> list[BatchFeature]:
    """MES parameters and laboratory results, rounded as recorded."""
    ends = stage_ends(made)
    found = []
    for variable in made.plant.variables:
        if variable.role not in {"parameter", "lab", "cqa"}:
            continue
        prefix = "parameter" if variable.role == "parameter" else "lab"
        values = made.outcome.values[variable.name]
        if variable.distribution != "categorical":
            values = record(variable, values)
        name, known_s = f"{prefix}.{variable.name}", ends[variable.stage]
        is_there = is_recorded(made, variable)
        if variable.reporting_limit is not None:
            is_below = values < variable.reporting_limit
            found.append(
                BatchFeature(
                    f"{name}.at_limit_share", variable.stage, is_below * 1.0, known_s, is_there
                )
            )
            is_there = is_there & ~is_below
        found.append(BatchFeature(name, variable.stage, values, known_s, is_there))
    return found


def _materials(made: Batches) -> list[BatchFeature]:
    ends, found = stage_ends(made), []
    for name, lots in made.lots.items():
        for attribute in lots.material.attributes:
            recorded = record(attribute, lots.attributes[attribute.name])
            values = lots.per_batch(recorded, made.schedule.batches)
            is_there = None
            if attribute.reporting_limit is not None:
                at_limit = (recorded < attribute.reporting_limit).astype(np.float64)
                is_there = lots.per_batch(at_limit, made.schedule.batches) == 0
            feature = f"material.{name}.{attribute.name}"
            found.append(BatchFeature(feature, 2, values, ends[2], is_there))
        if len(lots.material.suppliers) > 1:
            # the supplier of the lot with the largest share
            order = np.lexsort((lots.use_share, lots.use_batch))
            last = np.flatnonzero(np.diff(lots.use_batch[order], append=made.schedule.batches))
            main = lots.use_lot[order][last]
            suppliers = np.array(list(lots.material.suppliers))[lots.supplier[main]]
            found.append(BatchFeature(f"material.{name}.supplier", 2, suppliers, ends[2]))
    return found


def _sensors(made: Batches) -> list[BatchFeature]:
    ends, found = stage_ends(made), []
    for trajectory in made.plant.trajectories:
        runs = tag_runs(made, trajectory)
        prefix = f"sensor.{trajectory.unit_procedure}.{trajectory.tag}"
        found += [
            BatchFeature(
                f"{prefix}.{name}", runs.stage, values, ends[runs.stage], np.isfinite(values)
            )
            for name, values in phase_statistics(made, runs).items()
        ]
    return found


def _surroundings(made: Batches) -> list[BatchFeature]:
    """Equipment, wear, campaign, room, product."""
    plant, ends, context = made.plant, stage_ends(made), made.outcome.values
    stage_of = {step.unit_procedure: step.stage for step in plant.calendar.steps}
    found = [
        BatchFeature(
            f"equipment.{unit}.batches_since_maintenance",
            stage_of[unit],
            since.astype(np.float64),
            ends[stage_of[unit]],
            made.reached(stage_of[unit]),
        )
        for unit, since in made.schedule.batches_since.items()
    ]
    found += [
        BatchFeature(
            f"equipment.{unit}.{what}",
            stage,
            context[f"{unit}_{suffix}"],
            ends[stage],
            made.reached(stage),
        )
        for unit, stage in stage_of.items()
        for what, suffix in (("id", "equipment"), ("shift", "shift"))
        if stage <= 5
    ]
    received, unit = made.schedule.ends[:, 0], plant.air.unit_procedure
    stage = stage_of.get(unit, 1)
    for series in ("room_humidity_pct", "room_temperature_c"):
        name = f"environment.{unit}.{series}.mean"
        values = np.round(context[series], 1)
        found.append(BatchFeature(name, stage, values, ends[stage], made.reached(stage)))
    for name, key in (
        ("campaign.position", "campaign_position"),
        ("product.code", "product"),
        ("product.strength", "strength"),
        ("product.batch_size", "batch_size"),
    ):
        found.append(BatchFeature(name, 1, context[key], received))
    steps = plant.calendar.steps
    for k, step in enumerate(steps):
        if step.stage <= 5:
            hours = (made.schedule.ends[:, k] - made.schedule.starts[:, k]) / HOUR_S
            name = f"phase.{step.unit_procedure}.{step.phase}.duration_h"
            is_there = made.reached(step.stage) & (hours > 0)
            found.append(BatchFeature(name, step.stage, hours, ends[step.stage], is_there))
    return found
