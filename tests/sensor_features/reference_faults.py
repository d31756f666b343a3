"""Which readings are a fault of the sensor, again in numpy and with no thought of speed."""

import math
from typing import Any

import numpy as np

from assets.sensor_features.registry import FLAT_RUN, SPIKE_SDS


def faulty_readings(x: Any, limits: Any) -> tuple[Any, float]:
    """Whether each usable reading is faulty, and how many are spikes."""
    n, moved = len(x), np.abs(np.diff(x))
    none = np.zeros(n, dtype=bool), 0.0
    if n < 20:
        return none
    usual, equal = sampled_median(moved), int((moved == 0).sum())
    jump = SPIKE_SDS * usual / 0.954
    if usual == 0 or (moved.max() <= jump and equal < FLAT_RUN - 1):
        return none
    smallest = moved[moved > 0].min()
    bends = np.abs(np.diff(x, 2))
    rattle = sampled_median(bends)
    is_spike = spikes(x, moved, usual, smallest)
    is_level = levels(x, jump, smallest, equal, rattle, limits)
    return is_spike | is_level | rattling(bends, n, 4 * rattle), float(is_spike.sum())


def sampled_median(steps: Any) -> float:
    taken = min(64, len(steps))
    sample = steps[np.arange(taken) * len(steps) // taken]
    return middle(sample[sample != 0])


def middle(steps: Any) -> float:
    return float(np.sort(steps)[len(steps) // 2]) if len(steps) else 0.0


def spikes(x: Any, moved: Any, usual: float, smallest: float) -> Any:
    found = np.zeros(len(x), dtype=bool)
    for k in range(1, len(x) - 1):
        height = min(moved[k - 1], moved[k])
        around = max(
            middle(moved[max(k - 13, 0) : k - 1]), middle(moved[k + 1 : k + 13]), usual / 2
        )
        found[k] = (
            (x[k] - x[k - 1]) * (x[k] - x[k + 1]) > 0
            and height > 4 * abs(x[k + 1] - x[k - 1])
            and height > 4 * smallest
            and height * 0.954 > SPIKE_SDS * around
        )
    return found


def levels(x: Any, jump: float, smallest: float, equal: int, rattle: float, limits: Any) -> Any:
    n, found = len(x), np.zeros(len(x), dtype=bool)
    low, high = limits[2:] if np.isfinite(limits[2:]).any() else limits[:2]
    for run in np.split(np.arange(n), np.flatnonzero(x[1:] != x[:-1]) + 1):
        first, last, level = run[0], run[-1], x[run[0]]
        entered = abs(level - x[first - 1]) if first else 0.0
        left = abs(x[last + 1] - level) if last + 1 < n else 0.0
        if len(run) > 1 and min(entered, left) > jump:
            is_back = abs(x[last + 1] - x[first - 1]) <= 0.25 * min(entered, left)
            if math.isfinite(low) or math.isfinite(high):
                is_away = (level < low or level > high) and len(run) <= 0.25 * n
            else:
                is_away = len(run) <= 0.05 * n
            found[run] |= is_back and is_away
        chance = max(0.3, (equal - len(run) + 1) / max(n - len(run), 1))
        if (
            len(run) >= FLAT_RUN
            and level != 0
            and entered <= jump
            and (first > 0 or left <= jump)
            and rattle >= 1.5 * smallest
            and n * chance ** (len(run) - 1) < 1e-6
        ):
            found[run] = True
    return found


def rattling(bends: Any, n: int, least: float) -> Any:
    found = np.zeros(n, dtype=bool)
    wild = [(bends[8 * w : 8 * w + 8] > least).sum() > 4 for w in range(n // 8)]
    for w, is_wild in enumerate(wild):
        if is_wild and ((w and wild[w - 1]) or (w + 1 < len(wild) and wild[w + 1])):
            found[8 * w : 8 * w + 8] = True
    return found if found.sum() // 8 <= 0.15 * (n // 8) else np.zeros(n, dtype=bool)
