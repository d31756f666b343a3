"""The effect of holding a parameter in a window, standardised over the recorded batches.

Two targets, never mixed: the expected difference of this process (lots and residuals redrawn), and
the ledger difference on these very batches. Two estimators beside each other: g-computation on the
margins with splines, and a cross-fitted doubly robust estimate on the label, which assumes less and
is wider. Intervals are 90% by a bootstrap of whole lots.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assets.savings.draws import Draws
from assets.savings.window_model import (
    Design,
    chosen_penalty,
    demeaned,
    fit_ridge,
    intraclass_correlation,
)
from assets.savings.window_policy import Window, held_values, past_penalty
from assets.savings.window_records import WindowRecords
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.e_value import e_value

FEWEST_BATCHES, FEWEST_FAILURES = 100, 8
SMALLEST_OVERLAP, LARGEST_OUTSIDE = 0.9, 0.02
RESIDUALS = 200  # of the residual pool, taken evenly; their order is that of production
FOLDS = 5
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
            f"Holding {self.feature} {spoken(self.window)} goes with {self.share.value:.0%} fewer "
            f"failures ({self.share.low:.0%} to {self.share.high:.0%}, 90% interval), standardised "
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
    records: WindowRecords, outcome: str, feature: str, window: Window, *, resamples: int, seed: int
) -> WindowEffect | str:
    """Estimate the effect of a window.

    Args:
        records: The recorded batches.
        outcome: The outcome.
        feature: The parameter.
        window: The window, fixed before.
        resamples: Bootstrap resamples of lots, at least 20.
        seed: The run's seed.

    Returns:
        The effect, or why there is none, in a sentence.
    """
    failures = int(records.is_failed.sum())
    if records.batches < FEWEST_BATCHES or failures < FEWEST_FAILURES:
        return (
            f"{failures} failures among {records.batches} batches with a recorded value are too "
            f"few to standardise over; {FEWEST_FAILURES} among {FEWEST_BATCHES} is the least."
        )
    tuning = _tuning(records)
    point = _differences(records, window, tuning)
    drawn = _bootstrap(records, window, tuning, resamples, seed)
    held = held_values(records, window, tuning.past)
    expected, ledger, robust, share = (
        _estimate(float(value), values) for value, values in zip(point, drawn.T, strict=True)
    )
    outside = (records.value < window.low) | (records.value > window.high)
    return WindowEffect(
        outcome=outcome,
        feature=feature,
        window=window,
        expected=expected,
        ledger=ledger,
        robust=robust,
        share=share,
        outside_window_share=float(outside.mean()),
        overlap_share=held.overlap_share,
        extrapolated_share=held.outside_share,
        batches=records.batches,
        failures=failures,
        evidence_value=e_value(1 / max(1 - share.value, 0.01)) if share.value > 0 else 1.0,
    )


def _estimate(value: float, drawn: FloatArray) -> Estimate:
    """Return a value with its 90% interval, normal with the spread of the resamples.

    Resampled lots repeat batches, which flatters every model; their spread is sound, their centre
    is not.
    """
    half = LEVEL_90_SPREADS / 2 * float(drawn.std(ddof=1))
    return Estimate(float(value), float(value) - half, float(value) + half)


@dataclass(frozen=True)
class _Tuning:
    """What is chosen once on all batches and held over resamples: penalties, correlation."""

    margin: float
    past: float
    correlation: float


def _tuning(records: WindowRecords) -> _Tuning:
    design = Design.of(records)
    table = design.at(records.value)
    penalty = chosen_penalty(table, records.margins, design.is_penalised, records.cluster)
    fitted = fit_ridge(table, records.margins, design.is_penalised, penalty)
    residual = records.margins - fitted.predict(table)
    shares = [intraclass_correlation(column, records.cluster) for column in residual.T]
    return _Tuning(penalty, past_penalty(records), float(np.mean(shares)))


def _bootstrap(
    records: WindowRecords, window: Window, tuning: _Tuning, resamples: int, seed: int
) -> FloatArray:
    """Resample whole lots; each copy of a lot counts as a lot of its own."""
    rng = np.random.default_rng([seed, 77])
    codes, cluster = np.unique(records.cluster, return_inverse=True)
    members = [np.flatnonzero(cluster == each) for each in range(codes.size)]
    drawn: list[FloatArray] = []
    for _ in range(resamples):
        picked = rng.integers(codes.size, size=codes.size)
        rows = np.concatenate([members[each] for each in picked])
        copy = np.concatenate(
            [np.full(members[each].size, number) for number, each in enumerate(picked)]
        )
        again = records.taken(rows)
        again = WindowRecords(**{**again.__dict__, "cluster": copy})
        drawn.append(_differences(again, window, tuning))
    return np.array(drawn)


def _differences(records: WindowRecords, window: Window, tuning: _Tuning) -> FloatArray:
    """Return expected, ledger and doubly robust difference per batch, and the share prevented."""
    held = held_values(records, window, tuning.past)
    design = Design.of(records)
    now, then = design.at(records.value), design.at(held.value)
    weights = _weights(records, now, design.is_penalised, tuning)
    predicted = now @ weights
    moved = (then - now) @ weights
    residual = records.margins - predicted
    scale = _scale(residual, records.product)
    pool = (residual / scale)[np.linspace(0, residual.shape[0] - 1, RESIDUALS).astype(int)]
    risk_now = _risk(predicted, scale, pool)
    risk_then = _risk(predicted + moved, scale, pool)
    expected = float(np.mean(risk_now - risk_then))
    failed_now = (records.margins < 0).any(axis=1)
    failed_then = (records.margins + moved < 0).any(axis=1)
    ledger = float(np.mean(failed_now.astype(float) - failed_then))
    share = expected / max(float(risk_now.mean()), 1e-9)
    robust = _doubly_robust(records, held.value, held.mass, window, (risk_now, risk_then))
    return np.array([expected, ledger, robust, share])


def _weights(
    records: WindowRecords, table: FloatArray, is_penalised: FloatArray, tuning: _Tuning
) -> FloatArray:
    within = demeaned(table, records.cluster, tuning.correlation)
    margins = demeaned(records.margins, records.cluster, tuning.correlation)
    return fit_ridge(within, margins, is_penalised, tuning.margin).weights


def _scale(residual: FloatArray, product: IntArray) -> FloatArray:
    """Return the residual spread by product and strength, (batches, quantities)."""
    scale = np.empty_like(residual)
    for code in np.unique(product):
        own = product == code
        scale[own] = np.maximum(residual[own if own.sum() > 5 else slice(None)].std(axis=0), 1e-9)
    return scale


def _risk(expected: FloatArray, scale: FloatArray, pool: FloatArray) -> FloatArray:
    """Return per batch the probability that any margin falls below zero."""
    fails = np.zeros((expected.shape[0], pool.shape[0]), dtype=bool)
    for j in range(expected.shape[1]):
        fails |= pool[None, :, j] < (-expected[:, j] / scale[:, j])[:, None]
    return np.asarray(fails.mean(axis=1), dtype=float)


def _doubly_robust(
    records: WindowRecords,
    held: FloatArray,
    mass: FloatArray,
    window: Window,
    risks: tuple[FloatArray, FloatArray],
) -> float:
    """Return the difference expected of the process, corrected by weighted label residuals.

    The risks are recalibrated to the label on other lots (cross-fitting); the weight of a recorded
    batch is the ratio of the held to the recorded density: 1 / mass inside the window, else 0.
    """
    label = records.is_failed.astype(float)
    inside = (records.value >= window.low) & (records.value <= window.high)
    weight = np.where(inside & (mass > 0), 1 / np.maximum(mass, 0.05), 0.0)
    part = records.cluster % FOLDS
    now, then = (np.empty_like(held) for _ in range(2))
    for k in range(FOLDS):
        test = part == k
        other = ~test
        level = label[other].mean() / max(float(risks[0][other].mean()), 1e-9) if other.any() else 1
        now[test], then[test] = risks[0][test] * level, risks[1][test] * level
    under_policy = then + weight * (label - now)
    return float(np.mean(label - under_policy))
