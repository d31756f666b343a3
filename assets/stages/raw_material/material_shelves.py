"""What is left of each lot of a material, beside what became of the batches that took it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from assets.stages.raw_material.material_means import LOT, attributes_of_lots
from assets.stages.raw_material.material_risk import MaterialRecords
from assets.statistics.array_types import FloatArray

LEFT_SHARE = 0.02  # of a lot: less is what scales lose
LEFT_BATCHES = 0.25  # less makes no batch
SHELF = timedelta(days=183)  # a rest that nobody took for longer was written off unrecorded
KNOWN_SHARE = 0.5  # of lots an attribute must have a value for


@dataclass(frozen=True)
class MaterialShelf:
    """One material: what became of its batches, and what is left of its lots.

    Attributes:
        name: Of the material.
        lots: ``material_lots`` of it in the order of the columns of ``records``, with used,
            own_batches, own_failures, left_quantity, batches_left and is_in_stock.
        records: Decided batches; None where there are none.
    """

    name: str
    lots: pl.DataFrame
    records: MaterialRecords | None


def material_shelves(
    batches: pl.DataFrame,
    material_lots: pl.DataFrame,
    material_usage: pl.DataFrame,
    material_attributes: pl.DataFrame,
) -> Iterator[MaterialShelf]:
    """Yield every material of which lots are recorded, in the order of names.

    Args:
        batches: ``core.batches``; failed is rejected, undecided ones are left out.
        material_lots: ``core.material_lots``; in stock is a lot of which more is left than weighing
            loses and than a quarter of what a batch takes, and which was received or used within
            half a year of the last record. What is left of a lot is unknown where an amount used
            is not recorded or not in the unit of the amount received; it is then not in stock.
        material_usage: ``core.material_usage``.
        material_attributes: ``core.material_attributes``.
    """
    decided = batches.filter(pl.col("disposition").is_in(["released", "rejected"])).select(
        "batch_id",
        "production_order",
        failed=(pl.col("disposition") == "rejected").cast(pl.Float64),
        product=pl.col("product").fill_null("all").rank("dense") - 1,
    )
    instants: list[Any] = [material_lots["lot_received_at"].max(), material_usage["used_at"].max()]
    now = max((each for each in instants if each is not None), default=None)
    if now is None:
        return
    for (name,), lots in material_lots.sort(LOT).group_by("material", maintain_order=True):
        usage = material_usage.filter(material=name).join(
            lots.select(*LOT).with_row_index("place"), on=LOT, nulls_equal=True
        )
        told = usage.join(decided, on="batch_id").sort("production_order", "place")
        yield MaterialShelf(
            str(name),
            _stock(lots, usage, told, now),
            _records(lots, told, material_attributes.filter(material=name)),
        )


def _stock(
    lots: pl.DataFrame, usage: pl.DataFrame, told: pl.DataFrame, now: datetime
) -> pl.DataFrame:
    is_amount = pl.col("quantity").is_not_null() & pl.col("unit").eq_missing(pl.col("lot_unit"))
    used = (
        usage.join(lots.select(*LOT, lot_unit="unit"), on=LOT, nulls_equal=True)
        .group_by("place")
        .agg(used=pl.col("quantity").sum(), last=pl.col("used_at").max(), is_whole=is_amount.all())
    )
    own = (
        told.unique(["batch_id", "place"])
        .group_by("place")
        .agg(own_batches=pl.len().cast(pl.Int64), own_failures=pl.col("failed").sum())
    )
    taken = usage.drop_nulls("quantity").group_by("batch_id").agg(pl.col("quantity").sum())
    per_batch = pl.lit(taken.filter(pl.col("quantity") > 0)["quantity"].median(), pl.Float64)
    left = pl.col("quantity") - pl.col("used").fill_null(0.0)
    is_left = (left > LEFT_SHARE * pl.col("quantity")) & (left >= LEFT_BATCHES * per_batch)
    is_fresh = pl.max_horizontal("lot_received_at", "last") >= now - SHELF
    return (
        lots.with_row_index("place")
        .join(used, on="place", how="left")
        .join(own, on="place", how="left")
        .sort("place")
        .with_columns(
            pl.col("own_batches", "own_failures").fill_null(0),
            left_quantity=left,
            batches_left=left / per_batch,
            is_in_stock=(is_left & is_fresh & pl.col("is_whole").fill_null(value=True)).fill_null(
                value=False
            ),
        )
    )


def _records(
    lots: pl.DataFrame, told: pl.DataFrame, attributes: pl.DataFrame
) -> MaterialRecords | None:
    if told.is_empty():
        return None
    batch = told["batch_id"].rank("dense").cast(pl.Int64).to_numpy() - 1
    shares = np.zeros((int(batch.max()) + 1, lots.height))
    weight = told["quantity"].fill_null(1.0).to_numpy()
    np.add.at(shares, (batch, told["place"].to_numpy()), weight)
    rows = told.with_columns(batch=pl.Series(batch)).unique("batch").sort("batch")
    order = np.argsort(rows["production_order"].to_numpy(), kind="stable")
    total = shares.sum(axis=1, keepdims=True)
    return MaterialRecords(
        shares=(shares / np.where(total > 0, total, 1.0))[order],
        attributes=_attributes(lots, attributes),
        failed=rows["failed"].to_numpy()[order],
        product=rows["product"].to_numpy()[order].astype(np.float64),
        order=rows["production_order"].to_numpy()[order].astype(np.float64),
    )


def _attributes(lots: pl.DataFrame, attributes: pl.DataFrame) -> FloatArray:
    """(lots, attributes) those that half of the lots have and that vary, NaN where missing."""
    wide = attributes_of_lots(attributes).pivot("attribute", index=LOT, values="value")
    own = lots.select(*LOT).join(wide, on=LOT, how="left", nulls_equal=True, maintain_order="left")
    values = own.drop(LOT).select(pl.all().cast(pl.Float64)).fill_null(np.nan).to_numpy()
    values = values.reshape(lots.height, own.width - len(LOT))
    known = np.isfinite(values).mean(axis=0) >= KNOWN_SHARE
    varied = np.array([np.unique(v[np.isfinite(v)]).size > 2 for v in values.T], dtype=bool)
    return np.asarray(values[:, known & varied])
