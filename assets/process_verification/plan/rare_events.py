"""Rare events as gaps: batches, or days, from one failure or deviation to the next."""

import polars as pl

from assets.process_verification.plan.observations import ALL_PRODUCTS

SCHEMA = {
    "product": pl.String,
    "source": pl.String,
    "stage": pl.Int64,
    "quantity": pl.String,
    "batch_id": pl.String,
    "gap": pl.Float64,
    "in_days": pl.Boolean,
    "known_at": pl.Datetime("us"),
}


def rare_events(
    batches: pl.DataFrame, outcomes: pl.DataFrame, deviations: pl.DataFrame
) -> pl.DataFrame:
    """Return one row per event after the first of its kind.

    Args:
        batches: ``core.batches``.
        outcomes: ``core.outcomes``.
        deviations: ``core.deviations``.

    Returns:
        In the order in which events became known: the gap since the last one, in batches between,
        0 where that is of a later batch, or in days for kinds of deviations most of which concern
        no batch; the batch it happened on, or the last one begun before it.
    """
    ordered = batches.sort("production_order").with_row_index("place")
    own = ordered.select("batch_id", "place", "started_at")
    failed = (
        outcomes.filter(pl.col("is_failure"))
        .join(own, on="batch_id")
        .select(
            "batch_id",
            "place",
            "known_at",
            source=pl.lit("failure"),
            stage=pl.lit(None, pl.Int64),
            quantity=pl.col("outcome"),
        )
    )
    filed = deviations.filter(pl.col("category").is_not_null())
    on_batch = (
        filed.join(own, on="batch_id")
        .sort("opened_at", "deviation_id")
        .select(
            "batch_id",
            "place",
            known_at=pl.col("opened_at"),
            source=pl.lit("deviation"),
            stage=pl.lit(None, pl.Int64),
            quantity=pl.col("category"),
        )
    )
    elsewhere = _of_no_batch(filed, own)
    in_days = elsewhere["quantity"].unique().implode()
    kind = ("source", "quantity")
    between = (
        pl.concat([failed, on_batch.filter(~pl.col("quantity").is_in(in_days))])
        .with_columns(pl.col("place").cast(pl.Int64))
        .sort("source", "quantity", "place", "known_at", maintain_order=True)
        .with_columns(stood_at=pl.col("known_at").forward_fill().over(kind))
        .sort("source", "quantity", "stood_at", "place", maintain_order=True)
        # From the last batch with one that was known by then: what is known late moves nothing.
        .with_columns(last=pl.col("place").cum_max().shift(1).over(kind))
        .with_columns(
            gap=(pl.col("place") - pl.col("last") - 1).clip(0).cast(pl.Float64),
            in_days=pl.lit(value=False),
        )
    )
    every = pl.concat([between.drop("place", "stood_at", "last"), elsewhere], how="diagonal")
    return (
        every.filter(pl.col("gap").is_not_null())
        .with_columns(product=pl.lit(ALL_PRODUCTS))
        .select(*SCHEMA)
        .cast(SCHEMA)  # type: ignore[arg-type]
    )


def _of_no_batch(filed: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Days between deviations of kinds most of which concern equipment or an area alone."""
    share = pl.col("batch_id").is_null().mean().over("category")
    loose = filed.filter((share > 0.5) & pl.col("opened_at").is_not_null()).sort(
        "opened_at", "deviation_id"
    )
    begun = own.filter(pl.col("started_at").is_not_null()).sort("started_at")
    # A deviation may name a batch that is on no record here: then it has that begun before it, too.
    on_batch = pl.when(pl.col("batch_id").is_in(own["batch_id"].implode())).then("batch_id")
    named = loose.select("category", "opened_at", on_batch=on_batch).join_asof(
        begun.select("started_at", "batch_id"), left_on="opened_at", right_on="started_at"
    )
    days = pl.col("opened_at").diff().over("category").dt.total_seconds() / 86_400
    return named.select(
        batch_id=pl.coalesce("on_batch", "batch_id"),
        known_at=pl.col("opened_at").cast(pl.Datetime("us")),
        source=pl.lit("deviation"),
        stage=pl.lit(None, pl.Int64),
        quantity=pl.col("category"),
        gap=days,
        in_days=pl.lit(value=True),
    ).filter(pl.col("batch_id").is_not_null())
