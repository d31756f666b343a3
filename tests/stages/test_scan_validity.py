"""Scans of blends with spoilt ones among them, and what the good ones say of uniformity."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from assets.stages.formulation.scan_validity import scan_validity
from assets.stages.formulation.spectral_uniformity import spectral_uniformity
from data_contracts.tables import table

START = datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None)
NM = np.arange(1100.0, 1900.0, 20.0)
SPOILT = {"other": ("B60", 1), "shifted": ("B61", 1), "saturated": ("B62", 1), "noisy": ("B63", 1)}


def spectra(batches=70, samples=3, seed=1, spread=0.02, spoil=True):
    draws = np.random.default_rng(seed)
    rows = []
    for i in range(1, batches + 1):
        for sample in range(1, samples + 1):
            peak = np.exp(-0.5 * ((NM - 1480) / 60) ** 2)
            height = 0.25 * (1 + spread * draws.standard_normal())
            at = 0.35 + 0.01 * draws.standard_normal() + 0.2 * (NM - 1100) / 800
            kind = [k for k, v in SPOILT.items() if spoil and v == (f"B{i}", sample)]
            if kind == ["other"]:
                peak = peak + 0.3 * np.exp(-0.5 * ((NM - 1700) / 40) ** 2)
            scan = at + height * peak + 0.0008 * draws.standard_normal(NM.size)
            if kind == ["shifted"]:
                scan = np.interp(NM - 20, NM, scan)
            if kind == ["saturated"]:
                scan = np.minimum(scan, 0.6)
            if kind == ["noisy"]:
                scan = scan + 0.02 * draws.standard_normal(NM.size)
            rows += [
                {
                    "batch_id": f"B{i}", "sample_no": sample, "wavelength_nm": nm,
                    "absorbance": value, "scanned_at": START + timedelta(days=i),
                }
                for nm, value in zip(NM, scan, strict=True)
            ]  # fmt: skip
    return table("core.spectra", rows)


def test_scan_validity_refuses_the_spoilt_ones():
    found = scan_validity(spectra())
    refused = set(found.filter(verdict="invalid").select("batch_id", "sample_no").rows())
    assert set(SPOILT.values()) <= refused
    assert len(refused) <= 4 + 0.06 * found.height
    other = found.filter(batch_id="B60", sample_no=1)
    assert "another product" in other["reason"].item()
    saturated = found.filter(batch_id="B62", sample_no=1)
    assert saturated["is_saturated"].item()
    assert found.filter(batch_id="B70")["calibration_age_d"][0] == 35.0


def test_scan_validity_of_few_scans_is_not_told():
    found = scan_validity(spectra(batches=5))
    assert set(found["verdict"]) == {"too_few"}
    assert scan_validity(table("core.spectra")).is_empty()


@pytest.mark.parametrize("wavelengths", [1, 2, 3, 4])
def test_scan_validity_of_few_wavelengths_is_not_told(wavelengths):
    found = scan_validity(
        spectra(spoil=False).filter(pl.col("wavelength_nm").is_in(NM[:wavelengths]))
    )
    assert set(found["verdict"]) == {"too_few"}


def test_a_dead_lamp_is_refused_and_its_distance_is_a_number():
    is_dead = pl.col("batch_id") == "B65"
    records = spectra(spoil=False).with_columns(
        absorbance=pl.when(is_dead).then(0.0).otherwise("absorbance")
    )
    dead = scan_validity(records).filter(is_dead)
    assert set(dead["verdict"]) == {"invalid"}
    assert dead["level_over_limit"].is_finite().all()
    assert dead["reason"].str.contains("darker or lighter").all()


def test_scans_all_alike_are_like_each_other():
    """No direction in which they differ, and nothing off it but rounding."""
    alike = spectra(spoil=False).with_columns(absorbance=(pl.col("wavelength_nm") / 90).sin() + 2)
    assert set(scan_validity(alike)["verdict"]) == {"valid"}
    flat = spectra(spoil=False).with_columns(absorbance=pl.lit(0.5))
    found = scan_validity(flat)
    assert set(found["verdict"]) == {"invalid"}
    assert found["reason"].str.contains("detector's range").all()
    assert spectral_uniformity(flat, table("finding.scan_validity"), laboratory()).is_empty()


def test_the_laboratory_s_mean_is_not_its_deviation():
    both = pl.concat(
        [laboratory("blend_uniformity_mean_pct").with_columns(value=pl.lit(99.8)), laboratory()]
    )
    records = spectra(spoil=False, batches=3)
    found = spectral_uniformity(records, table("finding.scan_validity"), both)
    assert found.filter(batch_id="B1")["laboratory_rsd_pct"].item() == 2.5


def test_a_scan_on_another_grid_is_left_out():
    records = spectra(spoil=False)
    cut = records.filter(~((pl.col("batch_id") == "B9") & (pl.col("wavelength_nm") > 1500)))
    found = scan_validity(cut)
    assert found.height == 207
    assert found.filter(batch_id="B9").is_empty()


def laboratory(test="blend_uniformity_rsd_pct"):
    result = {"batch_id": "B1", "stage": 3, "test": test, "sample_no": 1, "value": 2.5}
    return table("core.lab_results", [result | {"resulted_at": START + timedelta(days=2)}])


def test_spectral_uniformity_tells_the_uneven_blend():
    records = spectra(batches=60, samples=6, spoil=False)
    uneven = spectra(batches=60, samples=6, seed=2, spread=0.2, spoil=False).filter(batch_id="B7")
    records = pl.concat([records.filter(pl.col("batch_id") != "B7"), uneven])
    found = spectral_uniformity(records, table("finding.scan_validity"), laboratory())
    worst = found.sort("rsd_pct").row(-1, named=True)
    assert worst["batch_id"] == "B7"
    assert worst["rsd_low"] > found["rsd_pct"].median()
    first = found.filter(batch_id="B1").row(0, named=True)
    assert (first["laboratory_rsd_pct"], first["ahead_h"], first["scans"]) == (2.5, 24.0, 6)
    assert first["rsd_low"] < first["rsd_pct"] < first["rsd_high"]


def test_spectral_uniformity_leaves_refused_scans_out():
    records = spectra()
    found = spectral_uniformity(records, scan_validity(records), laboratory("assay"))
    assert found.filter(batch_id="B60")["scans"].item() == 2
    assert found["laboratory_rsd_pct"].null_count() == found.height
    empty = table("core.spectra")
    assert spectral_uniformity(empty, scan_validity(empty), laboratory()).is_empty()


def test_mean_spread_is_that_of_the_samples():
    found = spectral_uniformity(
        spectra(batches=60, samples=20, spoil=False), table("finding.scan_validity"), laboratory()
    )
    peak = 0.25 * np.exp(-0.5 * ((NM - 1480) / 60) ** 2)
    peak -= peak.mean()
    shape = peak + 0.2 * (NM - NM.mean()) / 800
    expected = 2.0 * (peak @ shape) / (shape @ shape)  # 2% of the peak's part of the mean spectrum
    assert found["rsd_pct"].mean() == pytest.approx(expected, rel=0.05)
