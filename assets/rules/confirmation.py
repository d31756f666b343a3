"""Whether rules found on the early period hold on the later one, as they were found.

Nothing is fitted here: the rule's columns and ends are those of discovery. Outcomes of the later
period move within its own blocks, and the p-values are corrected for the number of rules carried
over (Holm 1979).
"""

import numpy as np

from assets.rules.chance_blocks import ChanceBlocks
from assets.statistics.array_types import BoolArray, FloatArray
from assets.statistics.resampling.multiplicity import holm
from assets.statistics.resampling.permutation import p_value

CONFIRMED_BELOW = 0.05
CONFIRMATION_DRAWS = 1_999


def later_p_values(
    covers: list[BoolArray], label: FloatArray, blocks: ChanceBlocks, seed: int
) -> list[float | None]:
    """Chance of as many failures inside each rule on the later period.

    Args:
        covers: Per rule, the later batches it covers.
        label: Per later batch, 1 failed, 0 good.
        blocks: The null of the later period.
        seed: Seed of the draws.

    Returns:
        One-sided p-value per rule, corrected for the number of rules that can be tested; None where
        a rule covers no later batch, or the later period has too few arrangements to tell.
    """
    testable = [i for i, inside in enumerate(covers) if inside.any() and blocks.is_usable]
    found: list[float | None] = [None] * len(covers)
    if not testable:
        return found
    draws = blocks.draws(label, CONFIRMATION_DRAWS, seed)
    alone = [
        p_value(float(label[covers[i]].sum()), draws[:, covers[i]].sum(axis=1, dtype=np.int64))
        for i in testable
    ]
    for i, corrected in zip(testable, holm(np.array(alone)), strict=True):
        found[i] = float(corrected)
    return found
