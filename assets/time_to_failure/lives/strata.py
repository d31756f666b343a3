"""Questions asked of the lives: one per kind of equipment, clock, event and scale of time.

A stratum is what every curve, fit and interval is computed for. Here spells become the plain arrays
that the estimators take.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.reliability.weibull import Spells
from assets.time_to_failure.lives.failed_batches import merged
from assets.time_to_failure.lives.lives import BREAKDOWN, FIRST_RECORD, LIFE
from data_contracts.tables import key

SCALES = {"batches": ("entry_batches", "exit_batches"), "hours": ("entry_h", "exit_h")}
GROUP = ["equipment_class", "origin", "part"]
Question = tuple[str, str, str, str]  # equipment_class, origin, part, event
Clock = tuple[str, str, str, str]  # equipment_class, origin, part, time_scale
FAILED_PREFIX = "failed_batch:"
FEWEST_RENEWALS, LOCKED, DAYS_PER_YEAR, CYCLES_PER_YEAR = 5, 0.8, 365.25, (1, 2, 4)


@dataclass(frozen=True)
class Risk(Spells):
    """Spells at risk on one scale of time.

    Attributes:
        life: Code of the life the spell belongs to; spells of one life are not independent.
    """

    life: IntArray


@dataclass(frozen=True)
class Stratum:
    """One question.

    Attributes:
        equipment_class: Kind of equipment.
        origin: Kind of event the clock starts at.
        part: Part the clock belongs to, or the whole equipment.
        event: ``breakdown`` or ``failed_batch:<outcome>``.
        time_scale: ``batches`` or ``hours``.
        units: Pieces of equipment.
        lives: Lives with at least one spell at risk on this scale.
        lives_truncated: Of these, lives first seen at an age above zero.
        lives_unknown: Lives left out because their age is not on record on this scale: begun before
            the records, with no renewal on record or with batches nobody counted.
        is_season_locked: Whether renewals recur at the same time of year, so that age and season
            cannot be told apart.
        risk: The spells.
    """

    equipment_class: str
    origin: str
    part: str
    event: str
    time_scale: str
    units: int
    lives: int
    lives_truncated: int
    lives_unknown: int
    is_season_locked: bool
    risk: Risk

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """The key columns of every table about strata, in their order."""
        return (self.equipment_class, self.origin, self.part, self.event, self.time_scale)

    @property
    def clock(self) -> Clock:
        """What today's plan and the recorded lives are known by."""
        return (self.equipment_class, self.origin, self.part, self.time_scale)

    @property
    def question(self) -> Question:
        """What is asked, whatever the scale of time."""
        return (self.equipment_class, self.origin, self.part, self.event)

    @property
    def named_key(self) -> dict[str, str]:
        """The same by the names of the columns."""
        return dict(zip(key("finding.weibull_fits"), self.key, strict=True))


def after(entry: FloatArray) -> FloatArray:
    """Return entries as lifelines must be given them.

    A spell is at risk after its entry, as in R; lifelines counts it at the very age of its entry
    too, so that a spell following an event would be at risk in that event.

    Args:
        entry: Ages at entry.
    """
    return np.where(entry > 0, np.nextafter(entry, np.inf), entry)


def breakdown_strata(spells: pl.DataFrame) -> Iterator[Stratum]:
    """Yield the questions about breakdowns, on both scales, in order of their key.

    Args:
        spells: ``lives.breakdown_spells``.
    """
    marked = spells.with_columns(is_event=pl.col("ended_by") == BREAKDOWN)
    unknown = unknown_lives(spells)
    for clock, rows in marked.group_by(*GROUP, maintain_order=True):
        for scale in SCALES:
            named = _clock(clock, scale)
            yield _stratum(named, BREAKDOWN, rows, unknown[named])


def failure_strata(failures: pl.DataFrame, spells: pl.DataFrame) -> Iterator[Stratum]:
    """Yield the questions about failed batches by mode, on both scales, in order of their key.

    Args:
        failures: ``failed_batches.failure_spells``.
        spells: ``lives.breakdown_spells``, for the lives of unknown age.
    """
    unknown = unknown_lives(spells)
    for (outcome,), of_outcome in failures.group_by("outcome", maintain_order=True):
        for clock, rows in of_outcome.group_by(*GROUP, maintain_order=True):
            joined = merged(rows)
            for scale in SCALES:
                named = _clock(clock, scale)
                yield _stratum(named, f"{FAILED_PREFIX}{outcome}", joined, unknown[named])


def unknown_lives(spells: pl.DataFrame) -> dict[Clock, int]:
    """Count the lives whose age is not on record.

    Args:
        spells: ``lives.breakdown_spells``.

    Returns:
        By (equipment_class, origin, part, time_scale): lives begun before the records whose age on
        that scale nobody knows, and one for each piece of the same kind without any renewal of that
        kind on record.
    """
    pieces = spells.group_by("equipment_class").agg(pl.col("equipment_id").n_unique())
    fleet = dict(pieces.iter_rows())
    renewed = spells.group_by("equipment_class", "origin").agg(pl.col("equipment_id").n_unique())
    never = {(kind, origin): fleet[kind] - count for kind, origin, count in renewed.iter_rows()}
    found = {}
    for clock, rows in spells.group_by(*GROUP, maintain_order=True):
        for scale, (_, exit_) in SCALES.items():
            unknown = rows.filter(pl.col(exit_).is_null()).select(LIFE).n_unique()
            found[_clock(clock, scale)] = unknown + never[clock[0], clock[1]]
    return found


def _clock(clock: tuple[object, ...], scale: str) -> Clock:
    return (str(clock[0]), str(clock[1]), str(clock[2]), scale)


def is_season_locked(renewed_at: pl.Series) -> bool:
    """Tell whether renewals fall on the same days of the year, half-year or quarter.

    Args:
        renewed_at: Instants of renewals; repeats count once.

    Returns:
        True where at least five renewals point to one place of a cycle (mean resultant length
        above 0.8, Mardia & Jupp 2000, section 2.3).
    """
    days = renewed_at.drop_nulls().dt.date().unique().dt.ordinal_day().to_numpy()
    if days.size < FEWEST_RENEWALS:
        return False
    turns = 2j * np.pi * days / DAYS_PER_YEAR
    return any(abs(np.exp(cycles * turns).mean()) > LOCKED for cycles in CYCLES_PER_YEAR)


def _stratum(clock: Clock, event: str, rows: pl.DataFrame, unknown: int) -> Stratum:
    entry, exit_ = SCALES[clock[3]]
    known = rows.filter(pl.col(exit_).is_not_null())
    identity = known.select(pl.struct("equipment_id", "life")).to_series()
    lives = known.group_by(LIFE).agg(pl.col(entry).min())
    codes = (
        identity.rank("dense").cast(pl.Int64) if len(identity) else pl.Series([], dtype=pl.Int64)
    )
    is_clock_unset = clock[1] == FIRST_RECORD
    return Stratum(
        equipment_class=clock[0],
        origin=clock[1],
        part=clock[2],
        event=event,
        time_scale=clock[3],
        units=rows["equipment_id"].n_unique(),
        lives=lives.height,
        lives_truncated=0 if is_clock_unset else int((lives[entry] > 0).sum()),
        lives_unknown=unknown,
        is_season_locked=is_season_locked(known["renewed_at"]),
        risk=Risk(
            known[entry].to_numpy().astype(np.float64),
            known[exit_].to_numpy().astype(np.float64),
            known["is_event"].to_numpy().astype(np.bool_),
            codes.to_numpy().astype(np.int64),
        ),
    )
