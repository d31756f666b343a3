"""The measured quantities outcomes are declared over: laboratory results and parameters by name."""

from collections.abc import Collection

import polars as pl

NOT_CENSORED = "none"
SCHEMA = {
    "batch_id": pl.String(),
    "quantity": pl.String(),
    "stage": pl.Int64(),
    "value": pl.Float64(),
    "level": pl.String(),
    "spec_low": pl.Float64(),
    "spec_high": pl.Float64(),
    "censoring": pl.String(),
    "known_at": pl.Datetime("us"),
}


def measurements(
    lab_results: pl.DataFrame, parameters: pl.DataFrame, names: Collection[str]
) -> pl.DataFrame:
    """Stack the results and parameters of some names.

    Where a batch has a quantity at several stages the latest stage counts, and where a name is both
    a test and a parameter the test does.

    Args:
        lab_results: ``core.lab_results``.
        parameters: ``core.parameters``.
        names: Quantities wanted.

    Returns:
        One row per batch, quantity and sample (``SCHEMA``), sorted.
    """
    tests = lab_results.filter(pl.col("test").is_in(list(names))).select(
        "batch_id",
        pl.col("test").alias("quantity"),
        "stage",
        "value",
        pl.lit(None, pl.String).alias("level"),
        "spec_low",
        "spec_high",
        censoring=pl.col("censoring").fill_null(NOT_CENSORED),
        known_at="resulted_at",
    )
    recorded = parameters.filter(pl.col("parameter").is_in(list(names))).select(
        "batch_id",
        pl.col("parameter").alias("quantity"),
        "stage",
        "value",
        "level",
        pl.lit(None, pl.Float64).alias("spec_low"),
        pl.lit(None, pl.Float64).alias("spec_high"),
        censoring=pl.lit(NOT_CENSORED),
        known_at="recorded_at",
    )
    recorded = recorded.join(tests, on=["batch_id", "quantity"], how="anti")
    stacked = pl.concat([tests, recorded]).match_to_schema(pl.Schema(SCHEMA))
    return (
        stacked.filter(pl.col("value").is_not_null() | pl.col("level").is_not_null())
        .filter(pl.col("stage") == pl.col("stage").max().over("batch_id", "quantity"))
        .sort("quantity", "batch_id", "value", "level")
    )
