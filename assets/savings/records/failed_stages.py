"""The stage up to which money was spent on a failed batch.

A batch that went no further than its last recorded phase was stopped there. One that went through
every stage its product goes through was spent on until its failure was known.
"""

import polars as pl


def failed_stages(
    priced: pl.DataFrame,
    batches: pl.DataFrame,
    outcome_definitions: pl.DataFrame,
    phases: pl.DataFrame,
) -> pl.DataFrame:
    """Return the last stage that each failed batch was spent on.

    Args:
        priced: ``baseline.priced_failures``, one row per failed batch.
        batches: ``core.batches``, one row per batch.
        outcome_definitions: ``core.outcome_definitions``, one row per outcome.
        phases: ``core.phases``; may be empty.

    Returns:
        One row per failed batch, sorted by batch_id: batch_id, failed_stage (1 to 7). Without
        phases it is the stage at which the failure is first known, by mode where one is known.
    """
    known = dict(outcome_definitions.select("outcome", "first_known_stage").iter_rows())
    reached = phases.group_by("batch_id").agg(last_stage=pl.col("stage").max())
    by_product = batches.select("batch_id", "product").join(reached, on="batch_id", how="left")
    usual = pl.col("last_stage").max().over("product")
    found = priced.join(
        by_product.with_columns(usual_stage=usual), on="batch_id", how="left"
    ).with_columns(
        known_stage=pl.coalesce("mode_outcome", "outcome").replace_strict(
            known, default=None, return_dtype=pl.Int64
        )
    )
    is_stopped = pl.col("last_stage") < pl.col("usual_stage")
    spent = (
        pl.when(is_stopped)
        .then("last_stage")
        .otherwise(pl.max_horizontal("last_stage", "known_stage"))
    )
    return found.select("batch_id", failed_stage=spent).sort("batch_id")
