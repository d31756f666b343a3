"""What is attacked, one driver's association with a margin or label, and what came of it."""

from dataclasses import dataclass

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.resampling.permutation import permuted


@dataclass(frozen=True)
class Association:
    """A driver's association, as plain arrays over the batches where both sides are known.

    Attributes:
        value: Per batch in production order, the driver within product, relative to the past.
        target: Per batch, the margin or label within product, relative to the past.
        others: (batches, columns) the other leading drivers, same view.
        cluster: Per batch, code of its lot or campaign.
        block: Per batch, code of product and test block, inside which batches may change places.
        product: Per batch, code of product and strength.
    """

    value: FloatArray
    target: FloatArray
    others: FloatArray
    cluster: IntArray
    block: IntArray
    product: IntArray

    def dealt(self, values: FloatArray, draws: int, seed: int) -> FloatArray:
        """(draws, batches) values dealt to other batches of their block, clusters kept together."""
        return permuted(values, self.block, self.cluster, draws, seed)


@dataclass(frozen=True)
class Attempt:
    """The outcome of one attempt.

    Attributes:
        name: Which attempt.
        observed: The association claimed, per standard deviation of the driver.
        low: Lower end of what the attempt allows or found.
        high: Upper end.
        result: ``survived``, ``broken`` or ``not_applicable``.
        statement: One sentence.
    """

    name: str
    observed: float
    low: float
    high: float
    result: str
    statement: str
