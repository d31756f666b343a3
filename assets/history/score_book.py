"""The score book: what was said of each batch before its result was known, sealed for ever.

A score enters once its batch has reached the gate and only while its result is still to come. What
is said again in the same words is not entered again; what is said otherwise, because a record was
corrected or a batch made before it came late, is entered beside what was said first. A look back
seals nothing: what it calls open had its result.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from assets.history.score_chain import BEFORE_THE_FIRST, ENTRY, HASH, SCORE_BOOK, sealed
from data_contracts.tables import table

PLACE = ("outcome", "gate", "batch_id")
WHO = (*PLACE, "model_version")
SAID = (
    *("failure_prob", "expected_margin", "threshold", "is_alarm", "foretold"),
    *("undecided_low_prob", "undecided_high_prob", "inputs_hash"),
)


def new_entries(
    book: pl.DataFrame,
    batch_scores: pl.DataFrame,
    outcomes: pl.DataFrame,
    alarm_prices: pl.DataFrame,
    run: Mapping[str, Any],
    scored_at: datetime,
) -> pl.DataFrame:
    """Seal what a run says that the book does not hold yet.

    Args:
        book: ``history.score_book`` so far.
        batch_scores: ``model.batch_scores``.
        outcomes: ``core.outcomes``: only a batch whose result is pending is foretold.
        alarm_prices: ``economics.alarm_prices``, for the alarm budget of each gate.
        run: Row of ``evidence.runs``: ``run_id``, ``as_of`` and ``is_look_back``.
        scored_at: Instant by the clock, UTC.

    Returns:
        The entries to add, in the shape of ``history.score_book``; none of a look back.
    """
    if run["is_look_back"]:
        return table(SCORE_BOOK)
    pending = outcomes.filter(pl.col("status") == "pending").select("batch_id", "outcome")
    last = book.sort(ENTRY).group_by(WHO, maintain_order=True).last()
    words = [pl.col(name).alias(f"last_{name}") for name in SAID]
    said_before = last.select(*WHO, "revision", *words)
    is_as_before = pl.all_horizontal(
        pl.col(name).eq_missing(pl.col(f"last_{name}")) for name in SAID
    )
    new = (
        batch_scores.join(pending, on=["batch_id", "outcome"])
        .join(alarm_prices.select("gate", "alarm_budget"), on="gate")
        .join(said_before, on=WHO, how="left", nulls_equal=True)
        .filter(pl.col("revision").is_null() | ~is_as_before)
        .sort(WHO)
        .with_columns(
            revision=pl.col("revision").fill_null(0) + 1,
            as_of=pl.lit(run["as_of"], pl.Datetime("us")),
            scored_at=pl.lit(scored_at, pl.Datetime("us")),
            run_id=pl.lit(run["run_id"]),
        )
        .drop(f"last_{name}" for name in SAID)
    )
    head = BEFORE_THE_FIRST if book.is_empty() else book.sort(ENTRY)[HASH][-1]
    return table(SCORE_BOOK, list(sealed(new.iter_rows(named=True), book.height, head)))


def said_first(book: pl.DataFrame) -> pl.DataFrame:
    """What each version said first of each batch at each gate: what counts as its forecast."""
    return book.filter(pl.col("revision") == 1)
