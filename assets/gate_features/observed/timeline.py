"""Features from the timeline of a batch: how long its unit procedures took, how long it waited."""

import polars as pl

from assets.gate_features.observed.observations import (
    Observations,
    nothing,
    placed,
    shaped,
    together,
)
from assets.gate_features.observed.titles import phrase, title

TABLE = "core.phases"
SECONDS_PER_HOUR = 3600.0


def timeline_features(phases: pl.DataFrame) -> Observations:
    """Build ``phase.<unit_procedure>.duration_h`` and ``hold.<from>_to_<to>_h``.

    A duration runs from the first start to the last end of a unit procedure, and is known at that
    end. A hold runs from the end of a unit procedure to the start of the next one of the batch,
    and is known at that start; where they overlap there was no hold and no value.

    Args:
        phases: ``core.phases``.

    Returns:
        Durations and holds in hours.
    """
    if phases.is_empty():
        return nothing()
    procedures = (
        placed(phases, TABLE, "ended_at")
        .group_by("batch_id", "unit_procedure")
        .agg(
            pl.col("stage").max(),
            pl.col("started_at").min(),
            ended_at=pl.when(pl.col("ended_at").is_not_null().all()).then(pl.col("ended_at").max()),
        )
        .sort("batch_id", "started_at", "stage", "unit_procedure")
    )
    return together([_durations(procedures), _holds(procedures)])


def _hours(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    return (end - start).dt.total_microseconds() / (1e6 * SECONDS_PER_HOUR)


def _durations(procedures: pl.DataFrame) -> Observations:
    rows = procedures.drop_nulls("ended_at").with_columns(
        feature=pl.format("phase.{}.duration_h", "unit_procedure"),
        value=_hours(pl.col("started_at"), pl.col("ended_at")),
        known_at=pl.col("ended_at"),
    )
    features = rows.select("feature", "unit_procedure").unique().sort("feature")
    titles = [title(f"{phrase(name)} duration", "h") for name in features["unit_procedure"]]
    return shaped(
        rows,
        _timed(features, titles, "ended_at").with_columns(
            unit_operation=pl.col("unit_procedure"),
            quantity=pl.format("{}.duration_h", "unit_procedure"),
            formula=pl.lit("last ended_at - first started_at of the unit procedure"),
            description=pl.format("Hours from start to end of {}.", "unit_procedure"),
        ),
    )


def _holds(procedures: pl.DataFrame) -> Observations:
    following = {
        name: pl.col(name).shift(-1).over("batch_id")
        for name in ("unit_procedure", "stage", "started_at")
    }
    rows = (
        procedures.with_columns(
            next_procedure=following["unit_procedure"],
            stage=following["stage"],
            known_at=following["started_at"],
        )
        .drop_nulls(["ended_at", "known_at"])
        .with_columns(
            feature=pl.format("hold.{}_to_{}_h", "unit_procedure", "next_procedure"),
            value=_hours(pl.col("ended_at"), pl.col("known_at")),
        )
        .filter(pl.col("value") >= 0)
    )
    features = rows.select("feature", "unit_procedure", "next_procedure").unique().sort("feature")
    titles = [
        title(f"hold between {phrase(before)} and {phrase(after)}", "h")
        for before, after in features.select("unit_procedure", "next_procedure").iter_rows()
    ]
    return shaped(
        rows,
        _timed(features, titles, "started_at").with_columns(
            unit_operation=pl.col("next_procedure"),
            quantity=pl.format("{}_to_{}_h", "unit_procedure", "next_procedure"),
            formula=pl.lit("started_at of the next unit procedure - ended_at of the one before"),
            description=pl.format(
                "Hours the batch waited between {} and {}.", "unit_procedure", "next_procedure"
            ),
        ),
    )


def _timed(features: pl.DataFrame, titles: list[str], column: str) -> pl.DataFrame:
    return features.with_columns(
        title=pl.Series(titles, dtype=pl.String),
        kind=pl.lit("parameter"),
        unit=pl.lit("h"),
        source_table=pl.lit(TABLE),
        source_column=pl.lit(column),
    )
