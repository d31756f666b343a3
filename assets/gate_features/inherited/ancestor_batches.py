"""Features from ancestor batches: how the batches a batch is made of were run and came out.

A result of an ancestor counts for the descendant only where it was known before the descendant's
gate: without instants nobody can say so, and it is left out. What decides an outcome is a result,
whether it stands among results or parameters. A result filed under both, one sample for two
batches, is the descendant's own and never returns as its parent's.
"""

from collections.abc import Collection

import polars as pl

from assets.gate_features.inherited.ancestry import level_words
from assets.gate_features.observed.accumulation import AT_LIMIT, summaries
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
NOT_CENSORED, EITHER_SIDE = "none", "interval"
UNDATED = pl.lit(0).cast(INSTANT)
# suffix of the feature, column of the running summary, words for the title and the formula
STATISTICS = (
    ("", "mean", "share-weighted mean of batches"),
    (".minimum", "minimum", "lowest of batches"),
    (".maximum", "maximum", "highest of batches"),
    (AT_LIMIT, "at_limit_share", "share of results of batches at a reporting limit"),
)


def ancestor_batch_features(
    ancestors: pl.DataFrame,
    parameters: pl.DataFrame,
    lab_results: pl.DataFrame,
    outcomes: pl.DataFrame,
    outcome_margins: pl.DataFrame,
    batch_gates: pl.DataFrame,
    deciding: Collection[str],
) -> Observations:
    """Build what ancestor batches k levels up were like, weighted by their share of the batch.

    ``ancestor_batch.<parameter>.level<k>``, ``ancestor_batch.lab.<test>.level<k>``,
    ``ancestor_batch.margin.<quantity>.level<k>`` (distance to the limit, robust spread units) and
    ``ancestor_batch.failed.<outcome>.level<k>`` (share that failed, 0 to 1), each with ``.minimum``
    and ``.maximum`` where some batch has several. An ancestor counts by its share, however many
    samples it has. With a result at its reporting limit they are missing; ``.at_limit_share`` says
    how many are.

    Args:
        ancestors: ``ancestry``.
        parameters: ``core.parameters``.
        lab_results: ``core.lab_results``.
        outcomes: ``core.outcomes``.
        outcome_margins: ``core.outcome_margins``.
        batch_gates: ``feature.batch_gates``: an ancestor's result reaches no gate without an
            instant.
        deciding: Names of tests and parameters that decide an outcome.

    Returns:
        Observations of everything recorded of ancestors.
    """
    batches = ancestors.filter(pl.col("type") == GenealogyNode.BATCH).drop("material")
    if batches.is_empty():
        return nothing()
    batches = batches.with_row_index("of")
    decides = pl.col("parameter").is_in(list(deciding))
    deciding_parameters = parameters.filter(decides)
    results_at = _results_at(lab_results, deciding_parameters)
    timed = _at_timed_gates(batches, batch_gates)
    own = _shared_samples(timed, lab_results, deciding_parameters)
    results = [
        _without(timed.join(_results(lab_results), on="node"), own, "sampled"),
        _without(timed.join(_decided(deciding_parameters), on="node"), own, "sampled"),
        _without(
            timed.join(_margins(outcomes, outcome_margins, results_at), on="node"), own, "sampled"
        ),
        _without(timed.join(_failed(outcomes), on="node"), own),
    ]
    dated = [rows.drop_nulls("result_known_at") for rows in results]
    others = batches.join(_parameters(parameters.filter(~decides)), on="node")
    return together([_features(rows) for rows in (others, *dated)])


def _parameters(parameters: pl.DataFrame) -> pl.DataFrame:
    """A parameter was on record when its batch was made, and so before it went into another."""
    return placed(parameters, PARAMETERS, "value").select(
        node="batch_id",
        name="parameter",
        quantity="parameter",
        words=pl.lit(""),
        unit="unit",
        value="value",
        censoring=pl.lit(NOT_CENSORED),
        result_known_at="known_at",
        sampled=pl.lit(None, pl.String),
        record_kind=pl.lit("parameter"),
        source_table=pl.lit(PARAMETERS),
        source_column=pl.lit("value"),
    )


def _decided(parameters: pl.DataFrame) -> pl.DataFrame:
    """Parameters that decide an outcome: results, wherever they stand."""
    return _parameters(parameters).with_columns(
        sampled=pl.col("quantity"), record_kind=pl.lit("lab")
    )


def _results(lab_results: pl.DataFrame) -> pl.DataFrame:
    return placed(lab_results, RESULTS, "value").select(
        node="batch_id",
        name=pl.format("lab.{}", "test"),
        quantity="test",
        words=pl.lit(""),
        unit="unit",
        value="value",
        censoring="censoring",
        result_known_at="known_at",
        sampled="test",
        record_kind=pl.lit("lab"),
        source_table=pl.lit(RESULTS),
        source_column=pl.lit("value"),
    )


def _results_at(lab_results: pl.DataFrame, parameters: pl.DataFrame) -> pl.DataFrame:
    """When all results of a quantity of a batch were known, null where one has no instant."""
    tests = lab_results.drop_nulls("value").select("batch_id", "resulted_at", of="test")
    recorded = parameters.drop_nulls("value").select(
        "batch_id", of="parameter", resulted_at="recorded_at"
    )
    every = pl.concat([tests, recorded.select(tests.columns)])
    at = pl.col("resulted_at")
    return every.group_by("batch_id", measured_quantity="of").agg(
        is_recorded=pl.lit(value=True), at=pl.when(at.is_not_null().all()).then(at.max())
    )


def _margins(
    outcomes: pl.DataFrame, outcome_margins: pl.DataFrame, results_at: pl.DataFrame
) -> pl.DataFrame:
    """A margin is known when its result is; one to no record (hours of release), as its outcome."""
    decided = outcomes.select("batch_id", "outcome", "known_at")
    return (
        outcome_margins.join(decided, on=["batch_id", "outcome"], how="left")
        .join(results_at, on=["batch_id", "measured_quantity"], how="left")
        .unique(["batch_id", "quantity"], keep="first", maintain_order=True)
        .select(
            node="batch_id",
            name=pl.format("margin.{}", "quantity"),
            quantity="quantity",
            words=pl.lit(", margin to its limit"),
            unit=pl.lit("robust sd"),
            value="margin",
            censoring=pl.when("is_censored")
            .then(pl.lit(EITHER_SIDE))
            .otherwise(pl.lit(NOT_CENSORED)),
            result_known_at=pl.when("is_recorded").then("at").otherwise("known_at"),
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
        censoring=pl.lit(NOT_CENSORED),
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


def _shared_samples(
    batches: pl.DataFrame, lab_results: pl.DataFrame, parameters: pl.DataFrame
) -> pl.DataFrame:
    """Results of which a sample of the ancestor stands in the batch's own too."""
    named = [
        lab_results.select("batch_id", "value", at="resulted_at", sampled="test"),
        parameters.select("batch_id", "value", at="recorded_at", sampled="parameter"),
    ]
    samples = pl.concat(named).drop_nulls("value").with_columns(pl.col("at").fill_null(UNDATED))
    return (
        batches.select("batch_id", "node")
        .unique()
        .join(samples.rename({"batch_id": "node"}), on="node")
        .join(samples, on=["batch_id", "sampled", "value", "at"], how="semi")
        .select("batch_id", "node", "sampled")
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
    is_share = suffix == AT_LIMIT
    units = ["1" if is_share else printed_unit(quantity, unit) for quantity, unit, *_ in recorded]
    titles = [
        title(
            f"{phrase(quantity, own)}{words} of {_whose(level)}, by {by}"
            f"{f', {statistic}' if suffix else ''}",
            None if is_share else unit,
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
