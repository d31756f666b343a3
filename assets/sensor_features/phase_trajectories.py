"""Trajectories for whoever compares batches: the mean reading in equal steps of a phase's progress.

They were computed with the features and lie beside them, month by month; here they become a table
that is published. A month is written when its features were, and left alone otherwise.
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

from assets.sensor_features.phase_features import kept_features
from assets.sensor_features.registry import STEPS
from data_contracts.tables import columns
from warehouse.content_hash import Written
from warehouse.store import Warehouse

TABLE = "feature.phase_trajectories"
STEP_COLUMNS = [f"step_{number:02d}" for number in range(1, STEPS + 1)]
NAMED = ("month", "batch_id", "stage", "unit_procedure", "phase", "tag")


def update_trajectories(warehouse: Warehouse, features: str) -> tuple[Written, list[date]]:
    """Bring ``feature.phase_trajectories`` up to date.

    Args:
        warehouse: Has the features of all months, and what was kept when they were computed.
        features: The table of features, whose parts name what is kept of each month.

    Returns:
        What the table holds now, and the months written anew.
    """
    kept = kept_features(warehouse)
    with warehouse.parts("month") as parts:
        names = _kept_names(parts.versions(features))
        before = parts.versions(TABLE)
        stale = [month for month, name in names.items() if before.get(month) != name]
        for month in stale:
            rows = kept.read(names[month], [*NAMED, "trajectory"])
            parts.replace(TABLE, {month: names[month]}, phase_trajectories(rows))
        for month in before.keys() - names.keys():
            parts.remove(TABLE, month)
    return parts.written(TABLE), stale


def phase_trajectories(kept: pl.DataFrame) -> pl.DataFrame:
    """Lay out kept trajectories in the columns of ``feature.phase_trajectories``.

    Args:
        kept: ``NAMED`` and ``trajectory``: ``STEPS`` numbers, null where no time passes.

    Returns:
        One row per batch, phase and tag that has a trajectory, in the order given.
    """
    steps = [
        pl.col("trajectory").list.get(place).alias(name) for place, name in enumerate(STEP_COLUMNS)
    ]
    return kept.drop_nulls("trajectory").select(*NAMED, *steps).select(columns(TABLE))


def _kept_names(versions: Mapping[date, str]) -> dict[date, str]:
    """Return under which name the features of each month are kept, from the month's version."""
    return {month: version.partition("/")[0] for month, version in versions.items()}
