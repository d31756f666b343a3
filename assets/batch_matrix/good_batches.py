"""The recent good batches a batch is held against: those known to be good when its gate closed."""

import numpy as np

from assets.batch_matrix.gate_matrix import GateMatrix
from assets.batch_matrix.outcome_panel import OutcomeLabels
from assets.statistics.array_types import BoolArray, IntArray

REFERENCE_BATCHES, FEWEST_REFERENCE = 100, 20


def was_known_by(matrix: GateMatrix, labels: OutcomeLabels, position: int) -> BoolArray:
    """Per batch made before one, whether nothing says that its result came after the one's gate."""
    return np.asarray(~(labels.known_at[:position] > matrix.gate_at[position]))


def good_before(
    matrix: GateMatrix, labels: OutcomeLabels, position: int
) -> tuple[IntArray, bool] | None:
    """Find the last 100 good batches of a batch's product known by its gate.

    Args:
        matrix: Batches in production order, with their gates.
        labels: Their results.
        position: Row of the matrix.

    Returns:
        Rows of the matrix in production order, of every product where its own has fewer than 20,
        and whether they are of its own; None where all products together have fewer.
    """
    known = np.flatnonzero(labels.is_good[:position] & was_known_by(matrix, labels, position))
    own = known[matrix.product[known] == matrix.product[position]]
    is_own_product = own.size >= FEWEST_REFERENCE
    good = (own if is_own_product else known)[-REFERENCE_BATCHES:]
    return (good, is_own_product) if good.size >= FEWEST_REFERENCE else None
