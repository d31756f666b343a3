"""Dagster assets of the questions about leaks: loads features and outcomes, asks, saves."""

import dagster as dg
import polars as pl

from assets.defs import table_asset
from assets.leak_questions.questions import leak_questions
from assets.leak_questions.withheld import withheld_features

GROUP = "leak_questions"


@table_asset(
    "evidence.leak_questions",
    "feature.gate_values",
    "feature.dictionary",
    "feature.batch_gates",
    "core.outcomes",
    "core.outcome_definitions",
    "core.outcome_margins",
    "evidence.refused_features",
    group=GROUP,
    resources=["run_settings"],
)
def questions(context: dg.AssetExecutionContext, **tables: pl.DataFrame) -> pl.DataFrame:
    """Ask about the columns that are like a result, and take down the profile's answers."""
    profile = context.resources.run_settings.profile
    found = leak_questions(**tables, answers=profile.measured_before_result)
    for row in found.filter(~pl.col("is_answered")).iter_rows(named=True):
        context.log.warning(f"{row['outcome']}: {row['question']}")
    return found


withheld = table_asset(
    "evidence.withheld_features",
    "evidence.refused_features",
    "evidence.leak_questions",
    "feature.dictionary",
    group=GROUP,
)(withheld_features)
