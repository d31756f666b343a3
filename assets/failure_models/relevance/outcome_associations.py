"""The associations of one outcome: features as known at the last gate before its result."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assets.batch_matrix.gate_matrix import GateMatrix
from assets.batch_matrix.outcome_panel import FEWEST_MARGINS, OutcomePanel
from assets.failure_models.dataset.relative_view import relative_view
from assets.failure_models.dataset.shared_fits import SharedFits
from assets.failure_models.relevance.associations import (
    FEWEST_BLOCKS,
    Associations,
    associations,
)
from assets.failure_models.relevance.stability import Lasting, lasting
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.regression.clustered_regression import Slopes, separate_slopes
from assets.statistics.resampling.folds import Fold

FEWEST_FAILURES = 8
FEWEST_VALUES = 60
RAREST_LEVEL = 10
FAILURE = "failure"


@dataclass(frozen=True)
class OutcomeAssociations:
    """What was found for the columns that could be tested.

    Attributes:
        matrix: The columns of the outcome's last gate.
        tested: Places of the columns tested, in the order of what follows.
        targets: Names of what they were held against.
        associations: Their associations.
        effects: Slope of the target per standard deviation of the column, with 95% interval.
        lasting: How well each lasts.
        values: Per column, batches with a value and a result.
        design: (batches, columns tested).
        held_against: (batches, columns tested) each column's own target, NaN where missing.
    """

    matrix: GateMatrix
    tested: IntArray
    targets: list[str]
    associations: Associations
    effects: Slopes
    lasting: Lasting
    values: IntArray
    design: FloatArray
    held_against: FloatArray


def outcome_associations(
    matrix: GateMatrix,
    panel: OutcomePanel,
    results: FloatArray,
    seed: int,
    fits: SharedFits,
) -> OutcomeAssociations | str:
    """Hold every column of a gate against one outcome.

    Args:
        matrix: The features the outcome may see.
        panel: Its labels and margins.
        results: Of every outcome of the run, aligned likewise.
        seed: Of every draw.
        fits: Of the run.

    Returns:
        The associations, or in a sentence why none could be tested.
    """
    rows = np.flatnonzero(panel.is_labelled)
    if rows.size < FEWEST_VALUES:
        return f"Only {rows.size} batches have a known result; {FEWEST_VALUES} are needed."
    fold = Fold(1, rows, np.empty(0, dtype=np.int64), 0)
    view = relative_view(
        matrix.values, panel.margins, panel.label, results, matrix.product, fold, fits
    )
    names, targets = _targets(panel, view.targets[rows], view.label[rows])
    if not names:
        failures = int(panel.is_failed.sum())
        return (
            f"{failures} failures, and no margin measured in {FEWEST_MARGINS} batches: "
            f"{FEWEST_FAILURES} failures are needed."
        )
    enough = _has_enough(matrix.values[rows], matrix)
    tested = np.flatnonzero(enough & (view.design[rows].std(axis=0) > 0))
    design = view.design[np.ix_(rows, tested)]
    found = associations(design, targets, matrix.cluster[rows], seed)
    if found is None:
        return (
            f"{rows.size} batches make fewer than {FEWEST_BLOCKS} blocks of lots and stretches "
            "that stand for themselves."
        )
    is_there = np.isfinite(matrix.values[np.ix_(rows, tested)])
    own = targets[:, found.target]
    return OutcomeAssociations(
        matrix=matrix,
        tested=tested,
        targets=names,
        associations=found,
        effects=_effects(np.where(is_there, design, np.nan), targets, found),
        lasting=lasting(design, own, found.block, seed),
        values=(is_there & np.isfinite(own)).sum(axis=0),
        design=design,
        held_against=own,
    )


def _targets(
    panel: OutcomePanel, margins: FloatArray, label: FloatArray
) -> tuple[list[str], FloatArray]:
    """Margins measured often enough, and the label where there are failures enough."""
    kept = np.flatnonzero(np.isfinite(margins).sum(axis=0) >= FEWEST_MARGINS)
    names: Sequence[str] = [panel.quantities[j] for j in kept]
    parts = [margins[:, kept]]
    if min(panel.is_failed.sum(), panel.is_good.sum()) >= FEWEST_FAILURES:
        names, parts = [*names, FAILURE], [*parts, label[:, None]]
    return list(names), np.hstack(parts)


def _has_enough(values: FloatArray, matrix: GateMatrix) -> BoolArray:
    """Which columns have values enough, and levels batches enough on either side."""
    counts = np.isfinite(values).sum(axis=0)
    is_level = np.array([matrix.is_level(j) for j in range(values.shape[1])], dtype=bool)
    having = (np.nan_to_num(values) > 0).sum(axis=0)
    rarer = np.minimum(having, counts - having)
    return np.asarray((counts >= FEWEST_VALUES) & (~is_level | (rarer >= RAREST_LEVEL)))


def _effects(design: FloatArray, targets: FloatArray, found: Associations) -> Slopes:
    """Slope of each column's own target, with intervals over the blocks of the test."""
    ordered = np.zeros((3, design.shape[1]))
    for place in np.unique(found.target):
        own = np.flatnonzero(found.target == place)
        slopes = separate_slopes(design[:, own], targets[:, place], found.block)
        ordered[:, own] = slopes.estimate, slopes.low, slopes.high
    return Slopes(*ordered)
