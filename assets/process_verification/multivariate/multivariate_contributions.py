"""``finding.multivariate_contributions``: what leads a distance, added up by sensor."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from assets.statistics.array_types import FloatArray

TOLD = 5
Row = dict[str, Any]


def leading(names: Sequence[str], parts: FloatArray, away: FloatArray) -> list[Row]:
    """Return what adds most to a distance.

    Args:
        names: Per column: unit procedure, phase, tag and feature or step, as ``BatchTable`` has.
        parts: Per column, what it adds, 0 or more.
        away: Per column, how many standard deviations above (below 0: below) the reference.

    Returns:
        At most five: the steps of a trajectory and the features of a tag are each added up; the
        one that adds most among them gives ``detail`` and ``spreads``.

    Examples:
        >>> names = ["coating | spray | inlet | mean", "coating | spray | inlet | sd"]
        >>> found = leading(names, np.array([3.0, 1.0]), np.array([2.5, 1.0]))
        >>> found[0]["tag"], found[0]["detail"], found[0]["share"], found[0]["spreads"]
        ('inlet', 'mean', 1.0, 2.5)
    """
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        groups[tuple(name.split(" | ")[:3])].append(place)
    total = max(float(parts.sum()), 1e-300)
    sums = {key: float(parts[places].sum()) for key, places in groups.items()}
    found = []
    for rank, key in enumerate(sorted(sums, key=lambda each: (-sums[each], each))[:TOLD], start=1):
        if sums[key] <= 0:
            break
        most = max(groups[key], key=lambda place: parts[place])
        found.append(
            {
                "rank": rank,
                "unit_procedure": key[0],
                "phase": key[1],
                "tag": key[2],
                "detail": names[most].split(" | ")[3],
                "share": sums[key] / total,
                "spreads": float(away[most]) if np.isfinite(away[most]) else None,
            }
        )
    return found
