"""Real workbooks as they were published: each lands by its built-in profile alone."""

from datetime import datetime

import polars as pl
import pytest

from assets.sources.importer import SourceRecords, read_source
from assets.sources.inspection import scratch_query
from assets.sources.queries import Query
from data_contracts.profile import load_profile

from .conftest import REAL_DATA

instant = datetime.fromisoformat


@pytest.fixture(scope="module")
def module_query(tmp_path_factory: pytest.TempPathFactory) -> Query:
    return scratch_query(tmp_path_factory.mktemp("scratch"))


def landed(name: str, query: Query) -> SourceRecords:
    folder = REAL_DATA / name
    if not folder.is_dir():
        pytest.skip(f"the real records of {name} are not at {folder}")
    return read_source(load_profile(name), folder, query)


@pytest.fixture(scope="module")
def film_coating(module_query: Query) -> SourceRecords:
    return landed("film_coating", module_query)


@pytest.fixture(scope="module")
def lot_genealogy(module_query: Query) -> SourceRecords:
    return landed("lot_genealogy", module_query)


@pytest.fixture(scope="module")
def nir_tablets(module_query: Query) -> SourceRecords:
    return landed("nir_tablets", module_query)


def counted(records: SourceRecords) -> dict[str, int]:
    assert records.quarantined().is_empty()
    return {
        account.table.removeprefix("raw."): account.accepted
        for account in records.report.tables
        if account.received
    }


def accepted(records: SourceRecords, table: str) -> pl.DataFrame:
    return records.admissions[f"raw.{table}"].accepted


def test_film_coating_lands_whole(film_coating: SourceRecords) -> None:
    assert counted(film_coating) == {
        "batches": 17,
        "phases": 85,
        "sensor_tags": 7,
        "sensor_readings": 6_212 * 7,
    }
    assert accepted(film_coating, "batches")["batch_id"].to_list()[:3] == ["B211", "B311", "B411"]
    assert film_coating.inputs.row(0)[0] == "Batch_Film_Coating.xlsx"


def test_minutes_without_a_date_keep_order_and_length(
    film_coating: SourceRecords, module_query: Query
) -> None:
    phases = accepted(film_coating, "phases").sort("started_at")
    assert phases["phase"].to_list()[:5] == [
        "startup",
        "heating",
        "spraying",
        "drying",
        "discharging",
    ]
    first, last = phases.row(0, named=True), phases.row(4, named=True)
    assert first["started_at"] == instant("2000-01-01 00:00:00")
    assert last["ended_at"] == instant("2000-01-01 00:36:00")
    # The second batch begins a minute later, and no phase of the one reaches into the other.
    assert phases.row(5, named=True)["started_at"] == instant("2000-01-01 00:37:00")
    assert (phases["started_at"].shift(-1) > phases["ended_at"]).drop_nulls().all()
    assert any("no start is known" in note for note in film_coating.report.notes)


def test_every_reading_lies_in_its_phase(film_coating: SourceRecords, module_query: Query) -> None:
    phases = accepted(film_coating, "phases")
    readings = module_query(film_coating.readings.sql)
    placed = readings.join_where(
        phases.select("started_at", "ended_at", "phase", pl.col("batch_id").alias("of")),
        pl.col("recorded_at") >= pl.col("started_at"),
        pl.col("recorded_at") <= pl.col("ended_at"),
    )
    assert placed.height == readings.height
    assert (placed["batch_id"] == placed["of"]).all()
    spraying = placed.filter(pl.col("phase") == "spraying", pl.col("tag") == "spray_rate")
    assert spraying["value"].mean() > 0


def test_numbers_of_a_workbook_keep_their_digits(
    film_coating: SourceRecords, module_query: Query
) -> None:
    of_first = f"FROM ({film_coating.readings.sql}) WHERE tag = 'drum_pressure_difference'"
    values = module_query(f"SELECT value {of_first} ORDER BY recorded_at LIMIT 1")
    assert values.item() == 14.09995


def test_lot_genealogy_lands_from_eight_sheets(lot_genealogy: SourceRecords) -> None:
    assert counted(lot_genealogy) == {
        "batches": 105,
        "parameters": 1_050,
        "lab_results": 630,
        "material_usage": 680,
        "material_lots": 250,
        "material_attributes": 1_697,  # of 1,700 cells three are blank
    }


def test_shares_of_a_material_in_a_lot_add_up(lot_genealogy: SourceRecords) -> None:
    usage = accepted(lot_genealogy, "material_usage")
    first = usage.filter(pl.col("batch_id") == "L001", pl.col("material") == "mat1")
    assert sorted(first["lot"]) == ["A0129", "A0130"]
    assert first["quantity"].sum() == pytest.approx(1, abs=1e-6)
    lots = accepted(lot_genealogy, "material_lots")
    used = usage.select("material", "lot").unique()
    assert used.join(lots, on=["material", "lot"], how="anti").is_empty()


def test_nir_tablets_land_with_a_record_for_every_wavelength(nir_tablets: SourceRecords) -> None:
    assert counted(nir_tablets) == {"batches": 310, "lab_results": 310, "spectra": 310 * 404}
    spectra = accepted(nir_tablets, "spectra").filter(pl.col("batch_id") == "Tab 1")
    first = spectra.sort("wavelength_nm", descending=True).row(0, named=True)
    assert first["wavelength_nm"] == pytest.approx(1e7 / 7398.337)
    assert first["absorbance"] == pytest.approx(1.314189, abs=1e-6)
    strengths = accepted(nir_tablets, "batches")["strength"].unique().sort().to_list()
    assert strengths == ["10MG", "15MG", "20MG", "5MG"]
    assert nir_tablets.report.notes == ()
