"""Hold times to failure: does material held longer between two steps fail more often.

How long held material would last is never seen, only whether it had failed by the end of its hold:
current-status data. A Weibull life of the hold makes the complementary log-log of the failure
probability linear in the log of the hold; its slope is the shape, and a slope of zero means that
the hold does not matter.
"""

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from assets.statistics.array_types import BoolArray, IntArray
from assets.statistics.dependence import difference_interval
from assets.statistics.reliability.current_status import current_status_shape
from assets.statistics.resampling.multiplicity import holm
from assets.time_to_failure.curves.weibull_fits import FEWEST_EVENTS
from data_contracts.codes.records import HoldVerdict
from data_contracts.profile_schema.rule_names.defining_events import is_defining
from data_contracts.tables import table

ALPHA = 0.05
SHORTEST_H = 1 / 60


def hold_times(
    phases: pl.DataFrame,
    outcomes: pl.DataFrame,
    batches: pl.DataFrame,
    defining_events: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> pl.DataFrame:
    """Relate the holds between consecutive steps to every outcome.

    Batches of one campaign are not independent: likelihoods are divided by the design effect of
    campaigns on the slope, where that is above 1.

    Args:
        phases: ``core.phases``.
        outcomes: ``core.outcomes``; batches whose result is not known are left out.
        batches: ``core.batches``, for their campaigns; a batch without one stands alone.
        defining_events: Kinds of event that define an outcome, by outcome; a hold among them is not
            asked about.

    Returns:
        ``finding.hold_times``: one row per hold and outcome; shape and hazard ratio per doubling of
        the hold with 95% intervals from the profile of the likelihood, likelihood-ratio p-values,
        also adjusted over all rows (Holm 1979); failure shares of the quarter held longest and of
        the others with Newcombe's interval of their difference, counts divided by the design effect
        of campaigns. Empty without dated phases.
    """
    known = outcomes.drop_nulls("is_failure").select("batch_id", "outcome", "is_failure")
    campaigns = batches.select("batch_id", cluster=pl.coalesce("campaign_id", "batch_id"))
    rows = [
        _row((str(key[0]), str(key[1]), str(key[2])), part)
        for key, part in holds(phases)
        .join(known, on="batch_id")
        .join(campaigns, on="batch_id")
        .sort("from_step", "to_step", "outcome", "batch_id")
        .group_by("from_step", "to_step", "outcome", maintain_order=True)
        if not is_defining(f"hold.{key[0]}_to_{key[1]}", defining_events.get(str(key[2]), ()))
    ]
    adjusted = holm(np.array([row.get("p_value", np.nan) for row in rows]))
    for row, p_adjusted in zip(rows, adjusted, strict=True):
        row["p_adjusted"] = p_adjusted
        row["verdict"], row["reason"] = _verdict(row)
    return table("finding.hold_times", rows)


def holds(phases: pl.DataFrame) -> pl.DataFrame:
    """Return how long each batch was held between consecutive unit procedures.

    Args:
        phases: ``core.phases``.

    Returns:
        One row per batch and pair of steps that most of its batches run one after the other:
        from_step, to_step, hold_h from the last end of one to the first start of the next, at
        least a minute. Overlapping steps have no hold.
    """
    steps = (
        phases.drop_nulls("started_at")
        .group_by("batch_id", "unit_procedure")
        .agg(
            pl.col("started_at").min(),
            pl.coalesce("ended_at", "started_at").max().alias("ended_at"),
        )
        .sort("batch_id", "started_at", "unit_procedure")
    )
    following = [
        pl.col(name).shift(-1).over("batch_id") for name in ("unit_procedure", "started_at")
    ]
    pairs = steps.select(
        "batch_id",
        from_step="unit_procedure",
        to_step=following[0],
        hold_h=(following[1] - pl.col("ended_at")).dt.total_microseconds() / 3.6e9,
    ).drop_nulls()
    usual = (
        pairs.group_by("from_step", "to_step")
        .len()
        .filter(pl.col("len") >= phases["batch_id"].n_unique() / 2)
    )
    return (
        pairs.filter(pl.col("hold_h") >= 0)
        .join(usual.drop("len"), on=["from_step", "to_step"])
        .with_columns(pl.col("hold_h").clip(lower_bound=SHORTEST_H))
    )


def _row(key: tuple[str, str, str], rows: pl.DataFrame) -> dict[str, Any]:
    from_step, to_step, outcome = key
    hold_h = rows["hold_h"].to_numpy()
    has_failed = rows["is_failure"].to_numpy().astype(bool)
    cluster = (rows["cluster"].rank("dense").cast(pl.Int64) - 1).to_numpy()
    row: dict[str, Any] = {
        "hold": f"{from_step} to {to_step}",
        "outcome": outcome,
        "from_step": from_step,
        "to_step": to_step,
        "batches": hold_h.size,
        "failures": int(has_failed.sum()),
        "median_h": float(np.median(hold_h)),
        "p95_h": float(np.quantile(hold_h, 0.95)),
    }
    is_long = hold_h > np.quantile(hold_h, 0.75)
    if is_long.any() and not is_long.all():
        row |= _shares(has_failed, is_long, cluster)
    too_few = min(row["failures"], hold_h.size - row["failures"]) < FEWEST_EVENTS
    if too_few or np.ptp(hold_h) == 0:
        return row
    fit = current_status_shape(np.log(hold_h), has_failed, cluster)
    if fit is None:
        return row
    shapes = {"": fit.shape, "_low": fit.shape_low, "_high": fit.shape_high}
    ratios = {f"hazard_ratio_per_doubling{end}": 2**shape for end, shape in shapes.items()}
    return row | asdict(fit) | ratios


def _shares(has_failed: BoolArray, is_long: BoolArray, cluster: IntArray) -> dict[str, float]:
    low, high = difference_interval(has_failed, is_long, cluster)
    shares = [float(has_failed[part].mean()) for part in (is_long, ~is_long)]
    return {
        "failure_share_longest_quarter": shares[0],
        "failure_share_others": shares[1],
        "share_difference": shares[0] - shares[1],
        "share_difference_low": low,
        "share_difference_high": high,
    }


def _verdict(row: dict[str, Any]) -> tuple[str, str]:
    if "shape" not in row:
        return HoldVerdict.TOO_FEW_EVENTS, (
            f"{row['failures']} failures among {row['batches']} batches do not tell whether the "
            "hold matters."
        )
    if row["p_adjusted"] > ALPHA:
        return (
            HoldVerdict.NOT_SHOWN,
            "No association with the hold once all questions asked are counted.",
        )
    way = "longer" if row["shape"] > 0 else "shorter"
    ratio = row["hazard_ratio_per_doubling"]
    return f"{way}_is_riskier", (
        f"Batches held {way} failed more often: the hazard goes with a factor of {ratio:.1f} per "
        "doubling of the hold. An association, no proof of cause."
    )
