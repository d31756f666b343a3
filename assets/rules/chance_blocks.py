"""Which batches may change places under the null, and how many failures each then expects.

Outcomes move in whole lots or campaigns (clusters) within product and period, those that follow one
another joined as long as what past results leave of the outcomes remembers itself. A batch expects
its block's failures as past results foretold them, so that neither a product that fails often nor a
bad stretch makes a rule by itself.
"""

from dataclasses import dataclass
from math import log10

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.resampling.permutation import log10_arrangements, permuted
from assets.statistics.resampling.serial_blocks import block_lengths, consecutive_blocks

FEWEST_ARRANGEMENTS = 200
PERIODS = 2


@dataclass(frozen=True)
class ChanceBlocks:
    """The null of one set of batches.

    Attributes:
        block: Per batch, the block its outcome may move in.
        cluster: Per batch, the cluster it moves with.
        foretold: Per batch, how often past results foretold it to fail, beside others.
        log10_arrangements: Of the outcomes, as a power of ten.
        is_merged: Whether periods had to be merged.
    """

    block: IntArray
    cluster: IntArray
    foretold: FloatArray
    log10_arrangements: float
    is_merged: bool

    @property
    def is_usable(self) -> bool:
        """Whether there are enough arrangements to speak of chance."""
        return self.log10_arrangements >= log10(FEWEST_ARRANGEMENTS)

    def expected(self, label: FloatArray) -> FloatArray:
        """Failures expected of each batch: its part of those of its block."""
        codes = np.unique(self.block, return_inverse=True)[1]
        rate = np.bincount(codes, weights=label) / np.bincount(codes, weights=self.foretold)
        return np.asarray(rate[codes] * self.foretold)

    def draws(self, label: FloatArray, draws: int, seed: int) -> IntArray:
        """(draws, batches) of outcomes as chance could have laid them out."""
        return permuted(label.astype(np.uint8), self.block, self.cluster, draws, seed)

    def inside(self, rows: BoolArray | IntArray, label: FloatArray) -> "ChanceBlocks":
        """The same blocks and clusters on some of the batches."""
        block, cluster = self.block[rows], self.cluster[rows]
        exponent = log10_arrangements(block, cluster, label[rows])
        return ChanceBlocks(block, cluster, self.foretold[rows], exponent, self.is_merged)


def chance_blocks(
    label: FloatArray,
    product: IntArray,
    cluster: IntArray,
    foretold: FloatArray,
    periods: int = PERIODS,
) -> ChanceBlocks:
    """Blocks of product and period; periods are merged where they leave too few arrangements.

    Args:
        label: Per batch in production order, 1 failed, 0 good.
        product: Per batch, code of product and strength.
        cluster: Per batch, code of its lot or campaign.
        foretold: Per batch, how often past results foretold it to fail, beside others.
        periods: Number of periods of equal length.

    Returns:
        The blocks.
    """
    period = np.arange(label.size) * periods // max(label.size, 1)
    for length in block_lengths((label - foretold)[:, None]):
        for is_merged, block in enumerate((product * periods + period, product)):
            moved = consecutive_blocks(block, cluster, length)
            exponent = log10_arrangements(block, moved, label)
            found = ChanceBlocks(block, moved, foretold, exponent, bool(is_merged))
            if found.is_usable:
                return found
    return found
