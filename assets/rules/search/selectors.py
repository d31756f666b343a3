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

from assets.batch_matrix.gate_cells import gate_cells
from assets.batch_matrix.gate_rows import aligned, gate_rows, renumbered
from assets.batch_matrix.levels import common_levels, latest_levels
from assets.statistics.array_types import FloatArray, IntArray

# A condition costs no coefficient, so rarer levels may be searched than modelled; on a short
# record a twentieth of the batches is enough.
RAREST_SEARCHED_LEVEL, ONE_BATCH_IN = 8, 20
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
        gate_values: ``feature.gate_values``.
        dictionary: ``feature.dictionary``.
        batch_gates: ``feature.batch_gates``.
        material_usage: ``core.material_usage``; may be empty.
        gate: 1 to 7.

    Returns:
        The batches that reached the gate, in production order, and every informative column,
        sorted by feature.
    """
    rows = gate_rows(batch_gates, gate)
    lots = _lots(material_usage, gate)
    named = lots.select("feature", "title", "data_type", "is_product_identity").unique("feature")
    described = pl.concat([dictionary, named], how="diagonal_relaxed")
    cells = gate_cells(
        pl.concat([gate_values, lots], how="diagonal_relaxed"), described, rows
    ).filter(~pl.col("is_product_identity"))
    titles = dict(described.select("feature", "title").iter_rows())
    gates = dict(cells.group_by("feature").agg(pl.col("gate").max()).iter_rows())
    found = {**_numbers(cells, len(rows.batch_ids)), **_categories(cells, len(rows.batch_ids))}
    periods = aligned(batch_gates.filter(pl.col("gate") == gate), rows.batch_ids)["period"]
    return Selectors(
        rows.batch_ids,
        rows.product,
        # The null draws a key per code: lots without a batch at this gate need none.
        renumbered(rows.cluster),
        periods.fill_null("").to_list(),
        tuple(
            SearchColumn(name, titles[name], gates[name], levels, values)
            for name, (levels, values) in sorted(found.items())
        ),
    )


def _lots(usage: pl.DataFrame, gate: int) -> pl.DataFrame:
    """The largest lot of each material in a batch, as a level; the lot key names the supplier."""
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
            data_type=pl.lit("categorical"),
            is_product_identity=pl.lit(value=False),
        )
        .with_columns(title=pl.col("feature").str.replace_all("[._]", " "))
    )


def _numbers(cells: pl.DataFrame, batches: int) -> dict[str, tuple[None, FloatArray]]:
    """Values of every number that could tell two batches apart, by feature."""
    found = {}
    for (feature,), part in cells.filter(pl.col("data_type") == "numeric").group_by("feature"):
        values = _placed(part["row"], part["value"], batches)
        measured = values[np.isfinite(values)]
        if measured.size and np.ptp(measured) > 0:
            found[str(feature)] = (None, values)
    return found


def _categories(cells: pl.DataFrame, batches: int) -> dict[str, tuple[tuple[str, ...], FloatArray]]:
    """Levels and their codes of every category that could tell two batches apart, by feature."""
    latest = latest_levels(cells)
    rarest = min(RAREST_SEARCHED_LEVEL, max(2, batches // ONE_BATCH_IN))
    common = common_levels(latest, rarest).with_columns(
        code=pl.int_range(pl.len()).over("feature").cast(pl.Float64)
    )
    coded = latest.join(common, on=["feature", "level"])
    found = {}
    for (feature,), part in coded.group_by("feature"):
        levels = tuple(part["level"].unique().sort().to_list())
        values = _placed(part["row"], part["code"], batches)
        if len(levels) > 1 or np.isnan(values).any():
            found[str(feature)] = (levels, values)
    return found


def _placed(rows: pl.Series, numbers: pl.Series, batches: int) -> FloatArray:
    """One value per batch; where a batch has several the last one stays."""
    values = np.full(batches, np.nan)
    values[rows.to_numpy()] = numbers.cast(pl.Float64).to_numpy()
    return np.where(np.isfinite(values), values, np.nan)
