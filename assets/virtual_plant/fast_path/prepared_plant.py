"""The plant without exports: batch features, outcomes and margins at once, for studies.

The same batches as the exports of the same settings; what the exports would carry through
trajectories comes from :mod:`phase_statistics`. Feature names are those of the feature dictionary.
"""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import polars as pl

from assets.virtual_plant.base.randomness import Floats
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.plant_file import load_plant
from assets.virtual_plant.declaration.structure import Cut, Policy
from assets.virtual_plant.fast_path.batch_features import features_of
from assets.virtual_plant.production.batch_frames import (
    batch_ids,
    batches_frame,
    instants,
    stage_ends,
)
from assets.virtual_plant.production.batches import Batches, Settings, make_batches, record
from assets.virtual_plant.truth.truth_file import truth_of
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import polars_schema


@dataclass(frozen=True)
class FastPlant:
    """A simulated plant as frames.

    Attributes:
        gate_values: One row per batch and feature, as ``feature.gate_values``.
        batch_gates: One row per batch and gate, as ``feature.batch_gates``.
        outcomes: One row per batch and outcome, as ``core.outcomes``.
        outcome_margins: One row per batch, outcome and margin, as ``core.outcome_margins``.
        batches: One row per batch, as ``core.batches``.
        truth: What ``truth.json`` says of this plant.
    """

    gate_values: pl.DataFrame
    batch_gates: pl.DataFrame
    outcomes: pl.DataFrame
    outcome_margins: pl.DataFrame
    batches: pl.DataFrame
    truth: dict[str, Any]


def batch_features(
    plant: Plant | None = None,
    seed: int = 1,
    batches: int = 1000,
    *,
    years: float = 5.0,
    cut: Cut = "none",
    drift: float = 1.0,
    product_effect: float = 1.0,
    policy: Policy | None = None,
) -> FastPlant:
    """Simulate a plant and give its features, outcomes and margins.

    Args:
        plant: The plant; None means the tablet plant that comes with lotwise.
        seed: Seed, 0 or above.
        batches: Number of batches, at least 1.
        years: Span of production.
        cut: ``none``; ``null`` (no path into any result, marginals kept); ``product_only``.
        drift: Factor on every declared drift: 0 stationary, 1 mild, 10 strong.
        product_effect: Factor on the product's effect on results.
        policy: Window held on one variable.

    Returns:
        The frames, sorted by their keys.

    Raises:
        PlantError: The plant file is not usable.
    """
    settings = Settings(batches, years, seed, cut, policy, drift, product_effect)
    made = make_batches(plant or load_plant(), settings)
    return FastPlant(
        gate_values=_gate_values(made),
        batch_gates=_batch_gates(made),
        outcomes=_outcomes(made),
        outcome_margins=_outcome_margins(made),
        batches=batches_frame(made),
        truth=truth_of(made),
    )


def _gate_values(made: Batches) -> pl.DataFrame:
    """Laid out batch by batch, features in order of gate and name, so that nothing is sorted."""
    features = sorted(features_of(made), key=lambda feature: (feature.gate, feature.name))
    count = made.schedule.batches
    is_number = [feature.values.dtype.kind in "fiu" for feature in features]
    values = np.full((count, len(features)), np.nan)
    levels = np.full((count, len(features)), None, dtype=object)
    known_s = np.empty((count, len(features)), dtype=np.int64)
    is_there = np.ones((count, len(features)), dtype=bool)
    for column, (feature, is_numeric) in enumerate(zip(features, is_number, strict=True)):
        (values if is_numeric else levels)[:, column] = feature.values
        known_s[:, column] = feature.known_s
        if feature.is_there is not None:
            is_there[:, column] = feature.is_there
    is_there &= known_s <= made.export_s
    names = pl.Series([feature.name for feature in features])
    gates = np.array([feature.gate for feature in features], dtype=np.int64)
    return pl.DataFrame(
        {
            "batch_id": batch_ids(count).gather(np.repeat(np.arange(count), len(features))),
            "gate": np.tile(gates, count),
            "feature": names.gather(np.tile(np.arange(len(features)), count)),
            "value": pl.Series(values.ravel()).fill_nan(None),
            "level": pl.Series(levels.ravel().tolist(), dtype=pl.String),
            "known_at": instants(made.plant, known_s.ravel()),
        },
        schema=polars_schema(contract("feature.gate_values")),
    ).filter(pl.Series(is_there.ravel()))


def _batch_gates(made: Batches) -> pl.DataFrame:
    batches = batches_frame(made)
    ends = stage_ends(made)
    gates = [
        batches.select(
            "batch_id",
            pl.lit(gate, pl.Int64).alias("gate"),
            instants(made.plant, ends[gate]).alias("gate_at"),
            pl.col("production_order").cast(pl.Int64),
            pl.col("started_at").dt.strftime("%Y-%m").alias("period"),
            "product",
            "strength",
            "campaign_id",
            "cluster_id",
        )
        for gate in range(1, 8)
    ]
    return pl.concat(gates).sort("batch_id", "gate")


def _margins(made: Batches, result: str) -> dict[str, Floats]:
    """Distance to each limit in robust spread units; positive is inside, NaN is untested."""
    variable = made.plant.variable(result)
    value = record(variable, made.outcome.values[result])
    distances: dict[str, Floats] = {}
    if variable.spec_low is not None:
        distances["low"] = value - variable.spec_low
    if variable.spec_high is not None:
        distances["high"] = variable.spec_high - value
    spread = 1.4826 * float(np.median(np.abs(value - np.median(value)))) or 1.0
    is_tested = made.reached(6)
    return {
        limit: np.where(is_tested, distance / spread, np.nan)
        for limit, distance in distances.items()
    }


def _smallest(margins: dict[str, Floats]) -> Floats:
    return np.asarray(np.min(list(margins.values()), axis=0))


def _outcome_margins(made: Batches) -> pl.DataFrame:
    ids = batch_ids(made.schedule.batches)
    parts = []
    for mechanism in made.plant.mechanisms:
        result, margins = mechanism.result, _margins(made, mechanism.result)
        for outcome, (limit, margin) in product(("failure", mechanism.name), margins.items()):
            parts.append(
                pl.DataFrame(
                    {
                        "batch_id": ids,
                        "outcome": outcome,
                        "quantity": result if len(margins) == 1 else f"{result} ({limit} limit)",
                        "measured_quantity": result,
                        "limit": limit,
                        "margin": margin,
                        "is_censored": False,
                        "bound": pl.Series([None] * len(ids), dtype=pl.String),
                    }
                ).filter(pl.col("margin").is_not_nan())
            )
    return pl.concat(parts).sort("batch_id", "outcome", "quantity")


def _outcomes(made: Batches) -> pl.DataFrame:
    ids, is_pending = batch_ids(made.schedule.batches), made.is_pending
    margins = {m.name: _smallest(_margins(made, m.result)) for m in made.plant.mechanisms}
    rows = {
        "failure": (
            made.is_failure,
            is_pending,
            made.dispositioned_s,
            _smallest(margins),
        )
    }
    for name, margin in margins.items():
        rows[name] = (margin < 0, made.resulted_s > made.export_s, made.resulted_s, margin)
    parts = []
    for outcome, (is_failure, is_unknown, known_s, margin) in rows.items():
        unknown = pl.Series(is_unknown)
        parts.append(
            pl.DataFrame(
                {
                    "batch_id": ids,
                    "outcome": outcome,
                    "is_failure": pl.Series(is_failure),
                    "margin": pl.Series(margin).fill_nan(None),
                    "is_censored": False,
                    "known_at": instants(made.plant, known_s),
                    "status": "known",
                }
            ).with_columns(
                is_failure=pl.when(~unknown).then("is_failure"),
                known_at=pl.when(~unknown).then("known_at"),
                status=pl.when(unknown).then(pl.lit("pending")).otherwise("status"),
            )
        )
    return pl.concat(parts).sort("batch_id", "outcome")
