"""Total-effect share: how much of a result's variance an input, or a group of inputs, carries.

The share of the variance that is left, on average, once everything else is known; what inputs do
together counts for each of them. Estimated from pairs of draws that differ in the group alone.
"""

import numpy as np

from assets.statistics.array_types import FloatArray


def total_effect_share(values: FloatArray, redrawn: FloatArray) -> float:
    """Return the total-effect share of a group of inputs (Jansen 1999, Saltelli et al. 2010).

    With f the result, x the group and z all other inputs, the share is E[Var(f | z)] / Var(f). Half
    the mean square of f(x, z) - f(x', z), with x' another draw of the group, estimates the
    numerator without bias; the variance is that of both draws together.

    Args:
        values: Draws of the result, shape (n,), at least 2.
        redrawn: The same draws with the group drawn anew and everything else as it was, shape (n,).

    Returns:
        Share, 0 to 1 up to sampling error; 0 where the result does not vary.

    Raises:
        ValueError: The shapes differ.

    Examples:
        A sum of two inputs, one with twice the spread of the other: 4 parts of 5 of the variance.

        >>> rng = np.random.default_rng(1)
        >>> wide, wide_again, narrow = (rng.standard_normal(200_000) for _ in range(3))
        >>> round(total_effect_share(2 * wide + narrow, 2 * wide_again + narrow), 2)
        0.8
    """
    if values.shape != redrawn.shape:
        raise ValueError(f"Draws of shape {values.shape} and {redrawn.shape}; they must be pairs.")
    variance = float(np.var(np.concatenate([values, redrawn])))
    if variance == 0:
        return 0.0
    return float(np.mean((values - redrawn) ** 2)) / 2 / variance
