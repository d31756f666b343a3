"""Features and margins as the signal test sees them: within product, relative to the recent past.

Drifting features match drifting margins and product means match product means; neither says
anything about the process. What remains after both are taken away is what a driver must explain.
"""

from dataclasses import dataclass

import numpy as np

from assets.batch_matrix.missing_values import measured_mean, measured_spread
from assets.failure_models.dataset.shared_fits import SharedFits, fingerprint
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.regression.detrending import PAST_BATCHES, group_means, relative_to_past
from assets.statistics.resampling.folds import Fold

LARGEST_SPREADS = 4.0


@dataclass(frozen=True)
class RelativeView:
    """One fold's view of a gate.

    Attributes:
        design: (batches, columns) in training standard deviations, clipped at 4 of them; 0 where
            a value or its past is missing.
        scale: Per column, the training standard deviation in the column's own unit; 0 where the
            column says nothing in training.
        targets: (batches, quantities) margins within product relative to the past; NaN where
            missing.
        expected: (batches, quantities) margin to expect from product and recent level alone, as
            known when the fold's training ended.
        level: Per quantity, the part of ``expected`` that is the recent level.
        key: Names the design: two views with one key have the same.
    """

    design: FloatArray
    scale: FloatArray
    targets: FloatArray
    expected: FloatArray
    level: FloatArray
    key: bytes


@dataclass(frozen=True)
class RelativeDesign:
    """The part of a view that no result enters, so that all outcomes of a gate share it.

    Attributes:
        values: (batches, columns), as ``design`` of :class:`RelativeView`.
        scale: Per column, likewise.
    """

    values: FloatArray
    scale: FloatArray


def relative_view(
    values: FloatArray, margins: FloatArray, product: IntArray, fold: Fold, fits: SharedFits
) -> RelativeView:
    """Take away product means (from training) and the mean of the previous 40 batches.

    Args:
        values: (batches, columns) of the gate's matrix, in production order, NaN where missing.
        margins: (batches, quantities), NaN where missing or censored.
        product: Per batch, code of product and strength.
        fold: Gives the training positions.
        fits: Of the run; outcomes with the same features and training positions share a design.

    Returns:
        The view; nothing in a row depends on later rows.
    """
    key = fingerprint("design", values, product, fold.train)
    shared = fits.get_or_fit(key, lambda: _design(values, product, fold.train))
    product_mean, targets = np.empty_like(margins), np.empty_like(margins)
    level = np.empty(margins.shape[1])
    # One margin at a time: sums over several columns are taken in another order, and a margin must
    # not depend, were it in its last digit, on which others an outcome has.
    for j in range(level.size):
        own = margins[:, [j]]
        means = group_means(own, product, fold.train)
        within = own - means
        product_mean[:, j], targets[:, j] = means[:, 0], relative_to_past(within)[:, 0]
        level[j] = measured_mean(within[fold.train][-PAST_BATCHES:])[0]
    return RelativeView(
        shared.values,
        shared.scale,
        targets,
        product_mean + level,
        level,
        key,
    )


def _design(values: FloatArray, product: IntArray, train: IntArray) -> RelativeDesign:
    relative = relative_to_past(values - group_means(values, product, train))
    spread, mean = measured_spread(relative[train]), measured_mean(relative[train])
    scale = np.where(spread > 1e-9 * np.maximum(1.0, np.abs(mean)), spread, 0.0)
    return RelativeDesign(in_spreads(relative, scale), scale)


def in_spreads(relative: FloatArray, scale: FloatArray) -> FloatArray:
    """Relative values in training standard deviations, clipped; 0 where missing or constant."""
    scaled = np.divide(relative, scale, out=np.zeros_like(relative), where=scale > 0)
    return np.asarray(np.clip(np.nan_to_num(scaled), -LARGEST_SPREADS, LARGEST_SPREADS))
