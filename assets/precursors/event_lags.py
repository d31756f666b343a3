"""Which events came before which batch, on what they share, and how long before.

An event is paired with a batch through the batch itself, a piece of equipment it ran on, its line,
a lot it was made from, or its campaign. Only events known before the batch's outcome could be known
count (the anchor: the last gate before the result), so that what a failure itself set off, such as
the deviation opened on the result, comes before nothing.

The lag runs from the instant the event was known to the batch's exposure: to the anchor for events
on the batch itself (how early it was known), to the start of the batch on that equipment for
equipment, to the start of the batch for line, lot and campaign. Events after the exposure and
before the anchor have lag 0. What happened on the batch's own equipment is not counted again for
its line.
"""

from dataclasses import dataclass

import polars as pl

SCOPES = ("batch", "equipment", "line", "lot", "campaign")
HORIZON_H = 90 * 24.0
# A lot that most batches share says nothing about any of them.
MOST_BATCHES_PER_LOT = 20
KINDS_ON_LINE = ("alarm", "deviation", "equipment")
PAIR_SCHEMA: dict[str, pl.DataType] = {
    "batch_id": pl.String(),
    "event_type": pl.String(),
    "kind": pl.String(),
    "scope": pl.String(),
    "lag_h": pl.Float64(),
    "known_at": pl.Datetime("us"),
}
EVENT_COLUMNS = ("event_type", "kind", "source", "equipment_id", "known_at", "thing")
HOUR_US = 3.6e9


@dataclass(frozen=True)
class BatchSurroundings:
    """What batches share.

    Attributes:
        batches: ``core.batches``.
        phases: ``core.phases``.
        material_usage: ``core.material_usage``.
        anchors: Per batch the instant before which an event must be known, and the stage it
            closes: batch_id, anchor_at, anchor_stage.
    """

    batches: pl.DataFrame
    phases: pl.DataFrame
    material_usage: pl.DataFrame
    anchors: pl.DataFrame


def event_lags(events: pl.DataFrame, around: BatchSurroundings) -> pl.DataFrame:
    """Pair every event with the batches it came before.

    Args:
        events: ``event_history``.
        around: What batches share, and their anchors.

    Returns:
        One row per batch, event and scope: batch_id, event_type, kind, scope, lag_h (0 to
        ``HORIZON_H``; null where the source has no instants and the stage alone decided), known_at.
    """
    subjects = around.batches.select("batch_id", "line", "campaign_id", "started_at").join(
        around.anchors, on="batch_id", how="left"
    )
    parts = [
        _on_batch(events, subjects),
        _on_equipment(events, subjects, around.phases),
        *(_through(events, subjects, around, scope) for scope in SCOPES[2:]),
    ]
    return pl.concat(parts).sort("scope", "event_type", "batch_id", "lag_h")


def _shaped(frame: pl.DataFrame, scope: str) -> pl.DataFrame:
    return frame.with_columns(scope=pl.lit(scope)).select(
        pl.col(name).cast(kind) for name, kind in PAIR_SCHEMA.items()
    )


def _on_batch(events: pl.DataFrame, subjects: pl.DataFrame) -> pl.DataFrame:
    known, anchor = pl.col("known_at"), pl.col("anchor_at")
    has_both = known.is_not_null() & anchor.is_not_null()
    is_by_stage = pl.col("stage") <= pl.col("anchor_stage")
    paired = events.drop_nulls("batch_id").join(subjects, on="batch_id")
    return _shaped(
        paired.filter(
            pl.when(has_both).then(known <= anchor).otherwise(is_by_stage.fill_null(value=False))
        ).with_columns(lag_h=_hours(anchor - known)),
        "batch",
    )


def _on_equipment(
    events: pl.DataFrame, subjects: pl.DataFrame, phases: pl.DataFrame
) -> pl.DataFrame:
    stays = (
        phases.drop_nulls(["equipment_id", "started_at"])
        .group_by("batch_id", "equipment_id")
        .agg(exposed_at=pl.col("started_at").min(), left_at=pl.col("ended_at").max())
        .join(subjects.select("batch_id", "anchor_at"), on="batch_id")
        .filter((pl.col("exposed_at") <= pl.col("anchor_at")).fill_null(value=True))
        .with_columns(until_at=pl.min_horizontal("anchor_at", "left_at"))
        .select("batch_id", "exposed_at", "until_at", thing="equipment_id")
    )
    on = (
        events.drop_nulls("equipment_id")
        .rename({"batch_id": "source"})
        .with_columns(thing="equipment_id")
        .select(EVENT_COLUMNS)
    )
    return _shaped(_before(on, stays), "equipment")


def _through(
    events: pl.DataFrame, subjects: pl.DataFrame, around: BatchSurroundings, scope: str
) -> pl.DataFrame:
    """Pair events of other batches (and equipment) of the same line, lot or campaign."""
    groups = _groups(around, scope)
    kinds = KINDS_ON_LINE if scope == "line" else ("alarm", "deviation")
    of_batches = (
        events.filter(pl.col("kind").is_in(kinds))
        .rename({"batch_id": "source"})
        .join(
            groups.filter(pl.col("batch_id").is_not_null()), left_on="source", right_on="batch_id"
        )
    )
    of_equipment = (
        events.filter(pl.col("kind").is_in(kinds) & pl.col("batch_id").is_null())
        .rename({"batch_id": "source"})
        .join(
            groups.filter(pl.col("batch_id").is_null()).select("equipment_id", "thing"),
            on="equipment_id",
        )
    )
    on = pl.concat([of_batches.select(EVENT_COLUMNS), of_equipment.select(EVENT_COLUMNS)])
    members = (
        groups.drop_nulls("batch_id")
        .join(subjects.drop_nulls("started_at"), on="batch_id")
        .with_columns(until_at=pl.coalesce("anchor_at", "started_at"))
        .select("batch_id", "thing", "until_at", exposed_at="started_at")
    )
    met = _before(on, members)
    if scope == "line":
        met = met.join(around.phases, on=["batch_id", "equipment_id"], how="anti")
    return _shaped(met, scope)


def _groups(around: BatchSurroundings, scope: str) -> pl.DataFrame:
    """Return what belongs to each line, lot or campaign: batch_id or equipment_id, and thing."""
    if scope == "lot":
        lots = around.material_usage.select(
            "batch_id", thing=pl.concat_str("material", "supplier", "lot", separator="|")
        ).unique()
        few = lots.filter(pl.col("batch_id").n_unique().over("thing") <= MOST_BATCHES_PER_LOT)
        return few.select("batch_id", pl.lit(None, pl.String).alias("equipment_id"), "thing")
    column = {"line": "line", "campaign": "campaign_id"}[scope]
    own = around.batches.drop_nulls(column).select(
        "batch_id", pl.lit(None, pl.String).alias("equipment_id"), thing=column
    )
    if scope != "line":
        return own
    # Equipment belongs to a line when all of its batches do.
    of_line = (
        around.phases.drop_nulls("equipment_id")
        .join(own.select("batch_id", "thing"), on="batch_id")
        .group_by("equipment_id")
        .agg(pl.col("thing").unique())
        .filter(pl.col("thing").list.len() == 1)
        .select(pl.lit(None, pl.String).alias("batch_id"), "equipment_id", pl.col("thing").list[0])
    )
    return pl.concat([own, of_line])


def _before(events: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Join events with the members of the same thing that they came before, own ones apart.

    Both sides carry the number of a period as long as the horizon, so that only neighbours meet.
    """
    horizon_us = int(HORIZON_H * HOUR_US)
    period = pl.col("known_at").dt.epoch("us") // horizon_us
    on = events.drop_nulls("known_at").with_columns(period=period)
    until = pl.col("until_at").dt.epoch("us") // horizon_us
    exposed = pl.col("exposed_at").dt.epoch("us") // horizon_us
    spread = (
        members.drop_nulls(["exposed_at", "until_at"])
        .with_columns(period=pl.int_ranges(exposed - 1, until + 1))
        .filter(exposed - 1 < until + 1)
        .explode("period", empty_as_null=False)
        .drop_nulls("period")
    )
    lag_h = _hours(pl.col("exposed_at") - pl.col("known_at")).clip(lower_bound=0.0)
    return (
        on.join(spread, on=["thing", "period"])
        .filter(
            (pl.col("known_at") <= pl.col("until_at"))
            & pl.col("source").ne_missing(pl.col("batch_id"))
        )
        .with_columns(lag_h=lag_h)
        .filter(pl.col("lag_h") <= HORIZON_H)
        .unique(["batch_id", "event_type", "kind", "equipment_id", "known_at"])
    )


def _hours(span: pl.Expr) -> pl.Expr:
    return span.dt.total_microseconds() / HOUR_US
