"""What a condition can be about: the columns known at the gate before a result.

Numbers keep every value, so that an interval may begin and end at any of them; categories keep
every level that enough batches have; lots are a category per material. Product identity is no
column: it is what the comparison is held constant for. This is the only door for features, and a
feature refused for the outcome does not pass it.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from assets.statistics.array_types import BoolArray, FloatArray, IntArray

RAREST_LEVEL_BATCHES = 8
LOT_SUFFIX = ".lot"
DEFAULT_USE_STAGE = 2


@dataclass(frozen=True)
class SearchColumn:
    """One column conditions can be set on.

    Attributes:
        feature: Name in the feature dictionary; for lots ``material.<material>.lot``; for a
            derived column the expression.
        title: Name as reports show it.
        gate: First gate at which the value is there for every batch that has one.
        levels: Names of the levels, sorted; None for numbers.
        values: Per batch the number, or the code of the level; NaN where missing.
        parts: The columns a derived one is made of, else empty.
    """

    feature: str
    title: str
    gate: int
    levels: tuple[str, ...] | None
    values: FloatArray
    parts: tuple[str, ...] = ()

    def at(self, rows: IntArray) -> "SearchColumn":
        """The same column on some of the batches."""
        return replace(self, values=self.values[rows])


@dataclass(frozen=True)
class Selectors:
    """The batches of one gate in production order, and the columns known of them.

    Attributes:
        batch_ids: Per batch.
        product: Per batch, code of product and strength together.
        cluster: Per batch, code of the lot or campaign group of dependence.
        period: Per batch, the period it was made in.
        columns: What conditions can be about.
    """

    batch_ids: list[str]
    product: IntArray
    cluster: IntArray
    period: list[str]
    columns: tuple[SearchColumn, ...]

    @cached_property
    def by_feature(self) -> dict[str, SearchColumn]:
        """Columns by their feature."""
        return {column.feature: column for column in self.columns}

    def without(self, refused: set[str]) -> "Selectors":
        """The same batches without the features refused for an outcome."""
        kept = tuple(column for column in self.columns if column.feature not in refused)
        return replace(self, columns=kept)


def selectors(
    gate_values: pl.DataFrame,
    dictionary: pl.DataFrame,
    batch_gates: pl.DataFrame,
    material_usage: pl.DataFrame,
    gate: int,
) -> Selectors:
    """Gather what was known at a gate.

    Args:
        gate_values: ``feature.gate_values``; of each feature the latest value by the gate counts.
        dictionary: ``feature.dictionary``.
        batch_gates: ``feature.batch_gates``.
        material_usage: ``core.material_usage``; may be empty.
        gate: 1 to 7.

    Returns:
        The batches that reached the gate, in production order, and every informative column,
        sorted by feature.
    """
    names = [pl.col(name).fill_null("") for name in ("product", "strength")]
    rows = (
        batch_gates.filter(pl.col("gate") == gate)
        .sort("production_order", "batch_id")
        .with_columns(
            row=pl.int_range(pl.len()),
            cluster=_code(pl.col("cluster_id").fill_null(pl.col("batch_id"))),
            group=_code(pl.concat_str(names, separator="|")),
        )
    )
    latest = (
        gate_values.filter(pl.col("gate") <= gate)
        .sort("gate")
        .unique(subset=["batch_id", "feature"], keep="last", maintain_order=True)
    )
    cells = pl.concat([latest, _lots(material_usage, gate)], how="diagonal_relaxed").join(
        rows.select("batch_id", "row"), on="batch_id"
    )
    described = {row["feature"]: row for row in dictionary.iter_rows(named=True)}
    identity = {name for name, row in described.items() if row["is_product_identity"]}
    columns = [
        column
        for (feature,), part in sorted(cells.group_by("feature"))
        if feature not in identity
        and (column := _column(str(feature), part, described.get(feature), rows.height)) is not None
    ]
    return Selectors(
        rows["batch_id"].to_list(),
        rows["group"].to_numpy(),
        rows["cluster"].to_numpy(),
        rows["period"].fill_null("").to_list(),
        tuple(columns),
    )


def _code(column: pl.Expr) -> pl.Expr:
    return column.cast(pl.String).rank("dense").cast(pl.Int64) - 1


def _lots(usage: pl.DataFrame, gate: int) -> pl.DataFrame:
    """The largest lot of each material in a batch, as a level; the lot key names the supplier."""
    if usage.is_empty():
        return pl.DataFrame(schema={"batch_id": pl.String, "feature": pl.String})
    return (
        usage.with_columns(gate=pl.col("stage").fill_null(DEFAULT_USE_STAGE).cast(pl.Int64))
        .filter(pl.col("gate") <= gate)
        .sort(["batch_id", "material", "quantity", "lot", "supplier"], nulls_last=True)
        .unique(subset=["batch_id", "material"], keep="last", maintain_order=True)
        .select(
            "batch_id",
            "gate",
            feature=pl.format("material.{}" + LOT_SUFFIX, "material"),
            level=pl.concat_str("supplier", "lot", separator="/", ignore_nulls=True),
        )
    )


def _column(
    feature: str, cells: pl.DataFrame, described: dict[str, object] | None, batches: int
) -> SearchColumn | None:
    """One column, None where it could never tell two batches apart."""
    gate = int(str(cells["gate"].max()))
    title = str(described["title"]) if described else feature.replace(".", " ").replace("_", " ")
    values = np.full(batches, np.nan)
    where = cells["row"].to_numpy()
    is_category = described["data_type"] == "categorical" if described else True
    if not is_category:
        values[where] = cells["value"].cast(pl.Float64).to_numpy()
        values[~np.isfinite(values)] = np.nan
        return SearchColumn(feature, title, gate, None, values) if _varies(values) else None
    counts = cells["level"].drop_nulls().value_counts().filter(pl.col("count") >= _rarest(batches))
    levels = tuple(sorted(counts["level"].to_list()))
    codes = {level: float(code) for code, level in enumerate(levels)}
    values[where] = [codes.get(level, np.nan) for level in cells["level"]]
    is_useful = len(levels) > 1 or (len(levels) == 1 and bool(np.isnan(values).any()))
    return SearchColumn(feature, title, gate, levels, values) if is_useful else None


def _rarest(batches: int) -> int:
    return min(RAREST_LEVEL_BATCHES, max(2, batches // 20))


def _varies(values: FloatArray) -> bool:
    measured: BoolArray = np.isfinite(values)
    return bool(measured.any()) and float(np.ptp(values[measured])) > 0.0
