"""The effect of holding a parameter in a window, standardised over the recorded batches.

Two targets, never mixed: the expected difference of this process (lots and residuals redrawn), and
the ledger difference on these very batches. Two estimators beside each other: g-computation on the
margins with splines, and a cross-fitted doubly robust estimate on the label, which assumes less and
is wider. Intervals are 90% by a bootstrap of whole lots.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from assets.savings.uncertainty.draws import Draws
from assets.savings.windows.difference import (
    Fitting,
    crossed_failing_after,
    failing_after,
    fitting,
    process_differences,
)
from assets.savings.windows.policy import Window
from assets.savings.windows.records import WindowRecords
from assets.statistics.array_types import BoolArray, FloatArray
from assets.statistics.regression.e_value import e_value
from data_contracts.titles import within_sentence

FEWEST_BATCHES, FEWEST_FAILURES = 100, 8
SMALLEST_OVERLAP, LARGEST_OUTSIDE = 0.9, 0.02
LEVEL_90_SPREADS = 3.29  # width of a 90% interval in standard deviations of a normal


@dataclass(frozen=True)
class Estimate:
    """A difference per batch, positive where fewer batches fail under the window.

    Attributes:
        value: Failures prevented per batch.
        low: Lower end of the 90% interval.
        high: Upper end.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class WindowEffect:
    """What holding one parameter in a window does to one outcome.

    Attributes:
        outcome: The outcome.
        feature: The parameter.
        title: What a reader calls it.
        window: The window.
        expected: Difference expected of the process, by g-computation.
        ledger: Difference on these very batches, by g-computation.
        robust: Difference expected of the process, doubly robust on the label.
        share: Share of failures prevented (expected), with its interval.
        outside_window_share: Share of batches recorded outside the window.
        overlap_share: Share of batches whose past leaves the window room.
        extrapolated_share: Share of held values beyond the recorded range of their product.
        batches: Batches it rests on.
        failures: Of these, failed.
        evidence_value: E-value: how strongly an unmeasured lot effect would have to go with both
            the parameter and failure to explain the difference away (VanderWeele & Ding 2017).
    """

    outcome: str
    feature: str
    title: str
    window: Window
    expected: Estimate
    ledger: Estimate
    robust: Estimate
    share: Estimate
    outside_window_share: float
    overlap_share: float
    extrapolated_share: float
    batches: int
    failures: int
    evidence_value: float

    @property
    def refusal(self) -> str | None:
        """Why no saving may be claimed from this window, or None if one may."""
        if self.overlap_share < SMALLEST_OVERLAP:
            return (
                f"Only {self.overlap_share:.0%} of batches could have been made inside the window "
                f"given what came before it; {SMALLEST_OVERLAP:.0%} is the least."
            )
        if self.extrapolated_share > LARGEST_OUTSIDE:
            return (
                f"{self.extrapolated_share:.0%} of held values lie beyond anything recorded for "
                "their product."
            )
        if self.share.low <= 0:
            return (
                f"The effect is not told from none: {self.share.value:.0%} of failures "
                f"({self.share.low:.0%} to {self.share.high:.0%}, 90% interval)."
            )
        return None

    @property
    def sentence(self) -> str:
        """What was measured, for a reader."""
        return (
            f"Holding {within_sentence(self.title)} {spoken(self.window)} goes with "
            f"{self.share.value:.0%} fewer failures ({self.share.low:.0%} to "
            f"{self.share.high:.0%}, 90% interval), standardised "
            f"over {self.batches} batches, the ones on which it was named, which flatters it; an "
            f"unmeasured lot effect could explain it away from an E-value of "
            f"{self.evidence_value:.1f}."
        )

    def roles(self, draws: Draws) -> Mapping[str, FloatArray]:
        """Return draws of the share of failures prevented, normal with the bootstrap's spread."""
        spread = (self.share.high - self.share.low) / LEVEL_90_SPREADS
        drawn = self.share.value + spread * draws.normal(f"window.{self.outcome}.{self.feature}")
        return {"effect": np.minimum(drawn, 1.0)}


def spoken(window: Window) -> str:
    """Return a window in words."""
    if not np.isfinite(window.low):
        return f"below {window.high:.4g}"
    if not np.isfinite(window.high):
        return f"above {window.low:.4g}"
    return f"between {window.low:.4g} and {window.high:.4g}"


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
