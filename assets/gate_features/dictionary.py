"""The dictionary of features, generated from what was built and never written by hand."""

import polars as pl

from assets.gate_features.refusals import first_gates
from data_contracts.tables import columns, table

IS_CONSTANT = " It is the same for every batch in this source."


def dictionary(
    features: pl.DataFrame, values: pl.DataFrame, observed: pl.DataFrame
) -> pl.DataFrame:
    """Describe every feature that reached a gate.

    Args:
        features: Features built (``FEATURES_SCHEMA``).
        values: ``feature.gate_values``.
        observed: The observations before the firewall, for the stage of origin.

    Returns:
        ``feature.dictionary``: one row per feature. ``available_at_gate`` is the
        first gate at which any batch had the value. Features that never vary are kept and say so.
    """
    stages = observed.group_by("feature").agg(pl.col("stage").min())
    variety = values.group_by("feature").agg(
        is_constant=(pl.col("value").n_unique() <= 1) & (pl.col("level").n_unique() <= 1)
    )
    gates = first_gates(values).rename({"first_available_gate": "available_at_gate"})
    note = pl.when("is_constant").then(pl.lit(IS_CONSTANT)).otherwise(pl.lit(""))
    described = (
        features.join(gates, on="feature")
        .join(stages, on="feature")
        .join(variety, on="feature")
        .with_columns(pl.col("description").fill_null(pl.col("title")) + note)
    )
    return table("feature.dictionary", described.select(columns("feature.dictionary")))
