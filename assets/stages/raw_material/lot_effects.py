"""``finding.lot_effects`` and ``finding.supplier_effects``: which lots and suppliers differ."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from assets.stages.raw_material.material_means import LOT, release_results
from assets.statistics.regression.shrunken_means import ShrunkenMeans, shrunken_means
from assets.statistics.resampling.multiplicity import holm
from data_contracts.codes.stages import LotVerdict
from data_contracts.tables import table

Z90 = 1.645
ALPHA = 0.05
FEWEST = 10  # batches, or lots, of a material


def lot_effects(
    batches: pl.DataFrame, lab_results: pl.DataFrame, material_usage: pl.DataFrame
) -> pl.DataFrame:
    """Compare the lots of every material by the results of the batches they went into.

    Results count by their rank within the product, as normal scores, so that products may be taken
    together and one extreme result does not make a lot. Where a batch took several lots it counts
    for each.

    Args:
        batches: ``core.batches``.
        lab_results: ``core.lab_results``.
        material_usage: ``core.material_usage``.

    Returns:
        ``finding.lot_effects``: a row per lot and release test.
    """
    used = _used(batches, lab_results, material_usage)
    rows = [
        row
        for _, part in used.group_by("material", "test", maintain_order=True)
        for row in _rows(part, LOT[1:])
    ]
    return table("finding.lot_effects", _judged(rows, "batches"))


def supplier_effects(
    batches: pl.DataFrame, lab_results: pl.DataFrame, material_usage: pl.DataFrame
) -> pl.DataFrame:
    """Compare suppliers by the means of their lots: lots, not batches, are what is independent.

    Args:
        batches: ``core.batches``.
        lab_results: ``core.lab_results``.
        material_usage: ``core.material_usage``.

    Returns:
        ``finding.supplier_effects``: a row per supplier and release test, of materials that come
        from two or more.
    """
    used = _used(batches, lab_results, material_usage)
    of_lots = used.group_by(*LOT, "test", maintain_order=True).agg(
        pl.col("residual").mean(), pl.col("unit").first()
    )
    rows = [
        row
        for _, part in of_lots.group_by("material", "test", maintain_order=True)
        for row in _rows(part, LOT[1:2])
    ]
    return table("finding.supplier_effects", _judged(rows, "lots"))


def _used(
    batches: pl.DataFrame, lab_results: pl.DataFrame, material_usage: pl.DataFrame
) -> pl.DataFrame:
    product = pl.coalesce("product", pl.lit("all")).alias("product")
    results = release_results(lab_results).join(batches.select("batch_id", product), on="batch_id")
    of_product = ["product", "test"]
    share = (pl.col("value").rank("average") - 0.5) / pl.len()
    standard = results.with_columns(share=share.over(of_product)).with_columns(
        residual=pl.col("share").map_batches(_normal_scores, return_dtype=pl.Float64)
    )
    lots = material_usage.drop_nulls("lot").with_columns(pl.col("supplier").fill_null("unknown"))
    return (
        lots.select("batch_id", *LOT)
        .unique()
        .join(standard, on="batch_id")
        .sort(*LOT, "test", "batch_id")
    )


def _normal_scores(share: pl.Series) -> pl.Series:
    from scipy.special import ndtri

    return pl.Series(ndtri(share.to_numpy()))


def _rows(part: pl.DataFrame, names: list[str]) -> Iterator[dict[str, Any]]:
    keys = part.select(names).unique(maintain_order=True)
    if part.height < FEWEST or keys.height < 2:
        return
    codes = part.join(keys.with_row_index("code"), on=names, how="left", maintain_order="left")
    found = shrunken_means(
        codes["code"].cast(pl.Int64).to_numpy(), part["residual"].to_numpy().astype(np.float64)
    )
    if found is None:
        return
    count = np.bincount(codes["code"].to_numpy())
    fixed = {"material": part["material"][0], "test": part["test"][0]}
    for k, own in enumerate(keys.iter_rows(named=True)):
        yield fixed | own | _effect(found, k) | {"count": int(count[k])}


def _effect(found: ShrunkenMeans, k: int) -> dict[str, Any]:
    from scipy.special import stdtr

    effect, half = float(found.effect[k]), Z90 * float(found.sd[k])
    t = float(found.t[k])
    return {
        "effect_sd": effect,
        "effect_low": effect - half,
        "effect_high": effect + half,
        "raw_sd": float(found.raw[k]),
        "between_sd": found.between,
        "p_value": 2 * float(stdtr(found.degrees, -abs(t))) if np.isfinite(t) else None,
    }


def _judged(rows: list[dict[str, Any]], counted: str) -> list[dict[str, Any]]:
    """Correct over everything compared, and put into words."""
    p_values = np.array([np.nan if r["p_value"] is None else r["p_value"] for r in rows])
    for row, family in zip(rows, holm(p_values) if rows else p_values, strict=True):
        is_told = bool(family <= ALPHA) and row["effect_low"] * row["effect_high"] > 0
        row["p_value_family"] = None if np.isnan(family) else float(family)
        row["verdict"] = LotVerdict.DIFFERS if is_told else LotVerdict.NOT_TOLD
        count = row.pop("count")
        row[counted] = count
        row["reason"] = (
            f"{count} {counted}: {row['effect_sd']:+.2f} sd of the test after shrinkage "
            f"({row['raw_sd']:+.2f} before)"
            + ("." if is_told else "; not told from chance among all compared.")
        )
    return rows
