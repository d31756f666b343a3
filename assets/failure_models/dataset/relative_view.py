"""Features and margins as the signal test sees them: within product, beside the past.

Drifting features match drifting margins, product means match product means, and settings follow
past results or wander as results do; none of it says anything about the process. What remains of
both sides after the recent past and past results are taken away is what a driver must explain.
"""

from dataclasses import dataclass, field
from functools import partial

import numpy as np

from assets.batch_matrix.missing_values import measured_mean, measured_spread
from assets.failure_models.dataset.shared_fits import SharedFits, fingerprint
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.lines.ridge import RidgeBasis
from assets.statistics.regression.censored_ridge import completed_by_line
from assets.statistics.regression.detrending import PAST_BATCHES, group_means, relative_to_past
from assets.statistics.regression.result_history import ResultHistory
from assets.statistics.regression.tobit import completed_by_group
from assets.statistics.resampling.folds import Fold

LARGEST_SPREADS = 4.0
FEWEST_FITTED = 30  # batches a line is fitted on


@dataclass(frozen=True)
class RelativeView:
    """One fold's view of a gate.

    Attributes:
        scale: Per column, the training standard deviation in the column's own unit; 0 where the
            column says nothing in training.
        targets: (batches, quantities) margins within product relative to the past, less what past
            results foretell of them; NaN where missing. No feature was looked at for those of which
            only a bound is known.
        fitted: (batches, quantities) ``targets``, in training completed by what the features say of
            the batches of which only a bound is known: what models are fitted on.
        bounds: (batches, quantities) ``targets`` with the bound where only that is known.
        label: (batches,) whether a batch failed, within product relative to the past, less what
            past results foretell of it; NaN where not known.
        expected: (batches, quantities) margin to expect from product and recent level alone, as
            known when the fold's training ended.
        level: Per quantity, the part of ``expected`` that is the recent level.
        margins: (batches, quantities) the panel's; where only a bound is known, what the training
            batches let expect of the product beyond it.
        key: Names the design: two views with one key have the same.
    """

    scale: FloatArray
    targets: FloatArray
    fitted: FloatArray
    bounds: FloatArray
    label: FloatArray
    expected: FloatArray
    level: FloatArray
    margins: FloatArray
    key: bytes
    fits: SharedFits = field(compare=False, repr=False)

    @property
    def design(self) -> FloatArray:
        """(batches, columns) ``relative`` less what past results foretell of it.

        What the signal test, the drivers and their refutations look at, and what is fitted on.
        """
        design: FloatArray = self.fits.designs.get(self.key)[0]
        return design

    @property
    def relative(self) -> FloatArray:
        """(batches, columns) in training standard deviations, clipped at 4 of them.

        0 where a value or its past is missing. What a failure is predicted from: past results may
        be pending when a batch is scored.
        """
        relative: FloatArray = self.fits.designs.get(self.key)[1]
        return relative


@dataclass(frozen=True)
class RelativeDesign:
    """The part of a view that is the same for all outcomes of a gate, so that they share it.

    Its matrices lie on the shelf of the run.

    Attributes:
        scale: As of :class:`RelativeView`.
        history: What past results foretell, of anything.
    """

    scale: FloatArray
    history: ResultHistory


def relative_view(
    values: FloatArray,
    margins: FloatArray,
    label: FloatArray,
    results: FloatArray,
    product: IntArray,
    fold: Fold,
    fits: SharedFits,
    bounds: FloatArray | None = None,
    side: IntArray | None = None,
    results_side: IntArray | None = None,
) -> RelativeView:
    """Take away product means (from training), the mean of the previous 40 batches and the past.

    Args:
        values: (batches, columns) of the gate's matrix, in production order, NaN where missing.
        margins: (batches, quantities), completed where only a bound is known, NaN where missing.
        label: (batches,) 1 failed, 0 good, NaN where not known.
        results: (batches, series) of every outcome of the run, NaN where missing; with
            ``results_side`` the bound where only that is known.
        product: Per batch, code of product and strength.
        fold: Gives the training positions.
        fits: Of the run; outcomes with the same features and training positions share a design.
        bounds: (batches, quantities) ``margins`` with the bound where only that is known; None
            where all were measured.
        side: (batches, quantities) of the bounds, as in ``OutcomePanel``.
        results_side: (batches, series) of the results, likewise.

    Returns:
        The view; nothing in a row depends on later rows. With bounds and sides, margins and results
        are completed by the training batches alone, whatever ``margins`` was completed by.
    """
    results = _by_training(results, results, results_side, product, fold.train)
    margins = _by_training(margins, bounds, side, product, fold.train)
    key = fingerprint("design", values, results, product, fold.train)
    shared = fits.get_or_fit(key, lambda: _design(values, results, product, fold.train, fits, key))
    product_mean, targets = np.empty_like(margins), np.empty_like(margins)
    level = np.empty(margins.shape[1])
    # One margin at a time: sums over several columns are taken in another order, and a margin must
    # not depend, were it in its last digit, on which others an outcome has.
    for j in range(level.size):
        own = margins[:, [j]]
        means = group_means(own, product, fold.train)
        within = own - means
        product_mean[:, j] = means[:, 0]
        targets[:, j] = shared.history.innovation(relative_to_past(within)[:, 0])
        level[j] = measured_mean(within[fold.train][-PAST_BATCHES:])[0]
    at_bound, fitted = targets, targets
    if bounds is not None and side is not None and side.any():
        at_bound = targets + (bounds - margins)
        design = fits.designs.get(key)[0]
        fitted = _completed(targets, at_bound, side, design, fold.train, fits, key)
    within = label[:, None] - group_means(label[:, None], product, fold.train)
    return RelativeView(
        shared.scale,
        targets,
        fitted,
        at_bound,
        shared.history.innovation(relative_to_past(within)[:, 0]),
        product_mean + level,
        level,
        margins,
        key,
        fits,
    )


def _by_training(
    values: FloatArray,
    bounds: FloatArray | None,
    side: IntArray | None,
    product: IntArray,
    train: IntArray,
) -> FloatArray:
    """Columns whose bounds are completed by the training batches; without any, the values."""
    if bounds is None or side is None or not side.any():
        return values
    columns = [
        completed_by_group(bounds[:, j], side[:, j], product, train=train)
        if side[:, j].any()
        else values[:, j]
        for j in range(values.shape[1])
    ]
    return np.column_stack(columns)


def _completed(
    targets: FloatArray,
    at_bound: FloatArray,
    side: IntArray,
    design: FloatArray,
    train: IntArray,
    fits: SharedFits,
    key: bytes,
) -> FloatArray:
    """Targets, in training completed by a line through all columns where a bound is all there is.

    Bases are shared with the dense lines of the margins (``margin_lines.ridge_fit``).
    """
    fitted = targets.copy()
    for j in range(targets.shape[1]):
        rows = train[np.isfinite(targets[train, j])]
        if not side[rows, j].any() or not design.shape[1] or rows.size < FEWEST_FITTED:
            continue
        basis = fits.get_or_fit_recent(
            fingerprint("basis", key, rows), partial(RidgeBasis, design[rows])
        )
        fitted[rows, j] = completed_by_line(
            basis, at_bound[rows, j], side[rows, j], targets[rows, j]
        )
    return fitted


def _design(
    values: FloatArray,
    results: FloatArray,
    product: IntArray,
    train: IntArray,
    fits: SharedFits,
    key: bytes,
) -> RelativeDesign:
    past = relative_to_past(values - group_means(values, product, train))
    spread, mean = measured_spread(past[train]), measured_mean(past[train])
    scale = np.where(spread > 1e-9 * np.maximum(1.0, np.abs(mean)), spread, 0.0)
    history = ResultHistory(results - group_means(results, product, train), train)
    relative = in_spreads(past, scale)
    fits.designs.put(key, (history.beside(relative), relative))
    return RelativeDesign(scale, history)


def in_spreads(relative: FloatArray, scale: FloatArray) -> FloatArray:
    """Relative values in training standard deviations, clipped; 0 where missing or constant."""
    scaled = np.divide(relative, scale, out=np.zeros_like(relative), where=scale > 0)
    return np.asarray(np.clip(np.nan_to_num(scaled), -LARGEST_SPREADS, LARGEST_SPREADS))
