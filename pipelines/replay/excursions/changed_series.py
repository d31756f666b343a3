"""One series of many batches, changed in many ways, and its features by the kernel of a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from assets.sensor_features.kernel.series import series_features
from assets.sensor_features.registry import COUNTS, NAMES
from assets.statistics.array_types import FloatArray, IntArray
from assets.tier_evidence.excursions.injection import SeededExcursion, injected
from assets.tier_evidence.excursions.parts import UNTOUCHED
from pipelines.replay.excursions.held_readings import HeldSeries

NEVER = np.iinfo(np.int64).max
ABOUT = {
    "batch_id": pl.String, "kind": pl.String, "size": pl.Float64, "direction": pl.String,
    "onset_share": pl.Float64, "range_width": pl.Float64,
}  # fmt: skip
Planned = Sequence[tuple[str, float]]


@dataclass(frozen=True)
class ChangedSeries:
    """What became of one series.

    Attributes:
        place: Unit procedure, phase and tag.
        rows: One per excursion: ``batch_id``, ``kind``, ``size``, ``direction``, ``onset_share``,
            ``range_width``, then ``feature.sensor_phase_features`` as computed anew.
        courses: (rows, steps) trajectories.
        passes_us: Per row, when the readings first passed a limit they keep untouched; ``NEVER``.
    """

    place: tuple[str, str, str]
    rows: pl.DataFrame
    courses: FloatArray
    passes_us: IntArray

    @property
    def size(self) -> int:
        """How many excursions there are."""
        return self.rows.height


def changed_series(
    place: tuple[str, str, str],
    held: Mapping[str, HeldSeries],
    recorded: pl.DataFrame,
    where: Mapping[str, SeededExcursion],
    planned: Planned,
) -> ChangedSeries:
    """Change a series of some batches and compute its features anew.

    Args:
        place: Unit procedure, phase and tag.
        held: Batch -> its readings.
        recorded: Their rows of ``feature.sensor_phase_features``; what does not depend on readings
            is taken from there.
        where: Batch -> where its excursions begin; these batches are changed, in this order.
        planned: Kinds and sizes; ``untouched`` computes the features of the readings as they are.
    """
    features: list[FloatArray] = []
    passed: list[IntArray] = []
    told: list[dict[str, Any]] = []
    for batch, excursion in where.items():
        own = held[batch]
        values = np.concatenate(
            [
                own.value[None]
                if kind == UNTOUCHED
                else injected(own.time_us, own.value, kind, [size], excursion)
                for kind, size in planned
            ]
        )
        features.append(_features(own, values))
        passed.append(_passes(own, values))
        told += [_about(batch, kind, size, excursion) for kind, size in planned]
    columns = np.concatenate(features)
    return ChangedSeries(
        place,
        _named(pl.DataFrame(told, schema=ABOUT), recorded, columns[:, : len(NAMES)]),
        columns[:, len(NAMES) :],
        np.concatenate(passed),
    )


def _about(batch: str, kind: str, size: float, where: SeededExcursion) -> dict[str, Any]:
    is_changed = kind != UNTOUCHED
    return {
        "batch_id": batch,
        "kind": kind,
        "size": size,
        "direction": ("up" if where.sign > 0 else "down") if is_changed else None,
        "onset_share": where.onset if is_changed else None,
        "range_width": where.unit,
    }


def _features(own: HeldSeries, values: FloatArray) -> FloatArray:
    """Run the kernel over all the ways one series was changed: (ways, columns)."""
    ways, readings = values.shape
    return series_features(
        np.tile(own.time_us, ways),
        np.ascontiguousarray(values).ravel(),
        np.arange(ways + 1, dtype=np.int64) * readings,
        np.tile(own.limits, (ways, 1)),
        np.tile(own.to_celsius, (ways, 1)),
    )


def _passes(own: HeldSeries, values: FloatArray) -> IntArray:
    """When each way first passes the proven range, or the normal one where none is described."""
    low, high = own.limits[2:]
    if np.isnan(low) and np.isnan(high):
        low, high = own.limits[:2]
    beyond = (values < low) | (values > high)
    beyond &= ~((own.value < low) | (own.value > high))
    first = beyond.argmax(axis=1)
    return np.where(beyond.any(axis=1), own.time_us[first], NEVER)


def _named(told: pl.DataFrame, recorded: pl.DataFrame, features: FloatArray) -> pl.DataFrame:
    """Give rows of the kernel the names of their batches."""
    columns = np.ascontiguousarray(features.T)
    computed = pl.DataFrame(
        [pl.Series(*one, nan_to_null=True) for one in zip(NAMES, columns, strict=True)]
    ).cast(dict.fromkeys(COUNTS, pl.Int64))
    others = recorded.drop(NAMES)
    joined = told.join(others, on="batch_id", how="left", maintain_order="left")
    return joined.hstack(computed)
