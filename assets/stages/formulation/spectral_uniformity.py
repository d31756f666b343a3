"""``finding.spectral_uniformity``: how alike the samples of a batch are by their spectra."""

from typing import Any

import numpy as np
import polars as pl

from assets.stages.formulation.scans import scans
from assets.statistics.array_types import FloatArray
from data_contracts.codes.stages import ScanVerdict
from data_contracts.tables import table

NAME = "finding.spectral_uniformity"
LABORATORY = "^blend_uniformity.*(rsd|cv)"
LEVEL = 0.9


def spectral_uniformity(
    spectra: pl.DataFrame, scan_validity: pl.DataFrame, lab_results: pl.DataFrame
) -> pl.DataFrame:
    """Compare the samples of every batch by the height of what absorbs, before the laboratory does.

    The height of a scan is its slope on the mean spectrum once offsets are out (the factor that
    multiplicative scatter correction divides by).

    Args:
        spectra: ``core.spectra``.
        scan_validity: ``finding.scan_validity``; invalid scans are left out.
        lab_results: ``core.lab_results``; a relative deviation (rsd, cv) of blend_uniformity is
            what the laboratory says of the same, its mean is not.

    Returns:
        ``finding.spectral_uniformity``: a row per batch with two valid scans that absorb.
    """
    taken = scans(spectra)
    if not len(taken.absorbance):
        return table(NAME)
    said = taken.keys.join(scan_validity, on=["batch_id", "sample_no"], how="left")["verdict"]
    is_valid = (said != ScanVerdict.INVALID).fill_null(True).to_numpy()
    heights = taken.keys.with_columns(height=pl.Series(_heights(taken.absorbance, is_valid)))
    laboratory = (
        lab_results.filter(pl.col("test").str.contains(LABORATORY))
        .sort("batch_id", "test")
        .group_by("batch_id", maintain_order=True)
        .agg(laboratory_rsd_pct=pl.col("value").first(), resulted_at=pl.col("resulted_at").min())
    )
    found = (
        heights.filter(pl.Series(is_valid))
        .group_by("batch_id", maintain_order=True)
        .agg(
            scans=pl.len(),
            scanned_at=pl.col("scanned_at").max(),
            rsd_pct=100 * pl.col("height").std() / pl.col("height").mean().abs(),
        )
        .filter(pl.col("scans") > 1, pl.col("rsd_pct").is_finite())
        .join(laboratory, on="batch_id", how="left")
        .with_columns(
            ahead_h=(pl.col("resulted_at") - pl.col("scanned_at")).dt.total_seconds() / 3600
        )
    )
    bounds = [_interval(rsd, count) for rsd, count in found.select("rsd_pct", "scans").iter_rows()]
    low, high = ([ends[k] for ends in bounds] for k in (0, 1))
    return table(
        NAME,
        found.drop("resulted_at").with_columns(
            rsd_low=pl.Series(low, dtype=pl.Float64), rsd_high=pl.Series(high, dtype=pl.Float64)
        ),
    )


def _heights(absorbance: FloatArray, is_valid: Any) -> FloatArray:
    reference = absorbance[is_valid].mean(axis=0) if is_valid.any() else absorbance.mean(axis=0)
    shape = reference - reference.mean()
    square = float(shape @ shape)
    centred = absorbance - absorbance.mean(axis=1, keepdims=True)
    return np.asarray(centred @ shape / square) if square > 0 else np.zeros(len(absorbance))


def _interval(rsd: float, count: int) -> tuple[float, float]:
    """Chi-square interval of a standard deviation."""
    from scipy.special import chdtri

    tails = (chdtri(count - 1, p) for p in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    low, high = (rsd * float(np.sqrt((count - 1) / tail)) for tail in tails)
    return low, high
