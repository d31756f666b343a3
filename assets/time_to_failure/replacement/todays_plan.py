"""Planned renewals as they are made today: the age at which equipment is renewed if it lasts.

A life that broke says that its plan was longer. Plans told by the renewals alone are too short,
the more so the more lives break: what is renewed by plan was planned before it would have broken.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.statistics.array_types import BoolArray, FloatArray
from assets.statistics.reliability.weibull import Spells, posterior_draws
from assets.time_to_failure.lives.lives import BY_PART, LIFE, RENEWED
from assets.time_to_failure.lives.strata import GROUP, SCALES, Clock


@dataclass(frozen=True)
class Ends:
    """How lives ended, on one scale of time.

    Attributes:
        ages: Age of each life at its end, shape (lives,).
        is_planned: Whether a planned renewal ended it, shape (lives,).
        entries: Age at which each was first seen, shape (lives,): above zero for lives begun before
            the records, of which those with an early plan were never seen.
    """

    ages: FloatArray
    is_planned: BoolArray
    entries: FloatArray

    @classmethod
    def begun_on_record(cls, ages: FloatArray, is_planned: BoolArray) -> "Ends":
        """Return the ends of lives all seen from their beginning on."""
        return cls(ages, is_planned, np.zeros(ages.size))


NOTHING_SEEN = Ends.begun_on_record(np.empty(0), np.empty(0, dtype=np.bool_))


@dataclass(frozen=True)
class Today:
    """Planned renewals as they are made.

    Attributes:
        ends: The lives they are read from; without a planned renewal among them nothing is planned.
    """

    ends: Ends = NOTHING_SEEN

    @property
    def renewals(self) -> int:
        """Planned renewals on record."""
        return int(self.ends.is_planned.sum())

    @property
    def interval(self) -> float | None:
        """Median age at planned renewal; None without any planned renewal."""
        return self.quantile(0.5)

    @property
    def age(self) -> float:
        """Age at planned renewal; infinite where nothing is planned."""
        return np.inf if self.interval is None else self.interval

    def quantile(self, share: float) -> float | None:
        """Return the age by which a share of renewals is planned; None as above.

        Args:
            share: 0 to 1.
        """
        if not self.renewals:
            return None
        return planned_age(self.ends, share)

    def drawn(self, draws: int, rng: np.random.Generator) -> FloatArray:
        """Draw what the median age at planned renewal may be; infinite without any.

        Plans are taken to follow a Weibull law, because often two or three renewals tell of them
        and resampling these never goes beyond the longest. Plans all alike are known.

        Args:
            draws: Number of draws.
            rng: Source of the draws.

        Returns:
            Shape (draws,).

        Source: ``weibull.posterior_draws``, a breakdown censoring the plan.
        """
        ages, is_planned = self.ends.ages, self.ends.is_planned
        if np.unique(ages[is_planned]).size < 2:
            return np.full(draws, self.age)
        plans = Spells(self.ends.entries, ages, is_planned)
        with np.errstate(over="ignore"):  # so late that it is as good as never
            shape, scale = posterior_draws(plans, draws, rng)
        return np.asarray(scale * np.log(2) ** (1 / shape))


def todays_intervals(spells: pl.DataFrame) -> dict[Clock, Today]:
    """Return today's planned interval per clock and scale of time, where a renewal was planned.

    Args:
        spells: ``lives.breakdown_spells``; lives of unknown age on a scale are no plan's on it.

    Returns:
        By (equipment_class, origin, part, time_scale).
    """
    found = {}
    for scale, (entry, exit_) in SCALES.items():
        lives = (
            spells.filter(pl.col("origin").is_in(BY_PART) & pl.col(exit_).is_not_null())
            .sort(*LIFE, "from_at")
            .group_by(LIFE, maintain_order=True)
            .agg(pl.col(entry).first(), pl.col(exit_, "ended_by").last())
        )
        for clock, rows in lives.group_by(*GROUP, maintain_order=True):
            is_planned = (rows["ended_by"] == RENEWED).to_numpy()
            if is_planned.any():
                ends = Ends(rows[exit_].to_numpy(), is_planned, rows[entry].to_numpy())
                found[(str(clock[0]), str(clock[1]), str(clock[2]), scale)] = Today(ends)
    return found


def planned_age(ends: Ends, share: float) -> float:
    """Return the age by which a share of renewals is planned, breakdowns counting as longer plans.

    Args:
        ends: How lives ended, at least one by plan.
        share: 0 to 1.

    Returns:
        The first age by which the share is reached; the longest planned one where none is.

    Source: Kaplan & Meier (1958), the plan being what is waited for; with late entry Lai & Ying
        (1991), who leave out the ages at which next to nobody is seen yet: here those at which all
        that are seen are renewed although longer plans are on record.
    """
    at = np.unique(ends.ages[ends.is_planned])
    planned = ((ends.ages == at[:, None]) & ends.is_planned).sum(axis=1)
    seen = ((ends.entries < at[:, None]) & (ends.ages >= at[:, None])).sum(axis=1)
    is_empty = (planned == seen) & (at < at[-1])
    kept = np.cumprod(np.where(is_empty, 1.0, 1 - planned / seen))
    reached = at[1 - kept >= share - 1e-12]
    return float(reached[0] if reached.size else at[-1])
