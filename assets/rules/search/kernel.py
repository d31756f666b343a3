"""The compiled search for rules: one labelling of the batches in, the best rules of each depth out.

A labelling is the records' own or one of the null; both go through the very same code. Values are
numbered by the failing values they lie at or between, and a column costs one pass over the batches
covered: columns are screened in blocks, and those that may hold a rule worth keeping are looked at.
"""

import math

import numpy as np

from assets.rules.search.interval_kernel import (
    NOTHING,
    SLACK,
    best_interval,
    compiled,
    likelihood_ratio,
    points,
    set_bar,
    weigh,
)
from assets.rules.search.records import (
    BLOCK,
    COLUMN,
    HIGH,
    LOW,
    OPERATIONS,
    PRODUCT,
    RATIO,
    Array,
    Work,
)

ONE = np.uint64(1)


@compiled
def _copy(rule: Array, into: Array, depth: int) -> None:
    """Copy the first conditions; loops compile in a tenth of the time that slices take."""
    for k in range(depth):
        for part in range(3):
            into[k, part] = rule[k, part]


@compiled
def _keep(work: Work, depth: int, value: float, rule: Array) -> None:
    """Put a rule into the pool of its depth; one rule per set of columns and levels."""
    statistic, conditions = work.found.statistic[depth - 1], work.found.conditions[depth - 1]
    weakest, place = 1e300, -1
    for k in range(statistic.size):
        if statistic[k] >= 0.0 and _is_same_kind(conditions[k], rule, depth, work.batches.is_level):
            if value > statistic[k]:
                statistic[k] = value
                _copy(rule, conditions[k], depth)
            return
        if statistic[k] < weakest:
            weakest, place = statistic[k], k
    if value > weakest:
        statistic[place] = value
        _copy(rule, conditions[place], depth)


@compiled
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


@compiled
def _try_column(work: Work, column: int, rule: Array, depth: int, floor: float) -> float:
    """Extend a rule by every condition on one column worth keeping; the best statistic.

    The batches covered are those of the first conditions of ``rule``; its last is overwritten.
    """
    size = work.found.sizes[column]
    weigh(work, column, size)
    rule[depth - 1, COLUMN] = column
    if work.batches.is_level[column]:
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
    value, low, high = best_interval(work, points(work, size))
    if value > floor:
        rule[depth - 1, LOW], rule[depth - 1, HIGH] = low, high
        _keep(work, depth, value, rule)
    return float(value)


@compiled
def _screen(work: Work, block: int, sums: Array) -> None:
    """Highest failures - slope x expectation of any interval, for a block of columns at once.

    Args:
        work: The labelling.
        block: Number of the block.
        sums: (segments or levels + 2, 2, columns of a block); the result is in [0, 1].
    """
    slope, segments = work.bar[4], 2 * work.counts[2] + 1
    sums[: segments + 1, 0] = 0.0
    sums[0, 1] = -np.inf
    for k in range(work.counts[0]):
        row = work.rows[0, k]
        weight = work.label[row] - slope * work.spare[9, k]
        for column in range(BLOCK):
            sums[work.found.blocks[row, block, column] + ONE, 0, column] += weight
    for k in range(1, segments + 1):
        for column in range(BLOCK):
            before, highest = sums[k - 1, 0, column], sums[k - 1, 1, column]
            here = sums[k, 0, column] + (before if before > 0.0 else 0.0)
            sums[k, 0, column] = here
            sums[k, 1, column] = here if here > highest else highest
    for column in range(BLOCK):
        sums[0, 1, column] = sums[segments, 1, column]


@compiled
def _try_all(work: Work, rule: Array, depth: int, floor: float, strongest: Array) -> Array:
    """Extend a rule by every column that may bring more than the bar.

    The bar is the weakest rule kept, or the weakest of the ``strongest`` derivable columns where
    these are asked for.

    Returns:
        Best statistic of each column, none where it is not above the bar.
    """
    found, kept = work.found, work.found.statistic[depth - 1]
    best = np.full(found.sizes.size, NOTHING)
    sums = np.empty((max(2 * work.counts[2] + 1, found.sizes.max()) + 2, 2, BLOCK))
    bar = min(max(floor, kept.min()), strongest.min()) if strongest.size else max(floor, kept.min())
    set_bar(work, bar)
    for column in range(best.size):
        if column % BLOCK == 0:
            _screen(work, column // BLOCK, sums)
            screened_out = sums[0, 1] <= work.bar[5]
        is_used = False
        for k in range(depth - 1):
            is_used |= column == rule[k, COLUMN]
        is_low = screened_out[column % BLOCK] and not work.batches.is_level[column]
        if found.sizes[column] == 0 or is_used or is_low:
            continue
        value = _try_column(work, column, rule, depth, floor)
        best[column] = value
        if strongest.size and work.batches.is_derivable[column] and value > strongest.min():
            strongest[int(np.argmin(strongest))] = value
        if value > bar:
            weakest = max(floor, kept.min())
            risen = min(weakest, strongest.min()) if strongest.size else weakest
            if risen > bar:
                bar = risen
                set_bar(work, bar)
    return best


@compiled
def _number_segments(work: Work) -> None:
    """Number each value by the failing values: 2k between, 2k + 1 at the k-th."""
    # some of the batches may be fewer than the levels of a category
    rows = max(work.label.size, work.batches.distinct.max()) + 1
    numbers = np.empty((rows, BLOCK), dtype=np.int32)
    rank, missing = work.batches.rank, 2 * work.counts[1] + 1
    for first in range(0, rank.shape[1], BLOCK):
        width = min(BLOCK, rank.shape[1] - first)
        numbers[:] = 0
        for k in range(work.counts[1]):
            for column in range(width):
                numbers[rank[work.rows[1, k], first + column], column] = 1
        for column in range(width):
            below, distinct = 0, work.batches.distinct[first + column]
            if work.batches.is_level[first + column]:
                for value in range(distinct + 1):
                    numbers[value, column] = value
                work.found.sizes[first + column] = distinct
                continue
            for value in range(distinct):
                is_failing = numbers[value, column]
                numbers[value, column] = 2 * below + is_failing
                below += is_failing
            numbers[distinct, column] = missing
            work.found.sizes[first + column] = 2 * below + 1
        for row in range(rank.shape[0]):
            for column in range(width):
                work.found.segment[row, first + column] = numbers[rank[row, first + column], column]


@compiled
def derive(operation: int, left: Array, right: Array) -> Array:
    """Values of a derived column; no finite number where it is not defined."""
    if operation == PRODUCT:
        return left * right
    if operation == RATIO:
        return left / right
    return left - right


@compiled
def _place(ordered: Array, count: int, value: float) -> int:
    """Number of the first ordered values below a value."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if ordered[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _number_derived(work: Work, values: Array, column: int) -> int:
    """Segments of a column seen for the first time; returns their number."""
    failing, count = np.empty(work.counts[1] + 1), 0
    for k in range(work.counts[1]):
        value = values[work.rows[1, k]]
        place = _place(failing, count, value)
        if math.isfinite(value) and (place == count or failing[place] != value):
            for other in range(count, place, -1):
                failing[other] = failing[other - 1]
            failing[place] = value
            count += 1
    for row in range(values.size):
        if math.isfinite(values[row]):
            place = _place(failing, count, values[row])
            is_at = place < count and failing[place] == values[row]
            work.found.segment[row, column] = 2 * place + is_at
        else:
            work.found.segment[row, column] = 2 * work.counts[1] + 1
    return 2 * count + 1


@compiled
def _strongest(alone: Array, derivable: Array, count: int) -> Array:
    """The strongest of the derivable columns; the earlier one first where equal."""
    best, is_taken = np.empty(count, dtype=np.int64), np.zeros(derivable.size, dtype=np.bool_)
    for k in range(count):
        place = -1
        for other in range(derivable.size):
            if not is_taken[other] and (
                place < 0 or alone[derivable[other]] > alone[derivable[place]]
            ):
                place = other
        best[k], is_taken[place] = derivable[place], True
    return best


@compiled
def _propose_derived(work: Work, alone: Array, rule: Array) -> None:
    """Try the pairs of the best single columns; keep the best derived ones as columns."""
    found, effort, derivable = work.found, work.effort, work.batches.derivable
    base, draft = work.batches.rank.shape[1], found.sizes.size - 1
    best = _strongest(alone, derivable, min(effort.parents, derivable.size))
    kept, bar = np.full(effort.derived, NOTHING), np.inf
    for code in range(best.size * best.size * OPERATIONS):
        pair, operation = divmod(code, OPERATIONS)
        left, right = best[pair // best.size], best[pair % best.size]
        if left >= right:
            continue
        # A pair must beat both of its parts, or it only repeats the better one.
        place = int(np.argmin(kept))
        needed = max(kept[place], alone[left], alone[right])
        if needed != bar:
            bar = needed
            set_bar(work, bar)
        values = derive(operation, work.batches.values[left], work.batches.values[right])
        size = _number_derived(work, values, draft)
        weigh(work, draft, size)
        value, _, _ = best_interval(work, points(work, size))
        if value > needed:
            kept[place] = value
            for row in range(values.size):
                found.segment[row, base + place] = found.segment[row, draft]
            found.sizes[base + place] = size
            found.made_of[place, 0] = operation
            found.made_of[place, 1], found.made_of[place, 2] = left, right
    set_bar(work, NOTHING)
    for place in range(effort.derived):
        if kept[place] > 0.0:
            _try_column(work, base + place, rule, np.int64(1), 0.0)


@compiled
def _cover(work: Work, rule: Array, depth: int) -> None:
    """List the batches that meet the first conditions of a rule, and the failing ones of them."""
    rows, failing, expected = work.rows[0], work.rows[1], work.spare[9]
    count, failures, least = 0, 0, np.inf
    for row in range(work.label.size):
        is_inside = True
        for k in range(depth):
            segment = work.found.segment[row, rule[k, COLUMN]]
            is_inside &= rule[k, LOW] <= segment <= rule[k, HIGH]
        if is_inside:
            rows[count], expected[count] = row, work.batches.expected[row]
            if work.label[row] > 0.0:
                failing[failures] = row
                failures += 1
                least = min(least, expected[count])
            count += 1
    work.counts[0], work.counts[1] = count, failures
    work.bar[6] = least * (1.0 - SLACK)


@compiled
def _extend(work: Work, depth: int, rule: Array) -> None:
    """Extend every rule of the depth before by one condition on another column."""
    found = work.found
    for parent in range(work.effort.beam):
        floor = found.statistic[depth - 2, parent]
        if floor <= 0.0:
            continue
        _copy(found.conditions[depth - 2, parent], rule, depth - 1)
        _cover(work, rule, depth - 1)
        _try_all(work, rule, depth, floor, np.empty(0))


@compiled
def _refit(work: Work, depth: int, rule: Array) -> None:
    """Move the intervals of every kept rule in turn to where they are best given the others."""
    statistic, conditions = work.found.statistic[depth - 1], work.found.conditions[depth - 1]
    for place in range(work.effort.beam):
        for k in range(depth):
            _copy(conditions[place], rule, depth)
            if statistic[place] <= 0.0 or work.batches.is_level[rule[k, COLUMN]]:
                continue
            for part in range(3):  # the condition to move stands last
                moved = rule[k, part]
                rule[k, part] = rule[depth - 1, part]
                rule[depth - 1, part] = moved
            _cover(work, rule, depth - 1)
            set_bar(work, statistic[place])
            _try_column(work, rule[depth - 1, COLUMN], rule, depth, statistic[place])


@compiled
def search_one(work: Work, rule: Array) -> None:
    """Search one labelling: all single columns, derived ones, then pairs and triples by beam.

    Args:
        work: The labelling; its ``found`` is filled in place.
        rule: (3, 3) int64, working space.
    """
    found, effort = work.found, work.effort
    found.statistic[:] = NOTHING
    found.sizes[:] = 0
    found.made_of[:] = -1
    _cover(work, rule, np.int64(0))
    work.counts[2] = work.counts[1]
    _number_segments(work)
    alone = _try_all(work, rule, np.int64(1), effort.above, np.full(effort.parents, NOTHING))
    if effort.derived > 0:
        _propose_derived(work, alone, rule)
    for depth in range(2, effort.depth + 1):
        _extend(work, depth, rule)
        _refit(work, depth, rule)
