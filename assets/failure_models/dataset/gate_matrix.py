"""The matrix of one gate: a row per batch, a column per feature that was available by then.

Features arrive long (``feature.gate_values``), so that a source with tags nobody foresaw still has
a contract; they are pivoted here, in memory. A feature refused for an outcome never enters that
outcome's matrix: this is the only door.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from assets.statistics.array_types import BoolArray, FloatArray, IntArray

RAREST_LEVEL_BATCHES = 10
MOST_LEVELS = 20
LEVEL_SEPARATOR = "="

Levels = dict[str, list[str]]


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
    gate_values: pl.DataFrame,
    dictionary: pl.DataFrame,
    batch_gates: pl.DataFrame,
    gate: int,
    levels: Levels | None = None,
) -> GateMatrix:
    """Pivot what was available at a gate.

    Args:
        gate_values: ``feature.gate_values``; of each feature the latest value by the gate counts.
        dictionary: ``feature.dictionary``.
        batch_gates: ``feature.batch_gates``.
        gate: 1 to 7.
        levels: Per categorical feature the levels that get a column, where a model is kept that
            was fitted on them; None to choose them from these very batches.

    Returns:
        One row per batch that reached the gate, in production order; categorical features as one
        column per level that at least 10 batches have, or per level given.
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
        .with_row_index("row")
    )
    known = (
        gate_values.lazy()
        .filter(pl.col("gate") <= gate)
        .select("batch_id", "feature", "gate", "value", "level")
        .join(rows.lazy().select("batch_id", "row"), on="batch_id")
        .join(_described(dictionary).lazy(), on="feature")
        .drop("batch_id")
        .collect()
        # Later gates overwrite earlier ones.
        .sort("gate", maintain_order=True)
    )
    process, identity = (
        known.filter(~pl.col("is_product_identity")),
        known.filter(pl.col("is_product_identity")),
    )
    values, columns, features = _wide(process, rows.height, levels)
    numbers, identity_columns, _ = _wide(identity, rows.height, levels)
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
        identity=numbers,
    )


def levels_of(columns: Iterable[str]) -> Levels:
    """The levels that some columns stand for, by feature."""
    found: Levels = {}
    for column in columns:
        feature, separator, level = column.partition(LEVEL_SEPARATOR)
        if separator:
            own = found.setdefault(feature, [])
            own += [] if level in own else [level]
    return found


def _described(dictionary: pl.DataFrame) -> pl.DataFrame:
    return dictionary.select("feature", "data_type", "is_product_identity").with_row_index("code")


def _code(column: pl.Expr) -> pl.Expr:
    """Number the distinct values of a column in sorted order, from 0."""
    return column.cast(pl.String).fill_null("").rank("dense").cast(pl.Int64) - 1


def microseconds(series: pl.Series) -> FloatArray:
    """Instants as microseconds since 1970 UTC; NaN where null."""
    return series.cast(pl.Datetime("us")).cast(pl.Int64).cast(pl.Float64).to_numpy().astype(float)


def _wide(
    known: pl.DataFrame, height: int, levels: Levels | None
) -> tuple[FloatArray, list[str], list[str]]:
    """The matrix, its columns in the order of their names, and the feature of each."""
    numeric = known.filter(pl.col("data_type") == "numeric")
    present = numeric.select("code", "feature").unique().sort("code")
    cells = _cells(known.filter(pl.col("data_type") == "categorical"), levels)
    order = pl.concat(
        [
            present.select("feature", column="feature"),
            cells.select("feature", "column").unique(),
        ]
    ).sort("column")
    place = {name: i for i, name in enumerate(order["column"])}
    values = np.full((height, order.height), np.nan)
    codes = present["code"].to_numpy()
    column = np.zeros(int(codes.max(initial=0)) + 1, dtype=np.int64)
    column[codes] = [place[name] for name in present["feature"]]
    # Where a cell is written twice the last writing stays, and the last is of the latest gate.
    own = column[numeric["code"].to_numpy()]
    values[numeric["row"].to_numpy(), own] = _finite(numeric["value"])
    of_level: IntArray = np.array([place[name] for name in cells["column"]], dtype=np.int64)
    values[cells["row"].to_numpy(), of_level] = _finite(cells["number"])
    return values, order["column"].to_list(), order["feature"].to_list()


def _finite(series: pl.Series) -> FloatArray:
    numbers = series.cast(pl.Float64).to_numpy()
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _cells(categorical: pl.DataFrame, levels: Levels | None) -> pl.DataFrame:
    """One 0/1 cell per batch and level that has a column."""
    latest = categorical.unique(["row", "feature"], keep="last", maintain_order=True)
    own = latest.drop_nulls("level").select("row", "feature", own=pl.col("level"))
    chosen = _common_levels(own) if levels is None else _given(levels)
    return own.join(chosen, on="feature", maintain_order="left").select(
        "row",
        "feature",
        column=pl.concat_str("feature", "level", separator=LEVEL_SEPARATOR),
        number=(pl.col("own") == pl.col("level")).cast(pl.Float64),
    )


def _given(levels: Levels) -> pl.DataFrame:
    pairs = [(feature, level) for feature, own in sorted(levels.items()) for level in own]
    return pl.DataFrame(pairs, schema={"feature": pl.String, "level": pl.String}, orient="row")


def _common_levels(own: pl.DataFrame) -> pl.DataFrame:
    """The levels that at least 10 batches have; of a feature with two, the rarer one alone."""
    return (
        own.group_by("feature", level="own")
        .len()
        .filter(pl.col("len") >= RAREST_LEVEL_BATCHES)
        .sort(["feature", "len", "level"], descending=[False, True, False])
        .group_by("feature", maintain_order=True)
        .head(MOST_LEVELS)
        .with_columns(place=pl.int_range(pl.len()).over("feature"), count=pl.len().over("feature"))
        .filter(~((pl.col("count") == 2) & (pl.col("place") == 0)))
        .select("feature", "level")
    )
