"""How often each promised lever was really held, month by month, and whether it shows."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from assets.savings.benefit.held_batches import dated_batches, since_start, with_inside
from assets.savings.benefit.lever_state import lever_state
from assets.savings.benefit.margin_tracker import MarginEvidence, margin_evidence
from assets.savings.records.baseline import priced_outcomes
from assets.statistics.intervals import wilson
from data_contracts.assumptions import HeldLever, Promise
from data_contracts.tables import table

LEVER_ADHERENCE = "economics.lever_adherence"


def lever_adherence(promise: Promise | None, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Follow each promised lever through the months since the start.

    Args:
        promise: What the programme promised; None before one has started.
        tables: ``batches``, ``outcome_definitions``, ``outcome_margins``, ``gate_values`` and
            ``savings_tracker``, named as in the warehouse.

    Returns:
        ``economics.lever_adherence``: one row per lever and month with dated batches; empty without
        a promise that says what is held.
    """
    if promise is None or not promise.held:
        return table(LEVER_ADHERENCE)
    dated = dated_batches(tables["batches"])
    on_failures = dict(
        tables["savings_tracker"].filter("is_promise").select("month", "e_value").iter_rows()
    )
    rows = [
        row
        for held in promise.held
        for row in _followed(
            promise, held, with_inside(dated, tables["gate_values"], held), tables, on_failures
        )
    ]
    return table(LEVER_ADHERENCE, rows)


def _followed(
    promise: Promise,
    held: HeldLever,
    inside: pl.DataFrame,
    tables: Mapping[str, pl.DataFrame],
    on_failures: Mapping[date, float],
) -> Iterator[dict[str, Any]]:
    """Yield a lever's months in order."""
    promised = float(held.adherence)
    found = margin_evidence(inside, _margins(held, tables), promise.started_on, promised)
    on_margins = dict(zip(found.months, found.e_values.tolist(), strict=True)) if found else {}
    margins_e_value: float | None = None
    failures_e_value: float | None = None
    since = kept = 0
    for month, made, recorded, inside_month in _counts(since_start(inside, promise)):
        since, kept = since + recorded, kept + inside_month
        margins_e_value = on_margins.get(month, margins_e_value)
        failures_e_value = on_failures.get(month, failures_e_value)
        yield {
            "lever": held.lever,
            "month": month,
            "feature": held.feature,
            "limit_low": held.low,
            "limit_high": held.high,
            "batches": made,
            "recorded_batches": recorded,
            "inside_batches": inside_month,
            **_share("adherence", inside_month, recorded),
            **_share("adherence_since_start", kept, since),
            "adherence_promised": promised,
            **_evidence(found, margins_e_value),
            "failures_e_value": failures_e_value,
            "state": lever_state(
                recorded=recorded,
                inside=kept,
                since=since,
                promised=promised,
                evidence=(margins_e_value, failures_e_value),
            ),
        }


def _margins(held: HeldLever, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the measured margins of the outcome a lever acts on, or of what is priced."""
    priced = priced_outcomes(tables["outcome_definitions"])
    outcomes = priced if held.outcome is None else [held.outcome]
    return (
        tables["outcome_margins"]
        .filter(
            pl.col("outcome").is_in(outcomes)
            & ~pl.col("is_censored")
            & pl.col("margin").is_not_null()
        )
        .select("batch_id", "quantity", "margin")
        .unique(["batch_id", "quantity"], keep="first", maintain_order=True)
    )


def _counts(inside: pl.DataFrame) -> Iterator[tuple[date, int, int, int]]:
    """Yield each month with its batches, those with a value, and those of them inside."""
    yield from (
        inside.group_by("month")
        .agg(
            made=pl.len(),
            recorded=pl.col("is_inside").is_not_null().sum(),
            kept=pl.col("is_inside").fill_null(value=False).sum(),
        )
        .sort("month")
        .iter_rows()
    )


def _share(name: str, inside: int, recorded: int) -> dict[str, float | None]:
    if not recorded:
        return {f"{name}_share": None, f"{name}_low": None, f"{name}_high": None}
    low, high = wilson(inside, recorded)
    return {f"{name}_share": inside / recorded, f"{name}_low": low, f"{name}_high": high}


def _evidence(found: MarginEvidence | None, e_value: float | None) -> dict[str, Any]:
    return {
        "quantity": found.quantity if found else None,
        "margin_shift_promised": found.shift if found else None,
        "margins_e_value": e_value,
    }
