"""How many batches until a fall in the failure rate could be proven.

Failures are rare, so a fall in their rate takes years to tell from chance. The size of a
before-and-after comparison by an exact test lives here, and how soon the tracker would speak.
"""

from math import ceil

import numpy as np
import polars as pl

from assets.statistics.anytime_valid import lower_rate_e_value
from assets.statistics.array_types import FloatArray, IntArray
from data_contracts.tables import table

ALPHA, POWER = 0.05, 0.8
MOST_BATCHES = 40_000
MOST_FAILURES = 250  # expected in an arm; beyond, the normal law stands in for the enumeration
STEP = 5
_NOTES = {
    "one_sided_exact": "Batches before and batches after, each: 80% power, one-sided 5% test.",
    "two_sided_exact": "Batches before and batches after, each: 80% power, two-sided 5% test.",
    "sequential": "Batches after the change, at the promised rate, until the monthly tracker says "
    "so; it takes the rate before as counted on record.",
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
    if batches * min(before, after) > MOST_FAILURES:
        return _normal_power(batches, before, after, alpha)
    arms = [np.arange(_most(batches, rate)) for rate in (before, after)]
    weight = np.outer(*map(_binomial, (batches, batches), arms, (before, after)))
    worse, better = np.meshgrid(*arms, indexing="ij")
    p_value = _p_values(batches, arms[0].size + arms[1].size, arms[1].size)
    return float(weight[p_value[worse + better, better] <= alpha].sum())


def _binomial(batches: int, counts: IntArray, rate: float) -> FloatArray:
    """Return the probability of each count."""
    from scipy.special import xlog1py, xlogy

    log_prob = xlogy(counts, rate) + xlog1py(batches - counts, -rate)
    return np.asarray(np.exp(_log_choose(batches, counts.size) + log_prob))


def _normal_power(batches: int, before: float, after: float, alpha: float) -> float:
    from scipy.special import ndtr, ndtri

    pooled = (before + after) / 2
    under_chance = np.sqrt(2 * pooled * (1 - pooled) / batches)
    as_promised = np.sqrt((before * (1 - before) + after * (1 - after)) / batches)
    shift = before - after - 1 / batches + ndtri(alpha) * under_chance
    return float(ndtr(shift / as_promised))


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


def sequential_batches(before: float, after: float, batches_before: float) -> int | None:
    """Return the batches after which the tracker shows a promised rate that is kept.

    Args:
        before: Probability of failure before, 0 to 1.
        after: Probability of failure after, as promised and true.
        batches_before: Effective batches on the record before.

    Returns:
        Batches, in steps of five, where failures come as expected; None beyond 40,000.
    """
    if not 0 <= after < before < 1:
        return None
    batches = np.arange(STEP, MOST_BATCHES + 1, STEP, dtype=float)
    # A rate of none at all would be shown false by a single failure: one in ten thousand is none.
    promised = max(after, 1e-4)
    evidence = lower_rate_e_value(
        before * batches_before, batches_before, promised * batches, batches, promised
    )
    shown = np.flatnonzero(evidence >= 1 / ALPHA)
    return int(batches[shown[0]]) if shown.size else None


def detectability(
    before: float, after: float, batches_per_year: float, batches_before: float
) -> pl.DataFrame:
    """Return how many batches until a fall in the failure rate could be proven.

    Args:
        before: Probability of failure before, 0 to 1.
        after: Probability of failure after; below zero (more prevented than fails, in the
            tail of the draws) counts as none at all.
        batches_per_year: Production rate, above 0.
        batches_before: Effective batches on record.

    Returns:
        ``economics.detectability``: one row per test; null where no number of batches would do.
    """
    after = max(after, 0.0)
    needed = {  # arms of the comparison, batches in each
        "one_sided_exact": (2, batches_needed(before, after, ALPHA)),
        "two_sided_exact": (2, batches_needed(before, after, ALPHA / 2)),
        "sequential": (1, sequential_batches(before, after, batches_before)),
    }
    rows = [
        {
            "test": test,
            "failure_prob_before": before,
            "failure_prob_after": after,
            "batches": batches,
            "years": None if batches is None else arms * batches / batches_per_year,
            "note": _NOTES[test],
        }
        for test, (arms, batches) in needed.items()
    ]
    return table("economics.detectability", rows)
