"""The difference a window makes to the risk of failure: on the process, and on these batches.

The arithmetic behind ``window_effect`` lives here, for the recorded batches and for resamples of
their lots alike: the fitted margins at recorded and at held values, the risk they imply with the
residuals on record, and the label's own correction.
"""

from dataclasses import dataclass

import numpy as np

from assets.savings.windows.model import Design, chosen_penalty, fit_ridge
from assets.savings.windows.policy import HeldValues, Window, held_values, past_penalty
from assets.savings.windows.records import WindowRecords
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.regression.random_intercept import intraclass_correlation, quasi_demeaned

# Most residuals of the pool: few batches fail, so a small pool has few in its tail, and which ones
# those are is noise. Beyond, evenly over production order.
MOST_RESIDUALS = 2_000
FOLDS = 5


@dataclass(frozen=True)
class Fitting:
    """What is chosen once on all batches and held over resamples of their lots.

    Attributes:
        design: Columns, knots and scales of the margin model.
        held: The recorded batches under the policy.
        penalty: Ridge penalty of the margin model.
        past: Ridge penalty of the parameter given its past.
        correlation: Share of residual variance between lots, 0 to 1.
        steps: (quantities,) in what steps margins are recorded.
    """

    design: Design
    held: HeldValues
    penalty: float
    past: float
    correlation: float
    steps: FloatArray


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
    past = past_penalty(records)
    return Fitting(
        design,
        held_values(records, window, past),
        penalty,
        past,
        float(np.mean(shares)),
        np.array([_recording_step(column) for column in records.margins.T]),
    )


def _recording_step(margin: FloatArray) -> float:
    """Return the smallest difference between two recorded values; results are rounded."""
    gaps = np.diff(np.unique(np.round(margin, 9)))
    return float(gaps.min()) if gaps.size else 1e-9


def process_differences(
    records: WindowRecords, rows: IntArray, cluster: IntArray, window: Window, chosen: Fitting
) -> tuple[FloatArray, FloatArray]:
    """Return what the window does to the process, and the model it rests on.

    Args:
        records: All recorded batches.
        rows: (n,) batches fitted on and averaged over, repeats allowed.
        cluster: (n,) their lots, each copy of a lot a lot of its own.
        window: The window.
        chosen: ``fitting`` of all recorded batches.

    Returns:
        Expected difference per batch, the same doubly robust, and as share of failures prevented;
        and the weights of the margin model, (columns, quantities).
    """
    again = records.taken(rows)
    held = held_values(again, window, chosen.past)
    design = chosen.design.taken(rows)
    now, then = design.at(again.value), design.at(held.value)
    weights = _weights(now, again.margins, cluster, chosen)
    predicted = now @ weights
    residual = again.margins - predicted
    scale = _scale(residual, again.product)
    places = np.linspace(0, residual.shape[0] - 1, min(residual.shape[0], MOST_RESIDUALS))
    pool = (residual / scale)[places.astype(int)]
    risk_now = _risk(predicted, scale, pool)
    risk_then = _risk(then @ weights, scale, pool)
    expected = float(np.mean(risk_now - risk_then))
    share = expected / max(float(risk_now.mean()), 1e-9)
    robust = _doubly_robust(again, held, cluster, window, (risk_now, risk_then))
    return np.array([expected, robust, share]), weights


def _weights(
    table: FloatArray, margins: FloatArray, cluster: IntArray, chosen: Fitting
) -> FloatArray:
    within = quasi_demeaned(table, cluster, chosen.correlation)
    target = quasi_demeaned(margins, cluster, chosen.correlation)
    return fit_ridge(within, target, chosen.design.is_penalised, chosen.penalty).weights


def failing_after(
    records: WindowRecords, weights: FloatArray, chosen: Fitting, rows: IntArray
) -> FloatArray:
    """Return, per batch, the probability that it fails when made again inside the window.

    Each batch keeps its own residual. A recorded margin stands for all values that round to it:
    where many results lie on the limit, as rounded ones do, a shift of any size downwards would
    else fail every one of them. So a batch fails with the part of its step that the shift carries
    over the limit as probability.

    Args:
        records: All recorded batches.
        weights: Of the margin model.
        chosen: ``fitting`` of all recorded batches.
        rows: (n,) batches asked for.
    """
    design = chosen.design.taken(rows)
    moved = (design.at(chosen.held.value[rows]) - design.at(records.value[rows])) @ weights
    fails = np.clip(-(records.margins[rows] + moved) / chosen.steps, 0.0, 1.0)
    return np.asarray(1 - np.prod(1 - fails, axis=1), dtype=float)


def crossed_failing_after(records: WindowRecords, chosen: Fitting) -> FloatArray:
    """Return ``failing_after`` of every batch by a model of the other lots.

    A model that saw a failed batch bends towards it, and credits the parameter with saving it.

    Args:
        records: All recorded batches.
        chosen: ``fitting`` of all recorded batches.
    """
    part = records.cluster % FOLDS
    after = np.empty(records.batches)
    for k in range(FOLDS):
        own, other = np.flatnonzero(part == k), np.flatnonzero(part != k)
        if not own.size:
            continue
        fitted = other if other.size else own
        cluster = np.unique(records.cluster[fitted], return_inverse=True)[1]
        table = chosen.design.taken(fitted).at(records.value[fitted])
        weights = _weights(table, records.margins[fitted], cluster, chosen)
        after[own] = failing_after(records, weights, chosen, own)
    return after


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
    held: HeldValues,
    cluster: IntArray,
    window: Window,
    risks: tuple[FloatArray, FloatArray],
) -> float:
    """Return the difference expected of the process, corrected by weighted label residuals.

    The risks are recalibrated to the label on other lots (cross-fitting); the weight of a recorded
    batch is the ratio of the held to the recorded density: 1 / mass inside the window, else 0.
    """
    label = records.is_failed.astype(float)
    inside = (records.value >= window.low) & (records.value <= window.high)
    weight = np.where(inside & (held.mass > 0), 1 / np.maximum(held.mass, 0.05), 0.0)
    part = cluster % FOLDS
    now, then = (np.empty_like(held.value) for _ in range(2))
    for k in range(FOLDS):
        test = part == k
        other = ~test
        level = label[other].mean() / max(float(risks[0][other].mean()), 1e-9) if other.any() else 1
        now[test], then[test] = risks[0][test] * level, risks[1][test] * level
    under_policy = then + weight * (label - now)
    return float(np.mean(label - under_policy))
