"""The baseline: which failed batches are priced, once each, and how many a year that is.

Counting lives here. Only outcomes that lose the batch are priced: a batch that was reworked, late
or out of trend was sold. A failed batch is priced under one outcome only: where the records have an
outcome ``failure`` (any failure), that one counts and the outcomes by mode are parts of it; where
they have none, a batch that fails several outcomes is counted under the one known first.
"""

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from assets.batch_matrix.lost_batches import losing

ANY_FAILURE = "failure"
DAYS_PER_YEAR = 365.25
MINIMUM_SPAN_YEARS = 0.25  # below a quarter, a yearly rate would be an extrapolation


@dataclass(frozen=True)
class Baseline:
    """What happened, before any lever.

    Attributes:
        failures: Failed batches priced, each once.
        batches: Batches whose outcome is known.
        failures_by_outcome: Outcome -> failed batches assigned to it; they sum to ``failures``.
        failures_by_mode: Outcome by mode -> failed batches assigned to it, where any-failure is
            priced and modes are its parts; the rest is left out.
        batches_per_year: Observed production rate, or None where the records carry no dates.
        period: The baseline period in words.
        is_proxy: Whether any priced failure is a proxy (no batch was lost).
    """

    failures: int
    batches: int
    failures_by_outcome: dict[str, int]
    failures_by_mode: dict[str, int]
    batches_per_year: float | None
    period: str
    is_proxy: bool


def priced_outcomes(outcome_definitions: pl.DataFrame) -> list[str]:
    """Return the outcomes whose failures are priced: any-failure alone, or all, earliest first.

    Args:
        outcome_definitions: ``core.outcome_definitions``, one row per outcome; those that do not
            lose the batch are left out.
    """
    ordered = losing_outcomes(outcome_definitions)["outcome"].to_list()
    return [ANY_FAILURE] if ANY_FAILURE in ordered else ordered


def losing_outcomes(outcome_definitions: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of ``core.outcome_definitions`` by which batches are lost, earliest first."""
    return losing(outcome_definitions).sort("first_known_stage", "outcome")


def priced_failures(
    batches: pl.DataFrame, outcomes: pl.DataFrame, outcome_definitions: pl.DataFrame
) -> pl.DataFrame:
    """Return every failed batch once, with the outcome and mode it is priced under.

    Args:
        batches: ``core.batches``, one row per batch.
        outcomes: ``core.outcomes``, one row per batch and outcome; a null ``is_failure`` is
            pending and not counted.
        outcome_definitions: ``core.outcome_definitions``, one row per outcome.

    Returns:
        One row per failed batch, sorted by batch_id: batch_id, outcome, mode_outcome (the earliest
        known outcome by mode it fails; null if none), failure_mode (as recorded, else the mode
        outcome, else ``unknown``), is_proxy.
    """
    ordered = losing_outcomes(outcome_definitions).with_row_index("place")
    failed = (
        outcomes.filter(pl.col("is_failure"))
        .join(ordered.select("outcome", "is_proxy", "place"), on="outcome")
        .sort("batch_id", "place")
    )
    is_any = pl.col("outcome") == ANY_FAILURE
    modes = failed.filter(~is_any).unique("batch_id", keep="first", maintain_order=True)
    priced = failed.filter(is_any) if ANY_FAILURE in ordered["outcome"] else modes
    return (
        priced.join(batches.select("batch_id", "failure_mode"), on="batch_id", how="left")
        .join(modes.select("batch_id", mode_outcome="outcome"), on="batch_id", how="left")
        .with_columns(failure_mode=pl.coalesce("failure_mode", "mode_outcome", pl.lit("unknown")))
        .select("batch_id", "outcome", "mode_outcome", "failure_mode", "is_proxy")
        .sort("batch_id")
    )


def baseline(
    batches: pl.DataFrame, outcomes: pl.DataFrame, outcome_definitions: pl.DataFrame
) -> Baseline:
    """Count the baseline from the records.

    Args:
        batches: ``core.batches``, one row per batch.
        outcomes: ``core.outcomes``, one row per batch and outcome.
        outcome_definitions: ``core.outcome_definitions``, one row per outcome.
    """
    names = priced_outcomes(outcome_definitions)
    priced = priced_failures(batches, outcomes, outcome_definitions)
    known = outcomes.filter(pl.col("outcome").is_in(names) & pl.col("is_failure").is_not_null())
    counted = known["batch_id"].n_unique()
    rate, period = production_rate(batches)
    modes = sorted(set(losing_outcomes(outcome_definitions)["outcome"]) - set(names))
    return Baseline(
        failures=priced.height,
        batches=counted,
        failures_by_outcome=_counts(priced["outcome"], names),
        failures_by_mode=_counts(priced["mode_outcome"], modes),
        batches_per_year=rate,
        period=f"{period}; {counted} batches with a known outcome",
        is_proxy=bool(priced["is_proxy"].any()),
    )


def _counts(assigned: pl.Series, names: list[str]) -> dict[str, int]:
    return {name: int((assigned == name).sum()) for name in names}


def production_rate(batches: pl.DataFrame) -> tuple[float | None, str]:
    """Return the observed batches a year and the period they were observed over.

    A span of n starts holds n - 1 intervals, so it is lengthened by one; starts known to the month
    cover whole months.

    Args:
        batches: ``core.batches``, one row per batch; undated batches belong to the same period.

    Returns:
        Batches per year, None where starts are missing, known only by order, or span less than a
        quarter; and the period in words.
    """
    dated = batches.filter(
        pl.col("started_at").is_not_null()
        & (pl.col("started_at_precision").fill_null("instant") != "order")
    )
    starts = dated["started_at"].sort().to_list()
    if len(starts) < 2:
        return None, "no dates in the records"
    first, last = starts[0], starts[-1]
    if (dated["started_at_precision"] == "month").any():
        period = f"{first:%Y-%m} to {last:%Y-%m}"
        years = ((last.year - first.year) * 12 + last.month - first.month + 1) / 12
    else:
        period = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
        years = (last - first) / timedelta(days=DAYS_PER_YEAR) * len(starts) / (len(starts) - 1)
    if years < MINIMUM_SPAN_YEARS:
        return None, f"{period}, too short for a yearly rate"
    return batches.height / years, period
