"""Which readings are a fault of the sensor, again in numpy and with no thought of speed."""

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
    least = max(jump / 2, 4 * smallest)
    is_outside = (x < limits[2]) | (x > limits[3])
    found = spikes(x, moved, least, is_outside)
    found = end_spikes(x, moved, least, is_outside, found)
    is_spike = found > 0
    is_level = away(x, jump, is_outside) | frozen(x, jump, smallest, equal, rattle)
    is_marked = is_spike | is_level
    least = max(5 * rattle, 12 * smallest)
    is_rattling = rattling(turning(x, bends, is_marked), x, least)
    return (found == 2) | is_level | is_rattling, float(is_spike.sum())


def sampled_median(steps: Any) -> float:
    taken = min(64, len(steps))
    sample = steps[np.arange(taken) * len(steps) // taken]
    return middle(sample[sample != 0])


def middle(steps: Any) -> float:
    return float(np.sort(steps)[len(steps) // 2]) if len(steps) else 0.0


def spikes(x: Any, moved: Any, least: float, is_outside: Any) -> Any:
    """1 for a spike, 2 where all of it lies outside the proven range."""
    found = np.zeros(len(x), dtype=int)
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
                if whole > SPIKE_SDS / 0.954 * max(before, after):
                    found[k : last + 1] = 2 if is_outside[k : last + 1].all() else 1
                break
    return found


def end_spikes(x: Any, moved: Any, least: float, is_outside: Any, found: Any) -> Any:
    found = found.copy()
    for end, near, step, around in (
        (0, 1, moved[0], moved[1:13]),
        (len(x) - 1, len(x) - 2, moved[-1], moved[-13:-1]),
    ):
        is_far = step > max(least, SPIKE_SDS / 0.954 * middle(around))
        if is_outside[end] and is_far and not found[near]:
            found[end] = 2
    return found


def equal_runs(x: Any) -> list[Any]:
    return np.split(np.arange(len(x)), np.flatnonzero(x[1:] != x[:-1]) + 1)


def away(x: Any, jump: float, is_outside: Any) -> Any:
    n, found, times = len(x), np.zeros(len(x), dtype=bool), 0
    for run in equal_runs(x)[1:-1]:
        before, level, after = x[run[0] - 1], x[run[0]], x[run[-1] + 1]
        height = min(abs(level - before), abs(after - level))
        is_back = height > jump and abs(after - before) <= 0.25 * height
        if 1 < len(run) <= 0.25 * n and is_outside[run[0]] and is_back:
            found[run] = True
            times += 1
    return found & (times <= 3)


def frozen(x: Any, jump: float, smallest: float, equal: int, rattle: float) -> Any:
    n, found = len(x), np.zeros(len(x), dtype=bool)
    runs = sorted(equal_runs(x), key=len, reverse=True)
    run, others = runs[0], n - len(runs[0])
    second = len(runs[1]) if len(runs) > 1 else 0
    entered = abs(x[run[0]] - x[run[0] - 1]) if run[0] else 0.0
    left = abs(x[run[-1] + 1] - x[run[-1]]) if run[-1] + 1 < n else 0.0
    steps = np.diff(x)
    if others < 20 or (steps[:-1] * steps[1:] < 0).sum() < 0.3 * others:
        return found
    chance = max(0.3, (equal - len(run) + 1) / others)
    found[run] = (
        len(run) >= FLAT_RUN
        and x[run[0]] != 0
        and entered <= jump
        and (run[0] > 0 or left <= jump)
        and rattle >= 1.5 * smallest
        and n * chance ** (len(run) - 1) < 1e-6 <= n * chance ** (second - 1.0)
    )
    return found


def turning(x: Any, bends: Any, is_marked: Any) -> Any:
    """Second differences where a reading nobody marked is a turning point, else 0."""
    steps = np.diff(x)
    is_free = ~(is_marked[:-2] | is_marked[1:-1] | is_marked[2:])
    return np.where((steps[:-1] * steps[1:] < 0) & is_free, bends, 0.0)


def is_periodic(x: Any) -> bool:
    steps = np.abs(np.diff(x))
    return any(np.abs(x[p:] - x[:-p]).sum() <= 0.3 * steps[: len(x) - p].sum() for p in range(2, 7))


def rattling(bends: Any, x: Any, least: float) -> Any:
    n = len(x)
    found, windows = np.zeros(n, dtype=bool), n // 4
    wild = np.array([w for w in range(windows) if (bends[4 * w : 4 * w + 4] > least).sum() >= 2])
    stretches = np.split(wild, np.flatnonzero(np.diff(wild) > 3) + 1) if len(wild) else []
    spans = [(s[0], s[-1]) for s in stretches if len(s) >= 3]
    spans = [(a, b) for a, b in spans if not is_periodic(x[4 * a : 4 * (b + 1)])]
    if len(spans) > 2 or sum(b - a + 1 for a, b in spans) > 0.15 * windows:
        return found
    inside = sum((bends[max(4 * a - 1, 0) : 4 * b + 3] > least).sum() for a, b in spans)
    if inside < 0.8 * (bends > least).sum():
        return found
    for a, b in spans:
        first, last = 4 * a, 4 * (b + 1)
        before = [k for k in range(max(first - 4, 1), first) if bends[k - 1] > least]
        after = [k for k in range(last, min(last + 4, n - 1)) if bends[k - 1] > least]
        found[min([first, *before]) : max([last, *(k + 1 for k in after)])] = True
    return found
