"""A tracker that says each month whether a promised fall in the failure rate shows.

The test is sequential: it may be looked at every month without being fooled by looking. The rate
before is only counted, so it is taken as counted: from the record before the programme, which no
later run moves, without its last part, because programmes start after bad spells.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from assets.savings.programme.detectability import ALPHA
from assets.statistics.anytime_valid import lower_rate_e_value
from assets.statistics.array_types import IntArray
from assets.statistics.dependence import design_effect
from assets.statistics.resampling.serial_blocks import SHORTEST_BLOCK, consecutive_blocks
from data_contracts.assumptions import Promise
from data_contracts.tables import table

SAVINGS_TRACKER = "economics.savings_tracker"
# A programme is started because something had gone wrong: the last part of the record before it is
# worse than the process, and makes whatever follows look better.
LEFT_OUT_SHARE, MOST_LEFT_OUT = 0.25, timedelta(days=365)


@dataclass(frozen=True)
class RecordBefore:
    """The record a programme is measured against.

    Attributes:
        failures: Failed batches.
        batches: Batches.
        design_effect: By how much its failures come in stretches, at least 1.
    """

    failures: int
    batches: int
    design_effect: float


def savings_tracker(
    batches: pl.DataFrame,
    priced: pl.DataFrame,
    before: float,
    after: float,
    promise: Promise | None = None,
) -> pl.DataFrame:
    """Follow the months since a programme started, or rehearse on those before any.

    A tracker whose promise moved with each run would follow the records it is to judge. So once a
    programme starts, its first day and the promised rate stand in the assumptions and every later
    run takes them from there. Without a promise the later half of the record is a rehearsal at the
    rate of this run: nothing was changed, so the tracker should stay silent.

    Args:
        batches: ``core.batches``, one row per batch.
        priced: ``baseline.priced_failures``, one row per failed batch.
        before: Probability of failure as this run counts it, above 0.
        after: Probability of failure this run would promise.
        promise: What a programme under way has promised; its rate counts, not this run's.

    Returns:
        ``economics.savings_tracker``: one row per month with dated batches; empty where nothing is
        promised, no month has passed, none was made before, or the record before was no worse than
        the promise.
    """
    dated = (
        batches.filter(pl.col("started_at").is_not_null())
        .sort("started_at", "batch_id")
        .with_columns(
            day=pl.col("started_at").dt.date(),
            is_failed=pl.col("batch_id").is_in(priced["batch_id"].implode()),
        )
    )
    if promise is not None:
        before, after = float(promise.failure_prob_before), float(promise.failure_prob_promised)
    if not dated.height or not 0 < after < before < 1:
        return table(SAVINGS_TRACKER)
    start = promise.started_on if promise is not None else dated["day"][dated.height // 2]
    earlier, since = dated.filter(pl.col("day") < start), dated.filter(pl.col("day") >= start)
    frozen = promise.record_before if promise is not None else None
    if not since.height or (frozen is None and not earlier.height):
        return table(SAVINGS_TRACKER)
    known = RecordBefore(*frozen) if frozen is not None else record_before(earlier, start)
    if after * known.batches >= known.failures:
        # The record is better than the promise already: nothing that follows is a fall to it.
        return table(SAVINGS_TRACKER)
    months = (
        since.group_by(month=pl.col("day").dt.truncate("1mo"))
        .agg(batches=pl.len(), failures=pl.col("is_failed").sum())
        .sort("month")
    )
    failures, made = (
        months[name].cum_sum().to_numpy() / known.design_effect for name in ("failures", "batches")
    )
    evidence = lower_rate_e_value(
        known.failures / known.design_effect,
        known.batches / known.design_effect,
        failures,
        made,
        after,
    )
    return table(
        SAVINGS_TRACKER,
        months.with_columns(
            e_value=pl.Series(evidence),
            is_shown=pl.Series(evidence >= 1 / ALPHA),
            failures_before=pl.lit(known.failures),
            batches_before=pl.lit(known.batches),
            design_effect=pl.lit(known.design_effect),
            failure_prob_before=pl.lit(known.failures / known.batches),
            failure_prob_promised=pl.lit(after),
            is_promise=pl.lit(promise is not None),
        ),
    )


def record_before(earlier: pl.DataFrame, start: date) -> RecordBefore:
    """Count the record before a programme, its last quarter (at most a year) left out.

    Args:
        earlier: Batches before the programme in production order: day, is_failed and, where known,
            campaign_id.
        start: First day of the programme.
    """
    first: date = earlier["day"].sort().item(0)
    cut = start - min((start - first) * LEFT_OUT_SHARE, MOST_LEFT_OUT)
    kept = earlier.filter(pl.col("day") < cut)
    counted = kept if kept.height else earlier
    failed = counted["is_failed"].cast(pl.Float64).to_numpy()
    return RecordBefore(
        int(failed.sum()), counted.height, design_effect(failed, _together(counted))
    )


def _together(counted: pl.DataFrame) -> IntArray:
    """Campaigns, or single batches, joined to stretches of ten: failures of one come together."""
    own = pl.col("batch_id").cast(pl.String)
    campaign = pl.coalesce("campaign_id", own) if "campaign_id" in counted.columns else own
    code = counted.select(campaign.rank("dense").cast(pl.Int64) - 1).to_series().to_numpy()
    return consecutive_blocks(np.zeros(code.size, dtype=np.int64), code, SHORTEST_BLOCK)
