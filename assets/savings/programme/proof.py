"""How long until a saving could be proven, and a tracker that says each month whether it shows.

Failures are rare, so a fall in their rate takes years to tell from chance. Both answers live here:
the size of a before-and-after comparison by an exact test, and a sequential test that may be looked
at every month without being fooled by looking.
"""

from math import ceil, log

import numpy as np
import polars as pl

from assets.statistics.array_types import FloatArray
from data_contracts.assumptions import Promise

ALPHA, POWER = 0.05, 0.8
MOST_BATCHES = 40_000
MOST_FAILURES = 250  # expected in an arm; beyond, the normal law stands in for the enumeration
STEP = 5
DETECTABILITY_SCHEMA = {
    "test": pl.String(),
    "failure_prob_before": pl.Float64(),
    "failure_prob_after": pl.Float64(),
    "batches": pl.Int64(),
    "years": pl.Float64(),
    "note": pl.String(),
}
TRACKER_SCHEMA = {
    "month": pl.Date(),
    "batches": pl.Int64(),
    "failures": pl.Int64(),
    "e_value": pl.Float64(),
    "is_shown": pl.Boolean(),
    "failure_prob_before": pl.Float64(),
    "failure_prob_promised": pl.Float64(),
    "is_promise": pl.Boolean(),
}
_NOTES = {
    "one_sided_exact": "Batches before and batches after, each: 80% power, one-sided 5% test.",
    "two_sided_exact": "Batches before and batches after, each: 80% power, two-sided 5% test.",
    "sequential": "Batches after the change, on average, until the monthly tracker says so; it "
    "takes the rate before as known.",
}


def exact_power(batches: int, before: float, after: float, alpha: float) -> float:
    """Return the power of Fisher's exact test that the rate fell, equal arms.

    Args:
        batches: Batches in each arm.
        before: Probability of failure before, 0 to 1.
        after: Probability of failure after, 0 to 1.
        alpha: One-sided level.

    Source: Fisher (1935), enumerated over both arms' counts; with many failures in both arms the
    corrected normal approximation, which is then as good (Fleiss, Levin & Paik 2003, section 4.3).
    """
    from scipy.stats import binom

    if batches * min(before, after) > MOST_FAILURES:
        return _normal_power(batches, before, after, alpha)
    arms = [np.arange(_most(batches, rate)) for rate in (before, after)]
    weight = np.outer(binom.pmf(arms[0], batches, before), binom.pmf(arms[1], batches, after))
    worse, better = np.meshgrid(*arms, indexing="ij")
    p_value = _p_values(batches, arms[0].size + arms[1].size, arms[1].size)
    return float(weight[p_value[worse + better, better] <= alpha].sum())


def _normal_power(batches: int, before: float, after: float, alpha: float) -> float:
    from scipy.stats import norm

    pooled = (before + after) / 2
    under_chance = np.sqrt(2 * pooled * (1 - pooled) / batches)
    as_promised = np.sqrt((before * (1 - before) + after * (1 - after)) / batches)
    shift = before - after - 1 / batches - norm.isf(alpha) * under_chance
    return float(norm.cdf(shift / as_promised))


def _p_values(batches: int, totals: int, counts: int) -> FloatArray:
    """Return, per total of failures and count in the later arm, the one-sided p-value."""
    chosen = _log_choose(batches, max(totals, counts))
    total, count = np.meshgrid(np.arange(totals), np.arange(counts), indexing="ij")
    other = total - count
    is_possible = (other >= 0) & (other <= batches) & (count <= batches)
    log_prob = chosen[count] + chosen[np.maximum(other, 0)]
    log_prob = log_prob - _log_choose(2 * batches, totals)[:, None]
    prob = np.exp(np.where(is_possible, log_prob, -np.inf))
    return np.asarray(np.cumsum(prob, axis=1), dtype=float)


def _log_choose(size: int, most: int) -> FloatArray:
    """Return log C(size, k) for k below ``most``; minus infinity beyond ``size``."""
    from scipy.special import gammaln

    k = np.arange(most)
    known = np.minimum(k, size)
    found = gammaln(size + 1) - gammaln(known + 1) - gammaln(size - known + 1)
    return np.where(k <= size, found, -np.inf)


def _most(batches: int, rate: float) -> int:
    """Return a count that is exceeded with negligible probability."""
    expected = batches * rate
    return min(batches, ceil(float(expected + 8 * np.sqrt(expected) + 10))) + 1


def batches_needed(before: float, after: float, alpha: float) -> int | None:
    """Return the batches each arm needs, in steps of five; None beyond 40,000.

    Args:
        before: Probability of failure before, 0 to 1.
        after: Probability of failure after; not below ``before`` can never be shown.
        alpha: One-sided level.
    """
    if after >= before:
        return None
    low, high, most = 5, 10, MOST_BATCHES // STEP
    while exact_power(high * STEP, before, after, alpha) < POWER:
        if high == most:
            return None
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        is_enough = exact_power(middle * STEP, before, after, alpha) >= POWER
        low, high = (low, middle) if is_enough else (middle, high)
    return high * STEP


def sequential_batches(before: float, after: float) -> int | None:
    """Return the batches after which the tracker shows a promised rate, on average.

    Wald's approximation: log(1 / alpha) over the information each batch carries.

    Args:
        before: Probability of failure before, 0 to 1.
        after: Probability of failure after, as promised and true.
    """
    if not 0 <= after < before < 1:
        return None
    failing = after * log(after / before) if after > 0 else 0.0
    each = failing + (1 - after) * log((1 - after) / (1 - before))
    return ceil(log(1 / ALPHA) / each)


def detectability(before: float, after: float, batches_per_year: float) -> pl.DataFrame:
    """Return how many batches until a fall in the failure rate could be proven.

    Args:
        before: Probability of failure before, 0 to 1.
        after: Probability of failure after; below zero (more prevented than fails, in the
            tail of the draws) counts as none at all.
        batches_per_year: Production rate, above 0.

    Returns:
        ``economics.detectability``: one row per test; null where no number of batches would do.
    """
    after = max(after, 0.0)
    needed = {
        "one_sided_exact": batches_needed(before, after, ALPHA),
        "two_sided_exact": batches_needed(before, after, ALPHA / 2),
        "sequential": sequential_batches(before, after),
    }
    arms = {"one_sided_exact": 2, "two_sided_exact": 2, "sequential": 1}
    rows = [
        (
            test,
            before,
            after,
            batches,
            None if batches is None else arms[test] * batches / batches_per_year,
            _NOTES[test],
        )
        for test, batches in needed.items()
    ]
    return pl.DataFrame(rows, schema=DETECTABILITY_SCHEMA, orient="row")


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
    failed: pl.DataFrame,
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
        failed: ``baseline.priced_failures``, one row per failed batch.
        before: Probability of failure as this run counts it, above 0.
        after: Probability of failure this run would promise.
        promise: What a programme under way has promised; its rates count, not this run's.

    Returns:
        ``economics.savings_tracker``: one row per month with dated batches, sorted by month; empty
        where nothing is promised or no month has passed.
    """
    dated = batches.filter(pl.col("started_at").is_not_null())
    if promise is not None:
        before, after = float(promise.failure_prob_before), float(promise.failure_prob_promised)
        dated = dated.filter(pl.col("started_at").dt.date() >= promise.started_on)
    if not dated.height or not 0 < after < before < 1:
        return pl.DataFrame(schema=TRACKER_SCHEMA)
    months = (
        dated.select(
            month=pl.col("started_at").dt.truncate("1mo").dt.date(),
            is_failed=pl.col("batch_id").is_in(failed["batch_id"].implode()),
        )
        .group_by("month")
        .agg(batches=pl.len().cast(pl.Int64), failures=pl.col("is_failed").sum().cast(pl.Int64))
        .sort("month")
    )
    evidence = e_values(
        months["failures"].to_numpy().astype(float),
        months["batches"].to_numpy().astype(float),
        before,
        after,
    )
    return months.with_columns(
        e_value=pl.Series(evidence),
        is_shown=pl.Series(evidence >= 1 / ALPHA),
        failure_prob_before=pl.lit(before),
        failure_prob_promised=pl.lit(after),
        is_promise=pl.lit(promise is not None),
    ).select(pl.col(name).cast(kind) for name, kind in TRACKER_SCHEMA.items())
