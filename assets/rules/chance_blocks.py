"""Which batches may change places under the null, and how many failures each then expects.

Outcomes move in whole lots or campaigns (clusters) within product and period; a batch expects its
block's failure rate, so that a product that fails often makes no rule by itself.
"""

from dataclasses import dataclass
from math import log10

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.resampling.permutation import (
    cluster_keys,
    log10_arrangements,
    permuted_positions,
)

FEWEST_ARRANGEMENTS = 200
PERIODS = 2


@dataclass(frozen=True)
class ChanceBlocks:
    """The null of one set of batches.

    Attributes:
        block: Per batch, the block its outcome may move in.
        cluster: Per batch, the cluster it moves with.
        log10_arrangements: Of the outcomes, as a power of ten.
        is_merged: Whether periods had to be merged.
    """

    block: IntArray
    cluster: IntArray
    log10_arrangements: float
    is_merged: bool

    @property
    def is_usable(self) -> bool:
        """Whether there are enough arrangements to speak of chance."""
        return self.log10_arrangements >= log10(FEWEST_ARRANGEMENTS)

    def expected(self, label: FloatArray) -> FloatArray:
        """Failures expected of each batch: the failure rate of its block."""
        codes = np.unique(self.block, return_inverse=True)[1]
        rate = np.bincount(codes, weights=label) / np.bincount(codes)
        return np.asarray(rate[codes])

    def draws(self, label: FloatArray, draws: int, seed: int) -> IntArray:
        """(draws, batches) of outcomes as chance could have laid them out."""
        keys = cluster_keys(int(self.cluster.max(initial=0)) + 1, draws, seed)
        return np.asarray(label[permuted_positions(self.block, self.cluster, keys)], dtype=np.uint8)

    def inside(self, rows: BoolArray | IntArray, label: FloatArray) -> "ChanceBlocks":
        """The same blocks and clusters on some of the batches."""
        block, cluster = self.block[rows], self.cluster[rows]
        exponent = log10_arrangements(block, cluster, label[rows])
        return ChanceBlocks(block, cluster, exponent, self.is_merged)


def chance_blocks(
    label: FloatArray, product: IntArray, cluster: IntArray, periods: int = PERIODS
) -> ChanceBlocks:
    """Blocks of product and period; periods are merged where they leave too few arrangements.

    Args:
        label: Per batch in production order, 1 failed, 0 good.
        product: Per batch, code of product and strength.
        cluster: Per batch, code of its lot or campaign.
        periods: Number of periods of equal length.

    Returns:
        The blocks.
    """
    period = np.arange(label.size) * periods // max(label.size, 1)
    for is_merged, block in enumerate((product * periods + period, product)):
        exponent = log10_arrangements(block, cluster, label)
        found = ChanceBlocks(block, cluster, exponent, bool(is_merged))
        if found.is_usable:
            break
    return found
