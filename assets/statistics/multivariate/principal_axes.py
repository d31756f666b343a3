"""A centred design in its own axes: the rotation that makes every ridge fit a division.

A tall design is rotated by the eigenvectors of its small cross-product, which costs a fraction of
a singular value decomposition; the digits lost that way are far below any penalty in use.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray


@dataclass(frozen=True)
class PrincipalAxes:
    """A design rotated into uncorrelated columns.

    Attributes:
        scores: (rows, axes), the design in its axes; columns are orthogonal.
        squares: Per axis, sum of squares of its scores.
        axes: (axes, columns) orthonormal rows; ``scores @ axes`` gives the design back.
    """

    scores: FloatArray
    squares: FloatArray
    axes: FloatArray


def principal_axes(design: FloatArray) -> PrincipalAxes:
    """Rotate a design.

    Args:
        design: (rows, columns), centred, no NaN.

    Returns:
        As many axes as the smaller side of the design.

    Source: Golub & Van Loan (2013), section 8.6.3 (eigenvalues of the cross-product).

    Examples:
        >>> found = principal_axes(np.array([[3.0, 4.0], [-3.0, -4.0]]))  # points on one line
        >>> found.squares.round(6).tolist()
        [0.0, 50.0]
        >>> (found.scores @ found.axes).round(6).tolist()
        [[3.0, 4.0], [-3.0, -4.0]]
    """
    rows, columns = design.shape
    if rows < columns:
        left, singular, right = np.linalg.svd(design, full_matrices=False)
        return PrincipalAxes(left * singular, singular**2, right)
    squares, vectors = np.linalg.eigh(design.T @ design)
    return PrincipalAxes(design @ vectors, np.maximum(squares, 0.0), vectors.T)
