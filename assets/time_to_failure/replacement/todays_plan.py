"""Planned renewals as they are made today: the age at which equipment is renewed if it lasts.

A life that broke says that its plan was longer. Plans told by the renewals alone are too short,
the more so the more lives break: what is renewed by plan was planned before it would have broken.
"""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from assets.statistics.array_types import BoolArray, FloatArray
from assets.statistics.reliability.weibull import Spells, posterior_draws
from assets.time_to_failure.lives.lives import BY_PART, LIFE, RENEWED


@dataclass(frozen=True)
class Ends:
    """How lives ended, in batches.

    Attributes:
        ages: Age of each life at its end, batches, shape (lives,).
        is_planned: Whether a planned renewal ended it, shape (lives,).
    """

    ages: FloatArray = field(default_factory=lambda: np.empty(0))
    is_planned: BoolArray = field(default_factory=lambda: np.empty(0, dtype=np.bool_))


@dataclass(frozen=True)
class Today:
    """Planned renewals as they are made.

    Attributes:
        ends: The lives they are read from; without a planned renewal among them nothing is planned.
    """

    ends: Ends = field(default_factory=Ends)

    @property
    def renewals(self) -> int:
        """Planned renewals on record."""
        return int(self.ends.is_planned.sum())

    @property
    def interval(self) -> float | None:
        """Median age at planned renewal, batches; None without any planned renewal."""
        return self.quantile(0.5)

    @property
    def age(self) -> float:
        """Age at planned renewal, batches; infinite where nothing is planned."""
        return np.inf if self.interval is None else self.interval

    def quantile(self, share: float) -> float | None:
        """Return the age by which a share of renewals is planned, batches; None as above.

        Args:
            share: 0 to 1.
        """
        if not self.renewals:
            return None
        return planned_age(self.ends, share)

    def drawn(self, draws: int, rng: np.random.Generator) -> FloatArray:
        """Draw what the median age at planned renewal may be, batches; infinite without any.

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
        plans = Spells(np.zeros(ages.size), ages, is_planned)
        with np.errstate(over="ignore"):  # so late that it is as good as never
            shape, scale = posterior_draws(plans, draws, rng)
        return np.asarray(scale * np.log(2) ** (1 / shape))


def todays_intervals(spells: pl.DataFrame) -> dict[tuple[str, str, str], Today]:
    """Return today's planned interval per class, origin and part, where a renewal was planned.

    Args:
        spells: ``lives.breakdown_spells``; lives of unknown age in batches are no plan's.

    Returns:
        By (equipment_class, origin, part).
    """
    lives = (
        spells.filter(pl.col("origin").is_in(BY_PART) & pl.col("exit_batches").is_not_null())
        .sort(*LIFE, "from_at")
        .group_by(LIFE, maintain_order=True)
        .agg(pl.col("exit_batches", "ended_by").last())
    )
    found = {}
    for key, rows in lives.group_by("equipment_class", "origin", "part", maintain_order=True):
        is_planned = (rows["ended_by"] == RENEWED).to_numpy()
        if is_planned.any():
            ends = Ends(rows["exit_batches"].to_numpy(), is_planned)
            found[(str(key[0]), str(key[1]), str(key[2]))] = Today(ends)
    return found


def planned_age(ends: Ends, share: float) -> float:
    """Return the age by which a share of renewals is planned, breakdowns counting as longer plans.

    Args:
        ends: How lives ended, at least one by plan.
        share: 0 to 1.

    Returns:
        The first age by which the share is reached; the longest planned one where none is.

    Source: Kaplan & Meier (1958), the plan being what is waited for.
    """
    order = np.lexsort((~ends.is_planned, ends.ages))
    at, is_plan = ends.ages[order], ends.is_planned[order]
    kept = np.cumprod(np.where(is_plan, 1 - 1 / np.arange(at.size, 0, -1), 1.0))
    reached = at[is_plan & (1 - kept >= share - 1e-12)]
    return float(reached[0] if reached.size else at[is_plan][-1])
