"""``finding.release_steps``: what batches wait for between manufacture and disposition."""

from typing import Any

import polars as pl

from assets.stages.release.waits import hours, release_instants
from assets.statistics.intervals import student_mean
from data_contracts.codes.stages import ReleaseStep
from data_contracts.tables import table

NAME = "finding.release_steps"


def release_steps(
    batches: pl.DataFrame, lab_results: pl.DataFrame, deviations: pl.DataFrame
) -> pl.DataFrame:
    """Share the wait of every decided batch among the steps.

    Hours while a deviation was open count for it only after the last result: before that the batch
    waits for the laboratory anyway.

    Args:
        batches: ``core.batches``.
        lab_results: ``core.lab_results``.
        deviations: ``core.deviations``.

    Returns:
        ``finding.release_steps``; empty where ends, results or dispositions have no instants.
    """
    instants = release_instants(batches, lab_results, deviations)
    waits = instants.drop_nulls(["tested_at", "dispositioned_at"]).select(
        hours("tested_at", "ended_at").clip(0).alias(ReleaseStep.TESTING),
        hours("cleared_at", "tested_at").clip(0).fill_null(0.0).alias(ReleaseStep.DEVIATION),
        hours("dispositioned_at", "cleared_at").clip(0).alias(ReleaseStep.REVIEW),
        hours("dispositioned_at", "ended_at").clip(0).alias(ReleaseStep.TOTAL),
    )
    if waits.is_empty():
        return table(NAME)
    waiting = _waiting(instants.filter("is_open"))
    total = float(waits[ReleaseStep.TOTAL].sum())
    return table(NAME, [_row(waits[step], total, waiting[step]) for step in waits.columns])


def _waiting(undecided: pl.DataFrame) -> dict[str, int]:
    """Count open batches by the step they are at."""
    is_tested = undecided["tested_at"].is_not_null()
    is_held = is_tested & undecided["has_open_deviation"]
    return {
        ReleaseStep.TESTING: int((~is_tested).sum()),
        ReleaseStep.DEVIATION: int(is_held.sum()),
        ReleaseStep.REVIEW: int((is_tested & ~is_held).sum()),
        ReleaseStep.TOTAL: undecided.height,
    }


def _row(wait: pl.Series, total: float, waiting: int) -> dict[str, Any]:
    has_interval = wait.len() > 1
    low, high = student_mean(wait.to_numpy(), 0.9) if has_interval else (None, None)
    return {
        "step": wait.name,
        "batches": wait.len(),
        "batches_held": int((wait > 0).sum()),
        "median_h": wait.median(),
        "p90_h": wait.quantile(0.9, "linear"),
        "mean_h": wait.mean(),
        "mean_low": low,
        "mean_high": high,
        "share": float(wait.sum()) / total if total > 0 else 0.0,
        "open_batches": waiting,
    }
