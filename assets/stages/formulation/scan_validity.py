"""``finding.scan_validity``: which scans look like those the calibration was made of."""

import numpy as np
import polars as pl

from assets.stages.formulation.scans import Scans, scans
from assets.statistics.spectroscopy.validity import (
    CHECKS,
    FOLDS,
    SATURATED_RUN,
    SpectrumValidity,
    validity_model,
)
from data_contracts.codes.stages import ScanVerdict
from data_contracts.tables import table

NAME = "finding.scan_validity"
CALIBRATION_SHARE = 0.5
FEWEST_SCANS = 40
WORDS = {
    "t2": "further from the mean of valid scans than these lie, in their own directions (T2)",
    "q": "of a shape valid scans do not have (Q): another product, or wavelengths shifted",
    "noise": "rougher from wavelength to wavelength than valid scans",
    "level": "darker or lighter as a whole than valid scans",
}


def scan_validity(spectra: pl.DataFrame) -> pl.DataFrame:
    """Judge every scan by the earlier half, and each of that half by the rest of it.

    Args:
        spectra: ``core.spectra``.

    Returns:
        ``finding.scan_validity``: a row per scan on the usual grid of wavelengths.
    """
    taken = scans(spectra)
    count, wavelengths = taken.absorbance.shape
    if count < FEWEST_SCANS or wavelengths < SATURATED_RUN:
        words = (
            f"Fewer than {FEWEST_SCANS} scans, or than {SATURATED_RUN} wavelengths: what a valid "
            "one looks like is not told."
        )
        return table(
            NAME, taken.keys.with_columns(verdict=pl.lit(ScanVerdict.TOO_FEW), reason=pl.lit(words))
        )
    return table(NAME, _judged(taken, max(FEWEST_SCANS, int(CALIBRATION_SHARE * count))))


def _judged(taken: Scans, first: int) -> pl.DataFrame:
    distance = np.empty((len(taken.absorbance), len(CHECKS)))
    is_saturated = np.zeros(len(taken.absorbance), dtype=bool)
    place = np.arange(len(taken.absorbance))
    parts = [(place >= first, place < first)]
    parts += [
        ((place < first) & (place % FOLDS == one), (place < first) & (place % FOLDS != one))
        for one in range(FOLDS)
    ]
    for asked, learned in parts:
        if asked.any():
            found = validity_model(taken.absorbance[learned]).judged(taken.absorbance[asked])
            distance[asked], is_saturated[asked] = found.distance, found.is_saturated
    age = (taken.keys["scanned_at"] - taken.keys["scanned_at"][first - 1]).dt.total_seconds()
    is_valid = SpectrumValidity(distance, is_saturated).is_valid
    return taken.keys.with_columns(
        *(pl.Series(f"{name}_over_limit", distance[:, k]) for k, name in enumerate(CHECKS)),
        is_saturated=pl.Series(is_saturated),
        calibration_age_d=(age / 86400).clip(0),
        verdict=pl.Series(np.where(is_valid, ScanVerdict.VALID, ScanVerdict.INVALID)),
        reason=pl.Series([_reason(*one) for one in zip(distance, is_saturated, strict=True)]),
    )


def _reason(distance: np.typing.NDArray[np.float64], is_saturated: np.bool_) -> str:
    found = [WORDS[name] for name, over in zip(CHECKS, distance, strict=True) if over > 1]
    if is_saturated:
        found.insert(0, "at the end of the detector's range over neighbouring wavelengths")
    if not found:
        return "Looks like the scans the calibration is made of."
    return f"The scan is {'; '.join(found)}."
