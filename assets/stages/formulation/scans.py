"""Spectra as arrays: scans on one grid of wavelengths, in order of time."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.statistics.array_types import FloatArray


@dataclass(frozen=True)
class Scans:
    """Scans of one instrument setting.

    Attributes:
        keys: ``batch_id``, ``sample_no``, ``scanned_at``, one row per scan, in order of time.
        wavelengths_nm: (wavelengths,), ascending.
        absorbance: (scans, wavelengths).
    """

    keys: pl.DataFrame
    wavelengths_nm: FloatArray
    absorbance: FloatArray


def scans(spectra: pl.DataFrame) -> Scans:
    """Arrange points of spectra.

    Scans that lack a wavelength most others have, or have others, are left out: they were taken
    with another setting.

    Args:
        spectra: ``core.spectra``.
    """
    points = spectra.sort("wavelength_nm")
    whole = points.group_by("batch_id", "sample_no", maintain_order=True).agg(
        pl.col("scanned_at").first(), grid=pl.col("wavelength_nm"), absorbance=pl.col("absorbance")
    )
    if whole.is_empty():
        keys = whole.select("batch_id", "sample_no", "scanned_at")
        return Scans(keys, np.empty(0), np.empty((0, 0)))
    usual = (
        whole.group_by("grid", maintain_order=True)
        .len()
        .sort("len", "grid", descending=[True, False])["grid"][0]
    )
    same = (
        whole.filter(pl.col("grid").list.len() == len(usual))
        .filter(pl.col("grid") == usual.to_list())
        .sort("scanned_at", "batch_id", "sample_no")
    )
    return Scans(
        same.select("batch_id", "sample_no", "scanned_at"),
        usual.to_numpy(),
        np.array(same["absorbance"].to_list(), dtype=np.float64),
    )
