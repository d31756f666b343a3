"""The golden distance that a good batch keeps: a limit from the good batches known before it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from assets.sensor_features.golden import LEAST_BATCHES, MOST_BATCHES
from assets.statistics.multivariate.distance_limits import prediction_limit

FALSE_ALARM_PROB = 0.01


def golden_limits(
    phase_features: pl.DataFrame, batches: pl.DataFrame, asked: Sequence[str]
) -> dict[str, float]:
    """Return the golden distance that each of some batches keeps with 99% if it is a good one.

    Args:
        phase_features: ``feature.sensor_phase_features`` of one series.
        batches: ``core.batches``.
        asked: Batches.

    Returns:
        Batch -> limit in spreads, of good batches known to be good before its month: the larger of
        what the next one keeps and the largest seen, of the latest 60 of its product and of the
        latest 60 of any. Of one product alone they are few and share campaigns, and twice as many
        later ones went beyond as promised. None where fewer than 8 are known.
    """
    known = ["batch_id", "product", "disposition", "dispositioned_at"]
    rows = phase_features.select("batch_id", "month", "known_at", "golden_distance")
    own = rows.join(batches.select(known), on="batch_id", how="left").with_columns(
        good_at=pl.when(pl.col("disposition") == "released").then(
            pl.max_horizontal("dispositioned_at", "known_at")
        )
    )
    good = own.drop_nulls(["good_at", "golden_distance"]).sort("good_at", "batch_id")
    found: dict[str, float] = {}
    for row in own.filter(pl.col("batch_id").is_in(list(asked))).iter_rows(named=True):
        before = good.filter(pl.col("good_at") < pl.lit(row["month"]).cast(pl.Datetime("us")))
        limit = _limit(before, row)
        if limit is not None:
            found[row["batch_id"]] = limit
    return found


def _limit(before: pl.DataFrame, row: dict[str, Any]) -> float | None:
    alike = before.filter(pl.col("product").eq_missing(pl.lit(row["product"], pl.String)))
    limits = [_kept_by_next(rows["golden_distance"]) for rows in (before, alike)]
    return max((one for one in limits if one is not None), default=None)


def _kept_by_next(distances: pl.Series) -> float | None:
    """What the next of the latest good batches keeps, and all of them did."""
    if distances.len() < LEAST_BATCHES:
        return None
    latest = distances.tail(MOST_BATCHES).to_numpy()
    next_one = np.sqrt(prediction_limit(latest**2, 1 - FALSE_ALARM_PROB))
    return float(max(next_one, latest.max()))
