"""How many failures a batch holding a parameter could prevent at most, with 95% confidence.

Three windows are tried on each parameter, a share of the recorded values cut off at the low end, at
the high end, or half at each. The bound is the largest of their one-sided bounds: it holds the best
of the three, for the one that is truly best has its own (intersection-union, Berger 1982).

The margins are fitted once, on all lots: nothing was chosen by them. The standard error is that of
the estimate's influence, summed over joined lots (Liang & Zeger 1986), so that bounds of a hundred
parameters cost a run seconds. Failures that no margin explains are bounded by the label alone, and
where the label sees more than the margins do, its bound counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from assets.savings.windows.difference import (
    MODEL_FAILURES,
    MOST_RESIDUALS,
    Fitting,
    fitting,
    margin_risk,
    residual_scale,
)
from assets.savings.windows.effect import LARGEST_GAP, LARGEST_OUTSIDE, SMALLEST_OVERLAP
from assets.savings.windows.policy import SMALLEST_MASS, HeldValues, PastLaw, Window
from assets.savings.windows.records import WindowRecords
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.regression.cluster_means import summed_by_group
from assets.statistics.regression.random_intercept import quasi_demeaned
from assets.statistics.resampling.serial_blocks import SHORTEST_BLOCK, consecutive_blocks

# Of a one-sided 97.5% bound. An additive model sees part of what two parameters do together: of 85
# bounds on causes of simulated plants those of 95% held the truth in 76.
ENOUGH_SPREADS = 1.96
STEP = 0.25  # of the residual spread, over which a slope of the risk is taken


@dataclass(frozen=True)
class PreventionBound:
    """What holding a parameter could prevent at most.

    Attributes:
        per_batch: Failures prevented per batch, at most, with one-sided 95% confidence.
        window: The window that could prevent so many.
        is_by_margins: Whether the margins tell it; else the label alone does, which says less.
    """

    per_batch: float
    window: Window
    is_by_margins: bool


def tried_windows(value: FloatArray, share: float) -> list[Window]:
    """Return the windows a parameter is tried in.

    Args:
        value: Recorded values.
        share: Share of them cut off, above 0 and below 0.5.
    """
    return [Window.trimmed(value, side, share) for side in ("higher", "lower", None)]


def prevention_bound(records: WindowRecords, windows: Sequence[Window]) -> PreventionBound | None:
    """Bound what holding a parameter prevents.

    Args:
        records: The recorded batches, at least one failed.
        windows: The windows, chosen without looking at a result.

    Returns:
        The largest bound of the windows; None where the records leave no room for one of them, for
        nothing is known then of what it would do.
    """
    chosen = fitting(records, windows[0])
    fitted = _Fitted(records, chosen)
    law = PastLaw.fitted(records, chosen.past)
    found = []
    for window in windows:
        held = law.held(records, window)
        if held.overlap_share < SMALLEST_OVERLAP or held.outside_share > LARGEST_OUTSIDE:
            return None
        bound, is_by_margins = fitted.bound(held, window)
        found.append(PreventionBound(max(bound, 0.0), window, is_by_margins))
    return max(found, key=lambda one: one.per_batch)


class _Fitted:
    """The margin model of all batches, and how each joined lot moves it."""

    def __init__(self, records: WindowRecords, chosen: Fitting) -> None:
        self.records, self.chosen = records, chosen
        joined = consecutive_blocks(
            np.zeros(records.batches, dtype=np.int64), records.cluster, SHORTEST_BLOCK
        )
        self.joined: IntArray = np.unique(joined, return_inverse=True)[1].astype(np.int64)
        self.table = chosen.design.at(records.value)
        within = quasi_demeaned(self.table, records.cluster, chosen.correlation)
        target = quasi_demeaned(records.margins, records.cluster, chosen.correlation)
        gram = within.T @ within
        shrunk = np.diag(chosen.penalty * chosen.design.is_penalised + 1e-8)
        inverse = np.asarray(np.linalg.inv(gram + shrunk), dtype=np.float64)
        self.weights = inverse @ within.T @ target
        error = _left_out(within, inverse, target - within @ self.weights, joined)
        joined_lots = int(self.joined.max(initial=-1)) + 1
        self.inflation = (joined_lots - 1) / max(joined_lots, 1)
        # (joined lots, columns, quantities): what each moves the weights by.
        self.influence = np.stack(
            [
                summed_by_group(within * error[:, [j]], self.joined) @ inverse
                for j in range(error.shape[1])
            ],
            axis=2,
        )
        self.now = self.table @ self.weights
        # A fit of n batches by p columns leaves residuals too small, and so too few near a limit.
        used = min(float(np.sum(inverse * gram)), records.batches / 2)
        lost = sqrt(records.batches / (records.batches - used))
        residual = (records.margins - self.now) * lost
        self.scale = residual_scale(residual, records.product)
        places = np.linspace(0, records.batches - 1, min(records.batches, MOST_RESIDUALS))
        self.pool = (residual / self.scale)[places.astype(int)]
        self.sorted_pool = np.sort(self.pool, axis=0)
        self.risk_now = margin_risk(self.now, self.scale, self.pool)
        self.slope_now = self._slope(self.now)

    def bound(self, held: HeldValues, window: Window) -> tuple[float, bool]:
        """Return the bound of one window, failures per batch, and whether the margins tell it."""
        records, batches = self.records, self.records.batches
        table = self.chosen.design.at(held.value)
        then = table @ self.weights
        risk_then = margin_risk(then, self.scale, self.pool)
        told = self.risk_now - risk_then
        moved = summed_by_group(told - told.mean(), self.joined) / batches
        slope_then = self._slope(then)
        for j in range(then.shape[1]):
            gradient = (self.slope_now[:, j] @ self.table - slope_then[:, j] @ table) / batches
            moved = moved + self.influence[:, :, j] @ gradient
        level, level_variance = self._level()
        by_margins = level * float(told.mean())
        variance = level**2 * self.inflation * float(np.sum(moved**2))
        variance += float(told.mean()) ** 2 * level_variance
        weight = _weight(records, held, window)
        unseen = records.is_failed & ~(records.margins < 0).any(axis=1)
        seen_by_label, label_variance = self._by_label(weight, unseen)
        bound = by_margins + seen_by_label + ENOUGH_SPREADS * sqrt(variance + label_variance)
        expected = level * self.risk_now
        corrected, noise = self._corrected(weight, expected, level * risk_then)
        lead = (corrected - by_margins - seen_by_label) / sqrt(noise)
        if lead <= LARGEST_GAP:
            return bound, True
        by_label = corrected + ENOUGH_SPREADS * sqrt(noise)
        return max(bound, by_label), by_label <= bound

    def _slope(self, expected: FloatArray) -> FloatArray:
        """(batches, quantities) by how much the risk rises with each expected margin."""
        slope = np.empty_like(expected)
        for j in range(expected.shape[1]):
            at, pool = -expected[:, j] / self.scale[:, j], self.sorted_pool[:, j]
            between = np.searchsorted(pool, at + STEP) - np.searchsorted(pool, at - STEP)
            slope[:, j] = -between / pool.size / (2 * STEP) / self.scale[:, j]
        return slope

    def _level(self) -> tuple[float, float]:
        """What the model's risk is multiplied by, as in ``differences``, and its variance."""
        short = (self.records.margins < 0).any(axis=1)
        explained = float((self.records.is_failed & short).sum()) / max(float(short.sum()), 1.0)
        share = explained if short.any() else 1.0
        expected = float(self.risk_now.sum()) + MODEL_FAILURES
        level = (float(short.sum()) + MODEL_FAILURES) / expected * share
        clustered = float(np.sum((summed_by_group(short.astype(float), self.joined)) ** 2))
        return level, share**2 * (clustered + 1.0) / expected**2

    def _by_label(self, weight: FloatArray, failed: BoolArray) -> tuple[float, float]:
        """Failures prevented per batch by the label alone, and the variance of that.

        One failure more than counted stands for those that did not happen to happen.
        """
        prevented = (1 - weight) * failed
        noise = float(
            np.sum((summed_by_group(prevented, self.joined)) ** 2) + np.mean((1 - weight) ** 2)
        )
        return float(prevented.mean()), noise / self.records.batches**2

    def _corrected(
        self, weight: FloatArray, now: FloatArray, then: FloatArray
    ) -> tuple[float, float]:
        """The difference corrected by the label's residuals, and the variance of that."""
        label = self.records.is_failed.astype(float)
        parts = label - then - weight * (label - now)
        noise = float(np.sum((summed_by_group(parts - parts.mean(), self.joined)) ** 2))
        noise += float(np.mean((1 - weight) ** 2))
        return float(parts.mean()), noise / self.records.batches**2


def _weight(records: WindowRecords, held: HeldValues, window: Window) -> FloatArray:
    """Return the weight that makes batches recorded inside stand for all of them."""
    inside = (records.value >= window.low) & (records.value <= window.high)
    return np.where(inside & (held.mass > 0), 1 / np.maximum(held.mass, SMALLEST_MASS), 0.0)


def _left_out(
    table: FloatArray, inverse: FloatArray, error: FloatArray, joined: IntArray
) -> FloatArray:
    """Return residuals as they would be had each joined lot been left out of the fit.

    With some sixty joined lots and as many columns the model bends towards each of them, and the
    spread of its own residuals would be too small (CR3, Bell & McCaffrey 2002).
    """
    told = np.empty_like(error)
    order = np.argsort(joined, kind="stable")
    ends = np.flatnonzero(np.diff(joined[order])) + 1
    for own in np.split(order, ends):
        leverage = table[own] @ inverse @ table[own].T
        told[own] = np.linalg.solve((1 + 1e-9) * np.eye(own.size) - leverage, error[own])
    return told
