"""Batches as rows of numbers: sensor features or trajectories of one stage, and when known.

A stage's table holds what its own phases recorded and nothing later, so a score of stage 4 can
be had at gate 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.statistics.array_types import FloatArray

# What is told of a tag in a phase: where it stood, how it varied, how it ended.
FEATURES = ("mean", "sd", "minimum", "maximum", "slope_per_h", "end_level", "noise_sd")
SERIES = ("unit_procedure", "phase", "tag")


@dataclass(frozen=True)
class BatchTable:
    """A table of batches.

    Attributes:
        batch_ids: Per row.
        names: Per column: unit procedure, phase, tag and feature or step, separated by `` | ``.
        values: (batches, columns), NaN where missing.
        known_at: Per row, when the last of it was known; None where nobody said or nothing is.
    """

    batch_ids: list[str]
    names: list[str]
    values: FloatArray
    known_at: list[object]

    def of(self, batch_ids: Sequence[str], names: Sequence[str]) -> "BatchTable":
        """Return these batches and columns; NaN where there is no such."""
        row = {name: place for place, name in enumerate(self.batch_ids)}
        column = {name: place for place, name in enumerate(self.names)}
        rows = [row.get(name, -1) for name in batch_ids]
        columns = [column.get(name, -1) for name in names]
        padded = np.full((len(self.batch_ids) + 1, len(self.names) + 1), np.nan)
        padded[:-1, :-1] = self.values
        times = [*self.known_at, None]
        return BatchTable(
            list(batch_ids), list(names), padded[np.ix_(rows, columns)], [times[i] for i in rows]
        )


def feature_columns(sensor_phase_features: pl.DataFrame) -> BatchTable:
    """Put the features of a stage's phases side by side, and each phase's duration once.

    Args:
        sensor_phase_features: ``feature.sensor_phase_features`` of one stage and some batches.
    """
    rows = sensor_phase_features
    long = rows.unpivot(FEATURES, index=["batch_id", *SERIES]).drop_nulls("value")
    named = long.select("batch_id", _named(*SERIES, "variable"), "value")
    spans = rows.group_by("batch_id", "unit_procedure", "phase", maintain_order=True).agg(
        pl.col("duration_h").median().alias("value")
    )
    spans = spans.drop_nulls("value").with_columns(tag=pl.lit("phase"), variable=pl.lit("hours"))
    both = pl.concat([named, spans.select("batch_id", _named(*SERIES, "variable"), "value")])
    known = rows.group_by("batch_id", maintain_order=True).agg(pl.col("known_at").max())
    return _wide(both, dict(known.iter_rows()))


def trajectory_columns(
    phase_trajectories: pl.DataFrame, sensor_phase_features: pl.DataFrame
) -> BatchTable:
    """Unfold the trajectories of a stage's phases, batch-wise.

    Args:
        phase_trajectories: ``feature.phase_trajectories`` of one stage and some batches.
        sensor_phase_features: Of the same, for when they were known.
    """
    steps = [name for name in phase_trajectories.columns if name.startswith("step_")]
    long = phase_trajectories.unpivot(steps, index=["batch_id", *SERIES]).drop_nulls("value")
    known = sensor_phase_features.group_by("batch_id", maintain_order=True).agg(
        pl.col("known_at").max()
    )
    return _wide(
        long.select("batch_id", _named(*SERIES, "variable"), "value"), dict(known.iter_rows())
    )


def _named(*parts: str) -> pl.Expr:
    return pl.concat_str(parts, separator=" | ").alias("column")


def _wide(long: pl.DataFrame, known_at: dict[str, object]) -> BatchTable:
    batch_ids = long["batch_id"].unique().sort().to_list()
    names = long["column"].unique().sort().to_list()
    values = np.full((len(batch_ids), len(names)), np.nan)
    if long.height:
        row = long["batch_id"].cast(pl.Enum(batch_ids)).to_physical().to_numpy()
        column = long["column"].cast(pl.Enum(names)).to_physical().to_numpy()
        values[row, column] = long["value"].cast(pl.Float64).to_numpy()
    return BatchTable(batch_ids, names, values, [known_at.get(name) for name in batch_ids])
