"""Readings a sensor made up: found one by one and left out before anything is computed.

A sensor that freezes, drops out, sticks at the end of its range, throws single readings or rattles
says nothing of the process meanwhile. Each rule compares a stretch with the rest of its own series
and stays away from what a process does: whatever lies within the proven range or where none is
described, values held more than once, set points and counters, what is restless more than twice.
"""

import math

from assets.sensor_features.kernel.compiled import Array, exactly, in_lanes
from assets.sensor_features.kernel.quantiles import sort
from assets.sensor_features.registry import COLUMN, FLAT_RUN, SPIKE_SDS

DURATION, SPIKES = COLUMN["duration_h"], COLUMN["spikes"]
FLAT, LONGEST_FLAT = COLUMN["flatline_fraction"], COLUMN["longest_flatline_h"]
FAULTY, SHARE = COLUMN["faulty_readings"], COLUMN["faulty_share"]
FEWEST = 20  # readings among which one can be told to be unlike the rest
TOGETHER = 3  # readings of one spike at most
SAMPLE = 64  # neighbours looked at, spread over the series, for the usual step
STEP_TO_SD = 0.954  # median of |x after - x| of white noise, in its standard deviations
AROUND = 12  # readings on either side that say how large steps are there
LONGEST_AWAY = 0.25  # share of a series beyond which a level is the process's, not a drop-out
MOST_AWAY = 3  # times at levels away; a machine that stops more often stops by itself
SURE = 1e-6  # runs this long in a series this long by chance
FEWEST_EQUAL = 0.3  # share of equal neighbours that noise of the size of the resolution makes
FEWEST_TURNS = 0.3  # share of readings that turn; noise does at two thirds, counters never
WINDOW = 4  # readings that rattle together
RATTLE = 5.0  # times the median of second differences
RATTLE_STEPS = 12.0  # times the resolution
FEWEST_WILD, MOST_QUIET = 3, 2  # windows of a stretch, and in a row within it
MOST_RATTLING = 0.15  # share of a series beyond which it is the process that is restless
MOST_STRETCHES = 2  # of rattling, likewise
LONGEST_PERIOD, MOST_UNLIKE = 6, 0.3  # readings of a period; of the steps, how far it may repeat
MOST_ELSEWHERE = 0.2  # of all sharp turns may lie outside those stretches
FAULT, PULSE = 1, 2  # marks: left out, and a spike that a process may have drawn


@exactly
def without_faulty(
    hours: Array, x: Array, held: Array, spare: Array, marks: Array, limits: Array, row: Array
) -> int:
    """Count spikes and flat lines, and move the readings that are no fault to the front.

    Args:
        hours: Of the usable readings, ascending.
        x: Their values.
        held: Hours they stand for.
        spare: Room for as many numbers, at least ``SAMPLE``.
        marks: Room for as many bytes.
        limits: Ends of the normal, then of the proven range.
        row: The series' features, timing filled in.

    Returns:
        The number of readings kept; nothing of the others is left in the arrays' first part.
    """
    n = int(x.size)
    row[FAULTY] = row[SHARE] = row[SPIKES] = row[LONGEST_FLAT] = 0.0
    if row[DURATION] > 0.0:
        row[FLAT] = 0.0
    has_run = _has_run(x)
    if has_run and row[DURATION] > 0.0:
        _flat(x, held, row)
    if n < FEWEST:
        return n
    usual = _usual_step(x, spare, 1)
    jump = SPIKE_SDS * usual / STEP_TO_SD
    if usual == 0.0 or not (has_run or _largest_step(x) > jump):
        return n
    smallest, equal = _small_steps(x)
    for k in range(n):
        marks[k] = 0
    low, high = limits[2], limits[3]
    least = max(jump / 2.0, 4.0 * smallest)
    row[SPIKES] = _spikes(x, least, low, high, spare, marks)
    row[SPIKES] += _end_spikes(x, least, low, high, spare, marks)
    rattle = _usual_step(x, spare, 2)
    _away(x, jump, low, high, marks)
    _frozen(x, jump, smallest, equal, rattle, marks)
    _rattling(x, max(RATTLE * rattle, RATTLE_STEPS * smallest), marks)
    return int(_kept(hours, x, held, marks, row))


@exactly
def _has_run(x: Array) -> bool:
    """Whether ``FLAT_RUN`` readings in a row are equal: such a run holds every so manieth one."""
    for k in range(FLAT_RUN - 1, x.size, FLAT_RUN):
        first = last = k
        while first > 0 and x[first - 1] == x[k]:
            first -= 1
        while last + 1 < x.size and x[last + 1] == x[k]:
            last += 1
        if last - first >= FLAT_RUN - 1:
            return True
    return False


@in_lanes
def _largest_step(x: Array) -> float:
    largest = 0.0
    for k in range(x.size - 1):
        largest = max(largest, abs(x[k + 1] - x[k]))
    return largest


@in_lanes
def _small_steps(x: Array) -> tuple[float, int]:
    """The smallest step other than none, and how many pairs are equal."""
    smallest = math.inf
    equal = 0
    for k in range(x.size - 1):
        moved = abs(x[k + 1] - x[k])
        smallest = min(smallest, moved if moved > 0.0 else math.inf)
        equal += moved == 0.0
    return smallest, equal


@exactly
def _usual_step(x: Array, spare: Array, order: int) -> float:
    """Median of |first| or |second differences| other than 0 at places spread over the series."""
    places = x.size - order
    taken = min(SAMPLE, places)
    count = 0
    for k in range(taken):
        at = k * places // taken
        step = x[at + 1] - x[at]
        if order == 2:
            step = x[at + 2] - x[at + 1] - step
        if step != 0.0:
            spare[count] = abs(step)
            count += 1
    sort(spare, 0, count)
    return float(spare[count // 2]) if count > 0 else 0.0


@exactly
def _spikes(x: Array, least: float, low: float, high: float, spare: Array, marks: Array) -> int:
    """Mark up to three readings far above or below both sides, in steps of where they are.

    Within the proven range, and where none is described, they may be pulses or strokes.
    """
    found = 0
    for k in range(1, x.size - 1):
        rise = x[k] - x[k - 1]
        if abs(rise) <= least or marks[k] or marks[k - 1]:
            continue
        height = abs(rise)
        for last in range(k, min(k + TOGETHER, x.size - 1)):
            side, back = x[last] - x[k - 1], x[last] - x[last + 1]
            if side * rise <= 0.0:
                break
            height = min(height, abs(side))
            whole = min(height, abs(back))
            apart = abs(x[last + 1] - x[k - 1])
            if back * rise > 0.0 and whole > max(least, 4.0 * apart):
                if _is_far(x, k - 1, last + 1, whole, spare):
                    outside = 0
                    for j in range(k, last + 1):
                        outside += x[j] < low or x[j] > high
                    for j in range(k, last + 1):
                        marks[j] = FAULT if outside == last - k + 1 else PULSE
                    found += last - k + 1
                break
    return found


@exactly
def _end_spikes(x: Array, least: float, low: float, high: float, spare: Array, marks: Array) -> int:
    """Mark a first or last reading outside its range that is far from the one beside it."""
    last, found = x.size - 1, 0
    if (x[0] < low or x[0] > high) and not marks[1]:
        height = abs(x[0] - x[1])
        if height > least and _is_far(x, 0, 1, height, spare):
            marks[0] = FAULT
            found += 1
    if (x[last] < low or x[last] > high) and not marks[last - 1]:
        height = abs(x[last] - x[last - 1])
        if height > least and _is_far(x, last - 1, last, height, spare):
            marks[last] = FAULT
            found += 1
    return found


@exactly
def _is_far(x: Array, before: int, after: int, height: float, spare: Array) -> bool:
    """Whether a height is many times the usual step on both sides of a stretch."""
    least = SPIKE_SDS / STEP_TO_SD
    on_one_side = _around(x, max(before - AROUND, 0), before, spare)
    on_the_other = _around(x, after, min(after + AROUND, x.size - 1), spare)
    return bool(height > least * max(on_one_side, on_the_other))


@exactly
def _around(x: Array, first: int, last: int, spare: Array) -> float:
    """Median step between neighbours of a stretch; 0 where it is empty."""
    count = 0
    for j in range(first, last):
        spare[count] = abs(x[j + 1] - x[j])
        count += 1
    sort(spare, 0, count)
    return float(spare[count // 2]) if count > 0 else 0.0


@exactly
def _away(x: Array, jump: float, low: float, high: float, marks: Array) -> None:
    """Mark runs at a level outside the proven range, entered and left by jumps, few of them."""
    n = x.size
    for is_marking in range(2):
        found, start = 0, 0
        for k in range(1, n + 1):
            if k < n and x[k] == x[start]:
                continue
            if start > 0 and k < n and 1 < k - start <= LONGEST_AWAY * n:
                level = x[start]
                entered, left = abs(level - x[start - 1]), abs(x[k] - level)
                is_back = abs(x[k] - x[start - 1]) <= 0.25 * min(entered, left)
                if (level < low or level > high) and min(entered, left) > jump and is_back:
                    found += 1
                    if is_marking == 1:
                        for j in range(start, k):
                            marks[j] = FAULT
            start = k
        if found == 0 or found > MOST_AWAY:
            return


@exactly
def _frozen(
    x: Array, jump: float, smallest: float, equal: int, rattle: float, marks: Array
) -> None:
    """Mark the one run of equal readings that is no chance, where all others rattle.

    What a process holds it holds again: a press that stands, a set point, a counter.
    """
    first, last, second = _longest_runs(x)
    n, run, level = x.size, last - first, x[first]
    if run < FLAT_RUN or level == 0.0 or n - run < FEWEST or rattle < 1.5 * smallest:
        return
    entered = abs(level - x[first - 1]) if first > 0 else 0.0
    left = abs(x[last] - level) if last < n else 0.0
    if entered > jump or (first == 0 and left > jump):
        return
    turns = 0
    for k in range(1, n - 1):
        turns += (x[k] - x[k - 1]) * (x[k + 1] - x[k]) < 0.0
    # Where readings rattle by more than their resolution, so many equal ones are no chance.
    others = max(FEWEST_EQUAL, (equal - run + 1.0) / (n - run))
    is_alone = n * others ** (second - 1.0) >= SURE
    if turns >= FEWEST_TURNS * (n - run) and is_alone and n * others ** (run - 1.0) < SURE:
        for j in range(first, last):
            marks[j] = FAULT


@exactly
def _longest_runs(x: Array) -> tuple[int, int, int]:
    """First and after-last reading of the longest run of equal ones, and how long the next is."""
    first, last, second, start = 0, 0, 0, 0
    for k in range(1, x.size + 1):
        if k < x.size and x[k] == x[start]:
            continue
        if k - start > last - first:
            second = last - first
            first, last = start, k
        else:
            second = max(second, k - start)
        start = k
    return first, last, second


@exactly
def _rattling(x: Array, least: float, marks: Array) -> None:
    """Mark long stretches that rattle throughout, unless much of the series does or often."""
    windows, inside = x.size // WINDOW, 0
    for is_marking in range(2):
        stretches, rattling, wild, first, latest = 0, 0, 0, -1, -9
        for window in range(windows + 1):
            is_end = window == windows
            if not is_end and not _is_wild(x, window * WINDOW, least, marks):
                continue
            if not is_end and window - latest <= MOST_QUIET + 1:
                latest = window
                wild += 1
                continue
            if wild >= FEWEST_WILD and not _is_periodic(x, first * WINDOW, (latest + 1) * WINDOW):
                stretches += 1
                rattling += latest - first + 1
                inside += _sharp_turns(x, first * WINDOW, (latest + 1) * WINDOW, least, marks)
                if is_marking == 1:
                    _mark(x, first * WINDOW, (latest + 1) * WINDOW, least, marks)
            first = latest = window
            wild = 1
        if stretches == 0 or stretches > MOST_STRETCHES or rattling > MOST_RATTLING * windows:
            return
        if is_marking == 0:
            every = _sharp_turns(x, 0, x.size, least, marks)
            if inside < (1.0 - MOST_ELSEWHERE) * every:
                return


@exactly
def _is_periodic(x: Array, start: int, end: int) -> bool:
    """Whether a stretch repeats itself, as pulses and strokes do and no rattling sensor."""
    for period in range(2, LONGEST_PERIOD + 1):
        steps = apart = 0.0
        for k in range(start, end - period):
            steps += abs(x[k + 1] - x[k])
            apart += abs(x[k + period] - x[k])
        if apart <= MOST_UNLIKE * steps:
            return True
    return False


@exactly
def _sharp_turns(x: Array, start: int, end: int, least: float, marks: Array) -> int:
    """How many readings of a stretch are sharp turns."""
    turns = 0
    for k in range(max(start, 1), min(end, x.size - 1)):
        turns += _turns(x, k, least, marks)
    return turns


@exactly
def _mark(x: Array, start: int, end: int, least: float, marks: Array) -> None:
    """Mark a stretch, and what rattles in the window before and the one after it."""
    first, last = start, end
    for k in range(max(start - WINDOW, 1), start):
        if first == start and _turns(x, k, least, marks):
            first = k
    for k in range(end, min(end + WINDOW, x.size - 1)):
        if _turns(x, k, least, marks):
            last = k + 1
    for k in range(first, last):
        marks[k] = FAULT


@exactly
def _is_wild(x: Array, start: int, least: float, marks: Array) -> bool:
    """Whether half of a window's readings are turning points with larger second differences."""
    return bool(2 * _sharp_turns(x, start + 1, start + 1 + WINDOW, least, marks) >= WINDOW)


@exactly
def _turns(x: Array, k: int, least: float, marks: Array) -> bool:
    """Whether a reading is a sharp turn: a sensor rattles to and fro, a process overshoots once.

    Turns that a marked reading makes are that reading's.
    """
    if marks[k - 1] or marks[k] or marks[k + 1]:
        return False
    before, after = x[k] - x[k - 1], x[k + 1] - x[k]
    return bool(before * after < 0.0 and abs(after - before) > least)


@exactly
def _kept(hours: Array, x: Array, held: Array, marks: Array, row: Array) -> int:
    kept = 0
    for k in range(x.size):
        if marks[k] != FAULT:
            hours[kept], x[kept], held[kept] = hours[k], x[k], held[k]
            kept += 1
    row[FAULTY] = x.size - kept
    row[SHARE] = row[FAULTY] / x.size
    return kept


@exactly
def _flat(x: Array, held: Array, row: Array) -> None:
    """Share of the time spent in runs of equal readings, and the longest run."""
    flat = time = longest = 0.0
    run = 0
    for k in range(x.size):
        if k > 0 and x[k] != x[k - 1]:
            if run >= FLAT_RUN:
                flat += time
                longest = max(longest, time)
            run, time = 0, 0.0
        run += 1
        time += held[k]
    if run >= FLAT_RUN:
        flat += time
        longest = max(longest, time)
    row[FLAT] = min(flat / row[DURATION], 1.0)
    row[LONGEST_FLAT] = longest
