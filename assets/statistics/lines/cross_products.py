"""Cross products of a design, without a block of its rows or with rows weighed, for any line."""

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray


def without_block(
    centred: FloatArray, gram: FloatArray, rows: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Centre and cross products of the rows that are left when a block is taken out.

    Args:
        centred: (rows, columns) around the mean of all rows.
        gram: (columns, columns) its cross products.
        rows: Positions of the block, fewer than all.

    Returns:
        Per column the mean of the rest, and (columns, columns) its cross products around that.

    Examples:
        >>> centred = np.array([[-2.0], [0.0], [2.0]])
        >>> centre, gram = without_block(centred, centred.T @ centred, np.array([0]))
        >>> centre.tolist(), gram.tolist()  # of 0 and 2
        ([1.0], [[2.0]])
    """
    inside, kept = centred[rows], centred.shape[0] - rows.size
    # All rows sum to 0, so the rest sums to minus the block.
    centre = -inside.sum(axis=0) / kept
    return centre, gram - inside.T @ inside - kept * np.outer(centre, centre)


def weighted_products(
    design: FloatArray, target: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Cross products of rows that count several times, or not at all, around their mean.

    Args:
        design: (rows, columns), no NaN.
        target: Per row, no NaN.
        weights: Per row, how often it counts.

    Returns:
        (columns, columns) of the design, and per column of design and target.

    Examples:
        >>> design, target = np.array([[0.0], [9.0], [2.0]]), np.array([1.0, 5.0, 3.0])
        >>> gram, moments = weighted_products(design, target, np.array([1.0, 0.0, 1.0]))
        >>> gram.tolist(), moments.tolist()
        ([[2.0]], [2.0])
    """
    total = weights.sum()
    centred = design - weights @ design / total
    weighted = centred * weights[:, None]
    return weighted.T @ centred, weighted.T @ (target - weights @ target / total)
