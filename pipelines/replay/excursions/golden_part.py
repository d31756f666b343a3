"""The golden distance: a changed trajectory beside the golden one of its month."""

from typing import Any

import numpy as np
import polars as pl

from assets.sensor_features.golden import deviations, is_warped
from assets.sensor_features.golden_limit import golden_limits
from assets.sensor_features.registry import STEPS
from assets.statistics.array_types import FloatArray
from pipelines.replay.excursions.changed_series import ChangedSeries
from pipelines.replay.excursions.seen import Seen

PLACE = ("unit_procedure", "phase", "tag")
ANY_PRODUCT = "any product"
Envelope = tuple[FloatArray, FloatArray]


class GoldenPart:
    """Golden trajectories as they were known before each month, and limits of good batches.

    Args:
        golden_trajectories: ``feature.golden_trajectories``.
        sensor_phase_features: Of all batches.
        batches: ``core.batches``.
    """

    def __init__(
        self,
        golden_trajectories: pl.DataFrame,
        sensor_phase_features: pl.DataFrame,
        batches: pl.DataFrame,
    ) -> None:
        self._golden, self._features, self._batches = (
            golden_trajectories, sensor_phase_features, batches
        )  # fmt: skip

    def distances(self, changed: ChangedSeries) -> FloatArray:
        """Return the golden distance of every row; NaN where there is nothing to compare with."""
        envelopes = self._envelopes(changed.place)
        product = dict(self._batches.select("batch_id", "product").iter_rows())
        found = np.full(changed.size, np.nan)
        own = [
            envelopes.get((month, product.get(batch))) or envelopes.get((month, ANY_PRODUCT))
            for batch, month in changed.rows.select("batch_id", "month").iter_rows()
        ]
        has = np.array([one is not None for one in own], dtype=bool)
        has &= np.isfinite(changed.courses).all(axis=1)
        if has.any():
            compared = [one for one, there in zip(own, has, strict=True) if there and one]
            centre, spread = (np.stack([one[part] for one in compared]) for part in (0, 1))
            warped = is_warped(changed.rows)[has]
            found[has] = deviations(changed.courses[has], warped, centre, spread)[0]
        return found

    def asked(self, changed: ChangedSeries) -> Seen:
        """Say which ways of changing a series run further off than good batches do."""
        names = changed.rows["batch_id"]
        at_place = pl.all_horizontal(
            *(pl.col(name) == value for name, value in zip(PLACE, changed.place, strict=True))
        )
        limits = golden_limits(
            self._features.filter(at_place), self._batches, names.unique().to_list()
        )
        limit = np.array([limits.get(name, np.nan) for name in names])
        distance = self.distances(changed)
        is_watched = np.isfinite(limit) & np.isfinite(distance)
        return Seen.at_phase_end(changed.rows, is_watched, np.nan_to_num(distance) > limit)

    def _envelopes(self, place: tuple[str, str, str]) -> dict[tuple[Any, Any], Envelope]:
        own = self._golden.filter(
            pl.all_horizontal(
                *(pl.col(name) == value for name, value in zip(PLACE, place, strict=True))
            )
        ).sort("month", "product", "step")
        found: dict[tuple[Any, Any], Envelope] = {}
        for (month, product), rows in own.group_by("month", "product", maintain_order=True):
            if rows.height == STEPS:
                found[month, product] = rows["centre"].to_numpy(), rows["spread"].to_numpy()
        return found
