"""``finding.multivariate_scores`` and what explains them: kept models asked about every batch.

Nothing is fitted. A batch of the reference keeps the value it got from a fit it took no part in;
one that phase I excluded and one that came since are judged by the kept model.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from assets.process_verification.multivariate.batch_columns import BatchTable
from assets.process_verification.multivariate.batch_evolution import course_rows
from assets.process_verification.multivariate.batch_model import BatchModel
from assets.process_verification.multivariate.evolution import Evolution
from assets.process_verification.multivariate.multivariate_contributions import leading
from assets.process_verification.multivariate.phase_one import KNOWN_SHARE
from assets.process_verification.multivariate.plant_records import (
    PhaseCourses,
    PlantRecords,
    ProductRecords,
)
from assets.process_verification.multivariate.quality_model import QualityModel
from data_contracts.tables import table

SCORES = "finding.multivariate_scores"
CONTRIBUTIONS = "finding.multivariate_contributions"
COURSES = "finding.batch_evolution"
LATEST = 3
LATER = "later"
Row = dict[str, Any]


@dataclass
class _Told:
    """Rows of the three tables as they come."""

    scores: list[Row] = field(default_factory=list)
    contributions: list[Row] = field(default_factory=list)
    courses: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class _Reference:
    """What phase I said, of one model: (batch, statistic) -> row."""

    rows: dict[tuple[str, str], Row]

    def role(self, batch: str, statistic: str) -> Row:
        """Role, and why excluded."""
        row = self.rows.get((batch, statistic), {"membership": LATER})
        return {name: row.get(name) for name in ("membership", "excluded_because")}

    def value(self, batch: str, statistic: str, judged: float) -> float:
        """The value by a fit on the others where there is one, else as judged."""
        kept = self.rows.get((batch, statistic), {}).get("value")
        return judged if kept is None else float(kept)


def multivariate_scores(
    multivariate_models: pl.DataFrame,
    multivariate_reference: pl.DataFrame,
    batch_gates: pl.DataFrame,
    sensor_phase_features: pl.DataFrame,
    phase_trajectories: pl.DataFrame,
) -> dict[str, pl.DataFrame]:
    """Ask the kept models about every batch that has the records.

    Args:
        multivariate_models: ``model.multivariate_models``.
        multivariate_reference: ``finding.multivariate_reference``.
        batch_gates: ``feature.batch_gates``.
        sensor_phase_features: ``feature.sensor_phase_features``.
        phase_trajectories: ``feature.phase_trajectories``.

    Returns:
        ``finding.multivariate_scores``, one row per batch, model and statistic;
        ``finding.multivariate_contributions``, what leads those beyond a limit;
        ``finding.batch_evolution``, courses of those beyond and of each product's latest.
    """
    records = PlantRecords(batch_gates, sensor_phase_features, phase_trajectories)
    fitted = multivariate_models.filter(pl.col("fit_state") == "fitted")
    kept = {
        str(model): _Reference(
            {(row["batch_id"], row["chart_statistic"]): row for row in rows.to_dicts()}
        )
        for (model,), rows in multivariate_reference.group_by("model", maintain_order=True)
    }
    told = _Told()
    for (product,), models in sorted(fitted.group_by("product", maintain_order=True)):
        if product not in records.products:
            continue
        own = records.of_product(str(product))
        phases = {(one.stage, f"{one.unit_procedure}, {one.phase}"): one for one in own.phases()}
        for model in models.sort("model").iter_rows(named=True):
            reference = kept.get(model["model"], _Reference({}))
            if model["kind"] == "evolution":
                place = (model["gate"], model["phase"])
                if place in phases:
                    _evolution(told, model, reference, phases[place], own)
            elif model["kind"] == "prediction":
                _prediction(told, model, reference, own.feature_table(1, model["gate"]))
            else:
                _distances(told, model, reference, _table_of(own, model))
    return {
        SCORES: table(SCORES, told.scores),
        CONTRIBUTIONS: table(CONTRIBUTIONS, told.contributions),
        COURSES: table(COURSES, told.courses),
    }


def _table_of(own: ProductRecords, model: Row) -> BatchTable:
    if model["kind"] == "trajectories":
        return own.trajectory_table(model["gate"])
    return own.feature_table(model["gate"], model["gate"])


def _about(model: Row, batch: str, statistic: str) -> Row:
    return {
        "batch_id": batch,
        "model": model["model"],
        "chart_statistic": statistic,
        "product": model["product"],
        "gate": model["gate"],
        "kind": model["kind"],
    }


def _distances(told: _Told, model: Row, reference: _Reference, columns: BatchTable) -> None:
    fit = BatchModel.read(model["content"])
    own = columns.of(columns.batch_ids, fit.names)
    judged = fit.judged(own.values)
    for place, batch in enumerate(own.batch_ids):
        missing = float(judged.missing[place])
        for statistic, values in judged.value.items():
            about = _about(model, batch, statistic)
            row = about | {
                "known_at": own.known_at[place],
                "missing_share": missing,
                **reference.role(batch, statistic),
                "limit": fit.limits[statistic],
                "score_1": float(judged.scores[place, 0]),
                "score_2": float(judged.scores[place, 1]) if judged.scores.shape[1] > 1 else None,
            }
            if missing > 1 - KNOWN_SHARE:
                told.scores.append(row | {"is_beyond": False})
                continue
            value = reference.value(batch, statistic, float(values[place]))
            is_beyond = value > fit.limits[statistic]
            told.scores.append(row | {"value": value, "is_beyond": is_beyond})
            if is_beyond:
                parts = judged.parts[statistic][place]
                told.contributions += [
                    _key(about) | one for one in leading(fit.names, parts, judged.rows[place])
                ]


def _key(about: Row) -> Row:
    return {name: about[name] for name in ("batch_id", "model", "chart_statistic")}


def _prediction(told: _Told, model: Row, reference: _Reference, columns: BatchTable) -> None:
    fit = QualityModel.read(model["content"])
    own = columns.of(columns.batch_ids, fit.names)
    predicted = fit.predicted(own.values)
    missing = 1 - np.isfinite(own.values).mean(axis=1)
    for place, batch in enumerate(own.batch_ids):
        row = _about(model, batch, "predicted") | {
            "known_at": own.known_at[place],
            "missing_share": float(missing[place]),
            **reference.role(batch, "predicted"),
            "is_beyond": False,
        }
        if missing[place] <= 1 - KNOWN_SHARE:
            row["value"] = reference.value(batch, "predicted", float(predicted[place]))
        told.scores.append(row)


def _evolution(
    told: _Told, model: Row, reference: _Reference, phase: PhaseCourses, own: ProductRecords
) -> None:
    fit = Evolution.read(model["content"])
    place = {tag: column for column, tag in enumerate(phase.tags)}
    padded = np.concatenate([phase.courses, np.full((*phase.courses.shape[:2], 1), np.nan)], axis=2)
    courses = padded[:, :, [place.get(tag, -1) for tag in fit.tags]]
    statistics = fit.statistics(courses)
    away = fit.away(statistics)
    furthest = fit.furthest(away)
    known_at = own.known_at(phase.stage)
    missing = 1 - np.isfinite(courses).mean(axis=(1, 2))
    shown = set(phase.batch_ids[-LATEST:])
    for row, batch in enumerate(phase.batch_ids):
        about = _about(model, batch, "evolution")
        said = about | {
            "known_at": known_at.get(batch),
            "missing_share": float(missing[row]),
            **reference.role(batch, "evolution"),
            "limit": fit.width,
        }
        if missing[row] > 1 - KNOWN_SHARE:
            told.scores.append(said | {"is_beyond": False})
            continue
        value = reference.value(batch, "evolution", float(furthest[row]))
        is_beyond = value > fit.width
        told.scores.append(said | {"value": value, "is_beyond": is_beyond})
        if is_beyond or batch in shown:
            told.courses += course_rows(about, fit, statistics[row], away[row])
        if is_beyond:
            told.contributions += _led(about, fit, phase, courses[row], away[row])


def _led(about: Row, fit: Evolution, phase: PhaseCourses, course: Any, away: Any) -> list[Row]:
    """What leads at the step at which a batch is furthest away."""
    step = int(np.nan_to_num(np.abs(away)).max(axis=1).argmax())
    parts, apart = fit.parts(course)[step], fit.departures(course[None])[0, step]
    detail = f"step {step + 1} of {len(course)}"
    names = [f"{phase.unit_procedure} | {phase.phase} | {tag} | {detail}" for tag in fit.tags]
    return [_key(about) | one for one in leading(names, parts, apart)]
