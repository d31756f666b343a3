"""Features from ancestor batches: how the batches a batch is made of were run and came out.

A result of an ancestor counts for the descendant only where it was known before the descendant's
gate: without instants nobody can say so, and it is left out. A result filed under both, one sample
for two batches, is the descendant's own and never returns as its parent's.
"""

import polars as pl

from assets.gate_features.inherited.ancestry import level_words
from assets.gate_features.observed.accumulation import summaries
from assets.gate_features.observed.observations import (
    INSTANT,
    Observations,
    nothing,
    placed,
    stage_name,
    together,
)
from assets.gate_features.observed.titles import phrase, printed_unit, title
from data_contracts.codes.records import GenealogyNode

PARAMETERS, RESULTS = "core.parameters", "core.lab_results"
MARGINS, OUTCOMES = "core.outcome_margins", "core.outcomes"
# suffix of the feature, column of the running summary, words for the title and the formula
STATISTICS = (
    ("", "mean", "share-weighted mean of batches"),
    (".minimum", "minimum", "lowest of batches"),
    (".maximum", "maximum", "highest of batches"),
)


def ancestor_batch_features(
    ancestors: pl.DataFrame,
    parameters: pl.DataFrame,
    lab_results: pl.DataFrame,
    outcomes: pl.DataFrame,
    outcome_margins: pl.DataFrame,
    batch_gates: pl.DataFrame,
) -> Observations:
    """Build what ancestor batches k levels up were like, weighted by their share of the batch.

    ``ancestor_batch.<parameter>.level<k>``, ``ancestor_batch.lab.<test>.level<k>``,
    ``ancestor_batch.margin.<quantity>.level<k>`` (distance to the limit, robust spread units) and
    ``ancestor_batch.failed.<outcome>.level<k>`` (share that failed, 0 to 1), each with ``.minimum``
    and ``.maximum`` where some batch has several.

    Args:
        ancestors: ``ancestry``.
        parameters: ``core.parameters``.
        lab_results: ``core.lab_results``.
        outcomes: ``core.outcomes``.
        outcome_margins: ``core.outcome_margins``.
        batch_gates: ``feature.batch_gates``: an ancestor's result reaches no gate without an
            instant.

    Returns:
        Observations of everything recorded of ancestors.
    """
    batches = ancestors.filter(pl.col("type") == GenealogyNode.BATCH).drop("material")
    if batches.is_empty():
        return nothing()
    timed = _at_timed_gates(batches, batch_gates)
    own = _shared_samples(timed, lab_results)
    results = [
        _without(timed.join(_results(lab_results), on="node"), own, "sampled"),
        _without(timed.join(_margins(outcomes, outcome_margins), on="node"), own, "sampled"),
        _without(timed.join(_failed(outcomes), on="node"), own),
    ]
    dated = [rows.drop_nulls("result_known_at") for rows in results]
    return together(
        [_features(rows) for rows in (batches.join(_parameters(parameters), on="node"), *dated)]
    )


def _parameters(parameters: pl.DataFrame) -> pl.DataFrame:
    """A parameter was on record when its batch was made, and so before it went into another."""
    return placed(parameters, PARAMETERS, "value").select(
        node="batch_id",
        name="parameter",
        quantity="parameter",
        words=pl.lit(""),
        unit="unit",
        value="value",
        result_known_at="known_at",
        sampled=pl.lit(None, pl.String),
        record_kind=pl.lit("parameter"),
        source_table=pl.lit(PARAMETERS),
        source_column=pl.lit("value"),
    )


def _results(lab_results: pl.DataFrame) -> pl.DataFrame:
    return placed(lab_results, RESULTS, "value").select(
        node="batch_id",
        name=pl.format("lab.{}", "test"),
        quantity="test",
        words=pl.lit(""),
        unit="unit",
        value="value",
        result_known_at="known_at",
        sampled="test",
        record_kind=pl.lit("lab"),
        source_table=pl.lit(RESULTS),
        source_column=pl.lit("value"),
    )


def _margins(outcomes: pl.DataFrame, outcome_margins: pl.DataFrame) -> pl.DataFrame:
    known = outcomes.select("batch_id", "outcome", "known_at")
    return (
        outcome_margins.join(known, on=["batch_id", "outcome"])
        .unique(["batch_id", "quantity"], keep="first", maintain_order=True)
        .select(
            node="batch_id",
            name=pl.format("margin.{}", "quantity"),
            quantity="quantity",
            words=pl.lit(", margin to its limit"),
            unit=pl.lit("robust sd"),
            value="margin",
            result_known_at="known_at",
            sampled="measured_quantity",
            record_kind=pl.lit("lab"),
            source_table=pl.lit(MARGINS),
            source_column=pl.lit("margin"),
        )
    )


def _failed(outcomes: pl.DataFrame) -> pl.DataFrame:
    return outcomes.drop_nulls("is_failure").select(
        node="batch_id",
        name=pl.format("failed.{}", "outcome"),
        quantity="outcome",
        words=pl.lit(", share failed"),
        unit=pl.lit("1"),
        value=pl.col("is_failure").cast(pl.Float64),
        result_known_at="known_at",
        sampled=pl.lit(None, pl.String),
        record_kind=pl.lit("lab"),
        source_table=pl.lit(OUTCOMES),
        source_column=pl.lit("is_failure"),
    )


def _at_timed_gates(batches: pl.DataFrame, batch_gates: pl.DataFrame) -> pl.DataFrame:
    """Let results in from the batch's first gate with an instant on; batches of none are left out.

    At a gate without one the stage would decide, and the stage of another batch says nothing here.
    """
    first = (
        batch_gates.drop_nulls("gate_at").group_by("batch_id").agg(first_timed=pl.col("gate").min())
    )
    return (
        batches.join(first, on="batch_id")
        .with_columns(stage=pl.max_horizontal("stage", "first_timed"))
        .drop("first_timed")
    )


def _shared_samples(batches: pl.DataFrame, lab_results: pl.DataFrame) -> pl.DataFrame:
    """Tests of which a sample of the ancestor stands in the batch's own results too."""
    at = pl.coalesce("resulted_at", pl.lit(0).cast(INSTANT))
    samples = lab_results.drop_nulls("value").select("batch_id", "test", "value", at=at)
    return (
        batches.select("batch_id", "node")
        .unique()
        .join(samples.rename({"batch_id": "node"}), on="node")
        .join(samples, on=["batch_id", "test", "value", "at"], how="semi")
        .select("batch_id", "node", sampled="test")
    )


def _without(rows: pl.DataFrame, shared: pl.DataFrame, *of: str) -> pl.DataFrame:
    return rows.join(shared, on=["batch_id", "node", *of], how="anti")


def _features(joined: pl.DataFrame) -> Observations:
    rows = (
        joined.filter(pl.col("value").is_finite())
        .with_columns(
            feature=pl.format("ancestor_batch.{}.level{}", "name", "level"),
            known_at=pl.max_horizontal("known_at", "result_known_at"),
        )
        .sort("feature", "batch_id", "node")
    )
    if rows.is_empty():
        return nothing()
    named = rows.group_by("feature", maintain_order=True).agg(
        pl.col(
            "quantity", "words", "level", "record_kind", "source_table", "source_column"
        ).first(),
        pl.col("unit").drop_nulls().first(),
        stage=pl.col("stage").min(),
        by=pl.col("by").unique().sort().str.join(", "),
    )
    return summaries(rows, named, STATISTICS, _described)


def _described(named: pl.DataFrame, suffix: str, statistic: str) -> pl.DataFrame:
    recorded = named.select("quantity", "unit", "words", "level", "by").rows()
    units = [printed_unit(quantity, unit) for quantity, unit, *_ in recorded]
    titles = [
        title(
            f"{phrase(quantity, own)}{words} of {_whose(level)}, by {by}"
            f"{f', {statistic}' if suffix else ''}",
            unit,
        )
        for (quantity, own, words, level, by), unit in zip(recorded, units, strict=True)
    ]
    return named.with_columns(
        feature=pl.col("feature") + suffix,
        title=pl.Series(titles, dtype=pl.String),
        unit=pl.Series(units, dtype=pl.String),
        unit_operation=stage_name(pl.col("stage")),
        kind=pl.col("record_kind"),
        quantity=pl.format("level{}.{}", "level", "quantity"),
        # measured on another batch: what decides this one is its own
        measured_quantity=pl.lit(None, pl.String),
        formula=pl.lit(statistic),
        description=pl.format(
            "'{}' of the batches this one is made of, {} level(s) up, as known by then.",
            "quantity",
            "level",
        ),
    )


def _whose(level: int) -> str:
    return "parent batches" if level == 1 else f"batches {level_words(level)}"
