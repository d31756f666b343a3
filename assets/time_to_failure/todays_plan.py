"""Planned renewals as they are made today: the age at which equipment is renewed if it lasts.

A life that broke says that its plan was longer. Plans told by the renewals alone are too short,
the more so the more lives break: what is renewed by plan was planned before it would have broken.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.statistics.array_types import BoolArray, FloatArray
from assets.time_to_failure.lives import BY_PART, LIFE, RENEWED


@dataclass(frozen=True)
class Today:
    """Planned renewals as they are made.

    Attributes:
        interval: Median age at planned renewal, batches; None without any planned renewal.
        low: 10th percentile.
        high: 90th percentile.
        renewals: Planned renewals it rests on.
    """

    interval: float | None
    low: float | None
    high: float | None
    renewals: int

    @property
    def age(self) -> float:
        """Age at planned renewal, batches; infinite where nothing is planned."""
        return np.inf if self.interval is None else self.interval


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
            ages = rows["exit_batches"].to_numpy()
            low, middle, high = (planned_age(ages, is_planned, share) for share in (0.1, 0.5, 0.9))
            today = Today(middle, low, high, int(is_planned.sum()))
            found[(str(key[0]), str(key[1]), str(key[2]))] = today
    return found


def planned_age(ages: FloatArray, is_planned: BoolArray, share: float) -> float:
    """Return the age by which a share of renewals is planned, breakdowns counting as longer plans.

    Args:
        ages: Age of each life at its end, batches, shape (lives,).
        is_planned: Whether a planned renewal ended it, shape (lives,); at least one.
        share: 0 to 1.

    Returns:
        The first age by which the share is reached; the longest planned one where none is.

    Source: Kaplan & Meier (1958), the plan being what is waited for.
    """
    order = np.lexsort((~is_planned, ages))
    at, is_plan = ages[order], is_planned[order]
    kept = np.cumprod(np.where(is_plan, 1 - 1 / np.arange(at.size, 0, -1), 1.0))
    reached = at[is_plan & (1 - kept >= share - 1e-12)]
    return float(reached[0] if reached.size else at[is_plan][-1])
