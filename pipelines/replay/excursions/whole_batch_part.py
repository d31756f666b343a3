"""Batches watched whole: T2 and SPE of the stage, and the course through the phase."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from assets.process_verification.multivariate.batch_columns import FEATURES
from assets.process_verification.multivariate.batch_model import BatchModel
from assets.process_verification.multivariate.evolution import Evolution
from assets.process_verification.multivariate.phase_one import KNOWN_SHARE
from assets.process_verification.multivariate.plant_records import (
    PhaseCourses,
    PlantRecords,
    ProductRecords,
)
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from pipelines.replay.excursions.changed_series import ChangedSeries
from pipelines.replay.excursions.seen import Seen

DISTANCES = ("sensor_features", "trajectories")
STATISTICS = ("t2", "spe")


@dataclass(frozen=True)
class Frozen:
    """Models of whole batches, fitted without some batches.

    Attributes:
        tried: The batches they may be asked about.
        models: ``model.multivariate_models``.
    """

    tried: frozenset[str]
    models: pl.DataFrame


class WholeBatchPart:
    """The models that watch batches whole.

    Args:
        records: Sensor features and trajectories of all batches.
        frozen: Models, each of batches it was not fitted on.
    """

    def __init__(self, records: PlantRecords, frozen: Sequence[Frozen]) -> None:
        self._records, self._frozen = records, frozen
        self._of_product: dict[str, ProductRecords] = {}
        self._tables: dict[tuple[str, str, int], Any] = {}

    def asked(self, changed: ChangedSeries) -> Seen:
        """Say which ways of changing a series lie beyond a limit of a model of its stage."""
        flagged, asked = np.zeros((2, changed.size), dtype=bool)
        kept = np.ones(changed.size)
        names = changed.rows["batch_id"].to_numpy()
        stage = changed.rows["stage"][0]
        for product, batches in self._records.products.items():
            for frozen in self._frozen:
                own = frozen.tried.intersection(batches)
                rows = np.flatnonzero(np.isin(names, list(own)))
                for model in self._models(frozen, product, stage) if rows.size else ():
                    known, beyond = self._judged(model, product, changed, rows)
                    asked[rows] |= known
                    flagged[rows] |= known & beyond
                    kept[rows[known]] *= (1 - model["false_alarm_prob"]) ** _limits_of(model)
        return replace(Seen.at_phase_end(changed.rows, asked, flagged), promised=1 - kept)

    def _models(self, frozen: Frozen, product: str, stage: int) -> Iterator[dict[str, Any]]:
        fitted = (pl.col("fit_state") == "fitted") & (pl.col("kind") != "prediction")
        own = (pl.col("product") == product) & (pl.col("gate") == stage)
        return frozen.models.filter(fitted & own).sort("model").iter_rows(named=True)

    def _judged(
        self, model: Mapping[str, Any], product: str, changed: ChangedSeries, rows: IntArray
    ) -> tuple[BoolArray, BoolArray]:
        if model["kind"] in DISTANCES:
            return self._distances(model, product, changed, rows)
        unit_procedure, phase, tag = changed.place
        if model["phase"] != f"{unit_procedure}, {phase}":
            return _unknown(rows)
        courses = self._phase(product, model["gate"], unit_procedure, phase)
        return _evolution(Evolution.read(model["content"]), courses, tag, changed, rows)

    def _distances(
        self, model: Mapping[str, Any], product: str, changed: ChangedSeries, rows: IntArray
    ) -> tuple[BoolArray, BoolArray]:
        fit = BatchModel.read(model["content"])
        if not any(name.startswith(" | ".join(changed.place) + " | ") for name in fit.names):
            return _unknown(rows)
        asked = changed.rows["batch_id"].gather(rows.tolist()).to_list()
        values = self._table(product, model["kind"], model["gate"]).of(asked, fit.names).values
        place = {name: column for column, name in enumerate(fit.names)}
        for name, column in _cells(model["kind"], changed, rows):
            if name in place:
                values[:, place[name]] = column
        judged = fit.judged(values)
        known: BoolArray = judged.missing <= 1 - KNOWN_SHARE
        beyond = np.zeros(rows.size, dtype=bool)
        for statistic, value in judged.value.items():
            beyond |= value > fit.limits[statistic]
        return known, beyond

    def _own(self, product: str) -> ProductRecords:
        if product not in self._of_product:
            self._of_product[product] = self._records.of_product(product)
        return self._of_product[product]

    def _table(self, product: str, kind: str, stage: int) -> Any:
        key = (product, kind, stage)
        if key not in self._tables:
            own = self._own(product)
            self._tables[key] = (
                own.trajectory_table(stage)
                if kind == "trajectories"
                else own.feature_table(stage, stage)
            )
        return self._tables[key]

    def _phase(self, product: str, stage: int, unit_procedure: str, phase: str) -> PhaseCourses:
        key = (product, f"{unit_procedure}, {phase}", stage)
        if key not in self._tables:
            for one in self._own(product).phases():
                name = f"{one.unit_procedure}, {one.phase}"
                self._tables[product, name, one.stage] = one
        return self._tables[key]  # type: ignore[no-any-return]


def _cells(kind: str, changed: ChangedSeries, rows: IntArray) -> Iterator[tuple[str, FloatArray]]:
    """The columns of a table that a changed series has, as they became."""
    prefix = " | ".join(changed.place)
    if kind == "trajectories":
        for step in range(changed.courses.shape[1]):
            yield f"{prefix} | step_{step + 1:02d}", changed.courses[rows, step]
        return
    for feature in FEATURES:
        column = changed.rows[feature].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        yield f"{prefix} | {feature}", column[rows]


def _evolution(
    fit: Evolution, phase: PhaseCourses, tag: str, changed: ChangedSeries, rows: IntArray
) -> tuple[BoolArray, BoolArray]:
    if tag not in fit.tags:
        return _unknown(rows)
    place = {name: column for column, name in enumerate(phase.tags)}
    at = {name: row for row, name in enumerate(phase.batch_ids)}
    padded = np.concatenate([phase.courses, np.full((*phase.courses.shape[:2], 1), np.nan)], axis=2)
    asked = [at[name] for name in changed.rows["batch_id"].gather(rows.tolist())]
    courses = padded[asked][:, :, [place.get(name, -1) for name in fit.tags]]
    courses[:, :, fit.tags.index(tag)] = changed.courses[rows]
    known: BoolArray = 1 - np.isfinite(courses).mean(axis=(1, 2)) <= 1 - KNOWN_SHARE
    return known, fit.furthest(fit.away(fit.statistics(courses))) > fit.width


def _limits_of(model: Mapping[str, Any]) -> int:
    """How many limits a model has, each with its own promise."""
    return len(STATISTICS) if model["kind"] in DISTANCES else 1


def _unknown(rows: IntArray) -> tuple[BoolArray, BoolArray]:
    none = np.zeros(rows.size, dtype=bool)
    return none, none.copy()
