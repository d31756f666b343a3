"""Average run lengths of EWMA and CUSUM charts by Gauss-Legendre integral equations.

A run length is the mean number of points until a signal, from a chart just started, of independent
normal values with sigma 1 and a mean moved by ``shift``.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from assets.statistics.array_types import FloatArray

NODES = 60
NEVER = 1e12
ROOT_TWO_PI = 2.5066282746310002


@lru_cache
def _nodes(count: int) -> tuple[FloatArray, FloatArray]:
    at, weight = np.polynomial.legendre.leggauss(count)
    return at, weight


def _density(x: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-0.5 * x * x) / ROOT_TWO_PI)


def ewma_run_length(
    weight: float,
    width: float,
    shift: float = 0.0,
    *,
    start: float = 0.0,
    sigma: float = 1.0,
    nodes: int = NODES,
) -> float:
    """Mean points until a two-sided EWMA leaves steady limits.

    Args:
        weight: Of the newest point, above 0, at most 1.
        width: Half width in standard deviations of the weighted mean.
        shift: Of the mean, in sigma of the level.
        start: Weighted mean before the first point, in sigma of the level.
        sigma: True standard deviation of the values over the level's.
        nodes: Of the quadrature.

    Source: Crowder, Technometrics 29:401-407 (1987).

    Examples:
        >>> round(ewma_run_length(0.1, 2.814), 1), round(ewma_run_length(0.1, 2.814, 1.0), 1)
        (499.6, 10.3)
    """
    return float(
        ewma_run_lengths(
            weight,
            np.array([width]),
            np.array([shift]),
            np.array([sigma]),
            start=start,
            nodes=nodes,
        )[0]
    )


def ewma_run_lengths(
    weight: float,
    width: FloatArray,
    shift: FloatArray,
    sigma: FloatArray,
    *,
    start: float = 0.0,
    nodes: int = NODES,
) -> FloatArray:
    """``ewma_run_length`` of many charts at once: one width, shift and sigma per chart.

    Examples:
        >>> one = np.ones(2)
        >>> np.round(ewma_run_lengths(0.5, 2.0 * one, np.array([0.0, 1.0]), one), 2).tolist()
        [26.45, 4.91]
    """
    at, node_weight = _nodes(nodes)
    half = width * np.sqrt(weight / (2 - weight))
    points = half[:, None] * at
    spread = (weight * sigma)[:, None]

    def kernel(begin: FloatArray) -> FloatArray:
        away = points[:, None, :] - (1 - weight) * begin[:, :, None]
        unit = (away - weight * shift[:, None, None]) / spread[:, :, None]
        step = half[:, None] * node_weight / spread
        return np.asarray(_density(unit) * step[:, None, :])

    inside = np.linalg.solve(np.eye(nodes) - kernel(points), np.ones((*points.shape, 1)))[..., 0]
    first = kernel(np.full((width.size, 1), start))[:, 0, :]
    return np.asarray(1 + (first * inside).sum(axis=1))


def cusum_run_length(
    k: float,
    h: float,
    shift: float = 0.0,
    *,
    head_start: float = 0.0,
    is_two_sided: bool = True,
    nodes: int = NODES,
) -> float:
    """Mean points until a CUSUM signals.

    Args:
        k: Reference value in sigma, 0 or more.
        h: Decision interval in sigma.
        shift: Of the mean, in sigma.
        head_start: Sum before the first point in sigma, of both sides.
        is_two_sided: Whether both sides are watched; the upper one if not.
        nodes: Of the quadrature.

    Source: Brook & Evans, Biometrika 59:539-549 (1972); both sides by Lucas & Crosier,
    Technometrics 24:199-205 (1982), exact while one side's sum is 0 whenever the other signals.

    Examples:
        >>> round(cusum_run_length(0.5, 5.0), 2), round(cusum_run_length(0.5, 5.0, 1.0), 2)
        (465.44, 10.38)
    """
    up, up_start = _one_sided(k, h, shift, head_start, nodes)
    if not is_two_sided:
        return up_start
    down, down_start = _one_sided(k, h, -shift, head_start, nodes)
    if not 0 < down < NEVER:  # a sum that never comes up, and whose equations no double holds
        return up_start
    return (up_start + up * down_start / down - up) / (up / down + 1)


def _one_sided(
    k: float, h: float, shift: float, head_start: float, nodes: int
) -> tuple[float, float]:
    """Run lengths from 0 and from the head start."""
    at, node_weight = _nodes(nodes)
    points, step = h * (at + 1) / 2, h * node_weight / 2
    begin = np.concatenate([points, [0.0, head_start]])
    to_zero = ndtr(k - shift - begin)
    kernel = _density(points - begin[:, None] + k - shift) * step
    # Unknown: the run length at each node, and at 0, where the law of the sum has an atom.
    matrix = np.eye(nodes + 1)
    matrix[:, :nodes] -= kernel[: nodes + 1]
    matrix[:, nodes] -= to_zero[: nodes + 1]
    found = np.linalg.solve(matrix, np.ones(nodes + 1))
    last = 1 + float(kernel[-1] @ found[:nodes]) + float(to_zero[-1] * found[nodes])
    return float(found[nodes]), last


def siegmund_run_length(
    k: float, h: float, shift: float = 0.0, *, is_two_sided: bool = True
) -> float:
    """Siegmund's approximation of a CUSUM's run length, for a check by hand.

    Args:
        k: Reference value in sigma.
        h: Decision interval in sigma.
        shift: Of the mean, in sigma.
        is_two_sided: Whether both sides are watched; the upper one if not.

    Source: Siegmund, Sequential Analysis (1985); Montgomery, equation 9.6.

    Examples:
        >>> round(siegmund_run_length(0.5, 5.0, is_two_sided=False), 1)
        938.2
    """
    reach = h + 1.166

    def one(drift: float) -> float:
        if abs(drift) < 1e-9:
            return reach**2
        return float((np.exp(-2 * drift * reach) + 2 * drift * reach - 1) / (2 * drift**2))

    up = one(shift - k)
    return up if not is_two_sided else 1 / (1 / up + 1 / one(-shift - k))


def ewma_width(weight: float, run_length: float) -> float:
    """Width whose steady limits give a run length when nothing has moved.

    Examples:
        >>> round(ewma_width(0.2, 500.0), 3)
        2.962
    """
    return _reached(lambda width: ewma_run_length(weight, width), run_length)


def cusum_decision(k: float, run_length: float) -> float:
    """Decision interval of a two-sided CUSUM with a run length when nothing has moved.

    Examples:
        >>> round(cusum_decision(0.5, 370.0), 2)
        4.77
    """
    return _reached(lambda h: cusum_run_length(k, h), run_length)


def _reached(length: Callable[[float], float], wanted: float) -> float:
    """Where a run length that grows with the limit comes to what is wanted."""
    high = 0.5
    while length(high) < wanted:  # no further: far out the equations hold more than a double can
        high *= 1.25
    return float(brentq(lambda at: np.log(length(at) / wanted), 1e-3, high, xtol=1e-8))
