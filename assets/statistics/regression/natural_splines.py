"""Natural cubic splines: smooth between their knots, straight lines beyond them.

Only the basis and where its knots lie; what is fitted on it is for the caller to say.
"""

from collections.abc import Sequence

import numpy as np

from assets.statistics.array_types import FloatArray

KNOT_SHARES = (0.05, 0.35, 0.65, 0.95)  # Harrell's places for four knots (2015, table 2.3)
FEWEST_KNOTS = 3


def natural_spline(value: FloatArray, knots: FloatArray) -> FloatArray:
    """Return the basis of a natural cubic spline, without intercept.

    Args:
        value: (n,) where to evaluate.
        knots: At least three increasing knots.

    Returns:
        (n, knots - 1): the linear term, then the restricted cubic terms scaled by the range.

    Source: Harrell (2015), Regression Modeling Strategies, eq. 2.25.

    Examples:
        Below the first knot the curved term is zero, and only the line is left.

        >>> natural_spline(np.array([-1.0, 0.0]), np.array([0.0, 1.0, 2.0])).tolist()
        [[-0.5, 0.0], [0.0, 0.0]]
    """
    span = knots[-1] - knots[0]

    def cubed(at: float) -> FloatArray:
        return np.asarray(np.maximum(value - at, 0) ** 3, dtype=float)

    last, before = float(knots[-1]), float(knots[-2])
    columns = [(value - knots[0]) / span]
    for knot in knots[:-2]:
        term = cubed(float(knot))
        term = term - cubed(before) * (last - knot) / (last - before)
        term = term + cubed(last) * (before - knot) / (last - before)
        columns.append(term / span**3)
    return np.column_stack(columns)


def knots_of(value: FloatArray, shares: Sequence[float] = KNOT_SHARES) -> FloatArray | None:
    """Return knots at quantiles of the values.

    Args:
        value: (n,) values, at least one.
        shares: Places of the knots as shares of the values, 0 to 1, increasing.

    Returns:
        Increasing knots, or None where so many coincide that there is no curve.

    Examples:
        >>> knots_of(np.arange(101.0)).tolist()
        [5.0, 35.0, 65.0, 95.0]
        >>> knots_of(np.array([0.0] * 9 + [1.0])) is None
        True
    """
    knots = np.unique(np.quantile(value, shares))
    return knots if knots.size >= FEWEST_KNOTS else None
