"""The batches of one gate: their order, instants, products and clusters."""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import polars as pl

from assets.statistics.array_types import FloatArray, IntArray

PRODUCT_SEPARATOR = "|"


@dataclass(frozen=True)
class GateRows:
    """The batches that reached one gate, in production order.

    Attributes:
        gate: 1 to 7.
        batch_ids: Per row.
        production_order: Per row, sequence of manufacture.
        gate_at: Per row, microseconds since 1970 UTC when the gate closed; NaN where unknown.
        cluster: Per row, code of the lot or campaign group of dependence.
        half: Per row, 0 or 1: which of two samples its cluster belongs to, so that what is named
            on one can be measured on the other. It depends on the name of the cluster alone.
        product: Per row, code of product and strength together.
        product_names: Per row, product and strength in words, ``product|strength``.
    """

    gate: int
    batch_ids: list[str]
    production_order: IntArray
    gate_at: FloatArray
    cluster: IntArray
    half: IntArray
    product: IntArray
    product_names: list[str]

    @property
    def product_and_strength(self) -> list[tuple[str, str]]:
        """Per row, product and strength in words, apart."""
        parts = [name.partition(PRODUCT_SEPARATOR) for name in self.product_names]
        return [(product, strength) for product, _, strength in parts]


def gate_rows(batch_gates: pl.DataFrame, gate: int) -> GateRows:
    """Put the batches of a gate in order and number their products and clusters.

    Args:
        batch_gates: ``feature.batch_gates``.
        gate: 1 to 7.

    Returns:
        One row per batch that reached the gate.
    """
    names = [pl.col(name).fill_null("") for name in ("product", "strength")]
    rows = (
        batch_gates.with_columns(
            cluster_name=pl.col("cluster_id").fill_null(pl.col("batch_id")).cast(pl.String),
            product_name=pl.concat_str(names, separator=PRODUCT_SEPARATOR),
        )
        .with_columns(cluster=_code(pl.col("cluster_name")), group=_code(pl.col("product_name")))
        .filter(pl.col("gate") == gate)
        .sort("production_order", "batch_id")
    )
    return GateRows(
        gate=gate,
        batch_ids=rows["batch_id"].to_list(),
        production_order=rows["production_order"].to_numpy().astype(np.int64),
        gate_at=microseconds(rows["gate_at"]),
        cluster=rows["cluster"].to_numpy(),
        half=_halves(rows["cluster_name"]),
        product=rows["group"].to_numpy(),
        product_names=rows["product_name"].to_list(),
    )


def aligned(frame: pl.DataFrame, batch_ids: list[str]) -> pl.DataFrame:
    """Return the rows of a table in the order of some batches, null where a batch has none.

    Args:
        frame: At most one row per ``batch_id``.
        batch_ids: The batches, each once.
    """
    rows = pl.DataFrame({"batch_id": batch_ids}, schema={"batch_id": pl.String})
    return rows.join(frame, on="batch_id", how="left", maintain_order="left")


def microseconds(series: pl.Series) -> FloatArray:
    """Return instants as microseconds since 1970 UTC; NaN where null."""
    return series.cast(pl.Datetime("us")).cast(pl.Int64).cast(pl.Float64).to_numpy().astype(float)


def renumbered(codes: IntArray) -> IntArray:
    """Return codes numbered from 0 without gaps, in the same order."""
    return np.asarray(np.unique(codes, return_inverse=True)[1], dtype=np.int64)


def _halves(names: pl.Series) -> IntArray:
    """0 or 1 per name, the same wherever the name occurs."""
    half = {
        name: blake2b(name.encode(), digest_size=1).digest()[0] & 1
        for name in names.unique().to_list()
    }
    return np.array([half[name] for name in names], dtype=np.int64)


def _code(column: pl.Expr) -> pl.Expr:
    """Number the distinct values of a column in sorted order, from 0."""
    return column.cast(pl.String).rank("dense").cast(pl.Int64) - 1
