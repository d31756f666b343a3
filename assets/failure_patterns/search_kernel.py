"""The compiled search for rules: one labelling of the batches in, the best rules of each depth out.

Everything compiled for the beam search stays in this one module: numba's cache notices a change of
the file that holds the compiled entry, and of no other. A labelling is the records' own or one of
the null; both go through the very same code. Failures are rare, so an interval worth having begins
and ends at a failing value: values are numbered by the failing values they lie at or between, and a
column costs one pass over the batches covered.

Statistic: likelihood ratio of the scan statistic with covariate-adjusted expectations (Kulldorff
1997, eq. 4). It is convex in (failures, expectation), so among many failing values tangents lead to
the best interval (Mampaey, Nijssen, Feelders & Knobbe 2012, sec. 4).
"""

import math

import numpy as np
from numba import njit

from assets.failure_patterns.search_records import (
    COLUMN,
    DEPTHS,
    HIGH,
    LOW,
    OPERATIONS,
    PRODUCT,
    RATIO,
    Array,
    Batches,
    Effort,
    Found,
    Work,
)

_compiled = njit(cache=True, nogil=True, error_model="numpy")

NOTHING = -1.0
FEW = 32  # failing values up to which every interval is looked at
# Failures an expected one must bring, tried in turn; a tangent at the best then takes over.
SLOPES = np.array([1.2, 1.8, 3.0, 6.0, 13.0])
TANGENTS = 3


@_compiled
def likelihood_ratio(failures: float, expected: float, total: float) -> float:
    """Log likelihood ratio of a higher rate inside, 0 where the rate is not higher."""
    if failures <= expected or expected <= 0.0:
        return 0.0
    outside = total - failures
    ratio = failures * math.log(failures / expected)
    if outside > 0.0:
        ratio += outside * math.log(outside / (total - expected))
    return ratio


@_compiled
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
    return best, int(first[place]), int(last[place])


@_compiled
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


@_compiled
def _tangent(failures: float, expected: float, total: float) -> float:
    """Failures that pay for one expected failure more, where the statistic stands."""
    outside, rest = max(total - failures, 0.5), max(total - expected, 1e-9)
    gain = math.log(failures / expected) - math.log(outside / rest)
    return (failures / expected - outside / rest) / gain


@_compiled
def _best_interval(work: Work, count: int) -> tuple[float, int, int]:
    """Best interval over failing values: statistic, first and last segment."""
    if count == 0:
        return NOTHING, 0, 0
    if count <= FEW:
        best, low, high = _every_interval(work, count)
    else:
        best, low, high = _by_tangents(work, count)
    return best, int(work.spare[5, low]), int(work.spare[5, high])


@_compiled
def _weigh(work: Work, segment: Array, size: int, rows: Array, count: int) -> None:
    """Add up expectation and failures of some batches per segment."""
    at, on = work.spare[0, : size + 1], work.spare[1, : size + 1]
    at[:] = 0.0
    on[:] = 0.0
    expected, label = work.batches.expected, work.label
    for k in range(count):
        row = rows[k]
        place = segment[row]  # -1 where missing: the last place of both arrays
        at[place] += expected[row]
        on[place] += label[row]


@_compiled
def _points(work: Work, size: int) -> int:
    """Turn segments into failing values: failures before each, expectation before and after it."""
    at, on = work.spare[0], work.spare[1]
    failures, before, after, segment = work.spare[2], work.spare[3], work.spare[4], work.spare[5]
    count, expected = 0, 0.0
    failures[0] = 0.0
    for place in range(size):
        if on[place] > 0.0:
            before[count] = expected
            expected += at[place]
            after[count], segment[count] = expected, place
            failures[count + 1] = failures[count] + on[place]
            count += 1
        else:
            expected += at[place]
    return count


@_compiled
def _keep(work: Work, depth: int, value: float, rule: Array) -> None:
    """Put a rule into the pool of its depth; one rule per set of columns and levels."""
    statistic, conditions = work.found.statistic[depth - 1], work.found.conditions[depth - 1]
    weakest, place = 1e300, -1
    for k in range(statistic.size):
        if statistic[k] >= 0.0 and _is_same_kind(conditions[k], rule, depth, work.is_level):
            if value > statistic[k]:
                statistic[k] = value
                conditions[k, :depth] = rule[:depth]
            return
        if statistic[k] < weakest:
            weakest, place = statistic[k], k
    if value > weakest:
        statistic[place] = value
        conditions[place, :depth] = rule[:depth]


@_compiled
def _is_same_kind(one: Array, other: Array, depth: int, is_level: Array) -> bool:
    for i in range(depth):
        is_there = False
        for j in range(depth):
            if one[i, COLUMN] == other[j, COLUMN] and (
                not is_level[one[i, COLUMN]] or one[i, LOW] == other[j, LOW]
            ):
                is_there = True
        if not is_there:
            return False
    return True


@_compiled
def _try_column(
    work: Work, column: int, rows: Array, count: int, rule: Array, depth: int, floor: float
) -> float:
    """Extend a rule by every condition on one column worth keeping; the best statistic.

    ``rows`` are the batches the first conditions of ``rule`` cover; its last one is overwritten.
    """
    size = work.found.sizes[column]
    _weigh(work, work.found.segment[column], size, rows, count)
    rule[depth - 1, COLUMN] = column
    if work.is_level[column]:
        best = NOTHING
        for level in range(size):
            if work.spare[1, level] >= work.effort.fewest_failures:
                value = likelihood_ratio(
                    work.spare[1, level], work.spare[0, level], work.batches.failures
                )
                best = max(best, value)
                if value > floor:
                    rule[depth - 1, LOW] = rule[depth - 1, HIGH] = level
                    _keep(work, depth, value, rule)
        return float(best)
    value, low, high = _best_interval(work, _points(work, size))
    if value > floor:
        rule[depth - 1, LOW], rule[depth - 1, HIGH] = low, high
        _keep(work, depth, value, rule)
    return float(value)


@_compiled
def _number_segments(work: Work) -> None:
    """Number each value by the failing values: 2k between, 2k + 1 at the k-th."""
    for column in range(work.batches.rank.shape[0]):
        rank, segment = work.batches.rank[column], work.found.segment[column]
        distinct = work.batches.distinct[column]
        if work.is_level[column]:
            segment[:] = rank
            work.found.sizes[column] = distinct
            continue
        number = work.spare[0, :distinct]
        number[:] = 0.0
        for row in range(rank.size):
            if work.label[row] > 0.0 and rank[row] >= 0:
                number[rank[row]] = 1.0
        below = 0.0
        for value in range(distinct):
            is_failing = number[value]
            number[value] = 2.0 * below + is_failing
            below += is_failing
        for row in range(rank.size):
            segment[row] = int(number[rank[row]]) if rank[row] >= 0 else -1
        work.found.sizes[column] = 2 * int(below) + 1


@_compiled
def derive(operation: int, left: Array, right: Array) -> Array:
    """Values of a derived column; no finite number where it is not defined."""
    if operation == PRODUCT:
        return left * right
    if operation == RATIO:
        return left / right
    return left - right


@_compiled
def _number_derived(values: Array, label: Array, segment: Array) -> int:
    """Segments of a column seen for the first time; returns their number."""
    failing = np.unique(values[(label > 0.0) & np.isfinite(values)])
    for row in range(values.size):
        if math.isfinite(values[row]):
            place = np.searchsorted(failing, values[row])
            is_at = place < failing.size and failing[place] == values[row]
            segment[row] = 2 * place + is_at
        else:
            segment[row] = -1
    return 2 * failing.size + 1


@_compiled
def _propose_derived(work: Work, alone: Array, rows: Array, rule: Array) -> None:
    """Try the pairs of the best single columns; keep the best derived ones as columns."""
    found, effort, derivable = work.found, work.effort, work.batches.derivable
    base = work.batches.rank.shape[0]
    strength = np.array([alone[column] for column in derivable])
    # equal strengths: the earlier column first, whatever the sort
    best = derivable[np.argsort(-strength, kind="mergesort")[: effort.parents]]
    kept = np.full(effort.derived, NOTHING)
    segment = np.empty(work.label.size, dtype=np.int32)
    for code in range(best.size * best.size * OPERATIONS):
        pair, operation = divmod(code, OPERATIONS)
        left, right = best[pair // best.size], best[pair % best.size]
        if left >= right:
            continue
        values = derive(operation, work.batches.values[left], work.batches.values[right])
        size = _number_derived(values, work.label, segment)
        _weigh(work, segment, size, rows, rows.size)
        value, _, _ = _best_interval(work, _points(work, size))
        place = int(np.argmin(kept))
        # A pair must beat both of its parts, or it only repeats the better one.
        if value > kept[place] and value > max(alone[left], alone[right]):
            kept[place] = value
            found.segment[base + place] = segment
            found.sizes[base + place] = size
            found.made_of[place, 0] = operation
            found.made_of[place, 1], found.made_of[place, 2] = left, right
    for place in range(effort.derived):
        if kept[place] > 0.0:
            _try_column(work, base + place, rows, rows.size, rule, 1, 0.0)


@_compiled
def _covered(work: Work, rule: Array, depth: int, rows: Array) -> int:
    """List the batches that meet the first conditions of a rule; returns how many."""
    count = 0
    for row in range(work.label.size):
        is_inside = True
        for k in range(depth):
            segment = work.found.segment[rule[k, COLUMN], row]
            is_inside &= rule[k, LOW] <= segment <= rule[k, HIGH]
        if is_inside:
            rows[count] = row
            count += 1
    return count


@_compiled
def _extend(work: Work, depth: int, rows: Array, rule: Array) -> None:
    """Extend every rule of the depth before by one condition on another column."""
    found = work.found
    for parent in range(work.effort.beam):
        floor = found.statistic[depth - 2, parent]
        if floor <= 0.0:
            continue
        rule[: depth - 1] = found.conditions[depth - 2, parent, : depth - 1]
        count = _covered(work, rule, depth - 1, rows)
        for column in range(found.sizes.size):
            is_used = column == rule[0, COLUMN] or (depth > 2 and column == rule[1, COLUMN])
            if found.sizes[column] > 0 and not is_used:
                _try_column(work, column, rows, count, rule, depth, floor)


@_compiled
def _refit(work: Work, depth: int, rows: Array, rule: Array) -> None:
    """Move the intervals of every kept rule in turn to where they are best given the others."""
    statistic, conditions = work.found.statistic[depth - 1], work.found.conditions[depth - 1]
    for place in range(work.effort.beam):
        for k in range(depth):
            rule[:depth] = conditions[place, :depth]
            if statistic[place] <= 0.0 or work.is_level[rule[k, COLUMN]]:
                continue
            for part in range(3):  # the condition to move stands last
                moved = rule[k, part]
                rule[k, part] = rule[depth - 1, part]
                rule[depth - 1, part] = moved
            count = _covered(work, rule, depth - 1, rows)
            column = rule[depth - 1, COLUMN]
            _try_column(work, column, rows, count, rule, depth, statistic[place])


@_compiled
def search(batches: Batches, label: Array, effort: Effort, found: Found, spare: Array) -> None:
    """Search one labelling: all single columns, derived ones, then pairs and triples by beam.

    Args:
        batches: The batches.
        label: (batches,) 1.0 failed, 0.0 good.
        effort: How hard to look.
        found: Filled in place.
        spare: (9, at least the batches + 2 and twice the failures + 3) of numbers.
    """
    base = batches.rank.shape[0]
    is_level = np.zeros(found.sizes.size, dtype=np.bool_)
    is_level[:base] = batches.is_level
    work = Work(batches, label, effort, found, spare, is_level)
    found.statistic[:] = NOTHING
    found.sizes[:] = 0
    found.made_of[:] = -1
    _number_segments(work)
    rule = np.zeros((DEPTHS, 3), dtype=np.int32)
    rows = np.arange(label.size)
    alone = np.empty(base)
    for column in range(base):
        alone[column] = _try_column(work, column, rows, rows.size, rule, 1, 0.0)
    _propose_derived(work, alone, rows, rule)
    for depth in range(2, effort.depth + 1):
        _extend(work, depth, rows, rule)
        _refit(work, depth, rows, rule)


@_compiled
def null_maxima(
    batches: Batches, labels: Array, effort: Effort, found: Found, spare: Array, maxima: Array
) -> None:
    """Search every labelling of the null; keep the best statistic of each depth.

    Args:
        batches: The batches.
        labels: (draws, batches) uint8 permuted labels.
        effort: As for the records themselves.
        found: Working space.
        spare: Working space.
        maxima: (draws, 3), filled in place.
    """
    for draw in range(labels.shape[0]):
        search(batches, labels[draw].astype(np.float64), effort, found, spare)
        for depth in range(DEPTHS):
            maxima[draw, depth] = max(0.0, found.statistic[depth].max())
