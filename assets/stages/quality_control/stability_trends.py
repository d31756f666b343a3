"""``finding.stability_trends``: stability results that do not lie where earlier ones put them."""

import numpy as np
import polars as pl

from assets.stages.quality_control.stability_groups import StabilityGroup, with_products
from assets.statistics.resampling.multiplicity import holm
from assets.statistics.stability.out_of_trend import trend_predictions
from data_contracts.codes.stages import StabilityTrend
from data_contracts.tables import table

NAME = "finding.stability_trends"
ALPHA = 0.05


def stability_trends(stability_results: pl.DataFrame, batches: pl.DataFrame) -> pl.DataFrame:
    """Predict every result from what was known before it, and judge all of them together.

    Args:
        stability_results: ``core.stability_results``; of a test without any instant the month
            stands for when a result was known, of a test with some a result without one foretells
            none and is not foretold.
        batches: ``core.batches``.

    Returns:
        ``finding.stability_trends``: a row per result.
    """
    found = with_products(stability_results, batches)
    parts = [
        _predicted(StabilityGroup.of(part))
        for _, part in found.group_by("product", "test", "condition", maintain_order=True)
    ]
    if not parts:
        return table(NAME)
    rows = pl.concat(parts).sort("batch_id", "condition", "month", "test")
    family = holm(rows["p_value"].to_numpy())
    is_out = family <= ALPHA
    verdict = np.where(
        np.isnan(family),
        StabilityTrend.TOO_EARLY,
        np.where(is_out, StabilityTrend.OUT_OF_TREND, StabilityTrend.IN_TREND),
    )
    judged = rows.with_columns(p_value_family=pl.Series(family), verdict=pl.Series(verdict))
    return table(NAME, judged.with_columns(pl.selectors.float().fill_nan(None)))


def _predicted(group: StabilityGroup) -> pl.DataFrame:
    known = group.frame["resulted_at"]
    instant = known.dt.epoch("ms").cast(pl.Float64).fill_null(np.nan)
    found = trend_predictions(
        group.batch,
        group.month,
        group.value,
        group.month if known.null_count() == len(known) else instant.to_numpy(),
    )
    return group.frame.select("batch_id", "condition", "month", "test", "value").with_columns(
        expected=pl.Series(found.expected),
        expected_low=pl.Series(found.expected - found.half_width),
        expected_high=pl.Series(found.expected + found.half_width),
        p_value=pl.Series(found.p_value),
    )
