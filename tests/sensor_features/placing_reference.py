"""The rule of placing, slow and plain: every reading looks at every phase by itself.

It follows the words of the contract and of the SQL's comments, shares no code with what it judges,
and puts readings of one instant in no particular order.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

MOMENT, WEEK = timedelta(microseconds=1), timedelta(days=7)
Reading = tuple[str, str | None, str, datetime, float | None, str | None]
Phase = tuple[str, int, str, str, str | None, datetime, datetime | None]


@dataclass(frozen=True)
class Plant:
    """Batches, phases and tags as the fixtures write them, and what was delivered."""

    batches: Sequence[str]
    phases: Sequence[Phase]
    tags: Sequence[tuple[Any, ...]]
    readings: Sequence[Reading]


def stored(plant: Plant) -> tuple[Counter[tuple[Any, ...]], dict[datetime, Counter[str]]]:
    """Return the stored rows with the month of each, and the account of every month."""
    rows: Counter[tuple[Any, ...]] = Counter()
    accounts: dict[datetime, Counter[str]] = {}
    first_starts = _first_starts(plant)
    described = {tag[0] for tag in plant.tags}
    for reading, times in Counter(map(_cleaned, plant.readings)).items():
        equipment, named, tag, at, value, quality, is_not_finite = reading
        known = named if named in plant.batches else None
        found = sorted(_places(plant, equipment, known, tag, at))
        places = found or [(known, None, None, None)]
        for number, (batch, unit_procedure, phase, stage) in enumerate(places):
            start = first_starts[batch, unit_procedure, phase] if phase else at
            month = start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            row = (month, batch, stage, unit_procedure, phase, equipment, tag, at, value, quality)
            account = accounts.setdefault(month, Counter())
            is_repeat = rows[row] > 0
            rows[row] = 1
            account["stored"] += not is_repeat
            account["without_phase"] += phase is None and not is_repeat
            if number == 0:
                account["received"] += times
                account["identical"] += times - (not is_repeat)
                account["not_finite"] += times * is_not_finite
                account["unknown_tag"] += tag not in described and not is_repeat
    return rows, accounts


def _cleaned(reading: Reading) -> tuple[Any, ...]:
    *names, value, quality = reading
    if value is None or isfinite(value):
        return (*names, value, quality or "good", False)
    return (*names, None, "bad", quality in (None, "good"))


def _first_starts(plant: Plant) -> dict[tuple[Any, ...], datetime]:
    starts: dict[tuple[Any, ...], datetime] = {}
    for batch, _, unit_procedure, phase, _, start, _ in plant.phases:
        key = (batch, unit_procedure, phase)
        starts[key] = min(start, starts.get(key, start))
    return starts


def _places(
    plant: Plant, equipment: str, batch: str | None, tag: str, at: datetime
) -> set[tuple[Any, ...]]:
    """The phases a reading belongs to: of its batch if it names one, else of its equipment."""
    described = [each for each in plant.tags if each[0] == tag]
    stages = {each[2] for each in described if each[2] is not None}
    stage = stages.pop() if len(stages) == 1 else None
    if any(each[6] for each in described):
        machines = {(phase[4], phase[1]) for phase in plant.phases if phase[4] is not None}
        shared = [each for each in described if each[6]]
        listed = {each[1] for each in shared} & {machine for machine, _ in machines}
        area = listed or {
            machine
            for machine, its in machines
            if any(each[2] is None or each[2] == its for each in shared)
        }
        lanes = [[p for p in plant.phases if p[4] == machine] for machine in area]
    elif batch is not None:
        lanes = [[p for p in plant.phases if p[0] == batch and stage in (None, p[1])]]
    else:
        lanes = [[p for p in plant.phases if p[4] == equipment]]
    return {place for lane in lanes for place in _running(lane, at)}


def _running(lane: Iterable[Phase], at: datetime) -> Iterable[tuple[Any, ...]]:
    """The phase of a lane that ran at an instant: each lasts until the next begins."""
    ordered = sorted(lane, key=lambda p: (p[5], p[0], p[2], p[3]))
    for number, (batch, stage, unit_procedure, phase, _, start, end) in enumerate(ordered):
        last = start + WEEK if end is None else end
        if number + 1 < len(ordered):
            last = min(last, ordered[number + 1][5] - MOMENT)
        if start <= at <= last:
            yield batch, unit_procedure, phase, stage
