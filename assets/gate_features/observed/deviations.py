"""Features from deviations opened before a gate: on the batch itself, and on its equipment.

A deviation counts from the moment it was opened, whatever was later found to be its cause.
"""

from datetime import timedelta

import polars as pl

from assets.gate_features.observed.observations import Observations, nothing, shaped

TABLE = "core.deviations"
LOOK_BACK = timedelta(days=90)
SERIOUS = ("major", "critical")
AT_GATE = ["batch_id", "gate", "gate_at"]
FEATURE = pl.format("deviation.{}", "quantity").alias("feature")
# quantity, title, formula
FEATURES = (
    (
        "count_on_batch",
        "Deviations on the batch so far",
        "deviations of the batch opened by the gate",
    ),
    (
        "serious_on_batch",
        "Major and critical deviations on the batch so far",
        "deviations of the batch opened by the gate with severity major or critical",
    ),
    (
        "open_on_batch",
        "Deviations on the batch still open",
        "deviations of the batch opened by the gate and not closed by then",
    ),
    (
        "on_equipment_90d",
        "Deviations on the same equipment in 90 days",
        "deviations of other batches opened in 90 days up to the gate on equipment used by then",
    ),
)


def deviation_features(
    deviations: pl.DataFrame, batch_gates: pl.DataFrame, phases: pl.DataFrame
) -> Observations:
    """Count deviations as they were known when each gate closed.

    Where the gate or the deviation has no instant, the deviation's stage decides whether it counts
    at the gate; what is still open and what happened in the last 90 days is then not known.

    Args:
        deviations: ``core.deviations``.
        batch_gates: ``feature.batch_gates``.
        phases: ``core.phases``, for the equipment a batch has used.

    Returns:
        One observation per batch, gate and feature whose value differs from the gate before.
    """
    if deviations.is_empty() or batch_gates.is_empty():
        return nothing()
    at_gate = batch_gates.select(AT_GATE)
    counted = pl.concat(
        [_on_batch(deviations, at_gate), _on_equipment(deviations, at_gate, phases)]
    )
    changed = pl.col("value").ne_missing(pl.col("value").shift(1)).over("batch_id", "quantity")
    values = (
        counted.sort("batch_id", "quantity", "gate")
        .filter(changed)
        .with_columns(FEATURE, stage=pl.col("gate"), known_at=pl.col("gate_at"))
    )
    described = pl.DataFrame(
        FEATURES,
        schema={"quantity": pl.String, "title": pl.String, "formula": pl.String},
        orient="row",
    ).with_columns(
        FEATURE,
        unit_operation=pl.lit("any"),
        kind=pl.lit("deviation"),
        unit=pl.lit("1"),
        source_table=pl.lit(TABLE),
        source_column=pl.lit("opened_at"),
        description=pl.col("title") + ", as known at the gate.",
    )
    return shaped(values, described)


def _on_batch(deviations: pl.DataFrame, at_gate: pl.DataFrame) -> pl.DataFrame:
    opened, gate_at, stage = pl.col("opened_at"), pl.col("gate_at"), pl.col("stage")
    has_both = opened.is_not_null() & gate_at.is_not_null()
    is_in_stage = (stage <= pl.col("gate")).fill_null(has_both)
    is_counted = is_in_stage & pl.when(has_both).then(opened <= gate_at).otherwise(
        stage.is_not_null()
    )
    seen = at_gate.join(
        deviations.select("batch_id", "stage", "severity", "opened_at", "closed_at"),
        on="batch_id",
        how="left",
    ).with_columns(is_counted=is_counted.fill_null(value=False))
    is_open = pl.col("closed_at").is_null() | (pl.col("closed_at") > gate_at)
    can_be_open = gate_at.is_not_null()
    counts = seen.group_by(AT_GATE).agg(
        pl.col("is_counted").sum().cast(pl.Float64).alias("count_on_batch"),
        (pl.col("is_counted") & pl.col("severity").is_in(SERIOUS))
        .sum()
        .cast(pl.Float64)
        .alias("serious_on_batch"),
        pl.when(can_be_open.first())
        .then((pl.col("is_counted") & is_open).sum().cast(pl.Float64))
        .alias("open_on_batch"),
    )
    return counts.unpivot(index=AT_GATE, variable_name="quantity", value_name="value")


def _on_equipment(
    deviations: pl.DataFrame, at_gate: pl.DataFrame, phases: pl.DataFrame
) -> pl.DataFrame:
    on_equipment = deviations.drop_nulls(["equipment_id", "opened_at"]).sort("opened_at")
    timed = at_gate.drop_nulls("gate_at")
    if on_equipment.is_empty() or timed.is_empty() or phases.is_empty():
        return pl.DataFrame(
            schema={**at_gate.schema, "quantity": pl.String(), "value": pl.Float64()}
        )
    used = (
        phases.drop_nulls("equipment_id")
        .group_by("batch_id", "equipment_id")
        .agg(pl.col("started_at").min(), pl.col("stage").min())
    )
    pairs = (
        timed.join(used, on="batch_id")
        .filter((pl.col("started_at") <= pl.col("gate_at")) & (pl.col("stage") <= pl.col("gate")))
        .with_columns(from_at=pl.col("gate_at") - LOOK_BACK)
    )
    all_of = _opened_by(pairs, on_equipment, ["equipment_id"])
    own = _opened_by(pairs, on_equipment.drop_nulls("batch_id"), ["equipment_id", "batch_id"])
    counted = pairs.with_columns(value=all_of - own).group_by(AT_GATE).agg(pl.col("value").sum())
    return timed.join(counted, on=AT_GATE, how="left").select(
        *AT_GATE,
        quantity=pl.lit("on_equipment_90d"),
        value=pl.col("value").fill_null(0).cast(pl.Float64),
    )


def _opened_by(pairs: pl.DataFrame, deviations: pl.DataFrame, by: list[str]) -> pl.Series:
    """Count, per row of pairs, the deviations opened after ``from_at`` and by ``gate_at``."""
    numbered = deviations.sort("opened_at").with_columns(
        number=pl.int_range(1, pl.len() + 1).over(by)
    )
    # Of deviations opened at one instant the last number is the count by then.
    numbered = numbered.group_by(*by, "opened_at").agg(pl.col("number").max()).sort("opened_at")

    def count_at(instant: str) -> pl.Series:
        asked = pairs.with_row_index("row").sort(instant)
        found = asked.join_asof(
            numbered.select(*by, "opened_at", "number"),
            left_on=instant,
            right_on="opened_at",
            by=by,
            strategy="backward",
            check_sortedness=False,
        )
        return found.sort("row")["number"].fill_null(0)

    return count_at("gate_at") - count_at("from_at")
