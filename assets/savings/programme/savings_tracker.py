"""A tracker that says each month whether a promised fall in the failure rate shows.

The test is sequential: it may be looked at every month without being fooled by looking.
"""

from math import log

import numpy as np
import polars as pl

from assets.savings.programme.detectability import ALPHA
from assets.statistics.array_types import FloatArray
from data_contracts.assumptions import Promise
from data_contracts.tables import table

SAVINGS_TRACKER = "economics.savings_tracker"


def e_values(failures: FloatArray, batches: FloatArray, before: float, after: float) -> FloatArray:
    """Return the running evidence, month by month, that the rate is the promised one.

    The likelihood ratio of the promised to the former rate: under the former rate it passes 20 at
    any month with probability at most 5% (Ville 1939), however often one looks.

    Args:
        failures: Failures of each month.
        batches: Batches of each month.
        before: Former probability of failure, above 0.
        after: Promised probability of failure, above 0.
    """
    hit, miss = log(after / before), log((1 - after) / (1 - before))
    running = np.cumsum(failures * hit + (batches - failures) * miss)
    return np.asarray(np.exp(running), dtype=float)


def savings_tracker(
    batches: pl.DataFrame,
    priced: pl.DataFrame,
    before: float,
    after: float,
    promise: Promise | None = None,
) -> pl.DataFrame:
    """Follow the months since a programme started, or rehearse on those before any.

    A tracker whose rates moved with each run would follow the records it is to judge. So once a
    programme starts, its first day and both rates stand in the assumptions and every later run
    takes them from there. Without a promise the months on record are a rehearsal at the rates of
    this run: nothing was changed, so the tracker should stay silent.

    Args:
        batches: ``core.batches``, one row per batch.
        priced: ``baseline.priced_failures``, one row per failed batch.
        before: Probability of failure as this run counts it, above 0.
        after: Probability of failure this run would promise.
        promise: What a programme under way has promised; its rates count, not this run's.

    Returns:
        ``economics.savings_tracker``: one row per month with dated batches; empty where nothing is
        promised or no month has passed.
    """
    dated = batches.filter(pl.col("started_at").is_not_null())
    if promise is not None:
        before, after = float(promise.failure_prob_before), float(promise.failure_prob_promised)
        dated = dated.filter(pl.col("started_at").dt.date() >= promise.started_on)
    if not dated.height or not 0 < after < before < 1:
        return table(SAVINGS_TRACKER)
    months = (
        dated.select(
            month=pl.col("started_at").dt.truncate("1mo").dt.date(),
            is_failed=pl.col("batch_id").is_in(priced["batch_id"].implode()),
        )
        .group_by("month")
        .agg(batches=pl.len(), failures=pl.col("is_failed").sum())
        .sort("month")
    )
    failures, made = (months[name].to_numpy().astype(float) for name in ("failures", "batches"))
    evidence = e_values(failures, made, before, after)
    return table(
        SAVINGS_TRACKER,
        months.with_columns(
            e_value=pl.Series(evidence),
            is_shown=pl.Series(evidence >= 1 / ALPHA),
            failure_prob_before=pl.lit(before),
            failure_prob_promised=pl.lit(after),
            is_promise=pl.lit(promise is not None),
        ),
    )
