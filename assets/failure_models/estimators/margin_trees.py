"""Boosted trees on what lines leave of a margin, seen through the columns that lines chose.

A window, a threshold, a setting that matters only beside another: what no line and no product says.
Trees on hundreds of columns would find it among as much chance; on the chosen few they add what
blocks of training batches they had not seen say they add, which may be nothing.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from assets.failure_models.dataset.relative_view import RelativeView
from assets.failure_models.dataset.shared_fits import fingerprint
from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators import boosted_trees
from assets.failure_models.estimators.margin_lines import MarginFit
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.lines.stacking import share_of
from assets.statistics.resampling.folds import time_blocks


@dataclass(frozen=True)
class TreeFit:
    """Trees beside the lines of one margin.

    Attributes:
        columns: Positions of the columns they see, those the lines chose.
        share: How much of their prediction is added, 0 to 1.
        booster: None where nothing is added.
    """

    columns: IntArray
    share: float
    booster: Any

    @classmethod
    def none(cls) -> "TreeFit":
        """No trees: adds 0."""
        return cls(np.empty(0, dtype=np.int64), 0.0, None)

    def predict(self, design: FloatArray) -> FloatArray:
        """What the trees add per row."""
        if self.booster is None:
            return np.zeros(design.shape[0])
        return self.share * boosted_trees.predict(self.booster, design[:, self.columns])

    def contributions(self, design: FloatArray) -> FloatArray:
        """What each column adds to each row through the trees (SHAP values)."""
        parts = np.zeros(design.shape)
        if self.booster is not None:
            own = boosted_trees.contributions(self.booster, design[:, self.columns])
            parts[:, self.columns] = self.share * own
        return parts

    def refitted(
        self, design: FloatArray, left: FloatArray, weights: FloatArray, seed: int
    ) -> "TreeFit":
        """The same trees on resampled rows, their columns and their share as decided before."""
        if self.booster is None:
            return self
        own = boosted_trees.BinnedDesigns(design[:, self.columns], weights)
        rows = np.arange(left.size)
        booster = boosted_trees.fit_margin_trees(own, rows, left, seed)
        return TreeFit(self.columns, self.share, booster)


def tree_fit(task: Task, view: RelativeView, rows: IntArray, fit: MarginFit, seed: int) -> TreeFit:
    """Fit trees beside the lines of one margin, once for all tasks of the run that share both.

    Args:
        task: Whose fits are shared.
        view: Of the task.
        rows: Positions its lines were fitted on, in production order.
        fit: The lines.
        seed: Of the sampling of rows.

    Returns:
        The trees.
    """
    return task.fits.get_or_fit(
        fingerprint("trees", view.key, rows, fit.residuals, fit.chosen, seed),
        lambda: _tree_fit(view.design[np.ix_(rows, fit.chosen)], fit.residuals, fit.chosen, seed),
    )


def _tree_fit(design: FloatArray, left: FloatArray, columns: IntArray, seed: int) -> TreeFit:
    if not columns.size:
        return TreeFit.none()
    added = np.empty(left.size)
    for block in time_blocks(left.size):
        others = np.setdiff1d(np.arange(left.size), block)
        booster = boosted_trees.fit_margin_trees(
            boosted_trees.BinnedDesigns(design), others, left[others], seed
        )
        added[block] = boosted_trees.predict(booster, design[block])
    share = share_of(added, left, errors=0.0)
    if not share:
        return TreeFit.none()
    binned = boosted_trees.BinnedDesigns(design)
    every = np.arange(left.size)
    return TreeFit(columns, share, boosted_trees.fit_margin_trees(binned, every, left, seed))
