"""Columns that look like copies of a result: the outcome by another name, or computed from it.

A run asks about such columns too, after it has fitted models (``assets.leak_questions``); here only
what is plain without a model is told: a column that separates failed from good without exception,
or that is a straight line of the quantity behind the outcome.
"""

from collections.abc import Iterator

import polars as pl

from assets.sources.prospects.judged_source import JudgedSource
from assets.sources.reporting.source_findings import SourceFinding
from data_contracts.profile_schema.outcomes import Outcome

FEWEST = 5  # failed and good batches each, before a clean separation is no accident
STRAIGHT = 0.9999
_KEY = ("table", "name", "stage")


def copy_findings(source: JudgedSource) -> Iterator[SourceFinding]:
    """Look for quantities known before an outcome that repeat it.

    Yields:
        One warning per quantity and outcome.
    """
    if source.decided is None:
        return
    measured = _measured(source)
    for outcome in source.profile.outcomes:
        early = measured.filter(
            pl.col("stage") <= outcome.last_gate_before,
            ~pl.col("name").is_in(list(outcome.defining_quantities)),
        )
        result = source.decided.filter(outcome=outcome.name).drop_nulls("is_failure")
        joined = early.join(result.select("batch_id", "is_failure"), on="batch_id")
        joined = joined.sort("source_file", "source_row", maintain_order=True)
        found = [*_straight(joined, measured, outcome), *_separating(joined)]
        first = {tuple(one[key] for key in _KEY): one for one in reversed(found)}
        yield from (_finding(source, outcome, one) for one in reversed(first.values()))


def _measured(source: JudgedSource) -> pl.DataFrame:
    """One row per batch and quantity recorded once: table, name, stage, value, level, place."""
    place = ("source_file", "source_row")
    tests = source.accepted("lab_results").select(
        "batch_id",
        "stage",
        "value",
        *place,
        level=pl.lit(None, pl.String),
        table=pl.lit("lab_results"),
        name="test",
    )
    parameters = source.accepted("parameters").select(
        "batch_id",
        "stage",
        "value",
        *place,
        "level",
        table=pl.lit("parameters"),
        name="parameter",
    )
    both = pl.concat([tests, parameters], how="diagonal")
    later = source.profile.quantity_stages
    known = pl.col("name").replace_strict(later, default=None, return_dtype=pl.Int64)
    both = both.with_columns(stage=pl.max_horizontal("stage", known))
    return both.filter(pl.len().over("batch_id", *_KEY) == 1)


def _separating(joined: pl.DataFrame) -> list[dict[str, object]]:
    """Quantities whose values part every failed batch from every good one."""
    failed, good = pl.col("is_failure"), ~pl.col("is_failure")
    value = pl.col("value")
    numeric = (
        joined.drop_nulls("value")
        .group_by(_KEY, maintain_order=True)
        .agg(
            pl.col("source_file").first(),
            pl.col("source_row").first(),
            failures=failed.sum(),
            goods=good.sum(),
            above=value.filter(failed).min() > value.filter(good).max(),
            below=value.filter(failed).max() < value.filter(good).min(),
        )
        .filter(pl.col("above") | pl.col("below"))
    )
    levels = (
        joined.drop_nulls("level")
        .group_by(*_KEY, "level", maintain_order=True)
        .agg(
            pl.col("source_file").first(),
            pl.col("source_row").first(),
            failures=failed.sum(),
            goods=good.sum(),
        )
        .group_by(_KEY, maintain_order=True)
        .agg(
            pl.col("source_file").first(),
            pl.col("source_row").first(),
            pl.col("failures").sum(),
            pl.col("goods").sum(),
            is_pure=((pl.col("failures") == 0) | (pl.col("goods") == 0)).all(),
            is_few=pl.len() <= FEWEST,
        )
        .filter(pl.col("is_pure") & pl.col("is_few"))
    )
    columns = [*_KEY, "source_file", "source_row", "failures", "goods"]
    found = pl.concat([numeric.select(columns), levels.select(columns)])
    found = found.filter(pl.col("failures") >= FEWEST, pl.col("goods") >= FEWEST)
    return [
        row | {"how": "tells every failed batch from every good one without exception"}
        for row in found.iter_rows(named=True)
    ]


def _straight(
    joined: pl.DataFrame, measured: pl.DataFrame, outcome: Outcome
) -> list[dict[str, object]]:
    """Quantities that are a straight line of what decides the outcome."""
    found = []
    for margin in outcome.margins:
        own = measured.filter(name=margin.quantity).select("batch_id", result="value")
        both = joined.join(own.unique("batch_id"), on="batch_id", maintain_order="left").drop_nulls(
            ["value", "result"]
        )
        lines = (
            both.group_by(_KEY, maintain_order=True)
            .agg(
                pl.col("source_file").first(),
                pl.col("source_row").first(),
                batches=pl.len(),
                r=pl.corr("value", "result"),
            )
            .filter(pl.col("batches") >= 4 * FEWEST, pl.col("r").abs() >= STRAIGHT)
        )
        how = f"is a straight line of '{margin.quantity}'"
        found += [row | {"how": how} for row in lines.iter_rows(named=True)]
    return found


def _finding(source: JudgedSource, outcome: Outcome, found: dict[str, object]) -> SourceFinding:
    row, stage = found["source_row"], found["stage"]
    return SourceFinding(
        "copy_of_result",
        is_error=False,
        problem=f"by the outcome '{outcome.name}' this column (stage {stage}) {found['how']}; if "
        f"it is the result by another name, list '{found['name']}' under 'same_quantity', or say "
        "when it is really known ('available_at_stage')",
        file=str(found["source_file"]),
        line=row if isinstance(row, int) else None,
        column=source.delivered_quantity(str(found["table"]), str(found["name"])),
    )
