"""Compression and release records of products, from the real files and from a virtual plant alike.

The real records come through the product's own profile and importer, so what is compared is what a
run would see. Both sides end as the same table, and everything after it knows no difference.
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from assets.sources.importer import SourceRecords, read_source
from assets.sources.inspection import scratch_query
from assets.virtual_plant.fast_path.phase_statistics import phase_statistics
from assets.virtual_plant.production.batches import Batches, record
from assets.virtual_plant.sensors.archived_readings import archived_readings
from assets.virtual_plant.sensors.sensor_faults import GOOD, tag_faults
from assets.virtual_plant.sensors.trajectories import Runs, tag_runs
from data_contracts.profile import load_profile

# what is compared: column to (real record, plant's tag or variable)
PRESS = {
    "speed_kh": ("tbl_speed_mean", "press_speed_kh"),
    "force_kn": ("main_comp_force_mean", "main_compression_force_kn"),
    "fill_mm": ("tbl_fill_mean", "fill_depth_mm"),
    "srel_pct": ("srel_production_mean", "force_variation_pct"),
    "ejection_n": ("ejection_mean", "ejection_force_n"),
}
RESULTS = {
    "weight_rsd_pct": ("tbl_rsd_weight", "tablet_weight_rsd_pct"),
    "hardness_n": ("tbl_av_hardness", "tablet_hardness_n"),
    "weight_mg": ("tbl_min_weight", "tablet_weight_mg"),
    "dissolution_min_pct": ("dissolution_min", "dissolution_min_pct"),
    "yield_pct": ("batch_yield", "batch_yield_pct"),
}
# the press stands below this speed, in 1000 tablets per hour
RUNNING_KH = 50
SERIES_PER_PRODUCT = 6
INTERVAL_S = 10


@dataclass(frozen=True)
class ProductRecords:
    """Records of several products.

    Attributes:
        batches: One row per batch in order of manufacture: product, lot and the columns of
            ``PRESS`` and ``RESULTS``.
        series: Readings 10 s apart of some batches while the press runs: product, batch,
            recorded_at, force_kn, fill_mm.
    """

    batches: pl.DataFrame
    series: pl.DataFrame


def real_records(data: Path) -> ProductRecords:
    """Import the published tabletting records.

    Args:
        data: Folder of the records.
    """
    with TemporaryDirectory(prefix="lotwise-realism-") as folder:
        query = scratch_query(Path(folder))
        source = read_source(load_profile("tabletting"), data, query)
        readings = query(
            f"SELECT batch_id, tag, recorded_at, value FROM ({source.readings.sql}) "
            "WHERE tag IN ('tbl_speed', 'main_comp', 'tbl_fill')"
        )
    return ProductRecords(_real_batches(source), _running(_named(source), readings))


def _accepted(source: SourceRecords, table: str) -> pl.DataFrame:
    return source.admissions[f"raw.{table}"].accepted


def _named(source: SourceRecords) -> pl.DataFrame:
    return _accepted(source, "batches").select("batch_id", "production_order", "product")


def _real_batches(source: SourceRecords) -> pl.DataFrame:
    tables = {"parameters": "parameter", "lab_results": "test"}
    wide = _named(source)
    for table, name in tables.items():
        long = _accepted(source, table).select("batch_id", name, "value")
        wide = wide.join(long.pivot(name, index="batch_id", values="value"), on="batch_id")
    usage = _accepted(source, "material_usage").filter(pl.col("material") == "api")
    lots = usage.select("batch_id", lot=pl.concat_str("supplier", "lot", separator=" "))
    columns = {name: real for name, (real, _) in (PRESS | RESULTS).items()}
    return (
        wide.join(lots, on="batch_id")
        .sort("production_order")
        # the lightest and the heaviest tablet are recorded, the mean is not
        .with_columns((pl.col("tbl_min_weight") + pl.col("tbl_max_weight")) / 2)
        .select(
            "product",
            "lot",
            *(pl.col(real).cast(pl.Float64).alias(name) for name, real in columns.items()),
        )
    )


def _running(named: pl.DataFrame, readings: pl.DataFrame) -> pl.DataFrame:
    wide = readings.pivot("tag", index=["batch_id", "recorded_at"], values="value")
    return (
        wide.filter(pl.col("tbl_speed") > RUNNING_KH)
        .join(named, on="batch_id")
        .select(
            "product",
            "recorded_at",
            batch="batch_id",
            force_kn="main_comp",
            fill_mm="tbl_fill",
        )
        .sort("batch", "recorded_at")
    )


def plant_records(made: Batches) -> ProductRecords:
    """The same records of a simulated plant, as its systems record them.

    Args:
        made: The simulated batches.
    """
    values, plant = made.outcome.values, made.plant
    runs = {
        name: tag_runs(made, next(t for t in plant.trajectories if t.tag == tag))
        for name, (_, tag) in PRESS.items()
    }
    lots = made.lots["api"]
    main = np.full(made.schedule.batches, -1)
    main[lots.use_batch] = lots.use_lot
    batches = pl.DataFrame(
        {
            "product": values["product"].astype(str),
            "lot": main.astype(str),
            **{name: phase_statistics(made, run)["mean"] for name, run in runs.items()},
            **{
                name: record(plant.variable(variable), values[variable])
                for name, (_, variable) in RESULTS.items()
            },
        }
    ).with_columns(pl.selectors.float().fill_nan(None))
    parts = [
        _plant_series(made, runs, int(batch))
        for product in plant.products
        for batch in np.flatnonzero(values["product"] == product.code)[:SERIES_PER_PRODUCT]
    ]
    return ProductRecords(batches, pl.concat(parts))


def _plant_series(made: Batches, runs: dict[str, Runs], batch: int) -> pl.DataFrame:
    frames = []
    for name in ("force_kn", "fill_mm"):
        faults = tag_faults(made, runs[name])
        found = archived_readings(made, runs[name], faults, np.array([batch]))
        is_usable = found.is_kept[0] & (found.quality[0] == GOOD)
        is_usable &= faults.is_archived[batch]
        frames.append(
            pl.DataFrame(
                {
                    "recorded_at": found.time_s[0][is_usable] * 1_000_000,
                    name: found.value[0][is_usable],
                }
            )
        )
    product = str(made.outcome.values["product"][batch])
    return (
        frames[0]
        .join(frames[1], on="recorded_at")
        .select(
            pl.lit(product).alias("product"),
            pl.col("recorded_at").cast(pl.Datetime("us")),
            pl.lit(str(batch)).alias("batch"),
            "force_kn",
            "fill_mm",
        )
    )
