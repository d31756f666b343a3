"""A made genealogy: eight levels of lots and batches, each made of three of the level below.

What is made near in time is made of what is near in time, as in a plant.
"""

import numpy as np
from numpy.typing import NDArray

LEVELS, USED, REACH = 8, 3, 4
Edges = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], int]


def made_edges(edges: int, seed: int = 0) -> Edges:
    """Return child, parent, share and the number of nodes of about so many edges.

    Every node is wholly made of three different ones of the level below, in random shares.
    """
    rng = np.random.default_rng(seed)
    wide = max(2 * REACH + 1, -(-edges // (LEVELS * USED)))
    place = np.arange(wide)
    child, parent, share = [], [], []
    for level in range(1, LEVELS + 1):
        first = np.clip(place - REACH, 0, wide - 2 * REACH - 1)
        offsets = np.argsort(rng.random((wide, 2 * REACH + 1)), axis=1)[:, :USED]
        parts = rng.dirichlet(np.full(USED, 2.0), wide)
        child.append(np.repeat(level * wide + place, USED))
        parent.append(((level - 1) * wide + first[:, None] + offsets).ravel())
        share.append(parts.ravel())
    return np.concatenate(child), np.concatenate(parent), np.concatenate(share), (LEVELS + 1) * wide
