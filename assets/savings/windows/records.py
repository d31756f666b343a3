"""The records a window's effect is estimated from: one parameter, what came before it, the margins.

Only variables of the same or an earlier gate are kept, so that nothing the parameter changes is
adjusted for; features that are the parameter itself by another name are left out.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.statistics.array_types import BoolArray, FloatArray, IntArray

SAME_QUANTITY = 0.9  # correlation from which a neighbour is the parameter by another name
LARGEST_MISSING_SHARE = 0.2
# Adjusted for are the variables that go most with the parameter and those that go most with a
# margin (double selection, Belloni, Chernozhukov & Hansen 2014): more columns than that cost
# precision and confound nothing that could be told.
MOST_EARLIER, MOST_NEIGHBOURS = 30, 10


@dataclass(frozen=True)
class WindowRecords:
    """Batches in production order, each with a known outcome and a recorded value.

    Attributes:
        value: (batches,) the parameter.
        earlier: (batches, p) features of earlier gates, standardised.
        neighbours: (batches, q) other features of the same gate, standardised.
        product: (batches,) code of product and strength.
        cluster: (batches,) code of the lot or campaign group.
        time: (batches,) place in production order, 0 to 1.
        margins: (batches, quantities), below 0 outside the limit.
        is_failed: (batches,) whether the batch failed.
    """

    value: FloatArray
    earlier: FloatArray
    neighbours: FloatArray
    product: IntArray
    cluster: IntArray
    time: FloatArray
    margins: FloatArray
    is_failed: BoolArray

    @property
    def batches(self) -> int:
        """Number of batches."""
        return int(self.value.size)

    def taken(self, rows: IntArray) -> "WindowRecords":
        """Return the records of some batches, repeats allowed."""
        return WindowRecords(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def window_records(
    tables: dict[str, pl.DataFrame], outcome: str, feature: str, aliases: Collection[str]
) -> WindowRecords | None:
    """Gather the records of one parameter and one outcome.

    Args:
        tables: ``batches``, ``outcomes``, ``outcome_margins``, ``gate_values`` and ``dictionary``,
            named as in the warehouse without their schema.
        outcome: The outcome.
        feature: The parameter, a numeric feature.
        aliases: Other names of the same thing (members of its cluster).

    Returns:
        The records, or None where the outcome has no margin or the feature no numeric values.
    """
    dictionary = tables["dictionary"]
    own = dictionary.filter(pl.col("feature") == feature)
    margins = tables["outcome_margins"].filter(pl.col("outcome") == outcome)
    if not own.height or own["data_type"][0] != "numeric" or not margins.height:
        return None
    gate = int(own["available_at_gate"][0])
    kept = dictionary.filter(
        (pl.col("data_type") == "numeric")
        & (pl.col("available_at_gate") <= gate)
        & ~pl.col("is_product_identity").fill_null(value=False)
        & ~pl.col("feature").is_in(sorted(set(aliases) - {feature}))
    )
    wide = _wide(tables, kept["feature"].to_list(), gate)
    rows = (
        tables["batches"]
        .select("batch_id", "production_order", "product", "strength", "cluster_id")
        .join(
            tables["outcomes"]
            .filter((pl.col("outcome") == outcome) & pl.col("is_failure").is_not_null())
            .select("batch_id", "is_failure"),
            on="batch_id",
        )
        .join(wide, on="batch_id")
        .join(_margins(margins), on="batch_id")
        .filter(pl.col(feature).is_finite() if feature in wide.columns else pl.lit(value=False))
        .sort("production_order", "batch_id")
    )
    quantities = [name for name in rows.columns if name.startswith("margin:")]
    rows = rows.drop_nulls(quantities)
    if not rows.height:
        return None
    value = rows[feature].to_numpy().astype(float)
    at_gate = dict(kept.select("feature", "available_at_gate").iter_rows())
    names = [name for name in at_gate if name != feature and name in rows.columns]
    earlier = [name for name in names if at_gate[name] < gate]
    same = [name for name in names if at_gate[name] == gate]
    targets = rows.select(quantities).to_numpy().astype(float)
    return WindowRecords(
        value=value,
        earlier=_selected(_standardised(rows, earlier, value), value, targets, MOST_EARLIER),
        neighbours=_selected(_standardised(rows, same, value), value, targets, MOST_NEIGHBOURS),
        product=_codes(rows, ["product", "strength"]),
        cluster=_codes(rows, ["cluster_id"]),
        time=np.linspace(0, 1, rows.height),
        margins=targets,
        is_failed=rows["is_failure"].to_numpy().astype(bool),
    )


def _wide(tables: dict[str, pl.DataFrame], features: list[str], gate: int) -> pl.DataFrame:
    """Pivot the latest value of each feature at a gate: one row per batch."""
    return (
        tables["gate_values"]
        .filter((pl.col("gate") <= gate) & pl.col("feature").is_in(features))
        .sort("batch_id", "feature", "gate")
        .unique(["batch_id", "feature"], keep="last", maintain_order=True)
        .pivot("feature", index="batch_id", values="value")
    )


def _margins(margins: pl.DataFrame) -> pl.DataFrame:
    measured = margins.filter(~pl.col("is_censored").fill_null(value=False))
    wide = measured.pivot("quantity", index="batch_id", values="margin")
    return wide.rename({name: f"margin:{name}" for name in wide.columns if name != "batch_id"})


def _codes(rows: pl.DataFrame, columns: list[str]) -> IntArray:
    text = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in columns])
    codes = rows.select(text.rank("dense").cast(pl.Int64) - 1).to_series()
    return np.asarray(codes.to_numpy(), dtype=np.int64)


def _standardised(rows: pl.DataFrame, names: list[str], value: FloatArray) -> FloatArray:
    """Standardise columns; those mostly missing, constant, or the parameter itself are left out."""
    found: list[FloatArray] = []
    for name in sorted(names):
        column = rows[name].to_numpy().astype(float)
        known = np.isfinite(column)
        if known.mean() < 1 - LARGEST_MISSING_SHARE:
            continue
        column = np.where(known, column, np.median(column[known]))
        spread = column.std()
        if spread <= 1e-12 * max(abs(column.mean()), 1.0):
            continue
        column = (column - column.mean()) / spread
        if abs(np.corrcoef(column, value)[0, 1]) < SAME_QUANTITY:
            found.append(column)
    return np.column_stack(found) if found else np.empty((rows.height, 0))


def _selected(table: FloatArray, value: FloatArray, margins: FloatArray, most: int) -> FloatArray:
    """Keep the columns that go most with the parameter, and those that go most with a margin."""
    if table.shape[1] <= most:
        return table
    scaled = np.column_stack([value, margins])
    scaled = (scaled - scaled.mean(axis=0)) / np.maximum(scaled.std(axis=0), 1e-12)
    strength = np.abs(table.T @ scaled)
    by_value = np.argsort(-strength[:, 0], kind="stable")[:most]
    by_margin = np.argsort(-strength[:, 1:].max(axis=1), kind="stable")[:most]
    return table[:, np.union1d(by_value, by_margin)]
