"""Exports of a plant before and after one batch: all that systems write of it is new at once.

The batch is the last one decided, the dearest case: failures are counted anew. What the simulated
plant wrote of later batches is left out of both.
"""

import shutil
from pathlib import Path

import polars as pl

DECIDED = ("released", "rejected")


def deliver(plant: Path, out: Path, *, is_after: bool) -> str:
    """Write exports of a plant up to a batch; a file that says the same is left as it is.

    Args:
        plant: Exports of ``lotwise simulate``.
        out: Where they are delivered.
        is_after: Whether the last batch is in.

    Returns:
        The batch.
    """
    batches = pl.read_csv(plant / "mes_batches.csv", infer_schema=False)
    order = pl.col("production_order").cast(pl.Int64)
    decided = batches.filter(pl.col("disposition").is_in(DECIDED)).sort(order)
    last, number = decided.select("batch_id", order).row(-1)
    later = order > number if is_after else order >= number
    left_out = batches.filter(later)["batch_id"].to_list()
    (out / "historian").mkdir(parents=True, exist_ok=True)
    for file in plant.glob("*.csv"):
        rows = pl.read_csv(file, infer_schema=False)
        if "batch_id" in rows.columns:
            rows = rows.filter(~pl.col("batch_id").is_in(left_out).fill_null(value=False))
        _write(out / file.name, rows.write_csv())
    shutil.copyfile(plant / "plant.json", out / "plant.json")
    phases = pl.read_csv(plant / "mes_phases.csv", infer_schema=False).filter(
        pl.col("batch_id").is_in(left_out)
    )
    for file in sorted((plant / "historian").glob("*.parquet")):
        _deliver_readings(file, out / "historian" / file.name, phases)
    return str(last)


def _write(file: Path, text: str) -> None:
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")


def _deliver_readings(file: Path, out: Path, left_out: pl.DataFrame) -> None:
    """Write a month of readings without those of phases left out."""
    instants = pl.col("started_at", "ended_at").str.to_datetime(strict=False, time_unit="us")
    readings = pl.read_parquet(file)
    kept = readings
    for equipment, begun, ended in (
        left_out.with_columns(instants).select("equipment_id", "started_at", "ended_at").iter_rows()
    ):
        in_phase = pl.col("recorded_at").is_between(begun, ended)
        kept = kept.filter(~((pl.col("equipment_id") == equipment) & in_phase))
    if out.is_file() and pl.read_parquet(out).equals(kept):
        return
    kept.write_parquet(out, compression="zstd")
