"""The difference a window makes to the risk of failure: on the process, and on these batches.

The arithmetic behind ``window_effect`` lives here, for the recorded batches and for resamples of
their lots alike: the fitted margins at recorded and at held values, the risk they imply with the
residuals on record, and the label's own correction. The margins are fitted on one half of the lots
at a time: a parameter named on one half is measured on the other. What looks at no margin, the law
of the parameter and the weights of the label's correction, is told by both.

Several parameters held at once go one after the other, the one known last first: what holding it
does to the margins is taken into them before the next is looked at, so that no failure is counted
twice and what an earlier parameter does by way of a later one is not lost (iterated conditional
expectations, Bang & Robins 2005).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assets.savings.windows.lot_means import lot_means_p_value, lots_agree
from assets.savings.windows.model import Design, chosen_penalty, fit_ridge
from assets.savings.windows.policy import PastLaw, Window, past_penalty
from assets.savings.windows.records import WindowRecords
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.regression.random_intercept import intraclass_correlation, quasi_demeaned

# Most residuals of the pool: few batches fail, so a small pool has few in its tail, and which ones
# those are is noise. Beyond, evenly over production order.
MOST_RESIDUALS = 2_000
FOLDS = 5
# Failures that the model's own rate is worth beside the count: a standard error of a tenth.
MODEL_FAILURES = 100.0
HALVES = (0, 1)
BITS = 64


@dataclass(frozen=True)
class Fitting:
    """What is chosen once on all batches and held over resamples of their lots.

    Attributes:
        window: The window.
        design: Columns, knots and scales of the margin model.
        penalty: Ridge penalty of the margin model.
        past: Ridge penalty of the parameter given its past.
        correlation: Share of residual variance between lots, 0 to 1.
        lot_p_value: Of the test that lots tell another effect than batches within them; None
            where the parameter hardly varies within lots.
        steps: (quantities,) in what steps margins are recorded.
    """

    window: Window
    design: Design
    penalty: float
    past: float
    correlation: float
    lot_p_value: float | None
    steps: FloatArray


@dataclass(frozen=True)
class HeldParameter:
    """One parameter of those that are held at once.

    Attributes:
        records: Its records; all parameters have the same batches.
        chosen: ``fitting`` of them.
    """

    records: WindowRecords
    chosen: Fitting

    def outside(self, records: WindowRecords) -> BoolArray:
        """Tell which of some batches were recorded outside the window."""
        window = self.chosen.window
        return (records.value < window.low) | (records.value > window.high)


@dataclass(frozen=True)
class HalfFit:
    """What one half of the lots tells.

    Attributes:
        laws: Each parameter given its past, by both halves.
        weights: Of each parameter, (columns, quantities) of the margin model.
        sums: Over its batches: batches; failures; batches beyond a limit; those of them that
            failed; risk as recorded and under the window; the same over batches outside the window;
            the difference by the label's own correction, and the variance chance gives it.
    """

    laws: Sequence[PastLaw]
    weights: Sequence[FloatArray]
    sums: FloatArray


@dataclass(frozen=True)
class Differences:
    """What a window does to the process, by the two halves together.

    Attributes:
        expected: Failures prevented per batch, by the margin model at the observed rate.
        robust: The same, corrected by the label.
        robust_spread: Standard deviation that chance alone gives ``robust``, by the risks.
        share: ``expected`` over the observed failure rate of the outcome.
        exposed_ratio: Risk of the batches recorded outside the window over their risk inside it.
        calibration: What the model's risk was multiplied by, to come to the failures that the
            margins explain.
    """

    expected: float
    robust: float
    robust_spread: float
    share: float
    exposed_ratio: float
    calibration: float


def fitting(records: WindowRecords, window: Window) -> Fitting:
    """Choose penalties, columns and correlation on all batches.

    Args:
        records: The recorded batches.
        window: The window.
    """
    design = Design.from_records(records)
    table = design.at(records.value)
    penalty = chosen_penalty(table, records.margins, design.is_penalised, records.cluster)
    fitted = fit_ridge(table, records.margins, design.is_penalised, penalty)
    residual = records.margins - fitted.predict(table)
    shares = [intraclass_correlation(column, records.cluster) for column in residual.T]
    correlation = float(np.mean(shares))
    lot_p_value = lot_means_p_value(records, design, penalty, correlation)
    return Fitting(
        window,
        design.without_lot_means() if lots_agree(lot_p_value) else design,
        penalty,
        past_penalty(records),
        correlation,
        lot_p_value,
        np.array([_recording_step(column) for column in records.margins.T]),
    )


def _recording_step(margin: FloatArray) -> float:
    """Return the smallest difference between two recorded values; results are rounded."""
    gaps = np.diff(np.unique(np.round(margin, 9)))
    return float(gaps.min()) if gaps.size else 1e-9


def half_fits(parts: Sequence[HeldParameter], rows: IntArray, cluster: IntArray) -> list[HalfFit]:
    """Fit each half of the lots by itself.

    Args:
        parts: The parameters held, the one known last first.
        rows: (n,) batches fitted on, repeats allowed.
        cluster: (n,) their lots, each copy of a lot a lot of its own.
    """
    again = [part.records.taken(rows) for part in parts]
    # Naming looks at results. The law of a parameter does not, so all batches may tell it.
    laws = [PastLaw.fitted(own, part.chosen.past) for part, own in zip(parts, again, strict=True)]
    held = [
        law.held(own, part.chosen.window) for law, own, part in zip(laws, again, parts, strict=True)
    ]
    first = again[0]
    risks = np.empty((2, rows.size))
    weights: list[list[FloatArray]] = []
    own_rows = [np.flatnonzero(first.half == half) for half in HALVES]
    for own in own_rows:
        lot = np.unique(cluster[own], return_inverse=True)[1]
        half = first.taken(own)
        told: list[FloatArray] = []
        margins, predicted = half.margins, half.margins
        for part, recorded, redrawn in zip(parts, again, held, strict=True):
            design = part.chosen.design.taken(rows[own])
            now, then = design.at(recorded.value[own]), design.at(redrawn.value[own])
            told.append(_weights(now, margins, lot, part.chosen))
            if len(told) == 1:
                predicted = now @ told[0]
            margins = margins + (then @ told[-1] - now @ told[-1])
        weights.append(told)
        risks[:, own] = _risks(half, predicted, predicted + (margins - half.margins))
    outside = np.any([part.outside(own) for part, own in zip(parts, again, strict=True)], axis=0)
    mass = np.prod([each.mass for each in held], axis=0)
    robust = _doubly_robust(first, mass, cluster, ~outside, risks)
    sums = [
        _sums(first.taken(own), outside[own], risks[:, own], robust[:, own]) for own in own_rows
    ]
    return [HalfFit(laws, *told) for told in zip(weights, sums, strict=True)]


def _risks(records: WindowRecords, now: FloatArray, then: FloatArray) -> FloatArray:
    """(2, batches) risk as recorded and under the window, by the margins predicted."""
    residual = records.margins - now
    scale = residual_scale(residual, records.product)
    places = np.linspace(0, residual.shape[0] - 1, min(residual.shape[0], MOST_RESIDUALS))
    pool = (residual / scale)[places.astype(int)]
    both = np.concatenate([now, then]), np.concatenate([scale, scale])
    return margin_risk(*both, pool).reshape(2, -1)


def _sums(
    records: WindowRecords, outside: BoolArray, risks: FloatArray, robust: FloatArray
) -> FloatArray:
    """What ``HalfFit.sums`` says."""
    short = (records.margins < 0).any(axis=1)
    counts = [records.batches, records.is_failed.sum(), short.sum()]
    counts += [(records.is_failed & short).sum()]
    found = [*counts, *risks.sum(axis=1), *risks[:, outside].sum(axis=1), *robust.sum(axis=1)]
    return np.array(found, dtype=float)


def differences(halves: list[HalfFit]) -> Differences:
    """Put what the halves found together, calibrated to the failures the margins explain."""
    total = np.sum([half.sums for half in halves], axis=0)
    batches, failed, short, explained, now, then, outside_now, outside_then, robust, noise = total
    # A few dozen failures tell a rate to a fifth; the model, which sees every margin, to a tenth.
    level = (short + MODEL_FAILURES) / (now + MODEL_FAILURES)
    calibration = level * explained / max(short, 1.0)
    expected = calibration * (now - then) / batches
    return Differences(
        float(expected),
        float(robust / batches),
        float(np.sqrt(noise) / batches),
        float(expected / max(failed / batches, 1e-9)),
        float(outside_now / max(outside_then, 1e-9)),
        float(calibration),
    )


def _weights(
    table: FloatArray, margins: FloatArray, cluster: IntArray, chosen: Fitting
) -> FloatArray:
    within = quasi_demeaned(table, cluster, chosen.correlation)
    target = quasi_demeaned(margins, cluster, chosen.correlation)
    return fit_ridge(within, target, chosen.design.is_penalised, chosen.penalty).weights


def failing_after(parts: Sequence[HeldParameter], halves: list[HalfFit]) -> FloatArray:
    """Return, per batch, the probability that it fails when made again inside the windows.

    The model is that of the other half of the lots: one that saw a failed batch bends towards it,
    and credits the parameter with saving it. Each batch keeps its own residual. A recorded margin
    stands for all values that round to it: where many results lie on the limit, as rounded ones do,
    a shift of any size downwards would else fail every one of them. So a batch fails with the part
    of its step that the shift carries over the limit as probability.

    Args:
        parts: The parameters held, as in ``half_fits``.
        halves: From ``half_fits``.
    """
    records, steps = parts[0].records, parts[0].chosen.steps
    after = np.empty(records.batches)
    for half, other in zip(HALVES, reversed(halves), strict=True):
        rows = np.flatnonzero(records.half == half)
        moved = np.zeros((rows.size, records.margins.shape[1]))
        for part, law, weights in zip(parts, other.laws, other.weights, strict=True):
            own, design = part.records.taken(rows), part.chosen.design.taken(rows)
            held = law.held(own, part.chosen.window).value
            moved += (design.at(held) - design.at(own.value)) @ weights
        fails = np.clip(-(records.margins[rows] + moved) / steps, 0.0, 1.0)
        after[rows] = 1 - np.prod(1 - fails, axis=1)
    return after


def residual_scale(residual: FloatArray, product: IntArray) -> FloatArray:
    """Return the residual spread by product and strength, (batches, quantities)."""
    scale = np.empty_like(residual)
    for code in np.unique(product):
        own = product == code
        scale[own] = np.maximum(residual[own if own.sum() > 5 else slice(None)].std(axis=0), 1e-9)
    return scale


def margin_risk(expected: FloatArray, scale: FloatArray, pool: FloatArray) -> FloatArray:
    """Return per batch the probability that any margin falls below zero.

    Args:
        expected: (n, quantities) expected margins.
        scale: (n, quantities) their residual spreads, above 0.
        pool: (residuals, quantities) residuals in spreads, those of one batch in a row.

    Returns:
        (n,) the share of residuals that carry any margin below zero.
    """
    # The residuals that fail a margin are the smallest of it: the first so many in its order. Each
    # such beginning is a row of bits, so that no batch is held against every residual.
    size, words = pool.shape[0], -(-pool.shape[0] // BITS)
    fails = np.zeros((expected.shape[0], words), dtype=np.uint64)
    for j in range(expected.shape[1]):
        order = np.argsort(pool[:, j])
        failing = np.searchsorted(pool[order, j], -expected[:, j] / scale[:, j])
        smallest = np.zeros((size + 1, words), dtype=np.uint64)
        bit = np.uint64(1) << (order % BITS).astype(np.uint64)
        smallest[np.arange(1, size + 1), order // BITS] = bit
        np.bitwise_or.accumulate(smallest, axis=0, out=smallest)
        fails |= smallest[failing]
    return np.asarray(np.bitwise_count(fails).sum(axis=1) / size, dtype=float)


def _doubly_robust(
    records: WindowRecords,
    mass: FloatArray,
    cluster: IntArray,
    inside: BoolArray,
    risks: FloatArray,
) -> FloatArray:
    """Return (2, batches) parts of the difference corrected by label residuals, and their variance.

    The risks are recalibrated to the label on other lots (cross-fitting); the weight of a recorded
    batch is the ratio of the held to the recorded density: 1 / mass inside the window, else 0.
    """
    label = records.is_failed.astype(float)
    weight = np.where(inside & (mass > 0), 1 / np.maximum(mass, 0.05), 0.0)
    part = cluster % FOLDS
    now, then = np.empty_like(mass), np.empty_like(mass)
    for k in range(FOLDS):
        test = part == k
        other = ~test
        level = label[other].mean() / max(float(risks[0][other].mean()), 1e-9) if other.any() else 1
        now[test], then[test] = risks[0][test] * level, risks[1][test] * level
    under_policy = then + weight * (label - now)
    noise = (1 - weight) ** 2 * now * (1 - np.minimum(now, 1.0))
    return np.stack([label - under_policy, noise])
