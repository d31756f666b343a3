"""``finding.balance_drift``: balances whose weighings began to drift, and when."""

from math import ceil
from typing import Any

import numpy as np
import polars as pl

from assets.statistics.regression.ramp_onset import DRAWS, RampOnset, ramp_onset
from assets.statistics.resampling.multiplicity import bonferroni
from data_contracts.codes.stages import BalanceVerdict
from data_contracts.tables import table

NAME = "finding.balance_drift"
FEWEST_WEIGHINGS = 50
ALPHA = 0.05
MONTH_D = 30.44


def balance_drift(weighings: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Look for a ramp in the relative error of every balance.

    What a balance shows is beside its target, not beside a check weight: a drift it shows itself
    (a tare, a feeder, a habit) is seen, one that its reading shares is not.

    Args:
        weighings: ``core.weighings``.
        seed: Of the permutations.

    Returns:
        ``finding.balance_drift``: a row per balance.
    """
    told = (
        weighings.drop_nulls(["scale_id", "weighed_at", "target", "actual"])
        .filter(pl.col("target") > 0)
        .with_columns(error_pct=100 * (pl.col("actual") / pl.col("target") - 1))
        .sort("weighed_at", "batch_id", "material", "weighing_no")
    )
    parts = told.partition_by("scale_id", maintain_order=True)
    level = bonferroni(ALPHA, len(parts))
    # so many that the least p-value lies below the level of each, however many balances there are
    draws = max(DRAWS, ceil(1 / level))
    return table(NAME, [_row(part, seed, level, draws) for part in parts])


def _row(part: pl.DataFrame, seed: int, level: float, draws: int) -> dict[str, Any]:
    error = part["error_pct"].to_numpy()
    tolerance = part["tolerance_pct"].cast(pl.Float64)
    used = (part["error_pct"].abs() / tolerance).filter(tolerance > 0)
    row = {
        "scale_id": part["scale_id"][0],
        "weighings": part.height,
        "mean_error_pct": float(error.mean()),
        "sd_error_pct": float(error.std(ddof=1)) if part.height > 1 else None,
        "outside_tolerance": int((part["error_pct"].abs() > tolerance).sum()),
        "tolerance_used_p95": used.quantile(0.95, "linear"),
    }
    first = part["weighed_at"][0]
    if part.height < FEWEST_WEIGHINGS or np.ptp(error) == 0 or part["weighed_at"][-1] == first:
        words = f"{part.height} weighings do not tell a drift."
        return row | {"verdict": BalanceVerdict.TOO_FEW, "reason": words}
    days = (part["weighed_at"] - first).dt.total_seconds().to_numpy() / 86400
    return row | _told(ramp_onset(days, error, seed, draws=draws), first, level)


def _told(found: RampOnset, first: Any, level: float) -> dict[str, Any]:
    from datetime import timedelta

    is_drift = found.p_value <= level
    per_month = MONTH_D * found.slope
    words = (
        f"Its error moves by {per_month:+.3f} % of load a month since about day {found.onset:.0f}."
        if is_drift
        else "No drift told from chance."
    )
    at = {
        name: first + timedelta(days=value)
        for name, value in (
            ("onset_at", found.onset), ("onset_low_at", found.low), ("onset_high_at", found.high)
        )
    } if is_drift else {}  # fmt: skip
    return at | {
        "drift_pct_per_month": per_month,
        "p_value": found.p_value,
        "verdict": BalanceVerdict.DRIFTS if is_drift else BalanceVerdict.STEADY,
        "reason": words,
    }
