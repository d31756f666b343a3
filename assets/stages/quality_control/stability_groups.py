"""Stability results by product, as arrays the methods take."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.statistics.array_types import FloatArray, IntArray

ALL_PRODUCTS = "all"
FEWEST_MONTHS = 3
# 25C/60RH, 25 ± 2 °C, 2-8 °C, -20 °C; a dash behind a name (LT-25C) is no minus
_NUMBER, _DEGREES, _BEGIN = r"(\d+(?:\.\d+)?)", r"\s*(?:°|deg)?\s*C", r"(?:^|[\s(\[:,;/_])"
_RANGE = f"{_BEGIN}{_NUMBER}(?:{_DEGREES})?\\s*(?:-|–|to)\\s*{_NUMBER}{_DEGREES}"
_CELSIUS = f"(?:{_BEGIN}([-−]))?{_NUMBER}(?:(?:{_DEGREES})?\\s*(?:±|\\+/-)\\s*{_NUMBER})?{_DEGREES}"


@dataclass(frozen=True)
class StabilityGroup:
    """Results of one test, of batches of one product.

    Attributes:
        frame: The results, by batch and month.
        batch_ids: Batches, by code.
        batch: Code of each result's batch.
        month: Months in storage.
        value: Results.
    """

    frame: pl.DataFrame
    batch_ids: list[str]
    batch: IntArray
    month: FloatArray
    value: FloatArray

    @classmethod
    def of(cls, frame: pl.DataFrame) -> "StabilityGroup":
        """Take the results of a frame of ``with_products``."""
        ordered = frame.sort("batch_id", "condition", "month")
        names = ordered["batch_id"].unique(maintain_order=True).to_list()
        code = {name: place for place, name in enumerate(names)}
        return cls(
            ordered,
            names,
            np.array([code[name] for name in ordered["batch_id"]], dtype=np.int64),
            ordered["month"].to_numpy(),
            ordered["value"].to_numpy(),
        )

    def of_longer_studies(self) -> "StabilityGroup":
        """Leave out batches with results at too few months for a line."""
        long = self.frame.filter(pl.col("month").n_unique().over("batch_id") >= FEWEST_MONTHS)
        return StabilityGroup.of(long)


def with_products(stability_results: pl.DataFrame, batches: pl.DataFrame) -> pl.DataFrame:
    """Join results with their product and the temperature of their condition.

    Args:
        stability_results: ``core.stability_results``.
        batches: ``core.batches``.

    Returns:
        Results that have a value, with ``product`` and ``temperature_c`` (null where the condition
        names none).
    """
    product = pl.coalesce("product", pl.lit(ALL_PRODUCTS)).alias("product")
    return (
        stability_results.drop_nulls("value")
        .join(batches.select("batch_id", product), on="batch_id", how="left")
        .with_columns(
            pl.col("product").fill_null(ALL_PRODUCTS),
            temperature_c=_celsius(pl.col("condition")),
        )
    )


def _celsius(condition: pl.Expr) -> pl.Expr:
    """Read the temperature of a storage condition, degC; of a range (2-8 °C) its middle."""
    low, high = (condition.str.extract(_RANGE, k).cast(pl.Float64) for k in (1, 2))
    sign = pl.when(condition.str.extract(_CELSIUS, 1).is_null()).then(1.0).otherwise(-1.0)
    one = sign * condition.str.extract(_CELSIUS, 2).cast(pl.Float64)
    return pl.coalesce((low + high) / 2, one)
