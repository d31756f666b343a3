"""The compiled arithmetic of intervals: how much one is worth, the best of a column, and the bar.

Failures are rare, so an interval worth having begins and ends at a failing value. Statistic:
likelihood ratio of the scan statistic with covariate-adjusted expectations (Kulldorff 1997, eq. 4).
It is convex in (failures, expectation), so among many failing values tangents lead to the best
interval (Mampaey, Nijssen, Feelders & Knobbe 2012, sec. 4), and a column whose intervals all lie
under the chords of what is worth the bar need not be looked at.
"""

import math

import numpy as np
from numba import njit

from assets.rules.search.records import Array, Work

compiled = njit(error_model="numpy")

NOTHING = -1.0
FEW = 32  # failing values up to which every interval is looked at
# Failures an expected one must bring, tried in turn; a tangent at the best then takes over.
SLOPES = np.array([1.2, 1.8, 3.0, 6.0, 13.0])
TANGENTS = 3
HALVINGS = 24
SLACK = 1e-9  # rounding must not hide an interval that is as good


@compiled
def likelihood_ratio(failures: float, expected: float, total: float) -> float:
    """Log likelihood ratio of a higher rate inside, 0 where the rate is not higher."""
    if failures <= expected or expected <= 0.0:
        return 0.0
    outside = total - failures
    ratio = failures * math.log(failures / expected)
    if outside > 0.0:
        ratio += outside * math.log(outside / (total - expected))
    return ratio


@compiled
def weigh(work: Work, column: int, size: int) -> None:
    """Add up expectation and failures of the batches covered per segment of a column."""
    at, on = work.spare[0, : size + 1], work.spare[1, : size + 1]
    at[:] = 0.0
    on[:] = 0.0
    segment, expected = work.found.segment, work.spare[9]
    for k in range(work.counts[0]):
        place = segment[work.rows[0, k], column]
        if place < size:  # else missing
            at[place] += expected[k]
    for k in range(work.counts[1]):
        place = segment[work.rows[1, k], column]
        if place < size:
            on[place] += 1.0


@compiled
def points(work: Work, size: int) -> int:
    """Turn segments into failing values: failures before each, expectation before and after it."""
    at, on = work.spare[0], work.spare[1]
    failures, before, after, segment = work.spare[2], work.spare[3], work.spare[4], work.spare[5]
    count, expected = 0, 0.0
    failures[0] = 0.0
    for place in range(1, size, 2):
        expected += at[place - 1]
        if on[place] > 0.0:
            before[count] = expected
            expected += at[place]
            after[count], segment[count] = expected, place
            failures[count + 1] = failures[count] + on[place]
            count += 1
        else:
            expected += at[place]
    return count


@compiled
def _every_interval(work: Work, count: int) -> tuple[float, int, int]:
    """Best of all intervals: statistic, first and last; per number of failures one can be best."""
    failures, before, after = work.spare[2], work.spare[3], work.spare[4]
    least, first, last = work.spare[6], work.spare[7], work.spare[8]
    inside = int(failures[count])
    least[: inside + 1] = np.inf
    for low in range(count):
        for high in range(low, count):
            expected = after[high] - before[low]
            number = int(failures[high + 1] - failures[low])
            if expected < least[number]:
                least[number], first[number], last[number] = expected, low, high
    best, place, highest = NOTHING, 0, 1.0
    for number in range(inside, work.effort.fewest_failures - 1, -1):
        # fewer failures are better only at a higher rate
        if number > highest * least[number]:
            highest = number / least[number]
            value = likelihood_ratio(number, least[number], work.batches.failures)
            if value > best:
                best, place = value, number
    if place == 0:  # nowhere enough failures; the arrays hold whatever stood there before
        return NOTHING, 0, 0
    return best, int(first[place]), int(last[place])


@compiled
def _by_tangents(work: Work, count: int) -> tuple[float, int, int]:
    """Best of the intervals that tangents lead to, for many failing values."""
    failures, before, after = work.spare[2], work.spare[3], work.spare[4]
    total = work.batches.failures
    best, best_low, best_high, slope = NOTHING, 0, 0, 0.0
    for attempt in range(SLOPES.size + TANGENTS):
        slope = SLOPES[attempt] if attempt < SLOPES.size else slope
        top, low, high, start = -np.inf, 0, 0, 0
        for k in range(count):
            # the interval that ends here begins where failures - slope x expectation is lowest
            if failures[k] - slope * before[k] < failures[start] - slope * before[start]:
                start = k
            value = failures[k + 1] - failures[start] - slope * (after[k] - before[start])
            if value > top:
                top, low, high = value, start, k
        number, expected = failures[high + 1] - failures[low], after[high] - before[low]
        value = likelihood_ratio(number, expected, total)
        if value > best and number >= work.effort.fewest_failures:
            best, best_low, best_high = value, low, high
        elif attempt >= SLOPES.size:
            break
        if best <= 0.0:
            continue
        number = failures[best_high + 1] - failures[best_low]
        slope = _tangent(number, after[best_high] - before[best_low], total)
    return best, best_low, best_high


@compiled
def _tangent(failures: float, expected: float, total: float) -> float:
    """Failures that pay for one expected failure more, where the statistic stands."""
    outside, rest = max(total - failures, 0.5), max(total - expected, 1e-9)
    gain = math.log(failures / expected) - math.log(outside / rest)
    return (failures / expected - outside / rest) / gain


@compiled
def best_interval(work: Work, count: int) -> tuple[float, int, int]:
    """Best interval over failing values: statistic, first and last segment; -1 below the bar."""
    if not _can_pass(work, count):
        return NOTHING, 0, 0
    if count <= FEW:
        best, low, high = _every_interval(work, count)
    else:
        best, low, high = _by_tangents(work, count)
    return best, int(work.spare[5, low]), int(work.spare[5, high])


@compiled
def _can_pass(work: Work, count: int) -> bool:
    """Whether some interval over the failing values may be worth more than the bar."""
    failures, before, after = work.spare[2], work.spare[3], work.spare[4]
    slope, rest, other, other_rest = work.bar[0], work.bar[1], work.bar[2], work.bar[3]
    least, other_least = np.inf, np.inf
    for k in range(count):
        least = min(least, failures[k] - slope * before[k])
        other_least = min(other_least, failures[k] - other * before[k])
        if failures[k + 1] - slope * after[k] - least > rest:
            return True
        if failures[k + 1] - other * after[k] - other_least > other_rest:
            return True
    return False


@compiled
def _most_expected(work: Work, failures: float, value: float) -> float:
    """Expectation above which so many failures are worth no more than a value; never too low."""
    low, high = 0.0, failures
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if likelihood_ratio(failures, middle, work.batches.failures) > value:
            low = middle
        else:
            high = middle
    return high


@compiled
def set_bar(work: Work, value: float) -> None:
    """Prepare the test whether an interval of the batches covered can be worth more than a value.

    It needs an expectation below a convex function of its failures, so below a chord of that
    function: failures - slope x expectation above a number. One chord screens columns in blocks;
    two keep the test of a single column tight.
    """
    bar, total, most = work.bar, work.batches.failures, float(work.counts[1])
    bar[:6] = 0.0
    bar[1] = bar[3] = bar[5] = -np.inf
    if value <= 0.0:
        return
    first = float(work.effort.fewest_failures)
    while first <= most and likelihood_ratio(first, first * bar[6], total) <= value:
        first += 1.0  # even if it covered failing batches alone
    if first > most:
        bar[1] = bar[3] = bar[5] = np.inf
        return
    middle = float(math.floor((first + most) / 2))
    low = _most_expected(work, first, value)
    half, high = _most_expected(work, middle, value), _most_expected(work, most, value)
    _set_chord(bar[0:2], first, low, middle, half)
    _set_chord(bar[2:4], middle, half, most, high)
    _set_chord(bar[4:6], first, low, most, high)


@compiled
def _set_chord(into: Array, left: float, below: float, right: float, above: float) -> None:
    slope = (right - left) / max(above - below, SLACK) if right > left else left / below
    into[0], into[1] = slope, left - slope * below - SLACK
