"""From a month of readings to rows of ``feature.sensor_phase_features``.

A frame in, a frame out: ranges and units come from the tags' description, numbers from the kernel.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import polars as pl

from assets.sensor_features.registry import COUNTS, NAMES
from data_contracts.catalogue import contract
from data_contracts.polars_schema import empty
from warehouse.readings import MonthOfReadings

Array = np.ndarray[Any, np.dtype[Any]]

TABLE = "feature.sensor_phase_features"
KEY = ("batch_id", "unit_procedure", "phase", "tag")
LIMITS = ("nor_low", "nor_high", "par_low", "par_high")
TO_CELSIUS = {
    "degC": (1.0, 0.0), "°C": (1.0, 0.0), "K": (1.0, -273.15),
    "degF": (5.0 / 9.0, -160.0 / 9.0), "°F": (5.0 / 9.0, -160.0 / 9.0),
}  # fmt: skip


def month_features(month: MonthOfReadings, sensor_tags: pl.DataFrame) -> pl.DataFrame:
    """Compute the features of every series of one month.

    Args:
        month: Series in stored order and their readings, one after the other.
        sensor_tags: ``core.sensor_tags``: unit and ranges per tag and equipment.

    Returns:
        One row per batch, phase and tag, in the columns of the contract.
    """
    from assets.sensor_features.kernel.series import series_features

    series = described_series(month.series, sensor_tags)
    offsets = np.concatenate([[0], np.cumsum(series["readings"].to_numpy())]).astype(np.int64)
    features = series_features(
        month.readings["recorded_at"].dt.epoch("us").to_numpy(),
        month.readings["value"].to_numpy(),
        offsets,
        limits_of(series),
        to_celsius_of(series),
    )
    return named_features(series, features)


def phase_features(months: Iterable[MonthOfReadings], sensor_tags: pl.DataFrame) -> pl.DataFrame:
    """Compute the features of every month, one month in memory at a time.

    Returns:
        One row per batch, phase and tag, sorted by them; empty where there are no readings.
    """
    parts = [month_features(month, sensor_tags) for month in months if month.series.height]
    return pl.concat(parts).sort(KEY) if parts else empty(contract(TABLE))


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


def limits_of(series: pl.DataFrame) -> Array:
    """Return the ranges as the kernel takes them: (series, 4), NaN where there is none."""
    return np.ascontiguousarray(series.select(LIMITS).to_numpy().astype(np.float64))


def to_celsius_of(series: pl.DataFrame) -> Array:
    """Return factor and offset to degC: (series, 2), NaN where the unit is no temperature."""
    nothing = (float("nan"), float("nan"))
    return np.array([TO_CELSIUS.get(unit, nothing) for unit in series["unit"]], np.float64).reshape(
        -1, 2
    )


def named_features(series: pl.DataFrame, features: Array) -> pl.DataFrame:
    """Give rows of the kernel the names of their series, in the columns of the contract."""
    computed = pl.DataFrame(features, schema=list(NAMES), orient="row").with_columns(
        pl.all().fill_nan(None)
    )
    named = series.select("batch_id", "stage", "unit_procedure", "phase", "tag", "unit")
    return named.hstack(computed.with_columns(pl.col(COUNTS).cast(pl.Int64))).with_columns(
        series["known_at"]
    )
