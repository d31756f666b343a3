"""How much of a second model joins a first one, as blocks of time that neither had seen tell it."""

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.resampling.folds import time_blocks


def share_of(addition: FloatArray, left: FloatArray, errors: float = 1.0) -> float:
    """The share of a prediction that takes most away from what another leaves over.

    Args:
        addition: Per row in time order, what a model without the row's block would add.
        left: Per row, target less the prediction of the first model without its block.
        errors: Standard errors over the blocks that what it takes away must exceed.

    Returns:
        0 to 1: least squares, and 0 where the addition does not take away as much as is asked.

    Source: stacked regression (Wolpert 1992; Breiman 1996), one addition at a time.

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> wave = rng.normal(size=500)
        >>> round(share_of(2 * wave, wave + 0.1 * rng.normal(size=500)), 2)
        0.5
        >>> share_of(rng.normal(size=500), wave)
        0.0
    """
    size = float(addition @ addition)
    share = float(np.clip(addition @ left / size, 0.0, 1.0)) if size > 0 else 0.0
    taken = left**2 - (left - share * addition) ** 2
    by_block = np.array([taken[rows].sum() for rows in time_blocks(left.size)])
    error = float(by_block.std(ddof=1)) * np.sqrt(by_block.size)
    return share if by_block.sum() > errors * error else 0.0
