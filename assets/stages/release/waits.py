"""Instants between the end of manufacture and disposition, one row per batch."""

import polars as pl

from data_contracts.codes.records import Disposition

FIRST_AFTER_MANUFACTURE = 6


def hours(later: str, earlier: str) -> pl.Expr:
    """Return the hours between two columns of instants."""
    return (pl.col(later) - pl.col(earlier)).dt.total_seconds() / 3600


def is_open() -> pl.Expr:
    """Tell batches not decided: with no disposition on record, and no instant of one."""
    is_pending = (pl.col("disposition") == Disposition.PENDING).fill_null(value=True)
    return pl.col("dispositioned_at").is_null() & is_pending


def with_known_wait(batches: pl.DataFrame) -> pl.DataFrame:
    """Return batches made of which it is known how long they waited, or that they still wait.

    Args:
        batches: ``core.batches``; one decided at an instant nobody recorded is left out.
    """
    return batches.drop_nulls("ended_at").filter(
        pl.col("dispositioned_at").is_not_null() | is_open()
    )


def release_instants(
    batches: pl.DataFrame, lab_results: pl.DataFrame, deviations: pl.DataFrame
) -> pl.DataFrame:
    """Put the instants of a wait side by side.

    Args:
        batches: ``core.batches``.
        lab_results: ``core.lab_results``.
        deviations: ``core.deviations``.

    Returns:
        ``batch_id``, ``ended_at``, ``tested_at`` (last release result, at most the disposition,
        null while one is missing), ``cleared_at`` (when the last deviation opened before the
        disposition was closed, at least ``tested_at``), ``dispositioned_at``, ``is_open``,
        ``has_open_deviation``; batches with an end alone.
    """
    product = pl.coalesce("product", pl.lit("all")).alias("product")
    made = batches.drop_nulls("ended_at").select(
        "batch_id", product, "ended_at", "dispositioned_at", is_open=is_open()
    )
    results = lab_results.filter(pl.col("stage") >= FIRST_AFTER_MANUFACTURE)
    last = results.group_by("batch_id", maintain_order=True).agg(
        tested_at=pl.when(pl.col("resulted_at").null_count() == 0).then(
            pl.col("resulted_at").max()
        ),
    )
    # a test not reported yet may have no row at all: as many as decided ones of the product have
    usual = results.group_by("batch_id", maintain_order=True).len("tests")
    joined = (
        made.join(last, on="batch_id", how="left")
        .join(usual, on="batch_id", how="left")
        .join(_closings(made, deviations), on="batch_id", how="left")
    )
    decided = pl.when(~pl.col("is_open")).then("tests").median()
    is_whole = pl.col("tests") >= pl.coalesce(decided.over("product"), decided, 0)
    came_after = pl.col("tested_at") > pl.col("dispositioned_at")
    return joined.with_columns(
        tested_at=pl.when(came_after.fill_null(value=False))
        .then("dispositioned_at")
        .when(is_whole | ~pl.col("is_open"))
        .then("tested_at"),
        has_open_deviation=pl.col("open_deviations").fill_null(0) > 0,
    ).with_columns(
        cleared_at=pl.min_horizontal(
            pl.max_horizontal("tested_at", "closed_at"), pl.col("dispositioned_at")
        )
    )


def _closings(made: pl.DataFrame, deviations: pl.DataFrame) -> pl.DataFrame:
    """When the deviations of a batch were closed that were opened before it was decided."""
    known = deviations.drop_nulls(["batch_id", "opened_at"]).join(made, on="batch_id")
    before = known.filter(
        pl.col("dispositioned_at").is_null() | (pl.col("opened_at") < pl.col("dispositioned_at"))
    )
    return before.group_by("batch_id", maintain_order=True).agg(
        closed_at=pl.col("closed_at").max(), open_deviations=pl.col("closed_at").null_count()
    )
