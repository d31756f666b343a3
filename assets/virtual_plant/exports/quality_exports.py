"""What the quality system exports: deviations and the corrective actions that follow them."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from assets.virtual_plant.base.randomness import lognormals, stream, uniforms
from assets.virtual_plant.production.batch_frames import batch_ids, instants, until_export
from assets.virtual_plant.production.batches import Batches
from assets.virtual_plant.production.early_ends import LAST_STAGE
from assets.virtual_plant.production.schedule import DAY_S
from assets.virtual_plant.truth.truth_file import main_causes

# a corrective action is opened after this many confirmed deviations of a category
DEVIATIONS_PER_CAPA = 6


@dataclass(frozen=True)
class _Deviation:
    batch: int
    stage: int
    unit_procedure: str
    category: str
    severity: str
    description: str
    opened_s: int
    cause: str | None


def quality_records(made: Batches) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Deviations and CAPAs, as ``raw.deviations`` and ``raw.capas``.

    Args:
        made: The simulated batches.

    Returns:
        Deviations in order of opening and the CAPAs opened for them. Half of the investigations
        confirm no cause; what closes after the export is still open in it.
    """
    found = [*_everyday(made), *_triggered(made), *_stopped(made), *_out_of_specification(made)]
    found = _opened_late(made, found)
    found = sorted(
        (d for d in found if d.opened_s <= made.export_s), key=lambda d: (d.opened_s, d.batch)
    )
    law, seed = made.plant.deviations, made.settings.seed
    closing = lognormals(seed, "deviation.close", len(found), law.close_days) * DAY_S
    is_confirmed = uniforms(seed, "deviation.confirmed", len(found)) < law.confirmed_share
    opened = np.array([d.opened_s for d in found], dtype=np.int64)
    closed = opened + (
        closing * np.array([2.0 if d.severity == "critical" else 1.0 for d in found])
    ).astype(np.int64)
    causes = [
        d.cause if sure and end <= made.export_s else None
        for d, sure, end in zip(found, is_confirmed, closed, strict=True)
    ]
    capa_ids, capas = _capas(made, found, causes, closed)
    ids = batch_ids(made.schedule.batches)
    lines = list(made.plant.lines)
    frame = pl.DataFrame(
        {
            "deviation_id": [f"DEV-{i + 1:05d}" for i in range(len(found))],
            "batch_id": [ids[d.batch] for d in found],
            "equipment_id": [
                made.plant.lines[lines[made.schedule.line[d.batch]]][d.unit_procedure]
                for d in found
            ],
            "stage": [d.stage for d in found],
            "category": [d.category for d in found],
            "severity": [d.severity for d in found],
            "description": [d.description for d in found],
            "opened_at": instants(made.plant, opened),
            "closed_at": instants(made.plant, closed),
            "confirmed_cause": causes,
            "capa_id": capa_ids,
        },
        schema_overrides={
            "confirmed_cause": pl.String,
            "capa_id": pl.String,
            "stage": pl.Int64,
        },
    )
    return until_export(frame, made, "opened_at", "closed_at"), capas


def _everyday(made: Batches) -> list[_Deviation]:
    law = made.plant.deviations
    found = []
    for i in range(made.schedule.batches):
        draws = stream(made.settings.seed, "deviation.everyday", i)
        for _ in range(draws.poisson(law.background_per_batch)):
            kind = law.categories[int(draws.integers(len(law.categories)))]
            severity = "minor" if draws.random() < 0.9 else "major"
            opened_s = _within_stage(made, i, kind.stage, draws.random())
            if not made.reached(kind.stage)[i]:
                continue
            found.append(
                _Deviation(
                    batch=i,
                    stage=kind.stage,
                    unit_procedure=kind.unit_procedure,
                    category=kind.category,
                    severity=severity,
                    description=kind.description,
                    opened_s=opened_s,
                    cause=kind.cause,
                )
            )
    return found


def _triggered(made: Batches) -> list[_Deviation]:
    found = []
    for trigger in made.plant.deviations.triggers:
        value = made.outcome.values[trigger.variable]
        draws = uniforms(made.settings.seed, f"deviation.{trigger.category}", len(value))
        is_seen = (draws < trigger.probability) & made.reached(trigger.stage)
        for i in np.flatnonzero((value > trigger.above) & is_seen):
            found.append(
                _Deviation(
                    batch=int(i),
                    stage=trigger.stage,
                    unit_procedure=trigger.unit_procedure,
                    category=trigger.category,
                    severity="major",
                    description=trigger.description,
                    opened_s=_within_stage(made, int(i), trigger.stage, 0.98),
                    cause=trigger.cause,
                )
            )
    return found


def _stopped(made: Batches) -> list[_Deviation]:
    """One critical deviation for every batch stopped before its end."""
    laws = {law.name: law for law in made.plant.early_terminations}
    return [
        _Deviation(
            batch=int(i),
            stage=law.stage,
            unit_procedure=law.unit_procedure,
            category="batch_stopped",
            severity="critical",
            description=law.description,
            opened_s=int(made.ended_s[i]),
            cause=law.variable,
        )
        for i in np.flatnonzero(made.last_stage < LAST_STAGE)
        for law in [laws[str(made.failure_mode[i])]]
    ]


def _opened_late(made: Batches, found: list[_Deviation]) -> list[_Deviation]:
    """Some records are opened days after what they tell of, as the plant's law says."""
    law, seed = made.plant.deviations, made.settings.seed
    is_late = uniforms(seed, "deviation.late", len(found)) < law.late_share
    days = lognormals(seed, "deviation.late_days", len(found), law.late_days)
    return [
        replace(d, opened_s=d.opened_s + int(delay * DAY_S)) if late else d
        for d, late, delay in zip(found, is_late, days, strict=True)
    ]


def _out_of_specification(made: Batches) -> list[_Deviation]:
    causes = main_causes(made)
    names = {
        c.variable: c.recorded_as or c.variable for m in made.plant.mechanisms for c in m.causes
    }
    results = {m.name: m.result for m in made.plant.mechanisms}
    return [
        _Deviation(
            batch=int(i),
            stage=6,
            unit_procedure="quality_control",
            category="out_of_specification",
            severity="critical",
            description=f"Result out of specification: {results[str(made.failure_mode[i])]}",
            opened_s=int(made.resulted_s[i]),
            cause=names.get(causes.get(int(i), "")),
        )
        for i in np.flatnonzero(made.is_failure & (made.last_stage == LAST_STAGE))
    ]


def _within_stage(made: Batches, batch: int, stage: int, share: float) -> int:
    steps = [k for k, step in enumerate(made.plant.calendar.steps) if step.stage == stage]
    start = made.schedule.starts[batch, steps[0]]
    end = made.schedule.ends[batch, steps[-1]]
    return int(start + share * (end - start))


def _capas(
    made: Batches,
    found: list[_Deviation],
    causes: list[str | None],
    closed: np.typing.NDArray[np.int64],
) -> tuple[list[str | None], pl.DataFrame]:
    """One CAPA per so many confirmed deviations of a category, opened when the last one closed."""
    waiting: dict[str, int] = {}
    ids: list[str | None] = [None] * len(found)
    rows: list[tuple[str | None, str, str]] = []
    opened: list[int] = []
    for i in np.argsort(closed, kind="stable"):
        if causes[i] is None:
            continue
        category = found[i].category
        waiting[category] = waiting.get(category, 0) + 1
        if waiting[category] % DEVIATIONS_PER_CAPA == 0:
            ids[i] = f"CAPA-{len(rows) + 1:03d}"
            rows.append((ids[i], f"Reduce {category.replace('_', ' ')}", found[i].description))
            opened.append(int(closed[i]))
    opened_s = np.array(opened, dtype=np.int64)
    frame = pl.DataFrame(
        rows,
        schema={"capa_id": pl.String, "title": pl.String, "description": pl.String},
        orient="row",
    ).with_columns(
        opened_at=instants(made.plant, opened_s),
        effective_at=instants(made.plant, opened_s + 60 * DAY_S),
        closed_at=instants(made.plant, opened_s + 150 * DAY_S),
    )
    columns = ["capa_id", "title", "opened_at", "effective_at", "closed_at", "description"]
    frame = until_export(frame.select(columns), made, "opened_at", "effective_at")
    return ids, until_export(frame, made, "opened_at", "closed_at")
