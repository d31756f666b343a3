"""The table of batches, and how batches and instants are written, for exports and fast path."""

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.production.batches import Batches
from assets.virtual_plant.production.schedule import DAY_S, Seconds

# positions of batches in order of manufacture
Rows = NDArray[np.int64]
# batches of which a file's records are held at a time; memory does not grow past it
BATCHES_AT_ONCE = 1000


def batch_ids(count: int) -> pl.Series:
    """Names of the batches in order of manufacture.

    Args:
        count: Number of batches.

    Returns:
        ``B00001`` and so on.
    """
    return names_of(np.arange(count))


def names_of(rows: Rows) -> pl.Series:
    """Names of some batches.

    Args:
        rows: Batches wanted.

    Returns:
        One name per batch wanted.
    """
    return pl.Series("batch_id", [f"B{i + 1:05d}" for i in rows.tolist()], dtype=pl.String)


def in_slices(count: int) -> list[Rows]:
    """All batches in the order of their names, :data:`BATCHES_AT_ONCE` at a time.

    Records sorted by name slice by slice are sorted as a whole. The order of names is that of
    manufacture up to 99,999 batches; then names get longer.

    Args:
        count: Number of batches, at least 1.

    Returns:
        Positions of the batches of each slice.
    """
    order = batch_ids(count).arg_sort().to_numpy().astype(np.int64)
    return [order[first : first + BATCHES_AT_ONCE] for first in range(0, count, BATCHES_AT_ONCE)]


def instants(plant: Plant, seconds: Seconds) -> pl.Series:
    """Instants from seconds since the plant's first midnight.

    Args:
        plant: The plant.
        seconds: Seconds; shape (n,).

    Returns:
        UTC datetimes in microseconds.
    """
    return pl.Series((seconds.astype(np.int64) + origin_s(plant)) * 1_000_000).cast(
        pl.Datetime("us")
    )


def origin_s(plant: Plant) -> int:
    """Seconds from 1970-01-01 to the plant's first midnight, UTC.

    Args:
        plant: The plant.
    """
    return (plant.starts_on - date(1970, 1, 1)).days * DAY_S


def stage_ends(made: Batches) -> dict[int, Seconds]:
    """When each stage of each batch was over and known.

    Args:
        made: The simulated batches.

    Returns:
        Stage to instants; stage 6 ends with the last result, 7 with the disposition; what a
        stopped batch did not reach ended when it was stopped.
    """
    ends = {
        s.stage: np.minimum(made.schedule.ends[:, k], made.ended_s)
        for k, s in enumerate(made.plant.calendar.steps)
    }
    return ends | {6: made.resulted_s, 7: made.dispositioned_s}


def batches_frame(made: Batches) -> pl.DataFrame:
    """The batches as the plant's systems know them when the export is taken.

    Args:
        made: The simulated batches.

    Returns:
        One row per batch in order of manufacture; columns of ``raw.batches`` and ``cluster_id``.
    """
    plant, context, schedule = made.plant, made.outcome.values, made.schedule
    is_pending = pl.Series(made.is_pending)
    disposition = np.where(
        made.is_failure, "rejected", np.where(made.is_reworked, "reworked", "released")
    )
    campaign = pl.Series([f"C{c + 1:04d}" for c in schedule.campaign])
    frame = pl.DataFrame(
        {
            "batch_id": batch_ids(schedule.batches),
            "production_order": np.arange(1, schedule.batches + 1),
            "product": context["product"].astype(str),
            "strength": context["strength"].astype(str),
            "site": plant.site,
            "line": context["line"].astype(str),
            "campaign_id": campaign,
            "batch_size": context["batch_size"],
            "started_at": instants(plant, schedule.starts[:, 0]),
            "started_at_precision": "instant",
            "ended_at": instants(plant, made.ended_s),
            "disposition": disposition,
            "dispositioned_at": instants(plant, made.dispositioned_s),
            "failure_mode": made.failure_mode.astype(str),
            "cluster_id": campaign,
        }
    )
    return frame.with_columns(
        disposition=pl.when(is_pending).then(pl.lit("pending")).otherwise("disposition"),
        dispositioned_at=pl.when(~is_pending).then("dispositioned_at"),
        failure_mode=pl.when(~is_pending & (pl.col("failure_mode") != "")).then("failure_mode"),
    )


def until_export(
    frame: pl.DataFrame, made: Batches, begun: str, finished: str | None = None
) -> pl.DataFrame:
    """Leave out what had not happened when the export was taken.

    Args:
        frame: Records.
        made: The simulated batches.
        begun: Column that says when a record came to be.
        finished: Column emptied where it lies after the export.

    Returns:
        The records that existed.
    """
    limit = pl.lit(instants(made.plant, np.array([made.export_s]))[0])
    known = frame.filter(pl.col(begun) <= limit)
    if finished:
        known = known.with_columns(
            pl.when(pl.col(finished) <= limit).then(finished).alias(finished)
        )
    return known
