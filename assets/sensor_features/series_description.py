"""What the tags' description says about each series of a month: unit, ranges, way to degC."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from warehouse.sensor_readings.stored_readings import StoredMonth

Array = np.ndarray[Any, np.dtype[Any]]

LIMITS = ("nor_low", "nor_high", "par_low", "par_high")
TO_CELSIUS = {
    "degC": (1.0, 0.0), "°C": (1.0, 0.0), "K": (1.0, -273.15),
    "degF": (5.0 / 9.0, -160.0 / 9.0), "°F": (5.0 / 9.0, -160.0 / 9.0),
}  # fmt: skip


@dataclass(frozen=True)
class DescribedMonth:
    """A month on disk and what is known about its series.

    Attributes:
        stored: The month.
        series: Its series in stored order, with unit and ranges.
    """

    stored: StoredMonth
    series: pl.DataFrame

    @cached_property
    def limits(self) -> Array:
        """Low and high end of the normal and of the proven range: (series, 4), NaN for none."""
        return np.ascontiguousarray(self.series.select(LIMITS).to_numpy().astype(np.float64))

    @cached_property
    def to_celsius(self) -> Array:
        """Factor and offset to degC: (series, 2), NaN where the unit is no temperature."""
        nothing = (float("nan"), float("nan"))
        found = [TO_CELSIUS.get(unit, nothing) for unit in self.series["unit"]]
        return np.array(found, np.float64).reshape(-1, 2)


def described_month(stored: StoredMonth, sensor_tags: pl.DataFrame) -> DescribedMonth:
    """Describe the series of a month.

    Args:
        stored: The month.
        sensor_tags: ``core.sensor_tags``: unit and ranges per tag and equipment.
    """
    return DescribedMonth(stored, described_series(stored.series, sensor_tags))


def described_series(series: pl.DataFrame, sensor_tags: pl.DataFrame) -> pl.DataFrame:
    """Add unit and ranges: of the tag on that equipment, else of the tag anywhere.

    Args:
        series: One row per series, with ``tag`` and ``equipment_id``.
        sensor_tags: ``core.sensor_tags``.

    Returns:
        The same rows in the same order; ranges are NaN and the unit is null where not described.
    """
    wanted = ["unit", *LIMITS]
    on_equipment = sensor_tags.select("tag", "equipment_id", *wanted)
    anywhere = sensor_tags.group_by("tag").agg(pl.col(wanted).sort_by("equipment_id").first())
    joined = series.join(
        on_equipment, on=["tag", "equipment_id"], how="left", maintain_order="left"
    ).join(anywhere, on="tag", how="left", suffix="_anywhere", maintain_order="left")
    return joined.with_columns(
        pl.coalesce("unit", "unit_anywhere").alias("unit"),
        *(
            pl.coalesce(name, f"{name}_anywhere")
            .cast(pl.Float64)
            .fill_null(float("nan"))
            .alias(name)
            for name in LIMITS
        ),
    ).drop(pl.selectors.ends_with("_anywhere"))
