"""Gaps filled by what a few directions make of the rest of the row, in turn until both settle.

Where directions lie close together, as in tables of many batches, NIPALS takes hundreds of turns
for each; decomposing the filled table a few times settles all of them at once.
"""

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.multivariate.principal_components import directions

MOST_TURNS = 10
# Of a column's standard deviation: what a gap may still move by.
TOLERANCE = 1e-2


def filled(table: FloatArray, components: int) -> FloatArray:
    """Fill gaps.

    Args:
        table: (rows, columns), centred and scaled, NaN where missing.
        components: Directions that gaps are filled from.

    Returns:
        The table; where it has no gap, itself.

    Source: Walczak & Massart (2001), expectation maximisation with principal components.

    Examples:
        >>> line = np.outer([-2.0, -1.0, 1.0, 2.0], [1.0, 1.0, 1.0])
        >>> line[3, 2] = np.nan
        >>> filled(line, 1)[3].round(1).tolist()
        [2.0, 2.0, 2.0]
    """
    gaps = ~np.isfinite(table)
    if not gaps.any():
        return table
    found = np.where(gaps, 0.0, table)
    for _ in range(MOST_TURNS):
        scores, loadings = directions(found, components)
        said = (scores @ loadings.T)[gaps]
        moved = float(np.sqrt(np.mean((said - found[gaps]) ** 2)))
        found[gaps] = said
        if moved < TOLERANCE:
            break
    return found
