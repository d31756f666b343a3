"""The recorded lives lived again under another planned interval: breakdowns on these very batches.

What an interval saves in the long run is in ``intervals``; here is what it would have saved on
the batches on record. A life that broke has a known age at breakdown, so under another plan it
breaks at that age or is renewed before. Only what no record tells is drawn. An event renews the
equipment (age replacement).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.statistics.array_types import BoolArray, FloatArray
from assets.time_to_failure.lives.lives import (
    BREAKDOWN,
    HALF_BATCH,
    HOURS_LASTED,
    LIFE,
    RENEWED,
)
from assets.time_to_failure.lives.strata import GROUP, SCALES, Clock

LARGEST_LOG = 690.0  # of a cumulative hazard; its exponential is still finite


@dataclass(frozen=True)
class UnitLives:
    """Lives of one piece of equipment in the order they were lived, first record to last.

    Attributes:
        lasted: How long each life lasted on record, batches or hours, shape (lives,).
        ended_by: What ended each: ``breakdown``, ``renewal`` or ``end_of_records``.
        age_at_start: Age of the first life when records begin: zero where it began on record, None
            where it is not known.
    """

    lasted: FloatArray
    ended_by: tuple[str, ...]
    age_at_start: float | None

    @property
    def is_broken(self) -> BoolArray:
        """Whether each life ended in a breakdown, shape (lives,)."""
        return np.array([how == BREAKDOWN for how in self.ended_by], dtype=np.bool_)


@dataclass(frozen=True)
class Law:
    """Weibull laws the lives may follow, one per draw.

    Attributes:
        shape: Shapes, shape (draws,).
        scale: Scales, in the unit of the lives, shape (draws,).
    """

    shape: FloatArray
    scale: FloatArray

    def hazard(self, age: FloatArray | float) -> FloatArray:
        """Return the cumulative hazard up to an age, shape (draws,)."""
        with np.errstate(divide="ignore"):
            logs = self.shape * (np.log(age) - np.log(self.scale))
        return np.asarray(np.exp(np.minimum(logs, LARGEST_LOG)))

    def age(self, hazard: FloatArray) -> FloatArray:
        """Return the age at which the cumulative hazard is reached, shape (draws,)."""
        with np.errstate(divide="ignore", over="ignore"):
            return np.asarray(self.scale * np.exp(np.log(hazard) / self.shape))

    def lives_beyond(self, age: FloatArray | float, rng: np.random.Generator) -> FloatArray:
        """Draw one length of life per law, given survival beyond an age, shape (draws,)."""
        drawn = self.age(self.hazard(age) + rng.exponential(size=self.shape.size))
        return np.maximum(drawn, age)


@dataclass(frozen=True)
class Replay:
    """Breakdowns on the recorded batches, as they were and under another plan.

    Attributes:
        recorded: Breakdowns on record.
        breakdowns: Breakdowns under the plan, shape (draws,).
    """

    recorded: int
    breakdowns: FloatArray

    @property
    def avoided(self) -> FloatArray:
        """Breakdowns on record that the plan leaves out, shape (draws,); negative where it adds."""
        return self.recorded - self.breakdowns


def recorded_lives(spells: pl.DataFrame) -> dict[Clock, tuple[UnitLives, ...] | None]:
    """Return the lives of every piece of equipment by clock and scale of time.

    Args:
        spells: ``lives.breakdown_spells``.

    Returns:
        By (equipment_class, origin, part, time_scale), one entry per piece of equipment in order of
        its name. None where a breakdown left some piece as worn as it was (its life went on): then
        lives do not follow one another, and cannot be replayed.
    """
    went_on = (pl.col("ended_by") == BREAKDOWN) & (pl.col("life") == pl.col("life").shift(-1))
    found: dict[Clock, tuple[UnitLives, ...] | None] = {}
    for clock, rows in spells.sort(*LIFE, "from_at").group_by(*GROUP, maintain_order=True):
        units = [unit for _, unit in rows.group_by("equipment_id", maintain_order=True)]
        is_replayable = not any(unit.select(went_on.any()).item() for unit in units)
        for scale in SCALES:
            found[(str(clock[0]), str(clock[1]), str(clock[2]), scale)] = (
                tuple(_unit_lives(unit, scale) for unit in units) if is_replayable else None
            )
    return found


def replay(
    units: Sequence[UnitLives],
    interval: float,
    law: Law,
    today: FloatArray | float,
    rng: np.random.Generator,
) -> Replay:
    """Live the recorded lives again with renewals planned at another age.

    A life that broke has its recorded length. One that was renewed or still ran is drawn from the
    law given how long it lasted. Each ends at its length or at the plan, whichever comes first;
    lives follow one another until the piece's recorded batches are used up, with lives drawn anew
    where shorter ones leave room. The age at which a piece enters the records is drawn too.

    Args:
        units: Lives of the pieces of equipment.
        interval: Age at planned renewal; infinite for run to failure.
        law: What the law of the lives may be.
        today: Age at planned renewal as it was, one or one per draw; infinite where nothing was
            planned.
        rng: Source of the draws.

    Source: counterfactuals by abduction, action and prediction (Pearl 2009, section 7.1).
    """
    breakdowns = np.zeros(law.shape.size)
    for unit in units:
        start = np.full(law.shape.size, unit.age_at_start or 0.0)
        if unit.age_at_start is None:
            start = _age_at_start(float(unit.lasted[0]), unit.ended_by[0], law, today, rng)
        breakdowns += _breakdowns(unit, start, interval, law, rng)
    return Replay(int(sum(unit.is_broken.sum() for unit in units)), breakdowns)


def _unit_lives(spells: pl.DataFrame, scale: str) -> UnitLives:
    lasted = spells["batches"] if scale == "batches" else spells.select(HOURS_LASTED).to_series()
    entry, _ = SCALES[scale]
    return UnitLives(lasted.to_numpy(), tuple(spells["ended_by"]), spells[entry][0])


def _breakdowns(
    unit: UnitLives, start: FloatArray, interval: float, law: Law, rng: np.random.Generator
) -> FloatArray:
    """Breakdowns of one piece under the plan, shape (draws,); its first life enters at an age."""
    room, used, count = float(unit.lasted.sum()), np.zeros(start.size), np.zeros(start.size)
    for lasted, is_broken in zip(unit.lasted, unit.is_broken, strict=True):
        left = lasted if is_broken else law.lives_beyond(start + lasted, rng) - start
        until = np.maximum(interval - start, 0.0)
        used = used + np.minimum(left, until)
        count += (left < until) & (used <= room)
        start = np.zeros(start.size)
    while (used < room).any():
        length = law.lives_beyond(0.0, rng)
        used = used + np.maximum(np.minimum(length, interval), HALF_BATCH)
        count += (length < interval) & (used <= room)
    return count


def _age_at_start(
    lasted: float,
    ended_by: str,
    law: Law,
    today: FloatArray | float,
    rng: np.random.Generator,
) -> FloatArray:
    """Draw the age of a piece when records begin, given how long its life still lasted.

    In a process of renewals seen at any time the age a and the remaining life b have the joint
    density f(a + b) / mean (Cox 1962, section 5.3), within what today's plan allows.

    Returns:
        Ages, shape (draws,).
    """
    from scipy.special import gammainc, gammaincinv

    limit = np.broadcast_to(np.maximum(today, lasted), law.shape.shape)
    place = rng.random(law.shape.size)
    if ended_by == RENEWED:
        at = np.where(np.isfinite(limit), limit, lasted)
    elif ended_by == BREAKDOWN:
        low = law.hazard(lasted)
        at = law.age(low - np.log1p(place * np.expm1(low - law.hazard(limit))))
    else:
        power = 1 / law.shape
        low, high = (gammainc(power, law.hazard(end)) for end in (lasted, limit))
        at = law.age(gammaincinv(power, low + place * (high - low)))
    return np.asarray(np.clip(at, lasted, limit) - lasted)
