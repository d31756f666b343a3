"""Months replayed as they were known at their end, on plants whose every batch is decided later.

Kinds: ``tablets`` and ``vials``, the virtual plants; ``foreign``, a plant written from a
description alone: campaigns that fail together, decisions with a heavy tail, failures that take a
month longer half of the time, and a review that gets slower in the last third.
"""

from typing import Any

import numpy as np

from assets.stages.release.open_batches import BatchWaits, final_failures
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.virtual_plant.declaration.plant_file import load_plant
from assets.virtual_plant.production.batches import Settings, make_batches

BATCHES, YEARS = 1000, 5.0
MONTH_D = 30.44
MONTHS = (15, 24, 33, 42, 51)
PLANTS = {"tablets": "tablets", "vials": "sterile_vials"}
Decided = tuple[FloatArray, FloatArray, BoolArray, IntArray]


def month_marks(kind: str, seed: int) -> list[dict[str, Any]]:
    """Replay five months of a plant.

    Args:
        kind: tablets, vials or foreign.
        seed: Of the plant.
    """
    ended, decided, is_failure, cluster = (
        foreign_plant(seed) if kind == "foreign" else virtual_plant(PLANTS[kind], seed)
    )
    rows = []
    for month in MONTHS:
        start, at = MONTH_D * month, MONTH_D * (month + 1)
        made = ended <= at
        waits = BatchWaits.as_known(ended[made], decided[made], is_failure[made], cluster[made], at)
        of = ended[made] > start
        found = final_failures(waits, of, seed)
        if found is None:
            continue
        truth = int(is_failure[made][of].sum())
        rows.append(
            {
                "kind": kind, "seed": seed, "month": month, "batches": int(of.sum()),
                "known": found.known, "still_open": found.still_open,
                "expected": round(found.expected, 4), "low": found.low, "high": found.high,
                "by_delay": found.by_delay, "truth": truth,
                "is_inside": found.low <= truth <= found.high,
            }
        )  # fmt: skip
    return rows


def virtual_plant(name: str, seed: int) -> Decided:
    """Return a virtual plant's ends and decisions in days, what was decided, and campaigns."""
    made = make_batches(load_plant(name), Settings(BATCHES, YEARS, seed))
    start = int(made.ended_s.min())
    campaign = np.unique(made.schedule.campaign, return_inverse=True)[1]
    return (
        (made.ended_s - start) / 86400,
        (made.dispositioned_s - start) / 86400,
        made.is_failure,
        campaign.astype(np.int64),
    )


def foreign_plant(seed: int) -> Decided:
    """Return the same of a plant nobody here would have made."""
    draws = np.random.default_rng([seed, 4021])
    campaign = np.repeat(np.arange(BATCHES), draws.integers(1, 9, BATCHES))[:BATCHES]
    ended = np.sort(draws.uniform(0, 60 * MONTH_D, BATCHES))
    is_bad_campaign = draws.random(BATCHES) < 0.1
    prob = np.where(is_bad_campaign[campaign], 0.25, 0.015)
    is_failure = draws.random(BATCHES) < prob
    slow = np.where(ended > 40 * MONTH_D, 1.6, 1.0)
    wait = slow * 8 * np.exp(0.6 * draws.standard_t(4, BATCHES).clip(-4, 4))
    is_late = is_failure & (draws.random(BATCHES) < 0.5)
    return ended, ended + wait + 30 * is_late, is_failure, campaign.astype(np.int64)
