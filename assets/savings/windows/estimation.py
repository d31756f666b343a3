"""A window's effect, standardised over the recorded batches, with intervals.

Two estimators beside each other: g-computation on the margins with splines, and a doubly robust
estimate on the label, which assumes less and is wider. Intervals are 90% by a bootstrap of whole
lots, the same resamples for both, so that their difference has an interval too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from assets.savings.windows.difference import (
    HALVES,
    Differences,
    HeldParameter,
    differences,
    failing_after,
    fitting,
    half_fits,
)
from assets.savings.windows.effect import LEVEL_90_SPREADS, Estimate, WindowEffect
from assets.savings.windows.policy import SMALLEST_MASS, PastLaw, Window
from assets.savings.windows.records import WindowRecords
from assets.statistics.array_types import FloatArray
from assets.statistics.one_thread import one_thread
from assets.statistics.resampling.serial_blocks import SHORTEST_BLOCK, consecutive_blocks

FEWEST_BATCHES, FEWEST_FAILURES = 100, 8
# What a count on record leaves open, in failures: it is a whole number, and the model's is not.
COUNT_SPREAD = 0.5


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
    held = HeldWindow(feature, title or feature, records, window)
    return joint_effect([held], outcome, resamples=resamples, seed=seed)


@dataclass(frozen=True)
class HeldWindow:
    """One parameter of those that are held at once, and where.

    Attributes:
        feature: The parameter.
        title: What a reader calls it.
        records: Its records.
        window: The window, fixed before.
    """

    feature: str
    title: str
    records: WindowRecords
    window: Window


@one_thread()
def joint_effect(
    windows: Sequence[HeldWindow], outcome: str, *, resamples: int, seed: int
) -> WindowEffect | str:
    """Estimate the effect of holding several parameters at once, or one.

    Args:
        windows: The parameters, the one known last first; their records have the same batches.
        outcome: The outcome.
        resamples: Bootstrap resamples of lots, at least 20.
        seed: The run's seed.

    Returns:
        The effect of all windows together, or why there is none, in a sentence.
    """
    records = windows[0].records
    refusal = _too_few(records)
    if refusal is not None:
        return refusal
    parts = [HeldParameter(one.records, fitting(one.records, one.window)) for one in windows]
    halves = half_fits(parts, np.arange(records.batches), records.cluster)
    point, (drawn, after) = differences(halves), _bootstrap(parts, resamples, seed)
    spread = {
        name: float(np.std([getattr(each, name) for each in drawn], ddof=1)) for name in NAMES
    }
    gaps = [each.expected - each.robust for each in drawn]
    # Where few failures carry the label's correction, resamples of them know too little of chance.
    gap_spread = max(float(np.std(gaps, ddof=1)), point.robust_spread, 1e-12)
    held = [
        PastLaw.fitted(part.records, part.chosen.past).held(part.records, part.chosen.window)
        for part in parts
    ]
    mass = np.prod([each.mass for each in held], axis=0)
    outside = np.any([part.outside(part.records) for part in parts], axis=0)
    return WindowEffect(
        outcome=outcome,
        feature=windows[0].feature,
        title=windows[0].title,
        window=windows[0].window,
        expected=_normal(point.expected, spread["expected"]),
        ledger=_ledger(records, failing_after(parts, halves), after),
        robust=_normal(point.robust, spread["robust"]),
        share=_normal(point.share, spread["share"]),
        exposed_ratio=_normal(point.exposed_ratio, spread["exposed_ratio"]),
        calibration=point.calibration,
        estimator_gap_spreads=abs(point.expected - point.robust) / gap_spread,
        lot_p_value=parts[0].chosen.lot_p_value,
        outside_window_share=float(outside.mean()),
        overlap_share=float(np.mean(mass >= SMALLEST_MASS)),
        extrapolated_share=max(each.outside_share for each in held),
        batches=records.batches,
        failures=int(records.is_failed.sum()),
        beside=tuple((one.title, one.window) for one in windows[1:]),
    )


def _too_few(records: WindowRecords) -> str | None:
    """Say why the records cannot be standardised over; None if they can."""
    failures = int(records.is_failed.sum())
    if records.batches < FEWEST_BATCHES or failures < FEWEST_FAILURES:
        return (
            f"{failures} failures among {records.batches} batches with a recorded value are too "
            f"few to standardise over; {FEWEST_FAILURES} among {FEWEST_BATCHES} is the least."
        )
    sizes = np.bincount(records.half, minlength=2)
    if sizes.min() < FEWEST_BATCHES // 2:
        return (
            f"The lots cannot be halved: {sizes.max()} of {records.batches} batches are on one "
            "side, and a parameter named on one half is measured on the other."
        )
    return None


NAMES = ("expected", "robust", "share", "exposed_ratio")


def _normal(value: float, spread: float) -> Estimate:
    """Return a value with its 90% interval, normal with the spread of the resamples.

    Resampled lots repeat batches, which flatters every model; their spread is sound, their centre
    is not.
    """
    half = LEVEL_90_SPREADS / 2 * spread
    return Estimate(value, value - half, value + half)


def _ledger(records: WindowRecords, after: FloatArray, resampled: FloatArray) -> Estimate:
    """Return the difference on these very batches, which a resample only models anew.

    A failure that no margin explains is not prevented. What the model leaves open is one spread;
    whether each batch near its limit then crosses it, given the model, is another; and a count is
    known to half a batch.
    """
    short = (records.margins < 0).any(axis=1)
    before = short.astype(float)
    # One that failed for another reason fails again, one released beyond a limit is released again.
    counts = (records.is_failed == short).astype(float)
    crossing = resampled.mean(axis=0)
    noise = float(np.sum(counts * crossing * (1 - crossing)))
    modelled = float((resampled @ counts).var(ddof=1))
    spread = sqrt(modelled + noise + COUNT_SPREAD**2) / records.batches
    return _normal(float(np.mean(counts * (before - after))), spread)


def _bootstrap(
    parts: Sequence[HeldParameter], resamples: int, seed: int
) -> tuple[list[Differences], FloatArray]:
    """Resample lots, those that follow one another joined, each half of them by itself.

    Each copy of a lot counts as a lot of its own.

    Returns:
        Differences of the process, and per batch on record the probability of failing after,
        (resamples, batches).
    """
    records = parts[0].records
    rng = np.random.default_rng([seed, 77])
    joined = consecutive_blocks(records.half, records.cluster, SHORTEST_BLOCK)
    members = [np.flatnonzero(joined == each) for each in range(int(joined.max()) + 1)]
    halves = [np.flatnonzero([records.half[own[0]] == half for own in members]) for half in HALVES]
    lots = int(records.cluster.max()) + 1
    drawn: list[Differences] = []
    after: list[FloatArray] = []
    for _ in range(resamples):
        picked = np.concatenate([rng.choice(half, size=half.size) for half in halves])
        rows = np.concatenate([members[each] for each in picked])
        copy = np.concatenate(
            [records.cluster[members[each]] + lots * k for k, each in enumerate(picked)]
        )
        fits = half_fits(parts, rows, copy)
        drawn.append(differences(fits))
        after.append(failing_after(parts, fits))
    return drawn, np.array(after)
