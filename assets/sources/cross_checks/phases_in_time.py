"""Phases in time: stages of a batch follow one another, and a unit holds one batch at a time."""

from collections.abc import Iterator
from datetime import datetime

import polars as pl

from assets.sources.cross_checks.cross_check import CrossCheck, places_of, severity
from data_contracts.codes.records import CrossCheckSeverity

# A warehouse or a laboratory holds many batches at once; a blender that does is a mistake.
MOST_OVERLAPPING = 0.1


def stage_order(phases: pl.DataFrame) -> Iterator[CrossCheck]:
    """Look for batches of which a stage began before an earlier stage did.

    Args:
        phases: Accepted ``raw.phases``.
    """
    begun = (
        phases.drop_nulls(("started_at", "stage"))
        .sort("batch_id", "stage", "started_at")
        .group_by("batch_id", "stage", maintain_order=True)
        .first()
        .with_columns(before=pl.col("started_at").shift().over("batch_id"))
        .with_columns(earlier=pl.col("stage").shift().over("batch_id"))
    )
    if begun.is_empty():
        return
    wrong = begun.filter(pl.col("started_at") < pl.col("before"))
    batches = begun["batch_id"].n_unique()
    found = wrong["batch_id"].n_unique()
    yield CrossCheck(
        "stage_order",
        "phases",
        severity(found, CrossCheckSeverity.WARNING),
        found,
        batches,
        f"In {found} of {batches} batches a stage begins before an earlier stage does.",
        "Check stage numbers and clocks: what is known when rests on them.",
        places_of(
            wrong,
            pl.format(
                "batch {}: stage {} begins {}, stage {} only {}",
                "batch_id", "stage", _minute("started_at"), "earlier", _minute("before"),
            ),
        ),
    )  # fmt: skip


def unit_overlap(phases: pl.DataFrame) -> Iterator[CrossCheck]:
    """Look for units that hold two batches at once.

    Args:
        phases: Accepted ``raw.phases``.

    A unit in which more than a tenth of the phases overlap is taken for a shared area and told as
    such.
    """
    held = phases.drop_nulls(("equipment_id", "started_at", "ended_at"))
    held = _held_by_others(held.sort("equipment_id", "started_at", "ended_at", "batch_id"))
    if held.is_empty():
        return
    held = held.with_columns(
        is_over=(pl.col("started_at") < pl.col("until")).fill_null(value=False)
    )
    share = pl.col("is_over").mean().over("equipment_id")
    held = held.with_columns(is_shared=share > MOST_OVERLAPPING)
    shared = held.filter("is_shared")["equipment_id"].unique().sort().to_list()
    wrong = held.filter(pl.col("is_over") & ~pl.col("is_shared"))
    areas = f" Taken for shared areas: {', '.join(shared)}." if shared else ""
    yield CrossCheck(
        "unit_overlap",
        "phases",
        severity(wrong.height, CrossCheckSeverity.WARNING),
        wrong.height,
        held.filter(~pl.col("is_shared")).height,
        f"{wrong.height} phases begin in a unit that still holds another batch.{areas}",
        "Check unit and end of the phase before: readings of the overlap go to both.",
        places_of(
            wrong,
            pl.format(
                "{} of batch {} begins {}, held by {} until {}",
                "equipment_id", "batch_id", _minute("started_at"), "other", _minute("until"),
            ),
        ),
    )  # fmt: skip


def _held_by_others(phases: pl.DataFrame) -> pl.DataFrame:
    """Add who else held the unit longest when a phase began (``other``) and ``until`` when."""
    others: list[str | None] = []
    untils: list[datetime | None] = []
    unit, longest = None, list[tuple[datetime, str]]()  # the two latest ends, of two batches
    for equipment, batch, ended_at in phases.select(
        "equipment_id", "batch_id", "ended_at"
    ).iter_rows():
        if equipment != unit:
            unit, longest = equipment, []
        until, other = next(((end, name) for end, name in longest if name != batch), (None, None))
        untils.append(until)
        others.append(other)
        longest = _two_latest([*longest, (ended_at, batch)])
    return phases.with_columns(
        other=pl.Series(others, dtype=pl.String), until=pl.Series(untils, dtype=pl.Datetime("us"))
    )


def _two_latest(ends: list[tuple[datetime, str]]) -> list[tuple[datetime, str]]:
    """The two latest ends of different batches, the latest first."""
    latest: dict[str, datetime] = {}
    for end, batch in ends:
        latest[batch] = max(end, latest.get(batch, end))
    return sorted(((end, batch) for batch, end in latest.items()), reverse=True)[:2]


def _minute(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y-%m-%d %H:%M")
