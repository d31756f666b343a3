"""The matrix of one gate: a row per batch, a column per feature that was available by then.

Features arrive long (``feature.gate_values``), so that a source with tags nobody foresaw still has
a contract; they are pivoted here, in memory. A feature refused for an outcome never enters that
outcome's matrix: this is the only door.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from assets.statistics.array_types import BoolArray, FloatArray, IntArray

RAREST_LEVEL_BATCHES = 10
MOST_LEVELS = 20


@dataclass(frozen=True)
class GateMatrix:
    """What was known of each batch at one gate, in production order.

    Attributes:
        gate: 1 to 7.
        batch_ids: Per row.
        production_order: Per row, sequence of manufacture.
        gate_at: Per row, microseconds since 1970 UTC when the gate closed; NaN where unknown.
        cluster: Per row, code of the lot or campaign group of dependence.
        product: Per row, code of product and strength together.
        product_names: Per row, product and strength in words, ``product|strength``.
        columns: Per column, its name: the feature, or ``feature=level`` for a level of one.
        features: Per column, the feature it stands for.
        values: (rows, columns), NaN where missing; product identity is not among them.
        identity_columns: Names of the columns of ``identity``.
        identity: (rows, columns) product code, strength, size: all that is known of a batch
            before it is made.
    """

    gate: int
    batch_ids: list[str]
    production_order: IntArray
    gate_at: FloatArray
    cluster: IntArray
    product: IntArray
    product_names: list[str]
    columns: list[str]
    features: list[str]
    values: FloatArray
    identity_columns: list[str]
    identity: FloatArray

    def without(self, refused: set[str]) -> "GateMatrix":
        """The same gate without the features refused for an outcome."""
        kept = np.array([feature not in refused for feature in self.features], dtype=bool)
        return self._with_columns(kept)

    def informative(self) -> "GateMatrix":
        """The same gate without columns that are empty or constant."""
        spread = _spread(self.values)
        return self._with_columns(spread > 0)

    def _with_columns(self, kept: BoolArray) -> "GateMatrix":
        places = np.flatnonzero(kept)
        return replace(
            self,
            columns=[self.columns[i] for i in places],
            features=[self.features[i] for i in places],
            values=self.values[:, places],
        )


def mean_filled(values: FloatArray) -> FloatArray:
    """Put missing values at their column's mean, where they neither help nor hurt a ranking."""
    defined = np.isfinite(values)
    counts = np.maximum(defined.sum(axis=0), 1)
    return np.where(defined, values, np.where(defined, values, 0.0).sum(axis=0) / counts)


def _spread(values: FloatArray) -> FloatArray:
    defined = np.isfinite(values)
    low = np.where(defined, values, np.inf).min(axis=0, initial=np.inf)
    high = np.where(defined, values, -np.inf).max(axis=0, initial=-np.inf)
    return np.where(high > low, high - low, 0.0)


def gate_matrix(
    gate_values: pl.DataFrame, dictionary: pl.DataFrame, batch_gates: pl.DataFrame, gate: int
) -> GateMatrix:
    """Pivot what was available at a gate.

    Args:
        gate_values: ``feature.gate_values``; of each feature the latest value by the gate counts.
        dictionary: ``feature.dictionary``.
        batch_gates: ``feature.batch_gates``.
        gate: 1 to 7.

    Returns:
        One row per batch that reached the gate, in production order; categorical features as one
        column per level that at least 10 batches have.
    """
    names = [pl.col(name).fill_null("") for name in ("product", "strength")]
    # Numbered over all gates, so that a lot has one code at every gate of the run.
    rows = (
        batch_gates.with_columns(
            cluster=_code(pl.col("cluster_id")), product_name=pl.concat_str(names, separator="|")
        )
        .with_columns(group=_code(pl.col("product_name")))
        .filter(pl.col("gate") == gate)
        .sort("production_order", "batch_id")
    )
    latest = (
        gate_values.filter(pl.col("gate") <= gate)
        .sort("gate")
        .unique(subset=["batch_id", "feature"], keep="last", maintain_order=True)
        .join(rows.select("batch_id"), on="batch_id", how="semi")
        .join(dictionary.select("feature", "data_type", "is_product_identity"), on="feature")
    )
    process, identity = (
        latest.filter(~pl.col("is_product_identity")),
        latest.filter(pl.col("is_product_identity")),
    )
    values, columns, features = _wide(process, rows)
    known, identity_columns, _ = _wide(identity, rows)
    return GateMatrix(
        gate=gate,
        batch_ids=rows["batch_id"].to_list(),
        production_order=rows["production_order"].to_numpy().astype(np.int64),
        gate_at=microseconds(rows["gate_at"]),
        cluster=rows["cluster"].to_numpy(),
        product=rows["group"].to_numpy(),
        product_names=rows["product_name"].to_list(),
        columns=columns,
        features=features,
        values=values,
        identity_columns=identity_columns,
        identity=known,
    )


def _code(column: pl.Expr) -> pl.Expr:
    """Number the distinct values of a column in sorted order, from 0."""
    return column.cast(pl.String).fill_null("").rank("dense").cast(pl.Int64) - 1


def microseconds(series: pl.Series) -> FloatArray:
    """Instants as microseconds since 1970 UTC; NaN where null."""
    return series.cast(pl.Datetime("us")).cast(pl.Int64).cast(pl.Float64).to_numpy().astype(float)


def _wide(latest: pl.DataFrame, rows: pl.DataFrame) -> tuple[FloatArray, list[str], list[str]]:
    numeric = latest.filter(pl.col("data_type") == "numeric").select(
        "batch_id", "feature", column=pl.col("feature"), number=pl.col("value")
    )
    long = pl.concat([numeric, _levels(latest.filter(pl.col("data_type") == "categorical"))])
    order = long.select("column", "feature").unique().sort("column")
    columns, features = order["column"].to_list(), order["feature"].to_list()
    row_of = pl.DataFrame({"batch_id": rows["batch_id"], "row": np.arange(rows.height)})
    column_of = order.select("column", place=pl.int_range(pl.len(), dtype=pl.Int64))
    cells = long.join(row_of, on="batch_id").join(column_of, on="column")
    values = np.full((rows.height, len(columns)), np.nan)
    numbers = cells["number"].cast(pl.Float64).to_numpy()
    values[cells["row"].to_numpy(), cells["place"].to_numpy()] = np.where(
        np.isfinite(numbers), numbers, np.nan
    )
    return values, columns, features


def _levels(categorical: pl.DataFrame) -> pl.DataFrame:
    """One 0/1 cell per batch and common level; of a feature with two levels, one column."""
    levels = (
        categorical.drop_nulls("level")
        .group_by("feature", "level")
        .len()
        .filter(pl.col("len") >= RAREST_LEVEL_BATCHES)
        .sort(["feature", "len", "level"], descending=[False, True, False])
        .group_by("feature", maintain_order=True)
        .head(MOST_LEVELS)
        .with_columns(place=pl.int_range(pl.len()).over("feature"), count=pl.len().over("feature"))
        .filter(~((pl.col("count") == 2) & (pl.col("place") == 0)))
    )
    cells = categorical.drop_nulls("level").select("batch_id", "feature", own=pl.col("level"))
    return cells.join(levels.select("feature", "level"), on="feature").select(
        "batch_id",
        "feature",
        column=pl.concat_str("feature", "level", separator="="),
        number=(pl.col("own") == pl.col("level")).cast(pl.Float64),
    )
