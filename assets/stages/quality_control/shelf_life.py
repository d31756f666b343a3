"""``finding.shelf_life``: until when each product stays inside its limits on storage (ICH Q1E)."""

from math import isfinite, isnan
from typing import Any

import polars as pl

from assets.stages.quality_control.stability_groups import StabilityGroup, with_products
from assets.statistics.stability.batch_lines import BatchLine, PooledLines, pooled_lines
from assets.statistics.stability.shelf_life import proposable_months, shortest_shelf_life
from data_contracts.codes.stages import ShelfLifeVerdict
from data_contracts.tables import table

NAME = "finding.shelf_life"
FEWEST_BATCHES = 3  # ICH Q1A 2.2.3
LEVEL = 0.95


def shelf_life(stability_results: pl.DataFrame, batches: pl.DataFrame) -> pl.DataFrame:
    """Fit lines of degradation, pool batches where Q1E allows it, and say when a limit is met.

    Args:
        stability_results: ``core.stability_results``.
        batches: ``core.batches``.

    Returns:
        ``finding.shelf_life``: a row per product, test and condition with results.
    """
    found = with_products(stability_results, batches)
    coolest = pl.col("temperature_c").min().over("product", "test")
    found = found.with_columns(is_long_term=(pl.col("temperature_c") == coolest).fill_null(True))
    keys = ["product", "test", "condition"]
    rows = [
        dict(zip(keys, key, strict=True)) | _row(part)
        for key, part in found.group_by(keys, maintain_order=True)
    ]
    return table(NAME, rows)


def _row(part: pl.DataFrame) -> dict[str, Any]:
    group = StabilityGroup.of(part).of_longer_studies()
    # a batch that no line is fitted to covers nothing
    covered = group.frame["month"].max() if group.batch_ids else part["month"].max()
    is_long_term = bool(part["is_long_term"].all())
    low, high = part["spec_low"].max(), part["spec_high"].min()
    row = {
        "is_long_term": is_long_term,
        "batches": len(group.batch_ids),
        "results": group.value.size,
        "months_covered": covered,
        "unit": part["unit"].drop_nulls().first(),
        "spec_low": low,
        "spec_high": high,
    }
    if group.value.size <= 2 * len(group.batch_ids):
        return row | {
            "verdict": ShelfLifeVerdict.TOO_FEW_RESULTS,
            "reason": "No batch has three results yet: no line is fitted.",
        }
    pooled = pooled_lines(group.batch, group.month, group.value)
    life, place = (None, 0)
    if low is not None or high is not None:
        life, place = shortest_shelf_life(pooled.lines, _number(low), _number(high))
    return row | _fitted(pooled, place, group) | _judged(row, life, pooled.model)


def _fitted(pooled: PooledLines, place: int, group: StabilityGroup) -> dict[str, Any]:
    line = pooled.lines[place]
    half = _half_width(line)
    return {
        "model": pooled.model,
        "p_batch": None if isnan(pooled.p_batch) else pooled.p_batch,
        "p_batch_time": None if isnan(pooled.p_batch_time) else pooled.p_batch_time,
        "limiting_batch_id": group.batch_ids[place],
        "slope_per_month": line.slope,
        "slope_low": line.slope - half,
        "slope_high": line.slope + half,
    }


def _half_width(line: BatchLine) -> float:
    from scipy.special import stdtrit

    quantile = float(stdtrit(line.degrees, (1 + LEVEL) / 2))
    return quantile * line.sigma * float(line.covariance[1, 1] ** 0.5)


def _judged(row: dict[str, Any], life: float | None, model: str) -> dict[str, Any]:
    covered = float(row["months_covered"])
    if life is None:
        return {
            "verdict": ShelfLifeVerdict.NO_LIMIT,
            "reason": "The results have no limit: the slope is told, no shelf life.",
        }
    meets = f"meets its limit after {life:.1f} months" if isfinite(life) else "never meets a limit"
    words = (
        f"With 95% confidence the mean of the worst batch {meets} ({model}, {row['batches']} "
        f"batches, results up to {covered:g} months)."
    )
    told = {"shelf_life_months": life if isfinite(life) else None}
    if row["batches"] < FEWEST_BATCHES:
        verdict = ShelfLifeVerdict.TOO_FEW_BATCHES
        words += " Q1E asks for three batches: no shelf life is proposed."
    else:
        is_within = life < covered
        verdict = ShelfLifeVerdict.WITHIN_DATA if is_within else ShelfLifeVerdict.BEYOND_DATA
        if row["is_long_term"]:
            told["proposable_months"] = proposable_months(life, covered)
    return told | {"verdict": verdict, "reason": words}


def _number(limit: Any) -> float | None:
    return None if limit is None else float(limit)
