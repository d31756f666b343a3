"""Every event a batch could have met, in one shape: what, when it was known, on what it happened.

An event counts from the instant at which it was known (a deviation when it was opened, an excursion
when its phase ended), never by the cause found for it later. Here belongs only the reading of the
records; which batches an event comes before is in ``event_lags``.
"""

import polars as pl

EVENT_SCHEMA: dict[str, pl.DataType] = {
    "event_type": pl.String(),
    "kind": pl.String(),
    "batch_id": pl.String(),
    "equipment_id": pl.String(),
    "stage": pl.Int64(),
    "known_at": pl.Datetime("us"),
}
UNCATEGORISED = "uncategorised"
ALARM_WORD = "alarm"
# A hold is long above this share of all holds between the same two unit procedures.
LONG_HOLD_SHARE = 0.95
FEWEST_HOLDS = 20
HOUR_US = 3.6e9


def event_history(
    deviations: pl.DataFrame,
    equipment_events: pl.DataFrame,
    phases: pl.DataFrame,
    sensor_phase_features: pl.DataFrame,
) -> pl.DataFrame:
    """Gather the events of a source.

    Args:
        deviations: ``core.deviations``; one without a category is ``deviation.uncategorised``.
        equipment_events: ``core.equipment_events``, known when they occur.
        phases: ``core.phases``, for the equipment of a batch and for its holds.
        sensor_phase_features: ``feature.sensor_phase_features``; a phase of a tag with at least one
            excursion outside the normal operating range is one event, known when it ended.

    Returns:
        One row per event in the columns of ``EVENT_SCHEMA``, in order of time: ``kind`` is alarm,
        deviation, equipment, excursion or hold; ``known_at`` is null where the source has no
        instants.
    """
    parts = [
        _deviations(deviations),
        _equipment(equipment_events, phases),
        _excursions(sensor_phase_features, phases),
        _holds(phases),
    ]
    return pl.concat(parts).sort("known_at", "event_type", "batch_id", "equipment_id")


def shaped(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame in the columns and types of ``EVENT_SCHEMA``."""
    return frame.select(pl.col(name).cast(kind) for name, kind in EVENT_SCHEMA.items())


def _deviations(deviations: pl.DataFrame) -> pl.DataFrame:
    category = pl.col("category").fill_null(UNCATEGORISED)
    is_alarm = category.str.contains(ALARM_WORD)
    return shaped(
        deviations.with_columns(
            event_type=pl.format("deviation.{}", category),
            kind=pl.when(is_alarm).then(pl.lit("alarm")).otherwise(pl.lit("deviation")),
            known_at=pl.col("opened_at"),
        )
    )


def _equipment(events: pl.DataFrame, phases: pl.DataFrame) -> pl.DataFrame:
    """Events by what the equipment does: a breakdown of the press is not one of the granulator.

    What happens to several parts of one piece at one instant is one event.
    """
    does = (
        phases.drop_nulls("equipment_id")
        .group_by("equipment_id", "unit_procedure")
        .len()
        .sort("equipment_id", "len", "unit_procedure", descending=[False, True, False])
        .unique("equipment_id", keep="first", maintain_order=True)
    )
    unit = pl.col("unit_procedure").fill_null("other_equipment")
    return shaped(
        events.join(does, on="equipment_id", how="left")
        .with_columns(
            event_type=pl.format("equipment.{}.{}", "event", unit),
            kind=pl.lit("equipment"),
            batch_id=pl.lit(None, pl.String),
            stage=pl.lit(None, pl.Int64),
            known_at=pl.col("occurred_at"),
        )
        .unique(["event_type", "equipment_id", "known_at"], maintain_order=True)
    )


def _excursions(features: pl.DataFrame, phases: pl.DataFrame) -> pl.DataFrame:
    ran_on = (
        phases.sort("started_at")
        .group_by("batch_id", "unit_procedure", "phase", maintain_order=True)
        .agg(pl.col("equipment_id").first())
    )
    return shaped(
        features.filter(pl.col("excursions_outside_nor") > 0)
        .join(ran_on, on=["batch_id", "unit_procedure", "phase"], how="left")
        .group_by("batch_id", "unit_procedure", "tag", "stage", "equipment_id")
        .agg(pl.col("known_at").min())
        .with_columns(
            event_type=pl.format("excursion.{}.{}", "unit_procedure", "tag"),
            kind=pl.lit("excursion"),
        )
    )


def _holds(phases: pl.DataFrame) -> pl.DataFrame:
    """Long waits between one unit procedure and the next, known when the next one starts."""
    runs = (
        phases.drop_nulls("started_at")
        .group_by("batch_id", "unit_procedure")
        .agg(
            pl.col("started_at").min(),
            pl.col("ended_at").max(),
            pl.col("stage").min(),
            pl.col("equipment_id").sort_by("started_at").first(),
        )
        .sort("batch_id", "started_at", "stage")
        .with_columns(
            before=pl.col("unit_procedure").shift(1).over("batch_id"),
            left_at=pl.col("ended_at").shift(1).over("batch_id"),
        )
        .drop_nulls("left_at")
    )
    pair = ["before", "unit_procedure"]
    hold_h = (pl.col("started_at") - pl.col("left_at")).dt.total_microseconds() / HOUR_US
    measured = runs.with_columns(hold_h=hold_h)
    is_long = pl.col("hold_h") > pl.col("hold_h").quantile(LONG_HOLD_SHARE).over(pair)
    return shaped(
        measured.filter(is_long & (pl.len().over(pair) >= FEWEST_HOLDS)).with_columns(
            event_type=pl.format("hold.{}_to_{}", *pair),
            kind=pl.lit("hold"),
            known_at=pl.col("started_at"),
        )
    )
