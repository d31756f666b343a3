"""How good alarms and probabilities were in use, told from the score book alone.

What counts is what a version said first of a batch at a gate, joined to the result that came later.
Nothing is scored again: a figure here is that of the forecasts as they were given.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from assets.history.score_book import said_first
from assets.statistics.array_types import BoolArray, IntArray
from assets.statistics.dependence import deflation
from assets.statistics.intervals import deflated_beta, garwood
from data_contracts.tables import table

LIVE_PERFORMANCE = "history.live_performance"
BY = ("outcome", "gate", "model_version")
SECONDS_PER_HOUR = 3600


def live_performance(
    score_book: pl.DataFrame, outcomes: pl.DataFrame, batches: pl.DataFrame
) -> pl.DataFrame:
    """Join what was said to what became of it.

    Args:
        score_book: ``history.score_book``.
        outcomes: ``core.outcomes``, as known now.
        batches: ``core.batches``, for the clusters batches belong to.

    Returns:
        ``history.live_performance``.
    """
    known = outcomes.select("batch_id", "outcome", "is_failure", "known_at")
    said = (
        said_first(score_book)
        .join(known, on=["batch_id", "outcome"], how="left")
        .join(batches.select("batch_id", "cluster_id"), on="batch_id", how="left")
        .sort("entry")
    )
    # A correction may say that a result was known earlier than it was delivered: such a score was
    # given without it, but proves nothing.
    is_late = (pl.col("known_at") <= pl.col("as_of")).fill_null(value=False)
    rows = []
    for _, own in sorted(said.group_by(BY)):
        rows.append(_row(own.filter(~is_late)) | _head(own, int(own.select(is_late).sum().item())))
    again = score_book.filter(pl.col("revision") == 2).group_by(BY).len("revised")
    frame = pl.DataFrame(rows, infer_schema_length=None) if rows else table(LIVE_PERFORMANCE)
    revised = frame.select(BY).join(again, on=BY, how="left")["revised"].fill_null(0)
    return table(LIVE_PERFORMANCE, frame.with_columns(revised=revised.cast(pl.Int64)))


def _head(own: pl.DataFrame, known_before: int) -> dict[str, Any]:
    last = own.row(-1, named=True)
    return {
        **{name: last[name] for name in (*BY, "model", "verdict", "alarm_budget")},
        "first_as_of": own["as_of"].min(),
        "last_as_of": own["as_of"].max(),
        "scored": own.height,
        "known_before": known_before,
    }


def _row(said: pl.DataFrame) -> dict[str, Any]:
    """Counts of forecasts given in time; every share is of these batches alone."""
    clusters = said["cluster_id"].fill_null(said["batch_id"])
    cluster = clusters.rank("dense").to_numpy().astype(np.int64)
    known = said["is_failure"].is_not_null().to_numpy()
    failed = said["is_failure"].fill_null(value=False).to_numpy()
    found = {
        "results": int(known.sum()),
        **_calibration(said["failure_prob"].to_numpy()[known], failed[known], cluster[known]),
    }
    raises = said["is_alarm"].is_not_null().to_numpy()
    if not raises.any():
        return found
    alarm = said["is_alarm"].fill_null(value=False).to_numpy()
    judged = raises & known
    return {
        **found,
        **_budget(alarm[raises], cluster[raises], float(said["alarm_budget"].to_numpy().max())),
        **_alarms(alarm[judged], failed[judged], cluster[judged]),
        "lead_time_h": _lead_time_h(said.filter(pl.col("is_alarm") & pl.col("is_failure"))),
    }


def _budget(alarm: BoolArray, cluster: IntArray, budget: float) -> Mapping[str, Any]:
    """Was the alarm budget kept? Exceeded is what the whole interval lies above."""
    alarms = int(alarm.sum())
    low, high = deflated_beta(alarms, alarm.size, deflation=_by(alarm, cluster))
    return {
        "alarms": alarms,
        "alarm_share": alarms / alarm.size,
        "alarm_share_low": low,
        "alarm_share_high": high,
        "is_budget_kept": low <= budget,
    }


def _by(event: BoolArray, cluster: IntArray) -> float:
    return deflation(event, cluster) if event.size else 1.0


def _calibration(probability: Any, failed: BoolArray, cluster: IntArray) -> Mapping[str, Any]:
    """Failures beside how many were foretold; the interval is that of a count (Garwood)."""
    failures, expected = int(failed.sum()), float(probability.sum())
    found: dict[str, Any] = {"failures": failures, "expected_failures": expected}
    if not failed.size:
        return found | {"brier": None, "observed_to_expected": None}
    found["brier"] = float(np.mean((probability - failed) ** 2))
    if expected <= 0:  # nothing was foretold to fail; what failed all the same is in the score
        return found | {"observed_to_expected": None}
    by = _by(failed, cluster)
    low, high = garwood(failures / by, expected / by)
    return found | {
        "observed_to_expected": failures / expected,
        "observed_to_expected_low": float(low),
        "observed_to_expected_high": float(high),
    }


def _alarms(alarm: BoolArray, failed: BoolArray, cluster: IntArray) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for count, share, of in (
        ("detected", "sensitivity", failed),
        ("false_alarms", "false_alarm_rate", ~failed),
    ):
        events, trials = int(alarm[of].sum()), int(of.sum())
        stem = share.removesuffix("_rate")
        low, high = deflated_beta(events, trials, deflation=_by(alarm[of], cluster[of]))
        found |= {count: events, share: events / trials if trials else None}
        found |= {f"{stem}_low": low, f"{stem}_high": high} if trials else {}
    return found


def _lead_time_h(caught: pl.DataFrame) -> float | None:
    """Median time from when an alarm was given to when its batch was known to have failed."""
    waits = (caught["known_at"] - caught["as_of"]).dt.total_seconds().drop_nulls().to_numpy()
    return float(np.median(waits)) / SECONDS_PER_HOUR if waits.size else None
