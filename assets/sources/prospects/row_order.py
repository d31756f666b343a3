"""Whether rows that stand for time are sorted by the result instead.

Where no column says in which order batches were made, their order in the file does. A file sorted
by the result then makes every failure late or early, and any test forward in time is worthless.
"""

from collections.abc import Iterator
from math import comb

import polars as pl

from assets.sources.prospects.judged_source import JudgedSource
from assets.sources.reporting.source_findings import SourceFinding
from data_contracts.profile_schema.outcomes import Outcome

CHANCE = 1e-3  # of so few changes between failed and good, were the rows in the order of production
FEWEST_VALUES = 10  # distinct values before a sorted column is no accident


def order_findings(source: JudgedSource) -> Iterator[SourceFinding]:
    """Look for an order of batches that is the order of their results.

    Yields:
        An error where the rows of the file are the order; a warning where a delivered column is.
    """
    batches = source.accepted("batches").sort("production_order")
    if source.decided is None or batches.is_empty() or _is_dated(batches):
        return
    for outcome in source.profile.outcomes:
        own = source.decided.filter(outcome=outcome.name).drop_nulls("is_failure")
        placed = batches.join(own.select("batch_id", "is_failure"), on="batch_id")
        place = _change(placed)
        if place is not None:
            yield _sorted_by(source, outcome, place, "the label")
            continue
        quantity = _sorted_quantity(source, outcome, batches)
        if quantity is not None:
            yield _sorted_by(source, outcome, batches.row(0, named=True), f"'{quantity}'")


def _is_dated(batches: pl.DataFrame) -> bool:
    """Whether dates confirm the order: then it is time, whatever else it looks like."""
    starts = batches["started_at"].drop_nulls()
    return starts.n_unique() > FEWEST_VALUES and starts.is_sorted()


def _change(placed: pl.DataFrame) -> dict[str, object] | None:
    """The record at which failed turns to good or back, where that happens once and never again."""
    failed = placed["is_failure"]
    changes = (failed != failed.shift(1)).fill_null(value=False)
    failures, every = int(failed.sum()), failed.len()
    if changes.sum() != 1 or 2 / comb(every, failures) > CHANCE:
        return None
    return placed.filter(changes).row(0, named=True)


def _sorted_quantity(source: JudgedSource, outcome: Outcome, batches: pl.DataFrame) -> str | None:
    """Name of a margin's quantity whose values only rise or only fall along the rows."""
    results = pl.concat(
        [
            source.accepted("lab_results").select("batch_id", "value", name="test"),
            source.accepted("parameters").select("batch_id", "value", name="parameter"),
        ]
    )
    for margin in outcome.margins:
        own = results.filter(name=margin.quantity).drop_nulls("value")
        if own["batch_id"].is_duplicated().any():
            continue
        values = batches.join(own, on="batch_id", maintain_order="left")["value"]
        is_sorted = values.is_sorted() or values.is_sorted(descending=True)
        if is_sorted and values.n_unique() >= FEWEST_VALUES:
            return margin.quantity
    return None


def _sorted_by(
    source: JudgedSource, outcome: Outcome, place: dict[str, object], what: str
) -> SourceFinding:
    cells = [
        cell
        for mapping in source.profile.mappings
        if mapping.table == "raw.batches"
        for cell in mapping.cells
        if cell.target == "production_order"
    ]
    is_row = all(cell.is_row_number for cell in cells)
    column = "the row number" if is_row else source.delivered_column("batches", "production_order")
    row = place["source_row"]
    way_out = (
        ". If they really were made so, say 'accepted: {rows_sorted_by_result: {who: ..., why: "
        "...}}'"
    )
    return SourceFinding(
        "rows_sorted_by_result" if is_row else "order_sorted_by_result",
        is_error=is_row,
        problem=f"the batches stand in the order of {what} of the outcome '{outcome.name}', and "
        f"{column} is taken for the order of production; name a column under 'production_order' "
        f"that says when batches were made, or export the rows in that order{way_out * is_row}",
        file=str(place["source_file"]),
        line=row if isinstance(row, int) else None,
        column=column,
        value=str(place["batch_id"]),
        count=source.accepted("batches").height,
    )
