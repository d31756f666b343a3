"""Which chart a quantity gets, by what its records are like."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from assets.process_verification.plan.observations import IDENTITY

FEWEST_BATCHES = 40  # a baseline of 20, and as many again to watch
RARE_SHARE = 0.7  # of results beyond the reporting limit; beyond, the others are the events
SET_POINT_SHARE = 0.8  # of batches on one value: somebody sets it
FEW_COUNTED = 1.0  # mean count; below, batches between counts tell more
COUNTED = r"(count|particles|cfu|stops|rejects|failures|reels|shakes|containers)"


@dataclass(frozen=True)
class Nature:
    """A chart and why it is that one.

    Attributes:
        chart: Its kind; None where nothing can be charted.
        reason: In words.
    """

    chart: str | None
    reason: str


def summaries(observations: pl.DataFrame) -> pl.DataFrame:
    """Return what decides on a chart, one row per quantity of a product.

    Args:
        observations: As ``plan.observations`` makes them.
    """
    by_batch = observations.group_by(*IDENTITY, "batch_id", maintain_order=True).agg(
        samples=pl.len()
    )
    several = by_batch.group_by(IDENTITY, maintain_order=True).agg(
        batches=pl.len(), samples=pl.col("samples").median()
    )
    value = pl.col("value")
    most = value.unique_counts().max() / pl.len()
    described = (
        observations.sort(*IDENTITY, "production_order")
        .group_by(IDENTITY, maintain_order=True)
        .agg(
            values=value.n_unique(),
            mean=value.mean(),
            common=most,
            censored=(pl.col("side") != 0).mean(),
            is_whole=((value == value.round(0)) & (value >= 0)).all(),
            is_counted_in=pl.col("size").is_not_null().all(),
            unit=pl.col("unit").drop_nulls().last(),
            low=pl.col("low").drop_nulls().last(),
            high=pl.col("high").drop_nulls().last(),
            is_room=pl.col("is_room").any(),
        )
    )
    return described.join(several, on=IDENTITY).sort(IDENTITY)


def nature_of(row: Mapping[str, Any]) -> Nature:
    """Choose the chart of one quantity of one product.

    Args:
        row: One of ``summaries``.

    Examples:
        >>> row = {"values": 40, "mean": 3.0, "common": 0.1, "censored": 0.0, "is_whole": False,
        ...     "is_counted_in": False, "samples": 1.0, "quantity": "assay_pct"}
        >>> nature_of(row).chart
        'i_mr'
    """
    is_count = row["is_counted_in"] or (row["is_whole"] and _is_count(row["quantity"]))
    # From the plainest: the first that fits decides.
    kinds = (
        (row["values"] == 1, None, "every batch has the same value: nothing to watch"),
        (
            is_count and row["mean"] < FEW_COUNTED,
            "g",
            "counts are rare: batches from one to the next tell more",
        ),
        (
            row["is_counted_in"],
            "laney_p",
            "counts in varying sizes, which scatter more than chance",
        ),
        (
            row["censored"] > RARE_SHARE,
            "g",
            "most results lie beyond the reporting limit: the others are events",
        ),
        (
            row["censored"] > 0,
            "i_mr_censored",
            "some results lie beyond the reporting limit: by likelihood",
        ),
        (is_count, "laney_u", "counts per batch, which scatter more than chance"),
        (
            row["common"] >= SET_POINT_SHARE,
            None,
            f"a set-point: {row['common']:.0%} of batches have one value",
        ),
        (
            row["samples"] >= 2,
            "three_way",
            "several samples a batch: between and within batches apart",
        ),
    )
    usual = Nature("i_mr", "one value a batch: limits by an autoregression, which memory widens")
    return next((Nature(chart, why) for fits, chart, why in kinds if fits), usual)


def _is_count(quantity: str) -> bool:
    return bool(pl.Series([quantity]).str.contains(COUNTED)[0])
