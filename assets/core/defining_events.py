"""Which batches had an event that defines an outcome, as quantities a rule can read.

An event concerns the batch it names, else the batch then on its equipment. Which kinds of event
define an outcome is declared in the profile.
"""

from collections.abc import Collection

import polars as pl

from assets.core.measurements import NOT_CENSORED, SCHEMA
from data_contracts.profile_schema.rule_names.defining_events import DEVIATION_CLASS

INSTANT = pl.Datetime("us")
_NAMED_BY = {"deviation": "category", DEVIATION_CLASS: "severity"}


def event_measurements(
    names: Collection[str],
    batches: pl.DataFrame,
    phases: pl.DataFrame,
    deviations: pl.DataFrame,
    equipment_events: pl.DataFrame,
) -> pl.DataFrame:
    """Return the events of every batch by kind.

    Args:
        names: Kinds of event: ``deviation.<category>``, ``deviation_class.<severity>``,
            ``equipment.<event>`` or ``equipment.<event>.<unit procedure>``.
        batches: ``core.batches``.
        phases: ``core.phases``, for which batch was on a piece of equipment.
        deviations: ``core.deviations``.
        equipment_events: ``core.equipment_events``.

    Returns:
        Measurements (``measurements.SCHEMA``): one row per batch and kind, the events as value,
        known at the first of them. No event is known at the disposition, else at the end of the
        batch, and not before: a batch still running or awaiting its disposition has no row. Empty
        for a kind whose table the source does not deliver.
    """
    sources = {
        "deviation": deviations,
        DEVIATION_CLASS: deviations,
        "equipment": equipment_events,
    }
    found = []
    for name in sorted(names):
        kind, _, rest = name.partition(".")
        if kind not in sources or sources[kind].is_empty():
            continue
        placed = (
            _equipment(equipment_events, phases, rest)
            if kind == "equipment"
            else _deviations(deviations.filter(pl.col(_NAMED_BY[kind]) == rest), phases)
        )
        found.append(counted_events(name, batches, placed))
    return pl.concat(found) if found else pl.DataFrame(schema=SCHEMA)


def _deviations(own: pl.DataFrame, phases: pl.DataFrame) -> pl.DataFrame:
    named = own.drop_nulls("batch_id").select("batch_id", at="opened_at")
    rest = own.filter(pl.col("batch_id").is_null()).select("equipment_id", at="opened_at")
    return pl.concat([named, _then_on(rest, phases)])


def _equipment(events: pl.DataFrame, phases: pl.DataFrame, rest: str) -> pl.DataFrame:
    event, _, unit_procedure = rest.partition(".")
    own = events.filter(pl.col("event") == event).select("equipment_id", at="occurred_at").unique()
    if unit_procedure:
        phases = phases.filter(pl.col("unit_procedure") == unit_procedure)
    return _then_on(own, phases)


def _then_on(events: pl.DataFrame, phases: pl.DataFrame) -> pl.DataFrame:
    """Place events on the batch that was on the equipment: batch_id, at."""
    stays = phases.drop_nulls(["equipment_id", "started_at"]).select(
        "equipment_id",
        "batch_id",
        "started_at",
        left_at=pl.coalesce("ended_at", "started_at"),
    )
    return (
        events.drop_nulls()
        .join(stays, on="equipment_id")
        .filter(pl.col("at").is_between("started_at", "left_at"))
        .select("batch_id", "at")
        .unique()
    )


def counted_events(name: str, batches: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """Count what happened to each batch as a quantity; none is known once the batch is decided.

    Args:
        name: Name of the quantity.
        batches: ``core.batches``.
        placed: batch_id, at: one row per time it happened.

    Returns:
        Measurements (``measurements.SCHEMA``), as ``event_measurements`` says.
    """
    met = placed.group_by("batch_id").agg(value=pl.len().cast(pl.Float64), first_at=pl.min("at"))
    has_dispositions = bool(batches["disposition"].is_not_null().any())
    has_ends = bool(batches["ended_at"].is_not_null().any())
    is_decided = (
        pl.col("disposition").fill_null("pending") != "pending"
        if has_dispositions
        else pl.col("ended_at").is_not_null() | pl.lit(not has_ends)
    )
    return (
        batches.join(met, on="batch_id", how="left")
        .filter(pl.col("value").is_not_null() | is_decided)
        .select(
            "batch_id",
            quantity=pl.lit(name),
            stage=pl.lit(None, pl.Int64),
            value=pl.col("value").fill_null(0.0),
            level=pl.lit(None, pl.String),
            spec_low=pl.lit(None, pl.Float64),
            spec_high=pl.lit(None, pl.Float64),
            censoring=pl.lit(NOT_CENSORED),
            known_at=pl.when(pl.col("value").is_not_null())
            .then("first_at")
            .otherwise(pl.coalesce("dispositioned_at", "ended_at"))
            .cast(INSTANT),
        )
        .sort("batch_id")
    )
