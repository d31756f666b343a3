"""Average run length of single values and moving ranges charted together."""

import numpy as np
from scipy.special import ndtr

from assets.statistics.array_types import FloatArray

GRID = 801


def individuals_run_length(
    limit: float, range_limit: float, shift: float = 0.0, sigma: float = 1.0
) -> float:
    """Mean points until a value leaves its limits or a moving range its upper one.

    Args:
        limit: Half width of the limits of values in sigma of the level.
        range_limit: Upper limit of the moving range in sigma of the level.
        shift: Of the mean, in sigma of the level.
        sigma: True standard deviation over the level's.

    Source: Crowder, Technometrics 29:401-407 (1987); the equation solved for a broken line.

    Examples:
        >>> round(individuals_run_length(3.0, 50.0), 1)  # no range ever signals: three sigma alone
        370.4
    """
    at = np.linspace(-limit, limit, GRID)
    rows = np.array(
        [_weights(at, one - range_limit, one + range_limit, shift, sigma) for one in at]
    )
    inside = np.linalg.solve(np.eye(GRID) - rows, np.ones(GRID))
    # The first value has no moving range.
    return 1 + float(_weights(at, -limit, limit, shift, sigma) @ inside)


def _weights(at: FloatArray, low: float, high: float, shift: float, sigma: float) -> FloatArray:
    """What each grid point has in the mean of a broken line over a part of the normal law."""
    low, high = max(low, float(at[0])), min(high, float(at[-1]))
    weight = np.zeros(at.size)
    step = float(at[1] - at[0])
    # Exact for straight pieces: chance and mean of the normal law between neighbouring ends.
    first = int(np.clip((low - at[0]) // step, 0, at.size - 2))
    last = int(np.clip(np.ceil((high - at[0]) / step), 1, at.size - 1))
    edges = np.clip(at[first : last + 1], low, high)
    below = ndtr((edges - shift) / sigma)
    density = np.exp(-0.5 * ((edges - shift) / sigma) ** 2) / np.sqrt(2 * np.pi)
    chance = np.diff(below)
    mean = shift * chance - sigma * np.diff(density)
    part = (mean - at[first:last] * chance) / step
    weight[first:last] += chance - part
    weight[first + 1 : last + 1] += part
    return weight
