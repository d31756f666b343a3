"""The range whose width is size 1: the normal operating range, or what good batches make of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.statistics.array_types import FloatArray
from pipelines.replay.excursions.held_readings import PLACE, Key

DECLARED, OBSERVED = "declared", "earlier good batches"


@dataclass(frozen=True)
class UsualRange:
    """A range.

    Attributes:
        width: In the tag's unit, above 0.
        source: ``declared``, or ``earlier good batches``: from the median 5th percentile of a phase
            to the median 95th.
    """

    width: float
    source: str


class UsualRanges:
    """Ranges of all series.

    Args:
        sensor_phase_features: ``feature.sensor_phase_features``.
        frozen_on: Batches made before those that are tried, or beside them.
    """

    def __init__(self, sensor_phase_features: pl.DataFrame, frozen_on: Sequence[str]) -> None:
        own = sensor_phase_features.filter(pl.col("batch_id").is_in(list(frozen_on)))
        widths = own.group_by(PLACE).agg(
            width=pl.col("p95").median() - pl.col("p05").median(),
        )
        self._observed = {(a, b, c): width for a, b, c, width in widths.iter_rows()}

    def of(self, key: Key, limits: FloatArray) -> UsualRange | None:
        """Return the range of a series; None where nothing is declared and it stands still.

        Args:
            key: Unit procedure, phase and tag.
            limits: Low and high end of its normal range first; NaN for none.
        """
        declared = float(limits[1] - limits[0])
        if np.isfinite(declared) and declared > 0:
            return UsualRange(declared, DECLARED)
        observed = self._observed.get(key)
        return UsualRange(float(observed), OBSERVED) if observed else None
