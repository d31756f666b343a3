"""How surely each column goes with an outcome, when whole lots and stretches of batches count once.

Both sides are taken within product, beside the recent past and past results, as the signal test
takes them, so that a drift both share is no association. What a column and a target have in common
is then summed over blocks: whole lots and campaigns, joined until they are longer than what is left
of the target's memory. If the two have nothing to do with one another, each block could as well
have had the other sign.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.resampling.serial_blocks import block_lengths, consecutive_blocks

DRAWS = 999
FEWEST_BLOCKS = 20


@dataclass(frozen=True)
class Associations:
    """How each column goes with the target it goes with most surely.

    Attributes:
        target: Per column, the place of that target.
        strength: Per column, the association in standard deviations of what chance gives.
        p_value: Per column, the chance of one as strong, the choice of target allowed for.
        block: Per batch, the block it counts in.
    """

    target: IntArray
    strength: FloatArray
    p_value: FloatArray
    block: IntArray


def associations(
    design: FloatArray, targets: FloatArray, cluster: IntArray, seed: int
) -> Associations | None:
    """Test every column against every target.

    Args:
        design: (batches, columns) within product, relative to the past, in production order; 0
            where missing.
        targets: (batches, targets) likewise, NaN where missing.
        cluster: Per batch, code of its lot or campaign.
        seed: Of the draws.

    Returns:
        One association per column; None where there are fewer than 20 blocks.

    Signs of blocks are drawn once for all columns and targets. A chance is that of strengths of all
    columns over all draws, so that small ones are resolved; where a column's own draws were as
    strong more often, as those of a rare level are, its own count stands.

    Source: Hemerik, Goeman & Finos (2020), sign-flipped scores; Ge, Dudoit & Speed (2003), section
    4.5, for the pooled null.
    """
    block = _blocks(targets, cluster)
    count = int(block.max(initial=-1)) + 1
    if count < FEWEST_BLOCKS or not design.shape[1]:
        return None
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(DRAWS, count))
    member = (np.arange(count)[:, None] == block).astype(float)
    centred = design - design.mean(axis=0)
    strength = np.zeros((targets.shape[1], design.shape[1]))
    largest = np.zeros((DRAWS, design.shape[1]))
    for place, target in enumerate(targets.T):
        moved = np.nan_to_num(target - np.nanmean(target))
        scores = member @ (centred * moved[:, None])
        scale = np.sqrt((scores**2).sum(axis=0))
        scale = np.where(scale > 1e-12, scale, np.inf)
        strength[place] = np.abs(scores.sum(axis=0)) / scale
        np.maximum(largest, np.abs(signs @ scores) / scale, out=largest)
    strongest = strength.max(axis=0)
    return Associations(strength.argmax(axis=0), strongest, _p_values(strongest, largest), block)


def _blocks(targets: FloatArray, cluster: IntArray) -> IntArray:
    """Per batch its block, from 0: the first length that leaves blocks enough."""
    whole = np.zeros_like(cluster)
    joined = np.unique(cluster, return_inverse=True)[1]
    for length in block_lengths(np.nan_to_num(targets)):
        _, block = np.unique(consecutive_blocks(whole, joined, length), return_inverse=True)
        if int(block.max(initial=-1)) + 1 >= FEWEST_BLOCKS:
            break
    return np.asarray(block, dtype=np.int64)


def _p_values(strength: FloatArray, null: FloatArray) -> FloatArray:
    pooled = np.sort(null, axis=None)
    above = pooled.size - np.searchsorted(pooled, strength - 1e-12)
    own = (null >= strength - 1e-12).sum(axis=0)
    return np.asarray(np.maximum((1 + above) / (1 + pooled.size), own / null.shape[0]))
