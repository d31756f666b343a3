"""The records that models of batches are made from, cut by product and stage once."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from assets.process_verification.multivariate.batch_columns import (
    SERIES,
    BatchTable,
    feature_columns,
    trajectory_columns,
)
from assets.statistics.array_types import BoolArray, FloatArray

NO_PRODUCT = "all batches"


@dataclass(frozen=True)
class PhaseCourses:
    """Trajectories of one phase of a product's batches.

    Attributes:
        unit_procedure: Of the phase.
        phase: Its name.
        stage: Of the phase.
        batch_ids: In production order.
        tags: Columns.
        courses: (batches, steps, tags), NaN where missing.
    """

    unit_procedure: str
    phase: str
    stage: int
    batch_ids: list[str]
    tags: list[str]
    courses: FloatArray


class PlantRecords:
    """Sensor features and trajectories of all batches, by product.

    Args:
        batch_gates: ``feature.batch_gates``: products and production order.
        sensor_phase_features: ``feature.sensor_phase_features``.
        phase_trajectories: ``feature.phase_trajectories``.
    """

    def __init__(
        self,
        batch_gates: pl.DataFrame,
        sensor_phase_features: pl.DataFrame,
        phase_trajectories: pl.DataFrame,
    ) -> None:
        words = pl.concat_str("product", "strength", separator=" ", ignore_nulls=True)
        self.batches = (
            batch_gates.unique("batch_id")
            .sort("production_order", "batch_id")
            .select(
                "batch_id", product=pl.when(words != "").then(words).otherwise(pl.lit(NO_PRODUCT))
            )
        )
        self._features = sensor_phase_features.filter(pl.col("stage").is_not_null())
        self._trajectories = phase_trajectories.filter(pl.col("stage").is_not_null())

    @cached_property
    def products(self) -> dict[str, list[str]]:
        """Product -> its batches in production order."""
        grouped = self.batches.group_by("product", maintain_order=True).agg("batch_id")
        return dict(sorted(grouped.iter_rows()))

    @cached_property
    def stages(self) -> list[int]:
        """Stages that have sensors."""
        return sorted(self._features["stage"].unique().to_list())

    def of_product(self, product: str) -> "ProductRecords":
        """Return the records of one product's batches."""
        own = self.products[product]
        return ProductRecords(
            product,
            own,
            self._features.filter(pl.col("batch_id").is_in(own)),
            self._trajectories.filter(pl.col("batch_id").is_in(own)),
        )


@dataclass(frozen=True)
class ProductRecords:
    """Records of one product's batches.

    Attributes:
        product: In words.
        batch_ids: In production order.
        features: ``feature.sensor_phase_features`` of them.
        trajectories: ``feature.phase_trajectories`` of them.
    """

    product: str
    batch_ids: list[str]
    features: pl.DataFrame
    trajectories: pl.DataFrame

    def feature_table(self, first: int, last: int) -> BatchTable:
        """Features of the phases of some stages, all batches that have any, in production order."""
        return self._ordered(feature_columns(self._of(self.features, first, last)))

    def trajectory_table(self, stage: int) -> BatchTable:
        """Trajectories of the phases of a stage, likewise."""
        return self._ordered(
            trajectory_columns(
                self._of(self.trajectories, stage, stage), self._of(self.features, stage, stage)
            )
        )

    def phases(self) -> Iterator[PhaseCourses]:
        """Trajectories of each phase, all batches that have any, in production order."""
        steps = [name for name in self.trajectories.columns if name.startswith("step_")]
        place = {name: i for i, name in enumerate(self.batch_ids)}
        key = ("stage", *SERIES[:2])
        for (stage, unit, phase), own in sorted(
            self.trajectories.group_by(*key, maintain_order=True)
        ):
            batch_ids = sorted(own["batch_id"].unique(), key=place.__getitem__)
            tags = own["tag"].unique().sort().to_list()
            courses = np.full((len(batch_ids), len(tags), len(steps)), np.nan)
            row = own["batch_id"].cast(pl.Enum(batch_ids)).to_physical().to_numpy()
            column = own["tag"].cast(pl.Enum(tags)).to_physical().to_numpy()
            courses[row, column] = own.select(steps).cast(pl.Float64).to_numpy()
            yield PhaseCourses(
                str(unit), str(phase), int(str(stage)), batch_ids, tags, courses.transpose(0, 2, 1)
            )

    def known_at(self, stage: int) -> dict[str, object]:
        """Batch -> when the last feature of a stage was known."""
        own = (
            self._of(self.features, stage, stage)
            .group_by("batch_id", maintain_order=True)
            .agg(pl.col("known_at").max())
        )
        return dict(own.iter_rows())

    def _ordered(self, columns: BatchTable) -> BatchTable:
        have = set(columns.batch_ids)
        return columns.of([name for name in self.batch_ids if name in have], columns.names)

    @staticmethod
    def _of(frame: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
        return frame.filter(pl.col("stage").is_between(first, last))


def failures(outcomes: pl.DataFrame, batch_ids: list[str]) -> BoolArray:
    """Return per batch whether it failed in any way.

    Args:
        outcomes: ``core.outcomes``.
        batch_ids: The batches.
    """
    failed = set(outcomes.filter(pl.col("is_failure"))["batch_id"])
    return np.array([name in failed for name in batch_ids], dtype=bool)
