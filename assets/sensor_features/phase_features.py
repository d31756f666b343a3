"""From a month of readings to rows of ``feature.sensor_phase_features``.

A frame in, a frame out: the ranges come from the tags' description, the numbers from the kernel.
"""

from collections.abc import Iterable

import numpy as np
import polars as pl

from assets.sensor_features.registry import COUNTS, NAMES
from data_contracts.catalogue import contract
from data_contracts.polars_schema import empty
from warehouse.readings import MonthOfReadings

TABLE = "feature.sensor_phase_features"
KEY = ("batch_id", "unit_procedure", "phase", "tag")


def month_features(month: MonthOfReadings, sensor_tags: pl.DataFrame) -> pl.DataFrame:
    """Compute the features of every series of one month.

    Args:
        month: Series in stored order and their readings, one after the other.
        sensor_tags: ``core.sensor_tags``: unit and normal operating range per tag and equipment.

    Returns:
        One row per batch, phase and tag, in the columns of the contract.
    """
    from assets.sensor_features.kernel import series_features

    described = _described(month.series, sensor_tags)
    offsets = np.concatenate([[0], np.cumsum(described["readings"].to_numpy())]).astype(np.int64)
    features = series_features(
        month.readings["recorded_at"].dt.epoch("us").to_numpy(),
        month.readings["value"].to_numpy(),
        offsets,
        described["nor_low"].to_numpy().astype(np.float64),
        described["nor_high"].to_numpy().astype(np.float64),
    )
    computed = pl.DataFrame(features, schema=list(NAMES), orient="row").with_columns(
        pl.all().fill_nan(None)
    )
    named = described.select("batch_id", "stage", "unit_procedure", "phase", "tag", "unit")
    return named.hstack(computed.with_columns(pl.col(COUNTS).cast(pl.Int64))).with_columns(
        described["known_at"]
    )


def phase_features(months: Iterable[MonthOfReadings], sensor_tags: pl.DataFrame) -> pl.DataFrame:
    """Compute the features of every month, one month in memory at a time.

    Returns:
        One row per batch, phase and tag, sorted by them; empty where there are no readings.
    """
    parts = [month_features(month, sensor_tags) for month in months if month.series.height]
    return pl.concat(parts).sort(KEY) if parts else empty(contract(TABLE))


def _described(series: pl.DataFrame, sensor_tags: pl.DataFrame) -> pl.DataFrame:
    """Add unit and normal range: of the tag on that equipment, else of the tag anywhere."""
    wanted = ["unit", "nor_low", "nor_high"]
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
            for name in ("nor_low", "nor_high")
        ),
    )
