"""When readings were taken: usable ones, the time each stands for, gaps, repeated instants."""

import math

import numpy as np

from assets.sensor_features.kernel.compiled import Array, exactly, in_lanes
from assets.sensor_features.kernel.quantiles import sort
from assets.sensor_features.registry import COLUMN, GAP_INTERVALS

US_PER_H = 3.6e9
DURATION, GAP_FRACTION = COLUMN["duration_h"], COLUMN["gap_fraction"]
GAPS, LONGEST_GAP = COLUMN["gaps"], COLUMN["longest_gap_h"]
REPEATED = COLUMN["repeated_instants"]


@exactly
def timing(
    times: Array, values: Array, hours: Array, x: Array, held: Array, spare: Array, row: Array
) -> int:
    """Gather usable readings with their hours since the first and the hours each stands for.

    Args:
        times: Microseconds of all readings of one series, at least one.
        values: Their values.
        hours: Filled with the hours of usable readings since the first reading.
        x: Filled with their values.
        held: Filled with the hours they stand for.
        spare: Room for as many numbers as there are readings.
        row: The series' features.

    Returns:
        The number of usable readings.
    """
    elapsed, repeated = _steps(times, spare)
    usual = _usual_interval(spare[: times.size - 1], times.size - 1 - repeated, held)
    row[REPEATED] = repeated
    row[DURATION] = elapsed / US_PER_H
    if _is_finite(values):
        _all_stand(times, spare, GAP_INTERVALS * usual, usual, hours, held, row)
        n = values.size
        for k in range(n):
            x[k] = values[k]
    else:
        n = _some_stand(times, values, spare, usual, hours, x, held, row)
    if elapsed > 0:
        row[GAP_FRACTION] *= US_PER_H / elapsed
    else:
        row[GAP_FRACTION] = np.nan
    return n


@in_lanes
def _steps(times: Array, steps: Array) -> tuple[float, int]:
    """Time to the next reading, in microseconds; backwards is none. Their sum, and how many are 0.

    Readings lie within 285 years of one another, so that every step is a whole float64.
    """
    n = times.size
    repeated = 0
    elapsed = 0.0
    for k in range(n - 1):
        step = max(float(times[k + 1] - times[k]), 0.0)
        steps[k] = step
        elapsed += step
        repeated += step == 0.0
    steps[n - 1] = 0.0
    return elapsed, repeated


@in_lanes
def _is_finite(values: Array) -> bool:
    """Whether all values are finite: numbers less themselves are 0, infinities and NaN are not."""
    unusable = 0
    bits = values.view(np.int64)
    for k in range(values.size):
        unusable += (bits[k] & 0x7FF0000000000000) == 0x7FF0000000000000
    return unusable == 0


@exactly
def _usual_interval(steps: Array, positive: int, spare: Array) -> float:
    """Median of the positive steps; 0 where there is none."""
    if positive == 0:
        return 0.0
    # Most historians write at one interval: what more than half the steps are is their median, and
    # nothing needs sorting.
    for guess in (steps[0], steps[steps.size // 2], _leader(steps)):
        if 2 * _support(steps, guess) > positive and guess > 0.0:
            return float(guess)
    found = 0
    for k in range(steps.size):
        step = steps[k]
        if step > 0.0:
            spare[found] = step
            found += 1
    sort(spare, 0, found)
    return float(0.5 * (spare[(found - 1) // 2] + spare[found // 2]))


@in_lanes
def _support(steps: Array, guess: float) -> int:
    support = 0
    for k in range(steps.size):
        support += steps[k] == guess
    return support


@exactly
def _leader(steps: Array) -> float:
    """The positive step that is the majority if any is (Boyer & Moore 1981)."""
    leader, votes = 0.0, 0
    for k in range(steps.size):
        step = steps[k]
        if step > 0.0:
            if votes == 0:
                leader = step
            votes += 1 if step == leader else -1
    return leader


@in_lanes
def _all_stand(
    times: Array, steps: Array, gap: float, usual: float, hours: Array, held: Array, row: Array
) -> None:
    """Fill in hours and time stood for where every reading is usable."""
    first, gaps = times[0], 0
    uncovered = longest = 0.0
    for k in range(times.size):
        is_gap = steps[k] > gap
        stands = usual if is_gap else steps[k]
        hours[k] = float(times[k] - first) / US_PER_H
        held[k] = stands / US_PER_H
        missing = steps[k] - stands
        uncovered += missing
        longest = max(longest, missing)
        gaps += is_gap
    row[GAP_FRACTION] = uncovered / US_PER_H
    row[GAPS], row[LONGEST_GAP] = gaps, longest / US_PER_H


@exactly
def _some_stand(
    times: Array,
    values: Array,
    steps: Array,
    usual: float,
    hours: Array,
    x: Array,
    held: Array,
    row: Array,
) -> int:
    """Gather the usable readings; the others stand for no time and lengthen the gap before them."""
    n = gaps = 0
    uncovered = current = longest = 0.0
    for k in range(times.size):
        stands = 0.0
        if math.isfinite(values[k]):
            stands = usual if steps[k] > GAP_INTERVALS * usual else steps[k]
            hours[n] = (times[k] - times[0]) / US_PER_H
            x[n], held[n] = values[k], stands / US_PER_H
            n += 1
            gaps += current > 0.0
            current = 0.0
        current += steps[k] - stands
        uncovered += steps[k] - stands
        longest = max(longest, current)
    row[GAP_FRACTION] = uncovered / US_PER_H
    row[GAPS], row[LONGEST_GAP] = gaps + (current > 0.0), longest / US_PER_H
    return n
