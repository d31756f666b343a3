"""Stored months of made readings, in the layout in which the product keeps them."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from assets.sensor_features.series_description import DescribedMonth
from warehouse.connection import connect_in_memory
from warehouse.reading_files import series_file
from warehouse.readings import PARQUET
from warehouse.stored_readings import StoredMonth

TAGS = 12  # of which each third is a temperature
COLUMNS = """
    printf('B%03d%05d', $month, g // 72) AS batch_id,
    (g // 12 % 6 + 1)::BIGINT AS stage,
    'unit_procedure_' || (g // 12 % 6) AS unit_procedure,
    'phase_' || (g // 12 % 6) AS phase,
    'EQ-' || (g // 12 % 6) AS equipment_id,
    'tag_' || lpad((g % 12)::VARCHAR, 2, '0') AS tag,
    t AS recorded_at, value, 'good' AS quality, true AS is_usable
"""


def make_months(folder: Path, months: int, readings: int) -> list[Path]:
    """Make the months that are missing and return the files of all.

    Args:
        folder: Where they lie.
        months: How many.
        readings: About how many readings each.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{month:04d}.parquet" for month in range(months)]
    for month, file in enumerate(files):
        if not file.with_name(series_file(file.name)).is_file():
            _make(file, month, readings)
    return files


def _make(file: Path, month: int, readings: int) -> None:
    """Series of 1,500 to 4,500 readings a second apart, some lost; a slow wave and noise."""
    rng = np.random.default_rng(month)
    lengths = rng.integers(1_500, 4_500, max(readings // 3_000, 1))
    series = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    step = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    is_kept = rng.random(len(step)) > 0.0005
    started = np.datetime64(date(2000, 1, 1) + timedelta(days=31 * month), "us").astype(np.int64)
    # Tags of one phase are read at the same instants.
    time_us = started + (series // TAGS) * 1_800_000_000 + step * 1_000_000
    wave = 50 + 10 * np.sin(step / 400 + series)
    value = np.round(wave + rng.normal(0, 0.3, len(step)), 2)
    made = pl.DataFrame(
        {
            "g": series[is_kept],
            "t": pl.Series(time_us[is_kept]).cast(pl.Datetime("us")),
            "value": value[is_kept],
        }
    )
    with connect_in_memory(file.parent) as opened:
        opened.register("made", made)
        columns = COLUMNS.replace("$month", str(month))
        opened.execute(f"COPY (SELECT {columns} FROM made) TO '{file}' {PARQUET}")
    _list(made["g"], file)


def _list(series: pl.Series, file: Path) -> None:
    listed = series.to_frame().group_by("g", maintain_order=True).agg(pl.len().alias("readings"))
    described = listed.select(
        pl.col("readings").cast(pl.Int64),
        unit=pl.when(pl.col("g") % 3 == 0).then(pl.lit("degC")).otherwise(pl.lit("bar")),
        nor_low=41.0,
        nor_high=59.5,
        par_low=39.0,
        par_high=61.0,
    )
    described.write_parquet(file.with_name(series_file(file.name)))


def stored(file: Path) -> DescribedMonth:
    """A made month as the executors take it."""
    series = pl.read_parquet(file.with_name(series_file(file.name)))
    return DescribedMonth(StoredMonth(date(2000, 1, 1), file, file.stem), series)
