"""One month of deliveries on top of sixty: placing, features, and the tables over all months.

What is measured is what the asset of one month and the assets over all months do; batches are
released two days after they end, so that every month but the first is compared with good ones.
"""

import shutil
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from assets.sensor_features.local_executor import features_of_months
from assets.sensor_features.month_tables import ENVELOPES, TABLE, update_months
from assets.sensor_features.placement import PLAN
from benchmarks.speed.figures import Row
from warehouse.paths import Home
from warehouse.sensor_readings.readings import build_readings
from warehouse.store import Warehouse

MONTHS, TAGS, EQUIPMENT = 61, 6, "PRS-1"
PHASE_S = 6 * 3600


def one_new_month(folder: Path, readings: int) -> list[Row]:
    """Measure all 61 months at once against the last on top of the others.

    Args:
        folder: Where deliveries lie and the homes are built.
        readings: About how many readings a month.
    """
    folder.mkdir(parents=True, exist_ok=True)
    starts = [date(2019 + m // 12, m % 12 + 1, 1) for m in range(MONTHS)]
    batches = max(readings // (TAGS * PHASE_S // 10), 1)
    phases = pl.concat([_phases(start, batches) for start in starts])
    files = [_deliver(folder, start, batches) for start in starts]
    stepped, whole = _plant(folder / "stepped", phases), _plant(folder / "whole", phases)
    _stage(stepped, files[:-1])
    _update(stepped)
    _stage(stepped, files)
    alone_s = _update(stepped, starts[-1])
    again_s = _update(stepped)
    _stage(whole, files)
    whole_s = _update(whole)
    is_same = all(
        stepped.content_hash(table) == whole.content_hash(table)
        and stepped.read(table).equals(whole.read(table))
        for table in (TABLE, ENVELOPES)
    )
    return [
        ("one new month on 60: all 61 at once over it", whole_s / alone_s, "times"),
        ("one new month on 60: all 61 over finding it", whole_s / again_s, "times"),
        ("one new month on 60: tables that are not as all at once", float(not is_same), "is 0"),
    ]


def _phases(start: date, batches: int) -> pl.DataFrame:
    first = datetime(start.year, start.month, start.day, 1)  # noqa: DTZ001
    every = timedelta(seconds=28 * 86400 / batches)
    begins = [first + every * b for b in range(batches)]
    names = [f"B{start:%Y%m}{b:04d}" for b in range(batches)]
    return pl.DataFrame(
        {"batch_id": names, "stage": 4, "unit_procedure": "compression", "phase": "production",
         "equipment_id": EQUIPMENT, "started_at": begins,
         "ended_at": [b + timedelta(seconds=PHASE_S) for b in begins]}
    ).with_columns(pl.col("started_at", "ended_at").cast(pl.Datetime("us")))  # fmt: skip


def _deliver(folder: Path, start: date, batches: int) -> Path:
    """A month's export, sorted by tag and time like a historian's."""
    file = folder / f"delivered-{start:%Y-%m}.parquet"
    if file.is_file():
        return file
    rng = np.random.default_rng(start.toordinal())
    begins = _phases(start, batches)["started_at"].dt.epoch("us").to_numpy()
    time_us = (begins[:, None] + np.arange(PHASE_S // 10) * 10_000_000).ravel()
    frames = [
        pl.DataFrame(
            {"equipment_id": EQUIPMENT, "tag": f"tag_{t}",
             "recorded_at": pl.Series(time_us).cast(pl.Datetime("us")),
             "value": np.round(rng.normal(50, 2, len(time_us)), 2), "quality": "good"}
        )
        for t in range(TAGS)
    ]  # fmt: skip
    pl.concat(frames).write_parquet(file, compression="zstd")
    return file


def _plant(root: Path, phases: pl.DataFrame) -> Warehouse:
    shutil.rmtree(root, ignore_errors=True)
    warehouse = Warehouse(Home(root), "bench")
    warehouse.write("core.phases", phases)
    batches = phases.select(
        "batch_id",
        cluster_id="batch_id",
        started_at_precision=pl.lit("instant"),
        product=pl.lit("P"),
        disposition=pl.lit("released"),
        dispositioned_at=pl.col("ended_at") + timedelta(days=2),
    )
    warehouse.write(
        "core.batches",
        batches.with_row_index("production_order", 1).cast({"production_order": pl.Int64}),
    )
    tags = [(f"tag_{t}", EQUIPMENT, 4, "kN", 46.0, 54.0) for t in range(TAGS)]
    columns = ["tag", "equipment_id", "stage", "unit", "nor_low", "nor_high"]
    warehouse.write("core.sensor_tags", pl.DataFrame(tags, columns, orient="row"))
    return warehouse


def _stage(warehouse: Warehouse, files: list[Path]) -> None:
    listed = ", ".join(f"'{file}'" for file in files)
    warehouse.stage_readings(
        f"SELECT equipment_id, NULL::VARCHAR AS batch_id, tag, recorded_at, value, quality "
        f"FROM read_parquet([{listed}])"
    )


def _update(warehouse: Warehouse, month: date | None = None) -> float:
    """Place, compute, write the tables; the seconds it took."""
    started = time.perf_counter()
    with warehouse.connection():
        build_readings(warehouse, PLAN, month=month)
        update_months(warehouse, features_of_months, month)
    return time.perf_counter() - started
