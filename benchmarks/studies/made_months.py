"""Stored months of made readings, in the layout in which the product keeps them."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from assets.sensor_features.series_description import DescribedMonth
from warehouse.connection import connect_in_memory
from warehouse.paths import Home
from warehouse.reading_files import READING_MONTHS, series_file
from warehouse.sensor_readings.stored_readings import StoredMonth
from warehouse.store import Warehouse

PARQUET = "(FORMAT parquet, COMPRESSION zstd)"
TAGS = 12  # of which each third is a temperature
RANGES = {"nor_low": 41.0, "nor_high": 59.5, "par_low": 39.0, "par_high": 61.0}
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
    started = np.datetime64(month_of(file), "us").astype(np.int64)
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
    _list(made, month, file)


def _list(made: pl.DataFrame, month: int, file: Path) -> None:
    listed = made.group_by("g", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("readings"),
        first_at=pl.col("t").min(),
        last_at=pl.col("t").max(),
    )
    place, tag = (pl.col("g") // TAGS % 6).cast(pl.String), pl.col("g") % TAGS
    described = listed.select(
        batch_id=pl.format(f"B{month:03d}{{}}", (pl.col("g") // 72).cast(pl.String).str.zfill(5)),
        stage=(pl.col("g") // TAGS % 6 + 1).cast(pl.Int64),
        unit_procedure="unit_procedure_" + place,
        phase="phase_" + place,
        tag="tag_" + tag.cast(pl.String).str.zfill(2),
        equipment_id="EQ-" + place,
        readings="readings",
        known_at="last_at",
        first_at="first_at",
        last_at="last_at",
        started_at="first_at",
        ended_at="last_at",
        unit=pl.when(tag % 3 == 0).then(pl.lit("degC")).otherwise(pl.lit("bar")),
        **{name: pl.lit(limit) for name, limit in RANGES.items()},
    )
    described.write_parquet(file.with_name(series_file(file.name)))


def month_of(file: Path) -> date:
    """First day of the month a made file belongs to."""
    return date(2000 + int(file.stem) // 12, int(file.stem) % 12 + 1, 1)


def stored(file: Path) -> DescribedMonth:
    """A made month as the executors take it."""
    series = pl.read_parquet(file.with_name(series_file(file.name)))
    return DescribedMonth(StoredMonth(month_of(file), file, file.stem), series)


def plant_of(files: list[Path], root: Path) -> Warehouse:
    """A plant whose readings of these months are placed, nothing computed yet.

    Batches are released two days after their last reading, so that every month but the first is
    compared with good ones.
    """
    warehouse = Warehouse(Home(root), "bench")
    folder = warehouse.home.readings_dir("bench")
    folder.mkdir(parents=True)
    for file in (*files, *(file.with_name(series_file(file.name)) for file in files)):
        (folder / file.name).symlink_to(file.resolve())
    counts = ("received", "identical", "without_phase", "not_finite", "unknown_tag", "stored")
    listed = {"month": map(month_of, files), "file": [file.name for file in files]}
    names = {"content_hash": listed["file"], "input_hash": listed["file"], "series": 1}
    warehouse.write(READING_MONTHS, pl.DataFrame(listed | names | dict.fromkeys(counts, 1)))
    series = [stored(file).series.select("batch_id", "last_at") for file in files]
    batches = pl.concat(series).group_by("batch_id", maintain_order=True).agg(
        dispositioned_at=pl.col("last_at").max() + timedelta(days=2)
    )  # fmt: skip
    batches = batches.with_columns(
        production_order=pl.int_range(1, pl.len() + 1),
        cluster_id="batch_id",
        product=pl.lit("P"),
        disposition=pl.lit("released"),
        started_at_precision=pl.lit("instant"),
    )
    warehouse.write("core.batches", batches)
    tags = [(f"tag_{tag:02d}", f"EQ-{place}", place + 1, "degC" if tag % 3 == 0 else "bar")
            for place in range(6) for tag in range(TAGS)]  # fmt: skip
    columns = ["tag", "equipment_id", "stage", "unit"]
    described = pl.DataFrame(tags, columns, orient="row").with_columns(
        **{name: pl.lit(limit) for name, limit in RANGES.items()}
    )
    warehouse.write("core.sensor_tags", described)
    return warehouse
