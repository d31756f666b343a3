"""The width of a distribution-free chart that keeps a promised rate of false alarms."""

from functools import lru_cache

import numpy as np
from scipy.signal import lfilter

from assets.statistics.array_types import FloatArray
from assets.statistics.charts.distribution_free import (
    WEIGHT,
    Watch,
    restarted_ewma,
    watched_scores,
)

# Memories the width is made for: alarms are counted over all of them together.
MEMORIES = (0.0, 0.15, 0.3, 0.45, 0.6, 0.7)
SKEWED_SHAPE = 2.0  # of a gamma law: skewness 1.4
BURN_IN = 60
AT_ONCE = 2_000
ALARMS_WANTED = 2_400
STEPS = np.arange(2.4, 6.01, 0.3)
HORIZON = 200


@lru_cache
def distribution_free_width(
    baseline: int,
    rate: float,
    *,
    weight: float = WEIGHT,
    order: int = 1,
    watch: Watch = "level",
    horizon: int = HORIZON,
    seed: int = 1,
    alarms: int = ALARMS_WANTED,
) -> float:
    """Width at which charts alarm at a rate while nothing happens, from a short baseline on.

    Args:
        baseline: Points of the baseline, at least 20.
        rate: False alarms a point, all of a chart's alarms counted, not the first alone.
        weight: Of the newest point.
        order: Scores that a score remembers, as the chart has it.
        watch: The level or the spread, as the chart has it.
        horizon: Points after the baseline over which the rate is kept on average.
        seed: Of the chance.
        alarms: Alarms the width rests on; the rate kept is known to about 1.1 over their root.

    Returns:
        In steady standard deviations, found by simulating values with autocorrelations from 0 to
        0.7, half of them normal (any law with the same ranks, a monotone change, gives the same
        alarms), half driven by skewed news, which alarms a tenth more often.

    Raises:
        ValueError: If the rate is so high or low that no width of 2.4 to 6 has it.

    Examples:
        >>> 2.5 < distribution_free_width(50, 0.002, alarms=200) < 3.1
        True
    """
    charts = int(np.ceil(alarms / (rate * horizon * 2 * len(MEMORIES))))
    total, points = simulated_alarms(
        baseline, charts, weight=weight, order=order, watch=watch, horizon=horizon, seed=seed
    )
    found = total / points
    near = (found > rate / 20) & (found < rate * 20) & (total >= 5)
    if near.sum() < 3 or not found[near].min() < rate < found[near].max():
        raise ValueError(f"no width between 2.4 and 6 gives {rate:g} alarms a point")
    # The logarithm of the rate bends gently with the width: a parabola smooths out chance.
    curve = np.polynomial.Polynomial.fit(
        STEPS[near], np.log(found[near]), 2, w=np.sqrt(total[near])
    )
    roots = (curve - np.log(rate)).roots()
    inside = [one.real for one in roots if abs(one.imag) < 1e-9 and 2.0 < one.real < 6.5]
    return float(min(inside))


def simulated_alarms(
    baseline: int,
    charts: int,
    *,
    weight: float = WEIGHT,
    order: int = 1,
    watch: Watch = "level",
    horizon: int = HORIZON,
    seed: int = 1,
) -> tuple[FloatArray, int]:
    """Count the alarms of charts on which nothing happens, per width in ``STEPS``.

    Args:
        baseline: Points of the baseline, at least 20.
        charts: Of each memory and law.
        weight: Of the newest point.
        order: Scores that a score remembers.
        watch: The level or the spread.
        horizon: Points after the baseline.
        seed: Of the chance.

    Returns:
        Alarms by width, and the points after the baseline over which they came.

    Examples:
        >>> alarms, points = simulated_alarms(20, 10, horizon=50)
        >>> alarms.size == STEPS.size, points
        (True, 6000)
    """
    rng = np.random.default_rng(seed)
    total, made = np.zeros(STEPS.size), 0
    for memory in MEMORIES:
        for is_skewed in (False, True):
            for first in range(0, charts, AT_ONCE):
                count = min(AT_ONCE, charts - first)
                values = _series(memory, is_skewed, (count, baseline + horizon), rng)
                followed = watched_scores(values, baseline, order=order, watch=watch)
                # Per width, alarms of all charts together.
                total += [restarted_ewma(followed, weight, width)[1].sum() for width in STEPS]
                made += count
    return total, made * horizon


def _series(
    memory: float, is_skewed: bool, shape: tuple[int, int], rng: np.random.Generator
) -> FloatArray:
    size = (shape[0], shape[1] + BURN_IN)
    news = rng.gamma(SKEWED_SHAPE, size=size) if is_skewed else rng.normal(size=size)
    return np.asarray(lfilter([1.0], [1.0, -memory], news, axis=-1)[:, BURN_IN:])
