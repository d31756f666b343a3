"""A batch beside the good batches made before it, as they were known when its gate closed."""

from dataclasses import dataclass

import numpy as np

from assets.failure_models.investigation.card_inputs import InvestigatedOutcome
from assets.statistics.array_types import BoolArray, IntArray
from assets.statistics.multivariate.unusualness import (
    Reference,
    Unusualness,
    nearest,
    reference_of,
    unusualness,
)

REFERENCE_BATCHES, FEWEST_REFERENCE, NEAREST = 100, 20, 10


@dataclass(frozen=True)
class Comparison:
    """A batch beside its good batches.

    Attributes:
        position: Row of the matrix.
        good: Rows of its reference, in production order.
        reference: What they look like.
        is_own_product: Whether the reference is of its own product.
        found: How the batch stands out.
        nearest: Rows of the good batches most like it.
    """

    position: int
    good: IntArray
    reference: Reference
    is_own_product: bool
    found: Unusualness
    nearest: IntArray


def was_known_by(outcome: InvestigatedOutcome, position: int) -> BoolArray:
    """Per batch made before one, whether nothing says that its result came after the one's gate."""
    is_later = outcome.labels.known_at[:position] > outcome.matrix.gate_at[position]
    return np.asarray(~is_later)


def compare(outcome: InvestigatedOutcome, position: int) -> Comparison | None:
    """Set a batch beside the last 100 good batches of its product known by its gate.

    Args:
        outcome: Gives the batches and their results.
        position: Row of its matrix.

    Returns:
        The comparison, with good batches of every product where its own has fewer than 20; None
        where all products together have fewer.
    """
    matrix = outcome.matrix
    known = np.flatnonzero(outcome.labels.is_good[:position] & was_known_by(outcome, position))
    own = known[matrix.product[known] == matrix.product[position]]
    is_own_product = own.size >= FEWEST_REFERENCE
    good = (own if is_own_product else known)[-REFERENCE_BATCHES:]
    if good.size < FEWEST_REFERENCE or not matrix.columns:
        return None
    reference = reference_of(matrix.values[good])
    found = unusualness(reference, matrix.values[position])
    near = good[nearest(reference, found.score, NEAREST)]
    return Comparison(position, good, reference, is_own_product, found, near)
