"""Deviations with texts, for what is read from their descriptions."""

import polars as pl

from data_contracts.tables import table


def described(texts, categories):
    """Deviations D0000, D0001, ... with these texts and categories."""
    frame = pl.DataFrame(
        {
            "deviation_id": [f"D{i:04d}" for i in range(len(texts))],
            "category": categories,
            "severity": "minor",
            "description": texts,
        },
        schema_overrides={"category": pl.String},
    )
    return table("core.deviations", frame)
