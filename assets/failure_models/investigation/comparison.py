"""A batch beside the good batches made before it, as they were known when its gate closed."""

from dataclasses import dataclass

from assets.batch_matrix.good_batches import good_before
from assets.failure_models.investigation.card_inputs import InvestigatedOutcome
from assets.statistics.array_types import IntArray
from assets.statistics.multivariate.unusualness import (
    Reference,
    Unusualness,
    nearest,
    reference_of,
    unusualness,
)

NEAREST = 10


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
    found_good = good_before(matrix, outcome.labels, position)
    if found_good is None or not matrix.columns:
        return None
    good, is_own_product = found_good
    reference = reference_of(matrix.values[good])
    found = unusualness(reference, matrix.values[position])
    near = good[nearest(reference, found.score, NEAREST)]
    return Comparison(position, good, reference, is_own_product, found, near)
