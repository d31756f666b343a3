"""Dagster assets of the search by example: the nearest batches of every failed or flagged one."""

import polars as pl

from assets.defs import table_asset

GROUP = "similarity"


@table_asset(
    "finding.similar_batches",
    "mart.batches",
    "mart.flagged_batches",
    "core.outcome_definitions",
    "feature.phase_trajectories",
    "feature.gate_values",
    "feature.dictionary",
    "feature.batch_gates",
    "evidence.withheld_features",
    group=GROUP,
)
def similar_batches(**tables: pl.DataFrame) -> pl.DataFrame:
    """Find what is most like each failed or flagged batch."""
    from assets.similarity import similar_batches as topic

    return topic.similar_batches(**tables)
