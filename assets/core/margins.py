"""Margins to specification: distance of a result to its nearest limit, in units of usual spread."""

from collections.abc import Sequence

import polars as pl

from data_contracts.profile_schema.outcomes import Outcome

MAD_TO_SIGMA = 1.4826  # makes the median absolute deviation of a normal quantity its sigma
SCHEMA = {
    "batch_id": pl.String(),
    "outcome": pl.String(),
    "quantity": pl.String(),
    "margin": pl.Float64(),
    "is_censored": pl.Boolean(),
}


def outcome_margins(outcomes: Sequence[Outcome], measured: pl.DataFrame) -> pl.DataFrame:
    """Compute the margin of every quantity behind an outcome.

    The distance of a batch is that of its worst sample to the nearest limit, positive inside. A
    proxy is measured against its own limits; any other outcome against those on the result where
    there are any (they may differ by strength), else the profile's. Distances are divided by
    1.4826 x their median absolute deviation over all batches known, of every product: one scale
    per quantity, so that it orders batches exactly as the distance does.

    Args:
        outcomes: As declared in the profile.
        measured: ``measurements`` of the quantities they name.

    Returns:
        ``core.outcome_margins``: one row per batch, outcome and measured quantity. The margin is
        null where the distances do not vary.
    """
    frames = [
        _margins(outcome.name, worst_samples(outcome, measured, margin.quantity))
        for outcome in outcomes
        for margin in outcome.margins
    ]
    if not frames:
        return pl.DataFrame(schema=SCHEMA)
    return pl.concat(frames).sort("outcome", "quantity", "batch_id")


def worst_samples(outcome: Outcome, measured: pl.DataFrame, quantity: str) -> pl.DataFrame:
    """Return per batch the sample nearest to, or farthest beyond, a limit of the outcome.

    Args:
        outcome: Declares the limits of the quantity.
        measured: ``measurements``.
        quantity: One of the outcome's margin quantities.

    Returns:
        The rows of ``measured`` with ``distance`` in the quantity's own unit; batches without
        any limit are left out.
    """
    limits = next(margin for margin in outcome.margins if margin.quantity == quantity)
    low, high = pl.lit(limits.spec_low, pl.Float64), pl.lit(limits.spec_high, pl.Float64)
    if not outcome.is_proxy:
        is_recorded = pl.col("spec_low").is_not_null() | pl.col("spec_high").is_not_null()
        low = pl.when(is_recorded).then(pl.col("spec_low")).otherwise(low)
        high = pl.when(is_recorded).then(pl.col("spec_high")).otherwise(high)
    distance = pl.min_horizontal(pl.col("value") - low, high - pl.col("value"))
    return (
        measured.filter(pl.col("quantity") == quantity)
        .with_columns(distance=distance)
        .drop_nulls("distance")
        .sort("batch_id", "distance")
        .unique(subset="batch_id", keep="first", maintain_order=True)
    )


def robust_spread(values: pl.Series) -> float | None:
    """Return 1.4826 x MAD, else the standard deviation, else None where nothing varies.

    The median absolute deviation is zero where more than half of the values are equal (results at
    a reporting limit); the standard deviation then stands in.
    """
    centre = values.median()
    if not isinstance(centre, float):
        return None
    mad = (values - centre).abs().median()
    spread = MAD_TO_SIGMA * mad if isinstance(mad, float) else 0.0
    if spread > 0:
        return spread
    deviation = values.std()
    return deviation if isinstance(deviation, float) and deviation > 0 else None


def _margins(outcome: str, worst: pl.DataFrame) -> pl.DataFrame:
    spread = robust_spread(worst["distance"])
    return worst.select(
        "batch_id",
        pl.lit(outcome).alias("outcome"),
        "quantity",
        margin=pl.col("distance") / pl.lit(spread, pl.Float64),
        is_censored="is_censored",
    )
