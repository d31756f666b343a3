"""The textbook's charts on the same plants, each widened until it alarms no oftener.

What a chart is worth is how soon it finds a change at the same false alarms. So each is run over
charts in control, its width is found at which it alarms as often, and then over charts with a
change.
"""

import numpy as np

from assets.statistics.charts.distribution_free import restarted_ewma
from assets.statistics.charts.levels import moving_range_level
from benchmarks.studies.chart_plants import BASELINE

WEIGHTS = (0.05, 0.1, 0.2, 0.4, 1.0)
NAMES = (
    *(f"ewma {weight}" for weight in WEIGHTS),
    *(f"ewma of ranges {weight}" for weight in WEIGHTS),
    "cusum 0.25",
    "cusum 0.5",
)


def standardised(values: np.ndarray) -> np.ndarray:
    """Points after the baseline, in sigma of its mean moving range about its mean."""
    levels = [moving_range_level(row[:BASELINE]) for row in values]
    centre = np.array([level.centre for level in levels])[:, None]
    sigma = np.array([level.sigma for level in levels])[:, None]
    return (values[:, BASELINE:] - centre) / sigma


def alarms_at(name: str, z: np.ndarray, width: float) -> np.ndarray:
    """Where a chart alarms at a width; it starts anew after each alarm."""
    if name.startswith("cusum"):
        return _cusum(z, float(name.split()[1]), width)
    weight = float(name.rsplit(maxsplit=1)[-1])
    if "ranges" in name:
        ranges = np.abs(np.diff(z, axis=1, prepend=z[:, :1]))
        z = (ranges - 1.128) / 0.853
    return restarted_ewma(z, weight, width)[1]


def width_for(name: str, z: np.ndarray, rate: float) -> float:
    """The least width at which charts in control alarm no oftener than a rate a point."""
    low, high = 0.5, 80.0
    for _ in range(18):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if alarms_at(name, z, middle).mean() > rate else (low, middle)
    return high


def _cusum(z: np.ndarray, reference: float, decision: float) -> np.ndarray:
    up = np.zeros(z.shape[0])
    down = np.zeros(z.shape[0])
    out = np.zeros(z.shape, dtype=bool)
    for at in range(z.shape[1]):
        up = np.maximum(up + z[:, at] - reference, 0.0)
        down = np.maximum(down - z[:, at] - reference, 0.0)
        out[:, at] = np.maximum(up, down) > decision
        up, down = np.where(out[:, at], 0.0, up), np.where(out[:, at], 0.0, down)
    return out
