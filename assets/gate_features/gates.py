"""The seven gates of every batch: the instants at which its stages were complete.

A gate closes when the last phase of its stage has ended. Where a source has no instants the gate
has none either, and the stage alone decides what was available at it.
"""

import polars as pl

GATES = range(1, 8)
RELEASE_GATE, CONTROL_GATE = 7, 6
BATCHES_PER_PERIOD = 100


def batch_gates(
    batches: pl.DataFrame, phases: pl.DataFrame, lab_results: pl.DataFrame
) -> pl.DataFrame:
    """Build one row per batch and gate the batch has reached.

    The instant of a gate is the end of the last phase of its stage. Where the batch has no phase
    of that stage, gate 1 closes when the first phase starts, gate 6 with the last result of
    quality control and gate 7 with the disposition. Instants never decrease along the gates. A
    stage the source times, but in which this batch has no finished phase, is a gate the batch has
    not reached (terminated early, or still running); a stage nobody times takes the instant of the
    gate before, or none where no earlier gate is timed. A batch without any instant reaches every
    gate, with a null instant.

    Args:
        batches: ``core.batches``.
        phases: ``core.phases``; may be empty.
        lab_results: ``core.lab_results``; may be empty.

    Returns:
        ``feature.batch_gates``, sorted by production order and gate.
    """
    own = _own_instants(batches, phases, lab_results)
    timed_gates = own.get_column("gate").unique().to_list()
    first_timed = min(timed_gates, default=RELEASE_GATE + 1)
    timed_batches = own.get_column("batch_id").unique()
    grid = (
        batches.select("batch_id")
        .join(pl.DataFrame({"gate": list(GATES)}, schema={"gate": pl.Int64}), how="cross")
        .join(own, on=["batch_id", "gate"], how="left")
        .sort("batch_id", "gate")
        .with_columns(
            gate_at=pl.col("own_at").cum_max().forward_fill().over("batch_id"),
            is_timed=pl.col("batch_id").is_in(timed_batches.implode()),
        )
    )
    is_untimed_gate = ~pl.col("gate").is_in(timed_gates)
    reached = (
        ~pl.col("is_timed")
        | pl.col("own_at").is_not_null()
        | (is_untimed_gate & (pl.col("gate_at").is_not_null() | (pl.col("gate") < first_timed)))
    )
    context = batches.with_columns(period=_period()).select(
        "batch_id", "production_order", "period", "product", "strength", "campaign_id", "cluster_id"
    )
    return (
        grid.filter(reached)
        .select("batch_id", "gate", "gate_at")
        .join(context, on="batch_id")
        .sort("production_order", "batch_id", "gate")
    )


def _own_instants(
    batches: pl.DataFrame, phases: pl.DataFrame, lab_results: pl.DataFrame
) -> pl.DataFrame:
    """Return batch_id, gate, own_at: the instants records give, phases before their stand-ins."""
    by_stage = phases.group_by("batch_id", pl.col("stage").alias("gate")).agg(
        own_at=pl.col("ended_at").max(), is_open=pl.col("ended_at").is_null().any()
    )
    # A phase left open counts as ended once a later stage has begun.
    last_stage = phases.group_by("batch_id").agg(last_stage=pl.col("stage").max())
    ended = (
        by_stage.join(last_stage, on="batch_id")
        .filter(~pl.col("is_open") | (pl.col("gate") < pl.col("last_stage")))
        .select("batch_id", "gate", "own_at")
    )
    first_start = phases.group_by("batch_id").agg(own_at=pl.col("started_at").min())
    # A sample without value is still being tested, and the gate of control is open.
    is_awaited = pl.col("value").is_null() & pl.col("resulted_at").is_null()
    last_result = (
        lab_results.filter(pl.col("stage") == CONTROL_GATE)
        .group_by("batch_id")
        .agg(own_at=pl.col("resulted_at").max(), is_awaited=is_awaited.any())
        .filter(~pl.col("is_awaited"))
    )
    disposed = batches.select("batch_id", own_at=pl.col("dispositioned_at"))
    stand_ins = [(1, first_start), (CONTROL_GATE, last_result), (RELEASE_GATE, disposed)]
    frames = [ended, *(_at_gate(frame, gate) for gate, frame in stand_ins)]
    return (
        pl.concat(frames)
        .drop_nulls("own_at")
        .unique(subset=["batch_id", "gate"], keep="first", maintain_order=True)
        .join(batches.select("batch_id"), on="batch_id", how="semi")
    )


def _at_gate(frame: pl.DataFrame, gate: int) -> pl.DataFrame:
    return frame.select("batch_id", pl.lit(gate, pl.Int64).alias("gate"), "own_at")


def _period() -> pl.Expr:
    """Half-year of the start; where no date is known, a block of 100 batches in order."""
    dated = pl.col("started_at").is_not_null() & (pl.col("started_at_precision") != "order")
    half = (
        pl.when(pl.col("started_at").dt.month() <= 6).then(pl.lit("-H1")).otherwise(pl.lit("-H2"))
    )
    block = (pl.col("production_order").rank("ordinal") - 1) // BATCHES_PER_PERIOD + 1
    return (
        pl.when(dated)
        .then(pl.col("started_at").dt.year().cast(pl.String) + half)
        .otherwise(pl.lit("block-") + block.cast(pl.String).str.zfill(4))
    )
