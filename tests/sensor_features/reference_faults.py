"""Which readings are a fault of the sensor, again in numpy and with no thought of speed."""

import math
from itertools import pairwise
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
    runs = np.split(np.arange(n), np.flatnonzero(moved) + 1)
    longest = max(len(run) for run in runs)
    if usual == 0 or (moved.max() <= jump and longest < FLAT_RUN):
        return none
    smallest = moved[moved > 0].min()
    bends = np.abs(np.diff(x, 2))
    rattle = sampled_median(bends)
    limits = limits[2:] if np.isfinite(limits[2:]).any() else limits[:2]
    least = max(jump / 2, 4 * smallest)
    is_spike = spikes(x, moved, least)
    is_spike = end_spikes(x, moved, least, limits, is_spike)
    is_level = levels(x, jump, smallest, equal, rattle, limits)
    return is_spike | is_level | rattling(turning(x, bends), n, 4 * rattle), float(is_spike.sum())


def sampled_median(steps: Any) -> float:
    taken = min(64, len(steps))
    sample = steps[np.arange(taken) * len(steps) // taken]
    return middle(sample[sample != 0])


def middle(steps: Any) -> float:
    return float(np.sort(steps)[len(steps) // 2]) if len(steps) else 0.0


def spikes(x: Any, moved: Any, least: float) -> Any:
    found = np.zeros(len(x), dtype=bool)
    for k in range(1, len(x) - 1):
        if moved[k - 1] <= least or found[k] or found[k - 1]:
            continue
        sign = np.sign(x[k] - x[k - 1])
        for last in range(k, min(k + 3, len(x) - 1)):
            heights = sign * (x[k : last + 1] - x[k - 1])
            back = sign * (x[last] - x[last + 1])
            if heights[-1] <= 0:
                break
            whole, apart = min(heights.min(), abs(back)), abs(x[last + 1] - x[k - 1])
            if back > 0 and whole > max(least, 4 * apart):
                before = middle(moved[max(k - 13, 0) : k - 1])
                after = middle(moved[last + 1 : last + 13])
                found[k : last + 1] |= whole > SPIKE_SDS / 0.954 * max(before, after)
                break
    return found


def end_spikes(x: Any, moved: Any, least: float, limits: Any, found: Any) -> Any:
    found = found.copy()
    for end, near, step, around in (
        (0, 1, moved[0], moved[1:13]),
        (len(x) - 1, len(x) - 2, moved[-1], moved[-13:-1]),
    ):
        is_outside = x[end] < limits[0] or x[end] > limits[1]
        is_far = step > max(least, SPIKE_SDS / 0.954 * middle(around))
        found[end] |= bool(is_outside and is_far and not found[near])
    return found


def levels(x: Any, jump: float, smallest: float, equal: int, rattle: float, limits: Any) -> Any:
    n, found = len(x), np.zeros(len(x), dtype=bool)
    low, high = limits
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


def turning(x: Any, bends: Any) -> Any:
    """Second differences where a reading is a turning point, else 0."""
    steps = np.diff(x)
    return np.where(steps[:-1] * steps[1:] < 0, bends, 0.0)


def rattling(bends: Any, n: int, least: float) -> Any:
    found, windows = np.zeros(n, dtype=bool), n // 4
    wild = [w for w in range(windows) if (bends[4 * w : 4 * w + 4] > least).sum() >= 2]
    pairs = [(a, b) for a, b in pairwise(wild) if b - a <= 2]
    if len(pairs) > 0.15 * windows:
        return found
    for a, b in pairs:
        first, last = 4 * a, 4 * (b + 1)
        before = [k for k in range(max(first - 4, 1), first) if bends[k - 1] > least]
        after = [k for k in range(last, min(last + 4, n - 1)) if bends[k - 1] > least]
        found[min([first, *before]) : max([last, *(k + 1 for k in after)])] = True
    return found
