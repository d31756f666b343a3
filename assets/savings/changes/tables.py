"""The tables of what changed, from what two runs said."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from assets.savings.changes.headline import MEASURES, Figures, Part
from assets.savings.changes.rate_split import FEWEST, Side, rate_moves
from assets.savings.programme.scenarios import UNITS
from assets.savings.records.baseline import DAYS_PER_YEAR, priced_failures, priced_outcomes
from assets.savings.records.business_records import BusinessRecords
from data_contracts.codes.money import HeadlinePart, RateComparison, RatePart
from data_contracts.tables import table

HEADLINE_MOVES = "history.headline_moves"
RATE_MOVES = "history.failure_rate_moves"
A_YEAR = timedelta(days=DAYS_PER_YEAR)
NOT_KEPT = "What the run before was made from is no longer kept, so its move is not split."


def headline_moves(
    number: int, compared_with: int, before: Figures, parts: Sequence[Part]
) -> pl.DataFrame:
    """Return the rows of one run in ``history.headline_moves``.

    Args:
        number: Of this run.
        compared_with: Number of the run before.
        before: What that run said, by measure.
        parts: The parts of the move, in order.
    """
    rows = []
    for measure in MEASURES:
        last = before[measure]
        for position, part in enumerate(parts, start=1):
            value = part.figures[measure]
            rows.append(
                {
                    "run_number": number,
                    "measure": measure,
                    "position": position,
                    "part": part.part,
                    "compared_with": compared_with,
                    "before": last,
                    "after": value,
                    "move": value - last,
                    "unit": UNITS[measure],
                    "note": part.note,
                }
            )
            last = value
    return table(HEADLINE_MOVES, rows)


def unsplit(now: Figures) -> list[Part]:
    """Return the one part of a move that can no longer be split."""
    return [Part(HeadlinePart.UNSPLIT, now, NOT_KEPT)]


def known_batches(records: BusinessRecords) -> pl.DataFrame:
    """Return every batch whose headline outcome is known: batch_id, product, is_failure and more.

    Args:
        records: The tables of a run.
    """
    failed = priced_failures(records.batches, records.outcomes, records.outcome_definitions)
    names = priced_outcomes(records.outcome_definitions)
    known = records.outcomes.filter(
        pl.col("outcome").is_in(names) & pl.col("is_failure").is_not_null()
    )
    return (
        records.batches.filter(pl.col("batch_id").is_in(known["batch_id"].unique().to_list()))
        .with_columns(
            pl.col("product").fill_null("unknown"),
            is_failure=pl.col("batch_id").is_in(failed["batch_id"].to_list()),
        )
        .select("batch_id", "product", "cluster_id", "started_at", "is_failure")
        .sort("batch_id")
    )


def failure_rate_moves(
    number: int, now: BusinessRecords, before: BusinessRecords | None, seed: int
) -> pl.DataFrame:
    """Return the rows of one run in ``history.failure_rate_moves``.

    Args:
        number: Of this run.
        now: The tables of this run.
        before: Those of the run before; None where there is none.
        seed: The run's seed.
    """
    known = known_batches(now)
    rows = list(_last_year(known, seed))
    if before is not None:
        earlier = known_batches(before)["batch_id"].to_list()
        is_old = pl.col("batch_id").is_in(earlier)
        sides = Side(known.filter(is_old)), Side(known.filter(~is_old))
        told = "Batches with a result since the run before, with all earlier ones."
        rows += _compared(RateComparison.NEW_BATCHES, *sides, told, seed)
    return table(RATE_MOVES, [{"run_number": number, **row} for row in rows])


def _last_year(known: pl.DataFrame, seed: int) -> Iterator[dict[str, Any]]:
    dated = known.drop_nulls("started_at")
    latest = dated["started_at"].max()
    if not isinstance(latest, datetime):
        return
    middle, first = latest - A_YEAR, latest - 2 * A_YEAR
    start = pl.col("started_at")
    sides = (
        Side(dated.filter((start > first) & (start <= middle))),
        Side(dated.filter(start > middle)),
    )
    told = f"Batches started from {middle:%Y-%m-%d} to {latest:%Y-%m-%d}, with the year before."
    yield from _compared(RateComparison.LAST_YEAR, *sides, told, seed)


def _compared(
    comparison: str, before: Side, after: Side, told: str, seed: int
) -> Iterator[dict[str, Any]]:
    sizes = before.batches.height, after.batches.height
    counts = {
        "comparison": comparison,
        "failures_before": before.failures,
        "batches_before": sizes[0],
        "failures_after": after.failures,
        "batches_after": sizes[1],
    }
    if min(sizes) < FEWEST:
        few = f"{told} Fewer than {FEWEST} batches on a side: not split."
        yield {**counts, "part": RatePart.TOTAL, "note": few}
        return
    for each in rate_moves(before, after, seed):
        shown = {"part": each.part, "move": each.move, "low": each.low, "high": each.high}
        yield {**counts, **shown, "note": told}
