"""Causes of a known worth planted into a run's own features and results.

Features, product levels, lots, gaps and the wandering of results stay as they were; only that
results go with features is undone, by shifting them in time, and one feature is made a cause. What
is then found is what this process's own records let one find.

Source: plasmode simulation (Franklin, Schneeweiss, Polinski & Rassen 2014, CSDA 72, 219).
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.regression.detrending import group_means

LARGEST_SHARE = 0.95
CUT_SHARE = 0.1
LARGEST_SPREADS = 4.0


@dataclass(frozen=True)
class OwnResults:
    """Results of one outcome as a plant recorded them, in production order.

    Attributes:
        margins: (batches, quantities), below 0 outside the limit, NaN where missing.
        label: (batches,) 1 failed, 0 good, NaN where not known.
        product: (batches,) code of product and strength.
    """

    margins: FloatArray
    label: FloatArray
    product: IntArray

    @property
    def levels(self) -> FloatArray:
        """(batches, quantities) mean of each batch's product."""
        return group_means(self.margins, self.product, np.arange(self.product.size))

    @property
    def is_short(self) -> BoolArray:
        """(batches,) whether any margin is below 0."""
        return np.asarray((self.margins < 0).any(axis=1))


def shifted(results: OwnResults, by: int) -> OwnResults:
    """Move results along the order of production, so that they go with no feature any more.

    Args:
        results: As recorded.
        by: Batches moved; what leaves at the end comes back at the beginning.

    Returns:
        Margins keep their product's level; a failure that no margin explains moves as well.
    """
    levels = results.levels
    other = np.where(results.is_short, 0.0, results.label)
    margins = levels + np.roll(results.margins - levels, by, axis=0)
    moved_other = np.roll(other, by)
    short = (margins < 0).any(axis=1)
    known = np.isfinite(moved_other)
    label = np.where(known, (short | (moved_other == 1)).astype(float), np.nan)
    return OwnResults(margins, label, results.product)


def in_spreads(value: FloatArray, product: IntArray) -> FloatArray:
    """A feature within product in its standard deviations, clipped at 4; 0 where missing."""
    within = value - group_means(value[:, None], product, np.arange(product.size))[:, 0]
    spread = float(np.nanstd(within))
    scaled = within / spread if spread > 0 else np.zeros(value.size)
    return np.nan_to_num(np.clip(scaled, -LARGEST_SPREADS, LARGEST_SPREADS))


def planted(
    results: OwnResults, standard: FloatArray, quantity: int, share: float, held: bool = False
) -> OwnResults:
    """Let a feature account for a share of the variation of one margin.

    Args:
        results: From :func:`shifted`.
        standard: (batches,) the feature, from :func:`in_spreads`; high values are bad.
        quantity: Which margin it moves.
        share: Share of that margin's variation within product it accounts for, 0 to below 1.
        held: Whether the feature is held out of its worst tenth, every batch keeping its rank.

    Returns:
        The results; the margin keeps its spread and as many batches stay below 0 as were, unless
        the feature is held.
    """
    margins, levels = results.margins.copy(), results.levels
    own = margins[:, quantity] - levels[:, quantity]
    spread = float(np.nanstd(own))
    other = np.where(results.is_short, 0.0, results.label)
    mixed = np.sqrt(1 - share) * own - np.sqrt(share) * spread * standard
    # As many fall short as before: the limit is put where the same number lies beyond it.
    before = int((margins[:, quantity] < 0).sum())
    order = np.sort((levels[:, quantity] + mixed)[np.isfinite(mixed)])
    edge = float(order[before - 1] + order[before]) / 2 if 0 < before < order.size else 0.0
    if held:
        mixed = mixed + np.sqrt(share) * spread * (standard - _held(standard))
    margins[:, quantity] = levels[:, quantity] + mixed - edge
    short = (margins < 0).any(axis=1)
    label = np.where(np.isfinite(other), (short | (other == 1)).astype(float), np.nan)
    return OwnResults(margins, label, results.product)


def _held(standard: FloatArray) -> FloatArray:
    """The feature with its worst tenth cut off, every batch keeping its rank."""
    place = (np.argsort(np.argsort(standard, kind="stable")) + 0.5) / standard.size
    return np.quantile(standard, place * (1 - CUT_SHARE))


def worth(results: OwnResults, standard: FloatArray, quantity: int, share: float) -> float:
    """Failures per batch that holding the planted feature would prevent, on these results."""
    as_is, held = (
        np.nansum(planted(results, standard, quantity, share, held=each).label)
        for each in (False, True)
    )
    return float(as_is - held) / max(int(np.isfinite(results.label).sum()), 1)


def share_worth(
    results: OwnResults,
    standard: FloatArray,
    quantity: int,
    prevented_per_batch: float,
    shifts: IntArray,
) -> float | None:
    """Share of a margin's variation at which a planted feature is worth so many failures.

    Args:
        results: As recorded.
        standard: The feature, from :func:`in_spreads`.
        quantity: Which margin it moves.
        prevented_per_batch: Failures that holding it out of its worst tenth prevents.
        shifts: Shifts over which the worth is averaged: failures are few, one shift is noise.

    Returns:
        The share; None where no share up to 0.95 is worth as much.
    """
    moved = [shifted(results, int(by)) for by in shifts]

    def mean_worth(share: float) -> float:
        return float(np.mean([worth(each, standard, quantity, share) for each in moved]))

    if mean_worth(LARGEST_SHARE) < prevented_per_batch:
        return None
    low, high = 0.0, LARGEST_SHARE
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if mean_worth(middle) < prevented_per_batch else (low, middle)
    return high
