"""Hold times to failure: does material held longer between two steps fail more often.

How long held material would last is never seen, only whether it had failed by the end of its hold:
current-status data. A Weibull life of the hold makes the complementary log-log of the failure
probability linear in the log of the hold; its slope is the shape, and a slope of zero means that
the hold does not matter.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.dependence import difference_interval
from assets.time_to_failure.curves.weibull_fits import FEWEST_EVENTS, holm

ALPHA = 0.05
Z95 = 1.959963984540054
SHORTEST_H = 1 / 60
STEPS, STEEPEST = 50, 5.0
SCHEMA = {
    "hold": pl.String(),
    "outcome": pl.String(),
    "from_step": pl.String(),
    "to_step": pl.String(),
    "batches": pl.Int64(),
    "failures": pl.Int64(),
    "median_h": pl.Float64(),
    "p95_h": pl.Float64(),
    "shape": pl.Float64(),
    "shape_low": pl.Float64(),
    "shape_high": pl.Float64(),
    "hazard_ratio_per_doubling": pl.Float64(),
    "hazard_ratio_per_doubling_low": pl.Float64(),
    "hazard_ratio_per_doubling_high": pl.Float64(),
    "design_effect": pl.Float64(),
    "p_value": pl.Float64(),
    "p_adjusted": pl.Float64(),
    "failure_share_longest_quarter": pl.Float64(),
    "failure_share_others": pl.Float64(),
    "share_difference": pl.Float64(),
    "share_difference_low": pl.Float64(),
    "share_difference_high": pl.Float64(),
    "verdict": pl.String(),
    "reason": pl.String(),
}


def hold_times(phases: pl.DataFrame, outcomes: pl.DataFrame, batches: pl.DataFrame) -> pl.DataFrame:
    """Relate the holds between consecutive steps to every outcome.

    Batches of one campaign are not independent: likelihoods are divided by the design effect of
    campaigns on the slope, where that is above 1.

    Args:
        phases: ``core.phases``.
        outcomes: ``core.outcomes``; batches whose result is not known are left out.
        batches: ``core.batches``, for their campaigns; a batch without one stands alone.

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
    ]
    frame = pl.DataFrame(rows, schema=SCHEMA)
    frame = frame.with_columns(p_adjusted=holm(frame["p_value"]))
    judged = [_verdict(row) for row in frame.iter_rows(named=True)]
    return frame.with_columns(
        verdict=pl.Series([each[0] for each in judged], dtype=pl.String),
        reason=pl.Series([each[1] for each in judged], dtype=pl.String),
    ).sort("hold", "outcome")


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


def slope_fit(
    log_hold: FloatArray, has_failed: BoolArray, cluster: IntArray
) -> dict[str, float] | None:
    """Fit the shape of a Weibull hold from current-status data.

    Args:
        log_hold: Log of the hold in hours, varying.
        has_failed: Whether the batch had failed, at least one and not all.
        cluster: Code of the campaign of each batch.

    Returns:
        design_effect, and shape with its 95% profile-likelihood interval and likelihood-ratio
        p-value against a shape of zero; None where the likelihood has no maximum within a slope of
        5 either way.

    Source: Sun (2006), The Statistical Analysis of Interval-censored Failure Time Data, section
        5.3; the complementary log-log link of current-status data under proportional hazards.
    """
    from scipy.optimize import brentq, minimize_scalar
    from scipy.stats import chi2

    centred = log_hold - log_hold.mean()

    def profile(shape: float) -> float:
        return _best_intercept(shape * centred, has_failed)[1]

    found = minimize_scalar(
        lambda shape: -profile(shape), bounds=(-STEEPEST, STEEPEST), method="bounded"
    )
    shape, peak = float(found.x), -float(found.fun)
    if abs(shape) > STEEPEST - 0.01:
        return None

    intercept = _best_intercept(shape * centred, has_failed)[0]
    deff = max(1.0, _design_effect(intercept + shape * centred, centred, has_failed, cluster))
    critical = float(chi2.ppf(0.95, 1))

    def drop(at: float) -> float:
        return 2 * (peak - profile(at)) / deff - critical

    edges = [
        edge if drop(edge) < 0 else brentq(drop, *sorted((edge, shape)), xtol=1e-6)
        for edge in (shape - 2 * STEEPEST, shape + 2 * STEEPEST)
    ]
    statistic = max(0.0, 2 * (peak - profile(0.0))) / deff
    return {
        "design_effect": deff,
        "shape": shape,
        "shape_low": float(edges[0]),
        "shape_high": float(edges[1]),
        "p_value": float(chi2.sf(statistic, 1)),
    }


def _best_intercept(offset: FloatArray, has_failed: BoolArray) -> tuple[float, float]:
    """Best intercept at a slope, by Newton's method on a concave function; its log-likelihood."""
    share = has_failed.mean()
    intercept = float(np.log(-np.log1p(-share)))
    for _ in range(STEPS):
        hazard = np.exp(np.clip(intercept + offset, -30.0, 5.0))
        odds = hazard / np.expm1(np.clip(hazard, 1e-12, 50.0))
        gradient = float(np.where(has_failed, odds, -hazard).sum())
        bend = np.where(has_failed, odds * (1 - hazard - odds), -hazard)
        step = gradient / max(1e-9, -float(bend.sum()))
        intercept += float(np.clip(step, -1.0, 1.0))
        if abs(step) < 1e-9:
            break
    hazard = np.exp(np.clip(intercept + offset, -30.0, 5.0))
    likelihood = np.where(has_failed, np.log(-np.expm1(-hazard)), -hazard).sum()
    return intercept, float(likelihood)


def _design_effect(
    predictor: FloatArray, centred: FloatArray, has_failed: BoolArray, cluster: IntArray
) -> float:
    """Variance of the slope between clusters over that between independent batches."""
    hazard = np.exp(np.clip(predictor, -30.0, 5.0))
    residual = np.where(has_failed, hazard / np.expm1(hazard), -hazard)
    weight = hazard / hazard.sum()
    scores = residual * (centred - (weight * centred).sum())
    between = np.bincount(cluster, weights=scores)
    return float((between**2).sum() / (scores**2).sum())


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
    fitted = (
        None if too_few or np.ptp(hold_h) == 0 else slope_fit(np.log(hold_h), has_failed, cluster)
    )
    return row if fitted is None else row | fitted | dict(_ratios(fitted))


def _ratios(fitted: dict[str, float]) -> Iterator[tuple[str, float]]:
    for end in ("", "_low", "_high"):
        yield f"hazard_ratio_per_doubling{end}", float(2 ** fitted[f"shape{end}"])


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
    if row["shape"] is None:
        return "too_few_events", (
            f"{row['failures']} failures among {row['batches']} batches do not tell whether the "
            "hold matters."
        )
    if row["p_adjusted"] > ALPHA:
        return "not_shown", "No association with the hold once all questions asked are counted."
    way = "longer" if row["shape"] > 0 else "shorter"
    ratio = row["hazard_ratio_per_doubling"]
    return f"{way}_is_riskier", (
        f"Batches held {way} failed more often: the hazard goes with a factor of {ratio:.1f} per "
        "doubling of the hold. An association, no proof of cause."
    )
