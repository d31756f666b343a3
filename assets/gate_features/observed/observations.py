"""The one shape in which every source hands its features to the firewall.

An observation is a value of a feature of a batch with the stage at which it exists and the instant
from which it was known. Which gate it reaches is not decided here.
"""

from dataclasses import dataclass

import polars as pl

from data_contracts.availability import availability
from data_contracts.catalogue import contract

INSTANT = pl.Datetime("us")
STAGE_NAMES = {
    1: "raw material receipt",
    2: "dispensing",
    3: "formulation",
    4: "processing",
    5: "packaging",
    6: "quality control",
    7: "release",
}

VALUES_SCHEMA: dict[str, pl.DataType] = {
    "batch_id": pl.String(),
    "feature": pl.String(),
    "stage": pl.Int64(),
    "known_at": INSTANT,
    "value": pl.Float64(),
    "level": pl.String(),
}
FEATURES_SCHEMA: dict[str, pl.DataType] = {
    "feature": pl.String(),
    "title": pl.String(),
    "unit_operation": pl.String(),
    "kind": pl.String(),
    "data_type": pl.String(),
    "unit": pl.String(),
    "source_table": pl.String(),
    "source_column": pl.String(),
    "quantity": pl.String(),
    "measured_quantity": pl.String(),
    "formula": pl.String(),
    "description": pl.String(),
    "is_product_identity": pl.Boolean(),
}


@dataclass(frozen=True)
class Observations:
    """Values of some features and what those features are.

    Attributes:
        values: One row per batch, feature and moment at which the value was first known or
            changed (``VALUES_SCHEMA``); within a batch and feature, later rows supersede earlier
            ones. ``value`` or ``level`` is set. A null ``known_at`` leaves the decision to the
            stage.
        features: One row per feature (``FEATURES_SCHEMA``). ``quantity`` is what the
            feature is about, as the dictionary's contract says; ``measured_quantity`` is the name
            under which the source knows what was measured, null where nothing was: outcomes are
            refused their own quantity by it.
    """

    values: pl.DataFrame
    features: pl.DataFrame


def nothing() -> Observations:
    """Return the answer of a source that has no records."""
    return Observations(pl.DataFrame(schema=VALUES_SCHEMA), pl.DataFrame(schema=FEATURES_SCHEMA))


def shaped(values: pl.DataFrame, features: pl.DataFrame) -> Observations:
    """Give both frames their full schema, in order; absent columns become null.

    Args:
        values: Some or all of the columns of ``VALUES_SCHEMA``, others are dropped.
        features: Some or all of the columns of ``FEATURES_SCHEMA``; repeated features keep their
            first row.

    Returns:
        The observations, without rows that have neither level nor a finite value, and without
        features nobody observed.
    """
    features = _with_schema(features, FEATURES_SCHEMA).with_columns(
        pl.col("data_type").fill_null("numeric"),
        pl.col("is_product_identity").fill_null(value=False),
    )
    observed = _with_schema(values, VALUES_SCHEMA).filter(
        pl.col("level").is_not_null() | pl.col("value").is_finite()
    )
    described = features.unique(subset="feature", keep="first", maintain_order=True)
    return Observations(
        observed,
        described.join(
            observed.select("feature").unique(),
            on="feature",
            how="semi",
            maintain_order="left",
        ),
    )


def together(parts: list[Observations]) -> Observations:
    """Stack the observations of several sources."""
    return Observations(
        pl.concat([part.values for part in parts]),
        pl.concat([part.features for part in parts]).unique(
            subset="feature", keep="first", maintain_order=True
        ),
    )


def placed(frame: pl.DataFrame, table: str, column: str) -> pl.DataFrame:
    """Add when a column's values were available, as its contract says.

    Args:
        frame: Records of the table.
        table: ``core.<table>``; the contract of the raw table of that name is asked.
        column: The column whose values become a feature.

    Returns:
        The frame with ``stage`` (1 to 7, the later of the column's and the record's own) and
        ``known_at`` (null where the contract names no instant).

    Raises:
        ContractError: The column has no availability and so may never become a feature.
    """
    described = availability(contract(table.replace("core.", "raw.", 1)), column)
    known = pl.col(described.known_at) if described.known_at else pl.lit(None, INSTANT)
    stages = [described.gate(), *([pl.col("stage")] if "stage" in frame.columns else [])]
    return frame.with_columns(stage=pl.max_horizontal(stages), known_at=known)


def stage_name(stage: pl.Expr) -> pl.Expr:
    """Name a stage number, ``1`` to ``7``, as the process chain does."""
    return stage.replace_strict(STAGE_NAMES, default=None, return_dtype=pl.String)


def _with_schema(frame: pl.DataFrame, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    columns = [
        pl.col(name).cast(kind) if name in frame.columns else pl.lit(None, kind).alias(name)
        for name, kind in schema.items()
    ]
    return frame.select(columns)
