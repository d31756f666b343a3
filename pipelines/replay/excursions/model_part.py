"""Alarms of the models of failure, at every gate from the changed phase's on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from assets.batch_matrix.gate_matrix import GateMatrix, gate_matrix
from assets.batch_matrix.gate_rows import gate_rows
from assets.batch_matrix.levels import levels_of
from assets.batch_matrix.lost_batches import unpriced
from assets.failure_models.scoring.batch_scores import batch_scores
from assets.failure_models.scoring.frozen_model import FrozenModel, frozen_models
from assets.failure_models.scoring.kept_model_scores import (
    changed_probability,
    in_order,
    scores_of,
)
from assets.gate_features.observed.sensors import sensor_features
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.regression.detrending import PAST_BATCHES
from data_contracts.codes.records import Verdict
from pipelines.replay.excursions.changed_series import ChangedSeries
from pipelines.replay.excursions.seen import Seen, instants

UNIT_PROCEDURE = ("unit_procedure", "tag")


@dataclass(frozen=True)
class AlarmRecords:
    """What models of failure are asked with, by the names of the tables in the warehouse."""

    boosters: pl.DataFrame
    alarm_prices: pl.DataFrame
    gate_values: pl.DataFrame
    dictionary: pl.DataFrame
    batch_gates: pl.DataFrame
    outcome_definitions: pl.DataFrame
    sensor_tags: pl.DataFrame
    sensor_phase_features: pl.DataFrame


@dataclass(frozen=True)
class ArmedModel:
    """A frozen model, the batches of its gate, and the threshold each later one was held against.

    Attributes:
        model: The model.
        matrix: Of its gate.
        threshold: Batch -> threshold by the scores before it; of batches it was not fitted on.
        gate_us: Batch -> when the gate closed.
    """

    model: FrozenModel
    matrix: GateMatrix
    threshold: Mapping[str, float]
    gate_us: Mapping[str, int]


class ModelPart:
    """Models that found a process signal, with thresholds as a night would have set them.

    Args:
        records: Models and what they are asked with.
        first: First batch tried: those long before it are not looked at.
    """

    def __init__(self, records: AlarmRecords, first: str) -> None:
        self._records = records
        models = [m for m in frozen_models(records.boosters) if m.verdict == Verdict.PROCESS_SIGNAL]
        prices = {row["gate"]: row for row in records.alarm_prices.iter_rows(named=True)}
        kept = unpriced(records.outcome_definitions)
        self._armed: list[ArmedModel] = []
        matrices: dict[int, GateMatrix] = {}
        for model in models:
            if model.gate not in matrices:
                own = [each for each in models if each.gate == model.gate]
                matrices[model.gate] = _recent_matrix(records, own, first)
            price = prices[model.gate]
            if model.outcome in kept:
                price = price | {"least_prob": 0.0}
            armed = _armed(model, matrices[model.gate], records.batch_gates, price)
            self._armed += [armed] if armed is not None else []

    def asked(self, changed: ChangedSeries) -> Seen:
        """Say which ways of changing a series raise an alarm at any gate it is known at."""
        names = changed.rows["batch_id"].to_list()
        cells = self._cells(changed)
        found = Seen.nothing(changed.size)
        for armed in self._armed:
            columns = [name for name in cells if name in armed.model.numbers["columns"]]
            place = {name: row for row, name in enumerate(armed.matrix.batch_ids)}
            is_asked = np.array([n in place and n in armed.threshold for n in names], dtype=bool)
            if changed.rows["stage"][0] > armed.model.gate or not columns or not is_asked.any():
                continue
            rows = np.flatnonzero(is_asked)
            batches = [names[row] for row in rows]
            own = np.array([place[name] for name in batches], dtype=np.int64)
            values = _changed_values(armed, own, rows, {name: cells[name] for name in columns})
            probability = changed_probability(armed.model, armed.matrix, own, values)
            limit = np.array([armed.threshold[name] for name in batches])
            at = np.array([armed.gate_us[name] for name in batches])
            _noted(found, rows, probability > limit, at)
        return found

    def _cells(self, changed: ChangedSeries) -> dict[str, FloatArray]:
        """The features of a batch that the series makes, each over all rows.

        A tag read in several phases of a unit procedure has one value over them, so the other
        phases stand beside the changed one.
        """
        unit_procedure, phase, tag = changed.place
        beside = self._records.sensor_phase_features.filter(
            (pl.col("unit_procedure") == unit_procedure)
            & (pl.col("tag") == tag)
            & (pl.col("phase") != phase)
        )
        names = self._records.sensor_phase_features.columns
        rows = changed.rows.with_row_index("way").with_columns(pl.col("way").cast(pl.String))
        other = rows.select("way", "batch_id").join(beside, on="batch_id", how="inner")
        both = pl.concat(
            [frame.with_columns(batch_id=pl.col("way")).select(names) for frame in (rows, other)],
            how="vertical_relaxed",
        )
        told = sensor_features(both.drop_nulls("stage"), self._records.sensor_tags).values.select(
            "batch_id", "feature", "value"
        )
        found: dict[str, FloatArray] = {}
        for (feature,), own in told.group_by("feature"):
            column = np.full(changed.size, np.nan)
            column[own["batch_id"].cast(pl.Int64).to_numpy()] = own["value"].to_numpy()
            found[str(feature)] = column
        return found


def _noted(found: Seen, rows: IntArray, alarms: Any, at: IntArray) -> None:
    """Add what one model says to what was said before."""
    found.is_watched[rows] = True
    found.is_flagged[rows] |= alarms
    found.at_us[rows] = np.where(alarms, np.minimum(found.at_us[rows], at), found.at_us[rows])


def _recent_matrix(records: AlarmRecords, models: list[FrozenModel], first: str) -> GateMatrix:
    """The batches from the recent past of the first tried on, with the levels the models know."""
    gate = models[0].gate
    made = gate_rows(records.batch_gates, gate).batch_ids
    start = made.index(first) if first in made else 0
    recent = pl.col("batch_id").is_in(made[max(start - PAST_BATCHES, 0) :])
    levels = levels_of(
        column
        for model in models
        for column in [*model.numbers["columns"], *model.numbers["identity_columns"]]
    )
    values, gates = records.gate_values.filter(recent), records.batch_gates.filter(recent)
    return gate_matrix(values, records.dictionary, gates, gate, levels)


def _armed(
    model: FrozenModel, matrix: GateMatrix, batch_gates: pl.DataFrame, price: dict[str, Any]
) -> ArmedModel | None:
    scores = scores_of(model, matrix)
    if scores is None:
        return None
    made = gate_rows(batch_gates, model.gate).batch_ids
    told = batch_scores(model, matrix, scores, price, made)
    closed = batch_gates.filter(pl.col("gate") == model.gate)
    gate_us = dict(zip(closed["batch_id"], instants(closed["gate_at"]).tolist(), strict=True))
    return ArmedModel(model, matrix, {row["batch_id"]: row["threshold"] for row in told}, gate_us)


def _changed_values(
    armed: ArmedModel, own: IntArray, rows: IntArray, cells: Mapping[str, FloatArray]
) -> FloatArray:
    """Recorded values of the batches asked about, the changed features in their places."""
    columns = armed.model.numbers["columns"]
    values = in_order(armed.matrix.values[own], armed.matrix.columns, columns)
    place = {name: column for column, name in enumerate(columns)}
    for name, cell in cells.items():
        # What had not become known by the gate stays unknown: values come late, or not at all.
        was_known = np.isfinite(values[:, place[name]])
        values[:, place[name]] = np.where(was_known, cell[rows], values[:, place[name]])
    return values
