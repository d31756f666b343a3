"""Margins to specification: distance of a result to each limit, in units of usual spread.

A quantity with two limits has two margins. The distance to the nearest one folds where results lie
between the limits: a cause that shifts them helps on one side and harms on the other, and what is
left of it in the folded distance is little.
"""

from collections.abc import Sequence

import polars as pl

from assets.core.measurements import NOT_CENSORED
from data_contracts.codes.records import MarginBound
from data_contracts.profile_schema.outcomes import Outcome
from data_contracts.tables import table

MAD_TO_SIGMA = 1.4826  # makes the median absolute deviation of a normal quantity its sigma
LIMITS = ("low", "high")
# What a result beyond a reporting limit says of its distance to a specification limit.
BOUNDS: dict[tuple[str, str], str] = {
    ("low", "left"): MarginBound.AT_MOST,
    ("low", "right"): MarginBound.AT_LEAST,
    ("high", "left"): MarginBound.AT_LEAST,
    ("high", "right"): MarginBound.AT_MOST,
}
TABLE = "core.outcome_margins"


def outcome_margins(outcomes: Sequence[Outcome], measured: pl.DataFrame) -> pl.DataFrame:
    """Compute the margin of every quantity behind an outcome to each of its limits.

    The distance of a batch is that of its worst sample to the limit, positive inside. A proxy is
    measured against its own limits; any other outcome against those on the result where there are
    any (they may differ by strength), else the profile's. Distances are divided by 1.4826 x their
    median absolute deviation over all batches known, of every product: one scale per margin, so
    that it orders batches exactly as the distance does.

    Args:
        outcomes: As declared in the profile.
        measured: ``measurements`` of the quantities they name.

    Returns:
        ``core.outcome_margins``: one row per batch, outcome, measured quantity and limit. The
        margin is null where the distances do not vary. Where the worst sample is only known to
        lie beyond a reporting limit the margin is a bound, and ``bound`` says on which side.
    """
    frames = [
        margins
        for outcome in outcomes
        for margin in outcome.margins
        for margins in _of_quantity(outcome, measured, margin.quantity)
    ]
    return table(TABLE, pl.concat([table(TABLE), *frames]))


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
    both = _distances(outcome, measured, quantity)
    return _worst(both.with_columns(distance=pl.min_horizontal(*LIMITS)))


def with_limits(outcome: Outcome, measured: pl.DataFrame, quantity: str) -> pl.DataFrame:
    """Return the rows of a margin quantity with ``low_limit`` and ``high_limit``, null for none."""
    limits = next(margin for margin in outcome.margins if margin.quantity == quantity)
    low, high = pl.lit(limits.spec_low, pl.Float64), pl.lit(limits.spec_high, pl.Float64)
    if not outcome.is_proxy:
        is_recorded = pl.col("spec_low").is_not_null() | pl.col("spec_high").is_not_null()
        low = pl.when(is_recorded).then(pl.col("spec_low")).otherwise(low)
        high = pl.when(is_recorded).then(pl.col("spec_high")).otherwise(high)
    own = measured.filter(pl.col("quantity") == quantity)
    return own.with_columns(low_limit=low, high_limit=high)


def margin_name(quantity: str, limit: str) -> str:
    """Name of the margin to one of the two limits of a quantity, as sentences use it."""
    return f"{quantity} ({limit} limit)"


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


def _distances(outcome: Outcome, measured: pl.DataFrame, quantity: str) -> pl.DataFrame:
    """Rows of ``measured`` with the distance ``low`` and ``high`` of every sample to each limit."""
    own = with_limits(outcome, measured, quantity)
    return own.with_columns(
        low=pl.col("value") - pl.col("low_limit"), high=pl.col("high_limit") - pl.col("value")
    )


def _worst(samples: pl.DataFrame) -> pl.DataFrame:
    """Per batch the sample with the smallest ``distance``; batches without any are left out."""
    return (
        samples.drop_nulls("distance")
        .sort("batch_id", "distance")
        .unique(subset="batch_id", keep="first", maintain_order=True)
    )


def _of_quantity(outcome: Outcome, measured: pl.DataFrame, quantity: str) -> list[pl.DataFrame]:
    """The margins of one quantity: one table per limit that any batch has."""
    both = _distances(outcome, measured, quantity)
    limits = [limit for limit in LIMITS if both[limit].count()]
    return [
        _margins(
            outcome.name,
            quantity if len(limits) == 1 else margin_name(quantity, limit),
            limit,
            _bounded(both.with_columns(distance=limit), limit),
        )
        for limit in limits
    ]


def _bounded(samples: pl.DataFrame, limit: str) -> pl.DataFrame:
    """Per batch its smallest ``distance`` to one limit, and the ``bound`` that is on that.

    A sample that is at most so far from the limit bounds the batch, whatever the others are; one
    that is at least so far does so only where no other is nearer.
    """
    sides = {censoring: bound for (own, censoring), bound in BOUNDS.items() if own == limit}
    bound = pl.col("censoring").replace_strict(
        sides | {NOT_CENSORED: None}, default=MarginBound.NEITHER, return_dtype=pl.String
    )
    is_bound = pl.col("bound") == MarginBound.AT_MOST
    samples = samples.drop_nulls("distance").with_columns(bound=bound)
    no_more = samples.filter(pl.col("bound").is_null() | is_bound).with_columns(
        has_bound=is_bound.fill_null(value=False).any().over("batch_id")
    )
    no_more = _worst(no_more.filter("has_bound")).with_columns(bound=pl.lit(MarginBound.AT_MOST))
    rest = samples.join(no_more, on="batch_id", how="anti")
    return pl.concat([no_more.drop("has_bound"), _worst(rest)]).sort("batch_id")


def _margins(outcome: str, name: str, limit: str, worst: pl.DataFrame) -> pl.DataFrame:
    spread = robust_spread(worst["distance"])
    return worst.select(
        "batch_id",
        pl.lit(outcome).alias("outcome"),
        pl.lit(name).alias("quantity"),
        pl.col("quantity").alias("measured_quantity"),
        pl.lit(limit).alias("limit"),
        margin=pl.col("distance") / pl.lit(spread, pl.Float64),
        is_censored=pl.col("bound").is_not_null(),
        bound="bound",
    )
