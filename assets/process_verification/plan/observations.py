"""Everything a chart may be drawn of, as one long frame: results, parameters, sensors, counts.

One row is one value of one sample of one batch, with the instant from which it was known.
"""

import polars as pl

ALL_PRODUCTS = "all products"
IDENTITY = ("product", "source", "stage", "quantity")
COLUMNS = (
    *IDENTITY,
    "batch_id",
    "batch_at",
    "production_order",
    "sample_no",
    "value",
    "side",
    "size",
    "unit",
    "known_at",
    "low",
    "high",
    "is_room",
)
_SIDES = {"left": -1, "right": 1}


def observations(
    batches: pl.DataFrame,
    parameters: pl.DataFrame,
    lab_results: pl.DataFrame,
    inspections: pl.DataFrame,
    sensor_phase_features: pl.DataFrame,
    sensor_tags: pl.DataFrame,
    phases: pl.DataFrame,
) -> pl.DataFrame:
    """Return one row per recorded number.

    Args:
        batches: ``core.batches``.
        parameters: ``core.parameters``.
        lab_results: ``core.lab_results``.
        inspections: ``core.inspections``.
        sensor_phase_features: ``feature.sensor_phase_features``.
        sensor_tags: ``core.sensor_tags``.
        phases: ``core.phases``.

    Returns:
        ``COLUMNS``: ``batch_at`` is the row of ``batches``; ``stage`` is 0 where the source names
        none; ``side`` is -1 for a result below its reporting limit, 1 above, else 0; ``size`` is
        what counts were counted in, else null; ``known_at`` is null where nobody noted when;
        ``is_room`` marks sensors of rooms, which tell of no batch alone. Rows of no batch are left
        out.
    """
    parts = [
        _results(lab_results),
        _parameters(parameters),
        _sensors(sensor_phase_features, sensor_tags, phases),
        _inspections(inspections),
    ]
    own = batches.select(
        "batch_id",
        "production_order",
        product=pl.col("product").fill_null("not stated"),
        at=pl.coalesce("ended_at", "started_at"),
    )
    # By the place of each batch: texts would be compared once a number.
    place = pl.col("batch_id").cast(pl.Enum(own["batch_id"]), strict=False).to_physical()
    values = pl.concat(parts).filter(pl.col("value").is_finite())
    values = values.with_columns(batch_at=place.cast(pl.Int64)).filter(
        pl.col("batch_at").is_not_null()
    )
    of_batch = own.drop("batch_id").select(pl.all().gather(values["batch_at"]))
    return (
        values.hstack(of_batch)
        .with_columns(known_at=pl.coalesce("known_at", "at"), stage=pl.col("stage").fill_null(0))
        .select(COLUMNS)
    )


def _shaped(frame: pl.DataFrame, source: str, **columns: pl.Expr) -> pl.DataFrame:
    usual = {
        "sample_no": pl.lit(1),
        "side": pl.lit(0),
        "size": pl.lit(None),
        "unit": pl.col("unit") if "unit" in frame.columns else pl.lit(None),
        "low": pl.lit(None),
        "high": pl.lit(None),
        "is_room": pl.lit(value=False),
    }
    types = {
        "stage": pl.Int64,
        "sample_no": pl.Int64,
        "side": pl.Int64,
        "size": pl.Float64,
        "value": pl.Float64,
        "unit": pl.String,
        "low": pl.Float64,
        "high": pl.Float64,
    }
    made = frame.select("batch_id", source=pl.lit(source), **{**usual, **columns})
    typed = made.cast(types)  # type: ignore[arg-type]
    return typed.select(
        "batch_id",
        "source",
        "stage",
        "quantity",
        "sample_no",
        "value",
        "side",
        "size",
        "unit",
        pl.col("known_at").cast(pl.Datetime("us")),
        "low",
        "high",
        "is_room",
    )


def _results(lab_results: pl.DataFrame) -> pl.DataFrame:
    return _shaped(
        lab_results,
        "lab_result",
        stage=pl.col("stage"),
        quantity=pl.col("test"),
        sample_no=pl.col("sample_no"),
        value=pl.col("value"),
        side=pl.col("censoring").replace_strict(_SIDES, default=0, return_dtype=pl.Int64),
        known_at=pl.coalesce("resulted_at", "sampled_at"),
        low=pl.col("spec_low"),
        high=pl.col("spec_high"),
    )


def _parameters(parameters: pl.DataFrame) -> pl.DataFrame:
    return _shaped(
        parameters,
        "parameter",
        stage=pl.col("stage"),
        quantity=pl.col("parameter"),
        value=pl.col("value"),
        known_at=pl.col("recorded_at"),
        low=pl.col("nor_low"),
        high=pl.col("nor_high"),
    )


def _inspections(inspections: pl.DataFrame) -> pl.DataFrame:
    counted = inspections.filter(pl.col("inspected") > 0)
    return _shaped(
        counted,
        "inspection",
        stage=pl.col("stage"),
        quantity=pl.col("defect_class"),
        value=pl.col("rejected"),
        size=pl.col("inspected"),
        unit=pl.lit("dosage units"),
        known_at=pl.col("inspected_at"),
    )


def _sensors(
    features: pl.DataFrame, sensor_tags: pl.DataFrame, phases: pl.DataFrame
) -> pl.DataFrame:
    """The mean of each tag over each phase, known when the phase had ended."""
    ended = phases.group_by(
        "batch_id", "stage", "unit_procedure", "phase", maintain_order=True
    ).agg(pl.col("ended_at").max())
    limits = sensor_tags.group_by("tag", "stage", maintain_order=True).agg(
        pl.col("nor_low", "nor_high").first(), is_room=pl.col("is_shared_area").all()
    )
    joined = features.join(
        ended, on=["batch_id", "stage", "unit_procedure", "phase"], how="left", nulls_equal=True
    ).join(limits, on=["tag", "stage"], how="left", nulls_equal=True)
    rooms = sensor_tags.filter(pl.col("is_shared_area"))["tag"].unique().to_list()
    return _shaped(
        joined,
        "sensor",
        stage=pl.col("stage"),
        quantity=pl.concat_str("unit_procedure", "phase", "tag", separator="."),
        value=pl.col("time_weighted_mean"),
        known_at=pl.col("ended_at"),
        low=pl.col("nor_low"),
        high=pl.col("nor_high"),
        is_room=pl.col("is_room").fill_null(pl.col("tag").is_in(rooms)),
    )
