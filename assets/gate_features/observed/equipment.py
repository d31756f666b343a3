"""Features from the equipment a batch ran on: which one, which shift, how long since an event."""

import polars as pl

from assets.gate_features.observed.observations import (
    Observations,
    nothing,
    placed,
    shaped,
    together,
)
from assets.gate_features.observed.titles import phrase, title

PHASES, EVENTS = "core.phases", "core.equipment_events"
FEATURE = pl.format("equipment.{}", "quantity").alias("feature")
RUN = ["batch_id", "unit_procedure", "equipment_id"]


def equipment_features(phases: pl.DataFrame, equipment_events: pl.DataFrame) -> Observations:
    """Build identity, shift and age of the equipment per unit procedure.

    ``equipment.<unit_procedure>.id`` and ``.shift`` are categories. For every kind of event the
    source records, ``.hours_since_<event>`` and ``.batches_since_<event>`` count from the end of
    the last such event to the start of the unit procedure; batches are those that started on the
    equipment in between, this one not counted. Everything is known at that start.

    Args:
        phases: ``core.phases``.
        equipment_events: ``core.equipment_events``.

    Returns:
        Observations of every unit procedure with a known piece of equipment.
    """
    runs = (
        placed(phases, PHASES, "equipment_id")
        .drop_nulls(["equipment_id", "started_at"])
        .sort("batch_id", "unit_procedure", "started_at", "equipment_id")
        .unique(subset=["batch_id", "unit_procedure"], keep="first", maintain_order=True)
        .select(*RUN, "stage", "started_at", "shift", known_at=pl.col("started_at"))
    )
    if runs.is_empty():
        return nothing()
    parts = [_categories(runs, "equipment_id", "id", "equipment"), _categories(runs, "shift")]
    if not equipment_events.is_empty():
        parts.extend(_ages(runs, equipment_events))
    return together(parts)


def _categories(
    runs: pl.DataFrame, column: str, name: str | None = None, words: str | None = None
) -> Observations:
    rows = (
        runs.drop_nulls(column)
        .with_columns(
            quantity=pl.format(f"{{}}.{name or column}", "unit_procedure"), level=pl.col(column)
        )
        .with_columns(FEATURE)
    )
    return shaped(
        rows,
        _described(rows, words or column, None, PHASES, column).with_columns(
            data_type=pl.lit("categorical"), formula=pl.lit(f"{column} of the first phase")
        ),
    )


def _ages(runs: pl.DataFrame, events: pl.DataFrame) -> list[Observations]:
    # Batches are numbered per piece of equipment in the order in which they started on it.
    starts = (
        runs.group_by("equipment_id", "batch_id")
        .agg(pl.col("started_at").min())
        .sort("equipment_id", "started_at", "batch_id")
        .with_columns(number=pl.int_range(1, pl.len() + 1).over("equipment_id"))
    )
    ended = events.select(
        "equipment_id",
        "event",
        at=pl.col("occurred_at")
        + pl.duration(seconds=3600.0 * pl.col("duration_h").fill_null(0.0)),
    ).sort("at")
    counted = ended.join_asof(
        starts.sort("started_at").select("equipment_id", "started_at", "number"),
        left_on="at",
        right_on="started_at",
        by="equipment_id",
        strategy="backward",
        check_sortedness=False,
    ).with_columns(batches_before=pl.col("number").fill_null(0))
    numbered = runs.join(
        starts.select("equipment_id", "batch_id", "number"), on=["equipment_id", "batch_id"]
    ).sort("started_at")
    kinds = sorted(events["event"].unique())
    return [part for kind in kinds for part in _ages_since(numbered, counted, kind)]


def _ages_since(numbered: pl.DataFrame, counted: pl.DataFrame, kind: str) -> list[Observations]:
    last = numbered.join_asof(
        counted.filter(pl.col("event") == kind).select("equipment_id", "at", "batches_before"),
        left_on="started_at",
        right_on="at",
        by="equipment_id",
        strategy="backward",
        check_sortedness=False,
    ).drop_nulls("at")
    hours = (pl.col("started_at") - pl.col("at")).dt.total_microseconds() / 3.6e9
    batches = pl.col("number") - 1 - pl.col("batches_before")
    words = phrase(kind)
    parts = []
    for unit, name, value in (("h", "hours", hours), ("batches", "batches", batches)):
        rows = last.with_columns(
            quantity=pl.format(f"{{}}.{name}_since_{kind}", "unit_procedure"),
            value=value.clip(lower_bound=0).cast(pl.Float64),
        ).with_columns(FEATURE)
        described = _described(rows, f"{name} since {words}", unit, EVENTS, "occurred_at")
        formula = pl.lit(f"{name} from the end of the last {words} to the start")
        parts.append(shaped(rows, described.with_columns(formula=formula)))
    return parts


def _described(
    rows: pl.DataFrame, words: str, unit: str | None, table: str, column: str
) -> pl.DataFrame:
    features = rows.select("feature", "quantity", "unit_procedure").unique().sort("feature")
    titles = [
        title(f"{phrase(name)} {words}", "h" if unit == "h" else None)
        for name in features["unit_procedure"]
    ]
    return features.with_columns(
        title=pl.Series(titles, dtype=pl.String),
        unit_operation=pl.col("unit_procedure"),
        kind=pl.lit("equipment"),
        unit=pl.lit(unit, pl.String),
        source_table=pl.lit(table),
        source_column=pl.lit(column),
        description=pl.format(f"{words.capitalize()} at the start of {{}}.", "unit_procedure"),
    )
