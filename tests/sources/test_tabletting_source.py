"""The real tabletting records: everything awkward in them, with the exact counts."""

from datetime import datetime

import polars as pl
import pytest

from assets.sources.importer import SourceRecords, read_source
from assets.sources.inspection import scratch_query
from assets.sources.queries import Query
from data_contracts.profile import Profile, load_profile

from .conftest import REAL_DATA

FOLDER = REAL_DATA / "tabletting"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"the real tabletting records are not at {FOLDER}"
)
PRODUCTION_BATCHES = 1005
instant = datetime.fromisoformat


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile("tabletting")


@pytest.fixture(scope="module")
def records(profile: Profile, tmp_path_factory: pytest.TempPathFactory) -> SourceRecords:
    return read_source(profile, FOLDER, scratch_query(tmp_path_factory.mktemp("scratch")))


def accepted(records: SourceRecords, table: str) -> pl.DataFrame:
    return records.admissions[f"raw.{table}"].accepted


def blanked(records: SourceRecords) -> dict[str, int]:
    return {cells.column: cells.cells for cells in records.report.blanked}


def test_nothing_is_refused_and_everything_is_counted(records: SourceRecords) -> None:
    counted = {account.table: account.accepted for account in records.report.tables}
    assert records.quarantined().is_empty()
    assert {table: rows for table, rows in counted.items() if rows} == {
        "raw.batches": PRODUCTION_BATCHES,
        "raw.lab_results": 32_030,
        "raw.material_attributes": 1_895,
        "raw.material_lots": 317,
        "raw.material_usage": 4 * PRODUCTION_BATCHES,
        "raw.parameters": 27_071,
        "raw.phases": 29,
        "raw.sensor_tags": 12,
        "raw.sensor_readings": 186_900 * 12,
    }


def test_months_are_read_in_slovenian_with_month_precision(records: SourceRecords) -> None:
    batches = accepted(records, "batches")
    months = batches["started_at"].unique().sort()
    assert batches["started_at"].null_count() == 0
    assert (months.min(), months.max()) == (instant("2018-11-01"), instant("2021-04-01"))
    assert months.len() == 29
    assert instant("2020-07-01") not in months.to_list()
    assert {instant("2019-05-01"), instant("2020-08-01"), instant("2020-10-01")} <= set(months)
    assert batches["started_at_precision"].unique().to_list() == ["month"]


def test_order_is_the_batch_number_and_four_batches_contradict_their_month(
    records: SourceRecords,
) -> None:
    batches = accepted(records, "batches").sort("production_order")
    assert batches["production_order"].to_list() == list(range(1, PRODUCTION_BATCHES + 1))
    late = batches.filter(pl.col("started_at") < pl.col("started_at").cum_max())
    assert late["batch_id"].to_list() == ["73", "74", "75", "76"]
    assert any(
        note.startswith("raw.batches: 4 batches start before") for note in records.report.notes
    )


def test_strengths_are_written_one_way(records: SourceRecords) -> None:
    counts = dict(accepted(records, "batches")["strength"].value_counts().iter_rows())
    assert counts == {"5MG": 249, "10MG": 213, "20MG": 445, "40MG": 98}
    assert accepted(records, "batches")["product"].n_unique() == 25


def test_batch_sizes_disagree_with_the_normalisation_file_for_two_codes(
    records: SourceRecords,
) -> None:
    sizes = pl.read_csv(FOLDER / "Normalization.csv", separator=";").select(
        pl.col("Product code").cast(pl.String).alias("product"), stated="Batch Size (tablets)"
    )
    both = accepted(records, "batches").join(sizes, on="product")
    other = both.filter(pl.col("batch_size") != pl.col("stated"))
    assert (both.height, other.height) == (PRODUCTION_BATCHES, 13)
    assert (other["batch_size"] / other["stated"]).unique().to_list() == [10.0]
    assert set(other["product"]) == {"14", "16"}


def test_blanks_are_no_records(records: SourceRecords) -> None:
    results = accepted(records, "lab_results")
    of = dict(results["test"].value_counts().iter_rows())
    assert of["tbl_min_weight"] == of["tbl_max_weight"] == PRODUCTION_BATCHES - 10
    assert of["process_file_dissolution_min"] == PRODUCTION_BATCHES - 18  # "#N/A"
    assert results["value"].null_count() == 0


def test_the_api_lot_key_is_supplier_and_lot(records: SourceRecords) -> None:
    lots = accepted(records, "material_lots")
    api = lots.filter(pl.col("material") == "api")
    assert (api.height, api["lot"].n_unique()) == (260, 238)
    shared = api.group_by("lot").len().filter(pl.col("len") > 1)
    assert (shared.height, shared["len"].max()) == (21, 3)
    others = dict(lots.filter(pl.col("material") != "api")["material"].value_counts().iter_rows())
    assert others == {"smcc": 18, "lactose": 22, "starch": 17}


def test_a_lot_has_one_value_per_attribute_the_first_known(records: SourceRecords) -> None:
    attributes = accepted(records, "material_attributes")
    assert not attributes.select("material", "supplier", "lot", "attribute").is_duplicated().any()
    assert any(n.startswith("raw.material_attributes: 205 keys") for n in records.report.notes)


def test_results_at_the_reporting_limit_are_censored(records: SourceRecords) -> None:
    results = accepted(records, "lab_results")
    censored = {
        name: results.filter(pl.col("test") == name, pl.col("censoring") == "left").height
        for name in ("impurity_o", "impurity_l", "impurities_total", "residual_solvent")
    }
    assert censored == {
        "impurity_o": 842,  # 840 at the limit and 2 zeros: 84 %
        "impurity_l": 516,
        "impurities_total": 353,
        "residual_solvent": 136,
    }
    impurity = results.filter(pl.col("test") == "impurity_o")
    assert impurity.filter(pl.col("censoring") == "left")["value"].unique().to_list() == [0.05]
    assert impurity.filter(pl.col("censoring") == "none")["value"].min() == 0.06


def test_implausible_zeros_are_missing(records: SourceRecords) -> None:
    assert blanked(records) == {
        "api_water": 24,
        "api_ps01": 15,
        "tbl_max_hardness": 1,
        "fct_min_hardness": 1,
        "fom_mean": 16,
        "fom_change": 16,
        "stiffness_mean": 9,
        "stiffness_max": 9,
        "stiffness_min": 9,
        "ejection_mean": 1,
        "ejection_max": 1,
        "ejection_min": 1,
        "SREL_startup_mean": 2,
        "fom": 53_057,
    }


def test_misspelt_and_spaced_columns_have_usable_names(records: SourceRecords) -> None:
    tests = set(accepted(records, "lab_results")["test"])
    parameters = accepted(records, "parameters")
    assert "residual_solvent" in tests
    assert "resodual_solvent" not in tests
    assert "main_comp_force_mean" in set(parameters["parameter"])
    assert parameters["parameter"].str.contains(r"^[a-z0-9_]+$").all()
    weekend = parameters.filter(pl.col("parameter") == "weekend")
    assert dict(weekend["level"].value_counts().iter_rows()) == {"no": 950, "yes": 55}


def test_results_at_the_end_of_process_csv_are_results_of_stage_6(records: SourceRecords) -> None:
    results = accepted(records, "lab_results")
    copied = results.filter(pl.col("test").str.starts_with("process_file_"))
    assert copied["test"].n_unique() == 6
    assert copied["stage"].unique().to_list() == [6]
    assert copied["source_file"].unique().to_list() == ["Process.csv"]


def test_the_press_series_gives_campaigns_and_phases(records: SourceRecords) -> None:
    batches = accepted(records, "batches")
    assert batches["campaign_id"].drop_nulls().len() == 29
    assert batches["campaign_id"].drop_nulls().n_unique() == 12
    phases = accepted(records, "phases")
    assert phases.height == 29
    first = phases.filter(pl.col("batch_id") == "19").row(0, named=True)
    assert first["started_at"] == instant("2018-11-18 22:28:52")
    assert first["ended_at"] == instant("2018-11-19 07:31:02")


def test_rows_of_nulls_while_the_press_stands_are_readings_without_a_value(
    records: SourceRecords, query: Query
) -> None:
    by_tag = query(
        "SELECT tag, count(*) FILTER (WHERE value IS NULL) AS n "
        f"FROM ({records.readings.sql}) GROUP BY tag"
    )
    delivered = records.inputs.filter(pl.col("file").str.starts_with("Process/"))["rows"].sum()
    assert delivered == 186_900
    counts = dict(by_tag.iter_rows())
    assert counts.pop("fom") == 57 + 53_057  # product code 3 repeats the fill depth
    assert set(counts.values()) == {57}
    assert len(counts) == 11


def test_the_proxies_are_called_proxies_and_count_what_was_published(
    records: SourceRecords, profile: Profile
) -> None:
    from data_contracts.expressions import evaluate

    wide = accepted(records, "lab_results").pivot("test", index="batch_id", values="value")
    failures = {o.name: evaluate(wide, o.rule, o.where).sum() for o in profile.outcomes}
    assert failures == {
        "dissolution_min_below_80": 50,
        "batch_yield_below_97": 113,
        "tablet_weight_rsd_above_2": 44,
    }
    assert all(o.is_proxy and "(proxy)" in o.title for o in profile.outcomes)
    assert {o.name: o.last_gate_before for o in profile.outcomes} == {
        "dissolution_min_below_80": 5,
        "batch_yield_below_97": 4,
        "tablet_weight_rsd_above_2": 3,
    }
    assert {"total_waste", "startup_waste", "tbl_yield"} <= set(
        profile.outcome("batch_yield_below_97").defining_quantities
    )
