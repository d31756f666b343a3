"""Which good batches are tried, and which the detector that is asked about each was frozen on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

# Below so many each batch is held out alone, as where models of whole batches are fitted.
FEW, BLOCKS = 30, 5
SHARE_FROZEN_ON = 0.75  # least share of good batches made before those that are tried
POOL = 2.0  # times the batches to be changed: all of them are asked about untouched


@dataclass(frozen=True)
class HeldSplit:
    """A detector and what it may be asked about.

    Attributes:
        tried: Batches it was not frozen on.
        frozen_on: Batches it was.
    """

    tried: tuple[str, ...]
    frozen_on: tuple[str, ...]


@dataclass(frozen=True)
class HeldOut:
    """The batches of a replay.

    Attributes:
        pool: Good batches asked about untouched, in production order.
        splits: One where all of them were made after what the detector was frozen on; else each
            batch, or block of neighbours, is asked of a detector frozen on the others.
        is_later: Whether they were.
    """

    pool: tuple[str, ...]
    splits: tuple[HeldSplit, ...]
    is_later: bool


def held_out(
    batches: pl.DataFrame, outcomes: pl.DataFrame, with_sensors: Sequence[str], wanted: int
) -> HeldOut:
    """Choose the latest good batches, and hold them out.

    Args:
        batches: ``core.batches``.
        outcomes: ``core.outcomes``: a good batch has no failure and, where any result is known of
            any batch, one of its own.
        with_sensors: Batches that have readings.
        wanted: Batches to be changed.
    """
    made = batches.sort("production_order", "batch_id").filter(
        pl.col("batch_id").is_in(list(with_sensors))
    )["batch_id"]
    known = outcomes.drop_nulls("is_failure")
    failed = known.filter("is_failure")["batch_id"].implode()
    is_good = ~made.is_in(failed) & ~made.is_in(_refused(batches).implode())
    if known.height:
        is_good &= made.is_in(known["batch_id"].unique().implode())
    good, everything = made.filter(is_good).to_list(), made.to_list()
    pool = good[-round(POOL * wanted) :]
    if pool and good.index(pool[0]) >= SHARE_FROZEN_ON * len(good):
        before = everything.index(pool[0])
        later = HeldSplit(tuple(everything[before:]), tuple(everything[:before]))
        return HeldOut(tuple(pool), (later,), is_later=True)
    blocks = np.array_split(np.arange(len(pool)), len(pool) if len(pool) < FEW else BLOCKS)
    splits = tuple(
        HeldSplit(tried, tuple(name for name in everything if name not in set(tried)))
        for tried in (tuple(pool[place] for place in block) for block in blocks)
        if tried
    )
    return HeldOut(tuple(pool), splits, is_later=False)


def _refused(batches: pl.DataFrame) -> pl.Series:
    return batches.filter(pl.col("disposition").is_in(["rejected", "reworked"]))["batch_id"]
