"""``finding.storage_temperatures``: what the warmth of a store came to, month by month."""

from typing import Any

import polars as pl

from assets.statistics.stability.kinetic_temperature import mean_kinetic_temperature
from data_contracts.codes.stages import StorageVerdict
from data_contracts.tables import table

NAME = "finding.storage_temperatures"
STORES = "(warehouse|storage|store|cold_room|refrigerator).*temperature"
# USP <659>: mean kinetic temperature at most, and the highest excursion allowed.
ROOM_C = (25.0, 30.0)
COLD_C = (8.0, 15.0)
COLD_BELOW_C = 10.0


def storage_temperatures(parameters: pl.DataFrame) -> pl.DataFrame:
    """Take the mean kinetic temperature of every store and month.

    Args:
        parameters: ``core.parameters``; those count that record the temperature of a store.

    Returns:
        ``finding.storage_temperatures``: a row per store and month with readings.
    """
    readings = parameters.filter(
        pl.col("parameter").str.contains(STORES), pl.col("unit") == "degC"
    ).drop_nulls(["value", "recorded_at"])
    # the same instant read for two batches is one reading
    readings = readings.unique(["parameter", "recorded_at", "value"]).with_columns(
        month_start=pl.col("recorded_at").dt.truncate("1mo")
    )
    cold = dict(
        readings.group_by("parameter", maintain_order=True)
        .agg(pl.col("value").mean() < COLD_BELOW_C)
        .rows()
    )
    rows = [
        {"place": place, "month_start": month}
        | _row(part["value"].sort(), COLD_C if cold[place] else ROOM_C)
        for (place, month), part in readings.group_by(
            "parameter", "month_start", maintain_order=True
        )
    ]
    return table(NAME, rows)


def _row(readings: pl.Series, allowed: tuple[float, float]) -> dict[str, Any]:
    kinetic = mean_kinetic_temperature(readings.to_numpy())
    highest = float(readings[-1])
    is_mean_above, is_reading_above = kinetic > allowed[0], highest > allowed[1]
    return {
        "readings": readings.len(),
        "mean_c": readings.mean(),
        "mean_kinetic_c": kinetic,
        "highest_c": highest,
        "limit_c": allowed[0],
        "verdict": StorageVerdict.MEAN_ABOVE
        if is_mean_above
        else StorageVerdict.READING_ABOVE
        if is_reading_above
        else StorageVerdict.WITHIN,
    }
