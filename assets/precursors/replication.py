"""Would the earlier batches alone have told, and do the later ones agree: a precursor twice.

A finding's window is chosen where it fits best, on all batches, and its rates flatter it. So the
choice is made once more on the earlier half, among the windows of the same event type and scope,
and that window is held against the outcomes of the later half, where nothing is chosen. Outcomes
move within the matched blocks of the later half, lots and campaigns whole.
"""

from typing import Any

import numpy as np

from assets.precursors.lag_search import (
    FEWEST_EXPOSED,
    Exposures,
    block_rate,
    deviance_root,
)
from assets.precursors.matched_blocks import Subjects
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.resampling.permutation import p_value, permuted
from data_contracts.codes.records import LaterStanding

HELD_BELOW = 0.05
DRAWS = 999


def replication(
    exposures: Exposures, column: int, subjects: Subjects, block: IntArray, seed: int
) -> dict[str, Any]:
    """Choose the window of a precursor on the earlier half and test it on the later one.

    Args:
        exposures: What was searched.
        column: The exposure found; its event type and scope are taken over, its window is not.
        subjects: The batches, in order of manufacture.
        block: Per batch its matched block.
        seed: Seed of the draws.

    Returns:
        ``later_standing`` (held, not_held or too_few_to_tell), and where it can be told
        ``later_exposed``, ``later_failures``, ``later_expected`` and the one-sided
        ``p_value_later``.
    """
    early, late = _halves(subjects.cluster)
    found = exposures.described[column]
    alike = [
        place
        for place, other in enumerate(exposures.described)
        if (other.event_type, other.scope) == (found.event_type, found.scope)
    ]
    is_exposed = exposures.is_exposed[:, alike]
    chosen = _best(is_exposed[early], subjects.label[early], block[early])
    later = is_exposed[late, chosen] if chosen is not None else np.zeros(late.size, dtype=bool)
    label = subjects.label[late]
    if min(later.sum(), (~later).sum()) < FEWEST_EXPOSED or not label.any():
        return {"later_standing": LaterStanding.TOO_FEW_TO_TELL}
    p = _later_p_value(later, label, block[late], subjects.cluster[late], seed)
    return {
        "later_standing": LaterStanding.HELD if p <= HELD_BELOW else LaterStanding.NOT_HELD,
        "later_exposed": int(later.sum()),
        "later_failures": int(label[later].sum()),
        "later_expected": float(block_rate(label, block[late])[later].sum()),
        "p_value_later": p,
    }


def _halves(cluster: IntArray) -> tuple[IntArray, IntArray]:
    """Earlier and later half; a lot or campaign seen in the earlier half confirms nothing."""
    rows = np.arange(cluster.size)
    early, late = rows[: cluster.size // 2], rows[cluster.size // 2 :]
    return early, late[~np.isin(cluster[late], cluster[early])]


def _best(is_exposed: BoolArray, label: FloatArray, block: IntArray) -> int | None:
    """The window that stands out most; None where too few batches were exposed in every one."""
    size = is_exposed.sum(axis=0)
    usable = np.flatnonzero((size >= FEWEST_EXPOSED) & (label.size - size >= FEWEST_EXPOSED))
    if not usable.size:
        return None
    part = is_exposed[:, usable].astype(np.float64)
    expected = np.maximum(block_rate(label, block) @ part, 1e-3)
    return int(usable[np.argmax(deviance_root(label @ part, expected))])


def _later_p_value(
    is_exposed: BoolArray, label: FloatArray, block: IntArray, cluster: IntArray, seed: int
) -> float:
    codes = np.unique(cluster, return_inverse=True)[1]
    dealt = permuted(label, block, codes, DRAWS, seed)
    return p_value(float(label[is_exposed].sum()), dealt[:, is_exposed].sum(axis=1))
