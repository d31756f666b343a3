"""Ratio-weighted means of material attributes, a row per batch, and release results beside them."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.statistics.array_types import FloatArray

LOT = ["material", "supplier", "lot"]
FEWEST_SHARE = 0.5  # of batches a column must have a value for


@dataclass(frozen=True)
class MaterialMeans:
    """Means of attributes.

    Attributes:
        batch_ids: Batches in order of production.
        names: ``material.attribute``, a name a column.
        values: (batches, columns), NaN where no lot has a value.
    """

    batch_ids: list[str]
    names: list[str]
    values: FloatArray

    @property
    def filled(self) -> FloatArray:
        """Values with the mean of a column where there is none."""
        means = np.nanmean(self.values, axis=0)
        return np.where(np.isnan(self.values), means, self.values)


def material_means(
    batches: pl.DataFrame, material_usage: pl.DataFrame, material_attributes: pl.DataFrame
) -> MaterialMeans:
    """Weigh each lot's attributes by how much of it went into a batch.

    Args:
        batches: ``core.batches``.
        material_usage: ``core.material_usage``; without quantities lots weigh alike.
        material_attributes: ``core.material_attributes``.
    """
    order = batches.sort("production_order")["batch_id"].to_list()
    attributes = attributes_of_lots(material_attributes)
    weight = pl.coalesce("quantity", pl.lit(1.0))
    joined = material_usage.join(attributes, on=LOT, nulls_equal=True).with_columns(
        name=pl.format("{}.{}", "material", "attribute"), weight=weight
    )
    means = joined.group_by("batch_id", "name", maintain_order=True).agg(
        value=(pl.col("value") * pl.col("weight")).sum() / pl.col("weight").sum()
    )
    wide = (
        pl.DataFrame({"batch_id": order})
        .join(means.pivot("name", index="batch_id", values="value"), on="batch_id", how="left")
        .drop("batch_id")
    )
    kept = [
        name
        for name in sorted(wide.columns)
        if wide[name].null_count() <= (1 - FEWEST_SHARE) * wide.height and wide[name].n_unique() > 2
    ]
    values = wide.select(pl.col(kept).cast(pl.Float64)).fill_null(np.nan).to_numpy()
    return MaterialMeans(order, kept, values.reshape(len(order), len(kept)))


def attributes_of_lots(material_attributes: pl.DataFrame) -> pl.DataFrame:
    """Return the mean of each lot and attribute: material, supplier, lot, attribute, value."""
    return (
        material_attributes.drop_nulls("value")
        .group_by(*LOT, "attribute", maintain_order=True)
        .agg(pl.col("value").mean())
    )


def release_results(lab_results: pl.DataFrame) -> pl.DataFrame:
    """Return the mean of each batch and release test: batch_id, test, unit, value."""
    return (
        lab_results.filter(pl.col("stage") >= 6)
        .drop_nulls("value")
        .group_by("batch_id", "test", maintain_order=True)
        .agg(pl.col("value").mean(), pl.col("unit").first())
    )
