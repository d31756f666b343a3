"""``finding.record_exceptions``: what a reviewer should look at in a batch record, and why."""

import polars as pl

from data_contracts.codes.stages import RecordException
from data_contracts.tables import table

NAME = "finding.record_exceptions"
USUAL_SHARE = 0.95  # of the product's batches that record a parameter: then it is expected
FEWEST_BATCHES = 20
LATE_H = 24.0


def record_exceptions(
    batches: pl.DataFrame,
    phases: pl.DataFrame,
    parameters: pl.DataFrame,
    weighings: pl.DataFrame,
    deviations: pl.DataFrame,
    sensor_phase_features: pl.DataFrame,
) -> pl.DataFrame:
    """Go through every batch record.

    Args:
        batches: ``core.batches``.
        phases: ``core.phases``.
        parameters: ``core.parameters``.
        weighings: ``core.weighings``.
        deviations: ``core.deviations``.
        sensor_phase_features: ``feature.sensor_phase_features``.

    Returns:
        ``finding.record_exceptions``: a row per exception; records that are absent give none.
    """
    parts = [
        _missing(batches, parameters),
        _out_of_order(phases),
        _outside_nor(parameters),
        _outside_par(sensor_phase_features),
        _late(phases, parameters),
        _opened_late(phases, deviations),
        _unreconciled(weighings),
    ]
    found = pl.concat([part.select(_COLUMNS) for part in parts])
    known = found.join(batches.select("batch_id"), on="batch_id", how="semi")
    return table(NAME, known.unique(["batch_id", "kind", "stage", "item"], keep="first"))


_COLUMNS = [
    pl.col("batch_id").cast(pl.String),
    pl.col("kind").cast(pl.String),
    pl.col("stage").cast(pl.Int64).fill_null(0),
    pl.col("item").cast(pl.String),
    pl.col("value").cast(pl.Float64),
    pl.col("reason").cast(pl.String),
]


def _missing(batches: pl.DataFrame, parameters: pl.DataFrame) -> pl.DataFrame:
    """Entries that other batches of the product have, in a stage the batch has entries of."""
    named = batches.select("batch_id", pl.coalesce("product", pl.lit("all")).alias("product"))
    entries = parameters.select("batch_id", "stage", pl.col("parameter").alias("item")).unique()
    there = entries.select("batch_id", "stage").unique().join(named, on="batch_id")
    reached = there.group_by("product", "stage", maintain_order=True).len("reached")
    usual = (
        entries.join(named, on="batch_id")
        .group_by("product", "stage", "item", maintain_order=True)
        .len("recorded")
        .join(reached, on=["product", "stage"])
        .filter(
            pl.col("recorded") >= USUAL_SHARE * pl.col("reached"),
            pl.col("reached") >= FEWEST_BATCHES,
        )
    )
    return (
        there.join(usual, on=["product", "stage"])
        .join(entries, on=["batch_id", "stage", "item"], how="anti")
        .with_columns(
            kind=pl.lit(RecordException.MISSING_ENTRY),
            value=None,
            reason=pl.format(
                "No entry; {} of {} batches of the product have one.", "recorded", "reached"
            ),
        )
    )


def _out_of_order(phases: pl.DataFrame) -> pl.DataFrame:
    """Phases that begin before the first phase of an earlier stage does."""
    begun = phases.drop_nulls("started_at").sort("batch_id", "stage", "started_at")
    first = begun.group_by("batch_id", "stage", maintain_order=True).agg(
        pl.col("started_at").first(), pl.col("phase").first()
    )
    latest = pl.col("started_at").cum_max().shift(1).over("batch_id")
    return (
        first.with_columns(before=latest)
        .filter(pl.col("started_at") < pl.col("before"))
        .with_columns(
            kind=pl.lit(RecordException.STEP_ORDER),
            item=pl.col("phase"),
            value=(pl.col("before") - pl.col("started_at")).dt.total_seconds() / 3600,
            reason=pl.lit("The stage begins before an earlier one does."),
        )
    )


def _outside_nor(parameters: pl.DataFrame) -> pl.DataFrame:
    low, high, value = pl.col("nor_low"), pl.col("nor_high"), pl.col("value")
    outside = parameters.filter((value < low) | (value > high))
    return outside.with_columns(
        kind=pl.lit(RecordException.OUTSIDE_NOR),
        item=pl.col("parameter"),
        reason=pl.format(
            "Outside the normal range {} to {}.",
            low.cast(pl.String).fill_null("open"),
            high.cast(pl.String).fill_null("open"),
        ),
    )


def _outside_par(features: pl.DataFrame) -> pl.DataFrame:
    outside = features.filter(pl.col("excursions_outside_par") > 0)
    return outside.with_columns(
        kind=pl.lit(RecordException.OUTSIDE_PAR),
        item=pl.format("{}/{}/{}", "unit_procedure", "phase", "tag"),
        value=pl.col("time_outside_par_h"),
        reason=pl.format(
            "{} excursions outside the proven range, the longest {} h.",
            pl.col("excursions_outside_par").cast(pl.Int64),
            pl.col("longest_excursion_outside_par_h").round(2),
        ),
    )


def _stage_ends(phases: pl.DataFrame) -> pl.DataFrame:
    return (
        phases.drop_nulls(["ended_at", "stage"])
        .group_by("batch_id", "stage", maintain_order=True)
        .agg(stage_ended_at=pl.col("ended_at").max())
    )


def _late(phases: pl.DataFrame, parameters: pl.DataFrame) -> pl.DataFrame:
    late = parameters.join(_stage_ends(phases), on=["batch_id", "stage"]).with_columns(
        late_h=(pl.col("recorded_at") - pl.col("stage_ended_at")).dt.total_seconds() / 3600
    )
    return late.filter(pl.col("late_h") > LATE_H).with_columns(
        kind=pl.lit(RecordException.LATE_ENTRY),
        item=pl.col("parameter"),
        value=pl.col("late_h"),
        reason=pl.format("Recorded {} h after the stage ended.", pl.col("late_h").round(1)),
    )


def _opened_late(phases: pl.DataFrame, deviations: pl.DataFrame) -> pl.DataFrame:
    told = deviations.drop_nulls(["batch_id", "opened_at"]).join(
        _stage_ends(phases), on=["batch_id", "stage"]
    )
    late = told.with_columns(
        late_h=(pl.col("opened_at") - pl.col("stage_ended_at")).dt.total_seconds() / 3600
    )
    return late.filter(pl.col("late_h") > LATE_H).with_columns(
        kind=pl.lit(RecordException.LATE_ENTRY),
        item=pl.col("deviation_id"),
        value=pl.col("late_h"),
        reason=pl.format("Opened {} h after the stage ended.", pl.col("late_h").round(1)),
    )


def _unreconciled(weighings: pl.DataFrame) -> pl.DataFrame:
    off = (pl.col("actual") / pl.col("target") - 1) * 100
    outside = weighings.filter(pl.col("target") > 0, off.abs() > pl.col("tolerance_pct"))
    return outside.with_columns(
        kind=pl.lit(RecordException.RECONCILIATION),
        stage=2,
        item=pl.format("{}/{}", "material", "weighing_no"),
        value=off,
        reason=pl.format("Weighed {} % off target, outside the tolerance.", off.round(2)),
    )
