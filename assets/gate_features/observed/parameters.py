"""Features from recorded process parameters: one number or one category per batch and parameter."""

import polars as pl

from assets.gate_features.observed.observations import (
    Observations,
    nothing,
    placed,
    shaped,
    stage_name,
)
from assets.gate_features.observed.titles import named, printed_unit

TABLE = "core.parameters"


def parameter_features(parameters: pl.DataFrame, unit_procedures: list[str]) -> Observations:
    """Build ``parameter.<parameter>`` from every recorded parameter.

    A parameter recorded at several stages is several features: the first stage keeps the plain
    name, later ones are ``parameter.stage<k>.<parameter>``.

    Args:
        parameters: ``core.parameters``; ``level`` holds the categories of categorical ones.
        unit_procedures: Unit procedures the source knows; a parameter whose name starts with one
            belongs to it, any other to its stage.

    Returns:
        One observation per record.
    """
    if parameters.is_empty():
        return nothing()
    column = "value" if parameters["level"].null_count() == parameters.height else "level"
    rows = name_by_stage(placed(parameters, TABLE, column), "parameter", "parameter")
    is_level = pl.col("level").is_not_null() & pl.col("value").is_null()
    features = rows.group_by("feature", maintain_order=True).agg(
        pl.col("parameter", "quantity", "stage").first(),
        pl.col("unit").drop_nulls().first(),
        is_categorical=is_level.any(),
    )
    recorded = features.select("parameter", "unit").rows()
    titles = [named(name, unit) for name, unit in recorded]
    units = [printed_unit(name, unit) for name, unit in recorded]
    places = [_unit_procedure(name, unit_procedures) for name in features["parameter"]]
    return shaped(
        rows,
        features.with_columns(
            title=pl.Series(titles, dtype=pl.String),
            unit=pl.Series(units, dtype=pl.String),
            unit_operation=pl.coalesce(
                pl.Series(places, dtype=pl.String), stage_name(pl.col("stage"))
            ),
            kind=pl.lit("parameter"),
            data_type=pl.when("is_categorical")
            .then(pl.lit("categorical"))
            .otherwise(pl.lit("numeric")),
            source_table=pl.lit(TABLE),
            source_column=pl.when("is_categorical")
            .then(pl.lit("level"))
            .otherwise(pl.lit("value")),
            measured_quantity=pl.col("parameter"),
            formula=pl.format("the value recorded as '{}'", "parameter"),
            description=pl.format(
                "Process parameter '{}' as recorded at stage {}.", "parameter", "stage"
            ),
        ),
    )


def name_by_stage(rows: pl.DataFrame, prefix: str, column: str) -> pl.DataFrame:
    """Add ``quantity``, the name, with the stage where an earlier one has it, and ``feature``."""
    is_first = pl.col("stage") == pl.col("stage").min().over(column)
    staged = pl.format("stage{}.{}", "stage", column)
    return (
        rows.with_columns(quantity=pl.when(is_first).then(column).otherwise(staged))
        .with_columns(feature=pl.format(f"{prefix}.{{}}", "quantity"))
        .sort("feature", "batch_id")
    )


def _unit_procedure(name: str, unit_procedures: list[str]) -> str | None:
    matches = [place for place in unit_procedures if name.startswith(f"{place}_")]
    return max(matches, key=len, default=None)
