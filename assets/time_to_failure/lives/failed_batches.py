"""Failed batches within lives: how many batches after a renewal the failing ones come.

A failed batch does not renew the equipment, so a life goes on after it. Lives and breakdowns are in
``lives``.
"""

from collections.abc import Mapping

import polars as pl

from assets.time_to_failure.lives.lives import FIRST_RECORD, LIFE, RECORDS_END
from data_contracts.profile_schema.rule_names.defining_events import is_defining

FAILED = "failed_batch"


def batches_of_lives(spells: pl.DataFrame, use: pl.DataFrame) -> pl.DataFrame:
    """Return the batches that ran on record in each life whose renewal is known.

    Args:
        spells: ``lives.breakdown_spells``.
        use: ``equipment_use``.

    Returns:
        One row per life and batch: the columns of the life, batch_id, started_at, ``number`` in the
        recorded part of the life, ``entry_batches`` and ``exit_batches`` (the n-th batch since the
        renewal is at risk from n - 1 to n), ``entry_h`` (end of the batch before, or the renewal)
        and ``exit_h`` (its own end), hours since the renewal. A life renewed before the first
        recorded batch enters at its age in hours; its batches cannot be counted, so its ages in
        batches are null. Lives whose renewal is not on record are left out. Sorted by life and
        batch.
    """
    lives = (
        spells.filter((pl.col("origin") != FIRST_RECORD) & pl.col("entry_h").is_not_null())
        .sort(*LIFE, "from_at")
        .group_by(*LIFE, maintain_order=True)
        .agg(
            pl.col("renewed_at").first(),
            pl.col("until_at").max(),
            pl.col("ended_by").last(),
            age_at_entry_h=pl.col("entry_h").first(),
            is_counted=pl.col("entry_batches").first().is_not_null(),
        )
        .sort("renewed_at", *LIFE)
    )
    hours = (pl.col("ended_at") - pl.col("renewed_at")).dt.total_microseconds() / 3.6e9
    found = (
        lives.join(use, on=["equipment_class", "equipment_id"])
        .filter(
            (pl.col("started_at") >= pl.col("renewed_at"))
            & ((pl.col("started_at") < pl.col("until_at")) | (pl.col("ended_by") == RECORDS_END))
        )
        .sort(*LIFE, "started_at", "batch_id")
        .with_columns(number=pl.int_range(1, pl.len() + 1).over(LIFE).cast(pl.Float64))
        .with_columns(exit_batches=pl.when("is_counted").then("number"))
        .with_columns(entry_batches=pl.col("exit_batches") - 1, exit_h=hours.cum_max().over(LIFE))
    )
    before = pl.coalesce(pl.col("exit_h").shift(1).over(LIFE), "age_at_entry_h")
    return (
        found.with_columns(entry_h=before)
        .with_columns(exit_h=pl.max_horizontal("exit_h", pl.col("entry_h") + 1 / 60))
        .drop("age_at_entry_h", "is_counted")
    )


def failure_spells(lived: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return the batches of lives with the failures that the records hold.

    Args:
        lived: ``batches_of_lives``.
        outcomes: ``core.outcomes``; batches whose result is not known are not at risk.

    Returns:
        One row per life, batch and outcome: the columns of ``lived``, ``outcome``, ``is_event``.
    """
    known = outcomes.drop_nulls("is_failure").select("batch_id", "outcome", is_event="is_failure")
    return lived.join(known, on="batch_id").sort("outcome", *LIFE, "number")


def without_defining_clocks(
    failures: pl.DataFrame, defining_events: Mapping[str, tuple[str, ...]]
) -> pl.DataFrame:
    """Leave out clocks that start at an event which is itself the outcome.

    Args:
        failures: ``failure_spells``.
        defining_events: Kinds of event that define an outcome, by outcome.

    Returns:
        The rows of the clocks that tell something of their outcome.
    """
    asked = failures.select("outcome", "origin", "equipment_class").unique()
    kept = [
        row
        for row in asked.iter_rows()
        if not is_defining(f"equipment.{row[1]}.{row[2]}", defining_events.get(row[0], ()))
    ]
    left = pl.DataFrame(kept, schema=asked.schema, orient="row")
    return failures.join(left, on=asked.columns, how="semi", maintain_order="left")


def merged(spells: pl.DataFrame) -> pl.DataFrame:
    """Join consecutive good batches of a life into one spell, each failure ending its own.

    The likelihood and the numbers at risk stay as they are, with far fewer rows.

    Args:
        spells: ``failure_spells`` of one outcome.

    Returns:
        One row per stretch without a failure or a gap: the life, entries, exits, ``is_event``.
    """
    is_gap = (pl.col("number") - 1 != pl.col("number").shift(1)).fill_null(True)
    is_after_event = pl.col("is_event").shift(1).fill_null(False)
    return (
        spells.sort(*LIFE, "number")
        .with_columns(stretch=(is_gap | is_after_event).cum_sum().over(LIFE))
        .group_by(*LIFE, "stretch", maintain_order=True)
        .agg(
            pl.col("renewed_at", "entry_h", "entry_batches").first(),
            pl.col("exit_h", "exit_batches", "is_event").last(),
        )
        .drop("stretch")
    )
