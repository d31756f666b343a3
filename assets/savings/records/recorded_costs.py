"""What the site's own books say a failed batch cost: written off, or by standard cost.

A write-off is what was booked for this very batch. Where none was, what is spent along the stages
is the product's standard cost, summed up to the stage at which the batch failed: the variable part
is direct material, the rest of the full cost crew and rooms.
"""

from collections.abc import Iterable

import polars as pl

from data_contracts.assumptions import LedgerCategory
from data_contracts.codes.money import CostBasis

ANY_STRENGTH, ANY_SIZE = "any", 0.0  # what the contract fills in where a cost holds for all
MATERIAL, CREW = "direct_material", "labour_and_suite"
MONEY = pl.Decimal(18, 2)


def standard_costs_spent(
    failed: pl.DataFrame, batches: pl.DataFrame, standard_costs: pl.DataFrame
) -> pl.DataFrame:
    """Return what the standard says was spent on each failed batch, by stage.

    Of several standards of a stage, one of the batch's own strength and size goes before one that
    holds for all; then the last valid when the batch started, or the first where none was yet.

    Args:
        failed: ``failed_stages``, one row per failed batch.
        batches: ``core.batches``, one row per batch.
        standard_costs: ``core.standard_costs``.

    Returns:
        One row per failed batch and stage up to the one it failed at, sorted: batch_id, stage,
        failed_stage, full_usd, variable_usd. None for a product without a standard.
    """
    described = batches.select(
        "batch_id", "product", "started_at", own_strength="strength", own_size="batch_size"
    )
    is_own_strength = pl.col("strength").eq_missing(pl.col("own_strength"))
    is_own_size = pl.col("batch_size").eq_missing(pl.col("own_size"))
    is_early = pl.col("effective_at") <= pl.col("started_at")
    since = pl.col("effective_at").dt.epoch("us")
    # After the start, the earliest is nearest; before it, or without a start, the latest.
    nearest = pl.when(is_early.fill_null(value=True)).then(since).otherwise(-since)
    return (
        failed.join(described, on="batch_id")
        .join(standard_costs, on="product")
        .filter(
            is_own_strength | (pl.col("strength") == ANY_STRENGTH),
            is_own_size | (pl.col("batch_size") == ANY_SIZE),
            pl.col("stage") <= pl.col("failed_stage"),
        )
        .sort(
            "batch_id",
            "stage",
            is_own_strength,
            is_own_size,
            is_early.fill_null(value=True),
            nearest,
        )
        .unique(["batch_id", "stage"], keep="last", maintain_order=True)
        .select("batch_id", "stage", "failed_stage", "full_usd", "variable_usd")
    )


def recorded_costs(
    priced: pl.DataFrame,
    ledger: Iterable[LedgerCategory],
    write_offs: pl.DataFrame,
    spent: pl.DataFrame,
) -> pl.DataFrame:
    """Return what is on record of the cost of failed batches.

    Args:
        priced: ``baseline.priced_failures``, one row per failed batch.
        ledger: Categories of the set; amounts of others are left out.
        write_offs: ``core.write_offs``, any number of postings per batch and category.
        spent: ``standard_costs_spent``.

    Returns:
        One row per failed batch and category of which something is on record, sorted: batch_id,
        category, recorded_usd (to the cent, zero or more), cost_basis (a ``CostBasis``).
    """
    accrues = {each.name for each in ledger if each.accrues_along_stages}
    booked = (
        write_offs.filter(
            pl.col("batch_id").is_in(priced["batch_id"].implode()),
            pl.col("category").is_in([each.name for each in ledger]),
        )
        .group_by("batch_id", "category")
        .agg(recorded_usd=pl.col("amount_usd").sum().clip(lower_bound=0.0))
        .with_columns(cost_basis=pl.lit(CostBasis.RECORDED))
    )
    by_batch = spent.group_by("batch_id").agg(
        pl.col("variable_usd").sum().alias(MATERIAL),
        (pl.col("full_usd") - pl.col("variable_usd")).sum().alias(CREW),
    )
    standard = (
        by_batch.unpivot(index="batch_id", variable_name="category", value_name="recorded_usd")
        .filter(pl.col("category").is_in(accrues))
        .join(booked, on=["batch_id", "category"], how="anti")
        .with_columns(cost_basis=pl.lit(CostBasis.STANDARD_COST))
    )
    return (
        pl.concat([booked, standard])
        .with_columns(pl.col("recorded_usd").round(2, mode="half_to_even").cast(MONEY))
        .sort("batch_id", "category")
    )
