"""``finding.review_queue``: which batch records to read first, and which by exception."""

import polars as pl

from assets.stages.release.waits import hours, release_instants
from data_contracts.tables import table

NAME = "finding.review_queue"


def review_queue(
    batches: pl.DataFrame,
    lab_results: pl.DataFrame,
    deviations: pl.DataFrame,
    record_exceptions: pl.DataFrame,
) -> pl.DataFrame:
    """Order batch records by how rare what stands in them is.

    A kind of exception that half of all batches have says one bit, one that a hundredth have says
    almost seven: so a plant's own habits decide what is unusual, not a list of severities.

    Args:
        batches: ``core.batches``.
        lab_results: ``core.lab_results``.
        deviations: ``core.deviations``.
        record_exceptions: ``finding.record_exceptions``.

    Returns:
        ``finding.review_queue``: every batch made, first to be read first, open ones and decided
        ones each ranked for themselves.
    """
    instants = release_instants(batches, lab_results, deviations).select(
        "batch_id",
        "is_open",
        review_h=hours("dispositioned_at", "tested_at"),
    )
    of_kind = record_exceptions.group_by("batch_id", "kind", maintain_order=True).agg(
        count=pl.len(), items=pl.col("item").sort().first()
    )
    having = pl.len().over("kind") / max(1, instants.height)
    bits = of_kind.with_columns(bits=-having.clip(upper_bound=1.0).log(2))
    told = pl.format("{} x {} (such as {})", "count", "kind", "items")
    summed = (
        bits.sort("batch_id", "bits", "kind", descending=[False, True, False])
        .group_by("batch_id", maintain_order=True)
        .agg(
            exceptions=pl.col("count").sum(),
            kinds=pl.len(),
            rarity=pl.col("bits").sum(),
            reason=told.str.join("; "),
        )
    )
    queue = (
        instants.join(summed, on="batch_id", how="left")
        .with_columns(
            pl.col("exceptions", "kinds").fill_null(0),
            pl.col("rarity").fill_null(0.0),
            pl.col("reason").fill_null("No exception in its record: review by exception."),
        )
        .sort("is_open", "rarity", "batch_id", descending=[True, True, False])
    )
    return table(NAME, queue.with_columns(rank=pl.int_range(1, pl.len() + 1).over("is_open")))
