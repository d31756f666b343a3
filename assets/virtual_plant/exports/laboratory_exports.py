"""What the laboratory exports: results, inspections, stability studies, spectra of the bulk."""

import numpy as np
import polars as pl

from assets.virtual_plant.base.randomness import normals, stream, uniforms
from assets.virtual_plant.declaration.variable import Variable
from assets.virtual_plant.exports.record_faults import is_recorded
from assets.virtual_plant.production.batch_frames import (
    Rows,
    instants,
    names_of,
    stage_ends,
    until_export,
)
from assets.virtual_plant.production.batches import Batches, record
from assets.virtual_plant.production.schedule import DAY_S, Seconds

MONTH_S = 30.44 * DAY_S
STABILITY_MONTHS = {"25C/60RH": (0, 3, 6, 9, 12, 18, 24, 36), "40C/75RH": (0, 3, 6)}


def result_records(made: Batches, rows: Rows) -> pl.DataFrame:
    """Laboratory results, as ``raw.lab_results``.

    Args:
        made: The simulated batches.
        rows: Batches wanted.

    Returns:
        One row per batch wanted and test reported when the export was taken.
    """
    tests = [v for v in made.plant.variables if v.role in {"lab", "cqa"}]
    frame = pl.concat([_results(made, test, rows) for test in tests])
    return until_export(frame.sort("batch_id", "stage", "test"), made, "resulted_at")


def _results(made: Batches, test: Variable, rows: Rows) -> pl.DataFrame:
    sampled, resulted = _times(made, test)
    value = record(test, made.outcome.values[test.name][rows])
    limit = test.reporting_limit
    is_below = np.zeros(len(value), dtype=bool) if limit is None else value < limit
    return pl.DataFrame(
        {
            "batch_id": names_of(rows),
            "stage": test.stage,
            "test": test.name,
            "sample_no": 1,
            "value": np.where(is_below, limit or 0.0, value),
            "unit": test.unit,
            "censoring": np.where(is_below, "left", "none"),
            "spec_low": test.spec_low,
            "spec_high": test.spec_high,
            "sampled_at": instants(made.plant, sampled[rows]),
            "resulted_at": instants(made.plant, resulted[rows]),
        },
        schema_overrides={"spec_low": pl.Float64, "spec_high": pl.Float64},
    ).filter(pl.Series(is_recorded(made, test)[rows]))


def _times(made: Batches, test: Variable) -> tuple[Seconds, Seconds]:
    """In-process results come with the stage; release results take days, the CQAs the longest."""
    if test.stage < 6:
        ended = stage_ends(made)[test.stage]
        return ended - 1200, ended
    share = uniforms(made.settings.seed, f"{test.name}.turnaround", made.schedule.batches)
    waited = (made.resulted_s - made.ended_s) * (1.0 if test.role == "cqa" else 0.3 + 0.7 * share)
    return made.ended_s, made.ended_s + waited.astype(np.int64)


def inspection_records(made: Batches, rows: Rows) -> pl.DataFrame:
    """Visual inspection at packaging, as ``raw.inspections``.

    Args:
        made: The simulated batches.
        rows: Batches wanted.

    Returns:
        One row per batch wanted and defect class.
    """
    size, parts = made.outcome.values["batch_size"], []
    is_there = pl.Series(made.reached(5)[rows])
    for defect, per_million in made.plant.inspections.items():
        generator = stream(made.settings.seed, f"inspection.{defect}")
        parts.append(
            pl.DataFrame(
                {
                    "batch_id": names_of(rows),
                    "defect_class": defect,
                    "rejected": generator.poisson(size * per_million / 1e6)[rows],
                    "inspected": size[rows].astype(np.int64),
                    "inspected_at": instants(made.plant, made.ended_s[rows]),
                    "stage": 5,
                }
            ).filter(is_there)
        )
    return pl.concat(parts).sort("batch_id", "defect_class")


def stability_records(made: Batches, rows: Rows) -> pl.DataFrame:
    """Stability studies of some batches, as ``raw.stability_results``.

    Args:
        made: The simulated batches.
        rows: Batches wanted, of which one in so many is studied.

    Returns:
        One row per batch, condition, month and test reported when the export was taken.
    """
    found, instants_s = [], []
    law = made.plant.stability
    studied = rows[(rows % law.every_batches == 0) & made.reached(6)[rows]]
    for i, name in zip(studied.tolist(), names_of(studied), strict=True):
        noise = stream(made.settings.seed, "stability", i)
        for condition, months in STABILITY_MONTHS.items():
            for month in months:
                for t in law.tests:
                    is_harsh = condition.startswith("40")
                    change = (t.harsh_per_month if is_harsh else t.mild_per_month) * month
                    value = max(0.0, t.start + change + t.sd * noise.standard_normal())
                    limits = t.spec_low, t.spec_high
                    found.append((name, condition, month, t.test, round(value, 2), t.unit, *limits))
                    instants_s.append(made.ended_s[i] + month * MONTH_S + 14 * DAY_S)
    columns = ["batch_id", "condition", "month", "test", "value", "unit", "spec_low", "spec_high"]
    frame = pl.DataFrame(found, schema=columns, orient="row", infer_schema_length=None)
    resulted = instants(made.plant, np.array(instants_s).astype(np.int64))
    return until_export(frame.with_columns(resulted_at=resulted), made, "resulted_at")


def spectrum_records(made: Batches, rows: Rows) -> pl.DataFrame:
    """Spectra of the bulk of some batches, as ``raw.spectra``.

    Args:
        made: The simulated batches.
        rows: Batches wanted, of which one in so many is scanned.

    Returns:
        One row per batch, sample and wavelength.
    """
    law, seed = made.plant.spectra, made.settings.seed
    scanned = rows[(rows % law.every_batches == 0) & made.reached(law.stage)[rows]]
    first, end, step = law.wavelengths_nm
    wavelengths = np.arange(first, end, step)
    peak = np.exp(-0.5 * ((wavelengths - law.peak_nm) / law.width_nm) ** 2)
    slope = (wavelengths - first) / (end - first)
    content = 0.02 * normals(seed, "spectrum.content", law.samples * made.schedule.batches)
    absorbance = np.empty((len(scanned), law.samples, len(peak)))
    for position, i in enumerate(scanned.tolist()):
        noise = stream(seed, "spectrum", i)
        for sample in range(law.samples):
            base = 0.35 + 0.01 * noise.standard_normal() + 0.2 * slope
            height = 0.25 * (1 + content[law.samples * i + sample])
            absorbance[position, sample] = (
                base + height * peak + 0.0008 * noise.standard_normal(len(peak))
            )
    batch, sample_no, _ = np.indices(absorbance.shape).reshape(3, -1)
    return pl.DataFrame(
        {
            "batch_id": names_of(scanned).gather(batch),
            "sample_no": sample_no + 1,
            "wavelength_nm": np.tile(wavelengths.astype(np.float64), len(scanned) * law.samples),
            "absorbance": np.round(absorbance, 5).ravel(),
            "scanned_at": instants(made.plant, stage_ends(made)[law.stage][scanned]).gather(batch),
        }
    )
