"""A window's effect, standardised over the recorded batches, with intervals.

Two estimators beside each other: g-computation on the margins with splines, and a cross-fitted
doubly robust estimate on the label, which assumes less and is wider. Intervals are 90% by a
bootstrap of whole lots.
"""

from math import sqrt

import numpy as np

from assets.savings.windows.difference import (
    Fitting,
    crossed_failing_after,
    failing_after,
    fitting,
    process_differences,
)
from assets.savings.windows.effect import LEVEL_90_SPREADS, Estimate, WindowEffect
from assets.savings.windows.policy import Window
from assets.savings.windows.records import WindowRecords
from assets.statistics.array_types import BoolArray, FloatArray
from assets.statistics.regression.e_value import e_value

FEWEST_BATCHES, FEWEST_FAILURES = 100, 8


def window_effect(
    records: WindowRecords,
    outcome: str,
    feature: str,
    window: Window,
    *,
    resamples: int,
    seed: int,
    title: str = "",
) -> WindowEffect | str:
    """Estimate the effect of a window.

    Args:
        records: The recorded batches.
        outcome: The outcome.
        feature: The parameter.
        window: The window, fixed before.
        resamples: Bootstrap resamples of lots, at least 20.
        seed: The run's seed.
        title: What a reader calls the parameter; by default its name.

    Returns:
        The effect, or why there is none, in a sentence.
    """
    failures = int(records.is_failed.sum())
    if records.batches < FEWEST_BATCHES or failures < FEWEST_FAILURES:
        return (
            f"{failures} failures among {records.batches} batches with a recorded value are too "
            f"few to standardise over; {FEWEST_FAILURES} among {FEWEST_BATCHES} is the least."
        )
    chosen = fitting(records, window)
    everything = np.arange(records.batches)
    point, _ = process_differences(records, everything, records.cluster, window, chosen)
    drawn, ledgers = _bootstrap(records, window, chosen, resamples, seed)
    expected, robust, share = map(_estimate, point, drawn.T)
    failed = np.asarray((records.margins < 0).any(axis=1), dtype=bool)
    ledger = _ledger(failed, crossed_failing_after(records, chosen), ledgers)
    outside = (records.value < window.low) | (records.value > window.high)
    return WindowEffect(
        outcome=outcome,
        feature=feature,
        title=title or feature,
        window=window,
        expected=expected,
        ledger=ledger,
        robust=robust,
        share=share,
        outside_window_share=float(outside.mean()),
        overlap_share=chosen.held.overlap_share,
        extrapolated_share=chosen.held.outside_share,
        batches=records.batches,
        failures=failures,
        evidence_value=e_value(1 / max(1 - share.value, 0.01)) if share.value > 0 else 1.0,
    )


def _estimate(value: float, drawn: FloatArray) -> Estimate:
    """Return a value with its 90% interval, normal with the spread of the resamples.

    Resampled lots repeat batches, which flatters every model; their spread is sound, their centre
    is not.
    """
    return _normal(float(value), float(drawn.var(ddof=1)))


def _ledger(failed: BoolArray, after: FloatArray, resampled: FloatArray) -> Estimate:
    """Return the difference on these very batches, which a resample only models anew.

    What the model leaves open is one spread; whether each batch near its limit then crosses it,
    given the model, is another.
    """
    before = failed.astype(float)
    crossing = resampled.mean(axis=0)
    noise = float(np.sum(crossing * (1 - crossing))) / failed.size**2
    modelled = float(resampled.mean(axis=1).var(ddof=1))
    return _normal(float(np.mean(before - after)), modelled + noise)


def _normal(value: float, variance: float) -> Estimate:
    half = LEVEL_90_SPREADS / 2 * sqrt(variance)
    return Estimate(value, value - half, value + half)


def _bootstrap(
    records: WindowRecords, window: Window, chosen: Fitting, resamples: int, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Resample whole lots; each copy of a lot counts as a lot of its own.

    Returns:
        Differences of the process, (resamples, 3), and per batch on record the probability of
        failing after, (resamples, batches).
    """
    rng = np.random.default_rng([seed, 77])
    codes, cluster = np.unique(records.cluster, return_inverse=True)
    members = [np.flatnonzero(cluster == each) for each in range(codes.size)]
    everything = np.arange(records.batches)
    drawn: list[FloatArray] = []
    after: list[FloatArray] = []
    for _ in range(resamples):
        picked = rng.integers(codes.size, size=codes.size)
        rows = np.concatenate([members[each] for each in picked])
        copy = np.concatenate(
            [np.full(members[each].size, number) for number, each in enumerate(picked)]
        )
        found, weights = process_differences(records, rows, copy, window, chosen)
        drawn.append(found)
        after.append(failing_after(records, weights, chosen, everything))
    return np.array(drawn), np.array(after)
