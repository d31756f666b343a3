"""The phases of the published film coatings, found without their column of phases."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.sources.importer import read_source
from assets.sources.inspection import scratch_query
from data_contracts.profile import load_profile
from tests.sensor_features.film_coating import TAGS, film_coating

from .conftest import REAL_DATA


@pytest.mark.skipif(not REAL_DATA.is_dir(), reason=f"the real records are not at {REAL_DATA}")
def test_of_68_changes_of_phase_on_record_at_least_60_are_found_within_3_readings(
    tmp_path: Path,
) -> None:
    text = load_profile("film_coating").file.read_text(encoding="utf-8")
    recorded = """        phase: {expression: lower(PHASE)}
        started_at: {column: Time (min), elapsed: minutes, of: [BATCH NUMBER], aggregate: min}
        ended_at: {column: Time (min), elapsed: minutes, of: [BATCH NUMBER], aggregate: max}
"""
    looked_at = f"""      found_by:
        change_points: [{", ".join(TAGS)}]
        phases: [startup, heating, spraying, drying, discharging]
"""
    constants = "      constants: {stage: 4, unit_procedure: film_coating, equipment_id: coater}\n"
    started = "        started_at: {column: Time (min), elapsed: minutes, of: [BATCH NUMBER]}\n"
    assert recorded + constants in text
    asked = text.replace(recorded + constants, started + constants + looked_at)
    profile = tmp_path / "film_coating.yaml"
    profile.write_text(asked, encoding="utf-8")
    query = scratch_query(tmp_path / "scratch")
    source = read_source(load_profile(str(profile)), REAL_DATA / "film_coating", query)
    phases = source.admissions["raw.phases"].accepted.sort("batch_id", "started_at")
    assert phases.height == 17 * 5
    assert phases["found_by"].unique().to_list() == ["change_points"]
    workbook = REAL_DATA / "film_coating" / "Batch_Film_Coating.xlsx"
    rows = film_coating(workbook).with_row_index("row")
    changes = rows.filter(
        (pl.col("PHASE") != pl.col("PHASE").shift(1).over("BATCH NUMBER")).fill_null(value=False)
    )
    begun = phases.filter(pl.col("phase") != "startup")
    # Both in the order of the sheet: the first row below its header is its row 2.
    found = np.sort(begun["source_row"].to_numpy() - 2)
    away = np.abs(changes["row"].to_numpy().astype(int)[:, None] - found).min(axis=1)
    assert away.size == 68
    assert (away <= 3).sum() >= 60
    own = np.abs(found[:, None] - changes["row"].to_numpy().astype(int)).min(axis=1)
    sure = begun.sort("source_row")["found_confidence"].to_numpy()
    assert sure[own > 3].mean() < sure[own <= 3].mean() - 0.2
