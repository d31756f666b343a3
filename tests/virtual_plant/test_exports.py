"""What lies in the export files, read back as an importer would."""

from pathlib import Path

import polars as pl
import pytest

from assets.virtual_plant.simulate import SimulationSummary, simulate
from data_contracts.catalogue import contract

CONTRACTS = {
    "mes_batches.csv": "raw.batches",
    "mes_phases.csv": "raw.phases",
    "mes_parameters.csv": "raw.parameters",
    "historian_tags.csv": "raw.sensor_tags",
    "lims_results.csv": "raw.lab_results",
    "qms_deviations.csv": "raw.deviations",
    "qms_capas.csv": "raw.capas",
    "erp_material_lots.csv": "raw.material_lots",
    "erp_material_attributes.csv": "raw.material_attributes",
    "erp_material_usage.csv": "raw.material_usage",
    "weighings.csv": "raw.weighings",
    "inspections.csv": "raw.inspections",
    "stability.csv": "raw.stability_results",
    "cmms_equipment_events.csv": "raw.equipment_events",
    "spectra.csv": "raw.spectra",
}
# files into which bad records are put on purpose
SPOILT = {"mes_parameters.csv", "mes_phases.csv", "lims_results.csv", "weighings.csv"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, small_plant_file: Path) -> SimulationSummary:
    out = tmp_path_factory.mktemp("exports") / "plant"
    return simulate(out, batches=250, years=1.25, seed=2, plant=small_plant_file, reruns=1)


def read(written: SimulationSummary, file: str) -> pl.DataFrame:
    return pl.read_csv(written.out / file, infer_schema=False)


def typed(written: SimulationSummary, file: str, *instants: str, **numbers: str) -> pl.DataFrame:
    return read(written, file).with_columns(
        *(pl.col(name).str.to_datetime(strict=False) for name in instants),
        *(pl.col(name).cast(pl.Float64, strict=False) for name in numbers.values()),
    )


@pytest.mark.parametrize(("file", "name"), CONTRACTS.items())
def test_every_file_has_its_contracts_columns(
    written: SimulationSummary, file: str, name: str
) -> None:
    # raw keeps "received_at" for the delivery, so a lot's own receipt has a longer name there
    # and how a phase was found is said of phases that are not delivered
    expected = {
        column.name.removeprefix("lot_") if name == "raw.material_lots" else column.name
        for column in contract(name).columns
        if not column.is_provenance and not column.name.startswith("found_")
    }
    found = read(written, file)
    assert set(found.columns) == expected
    assert found.height > 0


@pytest.mark.parametrize(("file", "name"), CONTRACTS.items())
def test_keys_are_unique_but_for_rows_written_twice(
    written: SimulationSummary, file: str, name: str
) -> None:
    keys = [column.name for column in contract(name).columns if column.is_key]
    found = read(written, file).unique()
    spare = 3 if file in SPOILT else 0
    assert found.height - found.select(keys).n_unique() <= spare


def test_bad_records_are_a_handful(written: SimulationSummary) -> None:
    parameters = read(written, "mes_parameters.csv").filter(pl.col("value").is_not_null())
    numbers = parameters.select(pl.col("value").cast(pl.Float64, strict=False).null_count()).item()
    assert 1 <= numbers <= 3
    assert parameters.filter(~pl.col("stage").is_in([str(s) for s in range(1, 8)])).height == 1
    twice = parameters.height - parameters.unique().height
    assert 0 < twice / parameters.height < 0.01


def test_readings_are_sorted_fall_in_their_month_and_into_phases(
    written: SimulationSummary,
) -> None:
    files = sorted((written.out / "historian").glob("*.parquet"))
    readings = pl.concat([pl.read_parquet(f).with_columns(month=pl.lit(f.stem)) for f in files])
    assert readings.height == written.readings
    assert (readings["recorded_at"].dt.strftime("%Y-%m") == readings["month"]).all()
    keys = ["equipment_id", "tag", "recorded_at"]
    text = readings.with_columns(pl.col("equipment_id", "tag", "quality").cast(pl.String))
    assert text.select("month", *keys).equals(text.select("month", *keys).sort("month", *keys))
    assert text.select(keys).n_unique() == text.height
    assert 0 < (text["quality"] == "bad").sum() < 1e-4 * text.height
    phases = (
        typed(written, "mes_phases.csv", "started_at", "ended_at")
        .drop_nulls(["started_at", "ended_at"])
        .filter(pl.col("ended_at") > pl.col("started_at"))
        .select("equipment_id", "batch_id", "started_at", "ended_at")
        .sort("started_at")
    )
    matched = (
        text.filter(pl.col("equipment_id") != "ROOM-1")
        .sort("recorded_at")
        .join_asof(
            phases,
            left_on="recorded_at",
            right_on="started_at",
            by="equipment_id",
            check_sortedness=False,
        )
    )
    assert (matched["recorded_at"] < matched["ended_at"]).all()
    per_tag = matched.group_by("batch_id").agg(pl.col("tag").n_unique())
    assert per_tag["tag"].max() == 28
    assert per_tag["tag"].mean() > 27.5


def test_shared_rooms_are_read_all_the_time(written: SimulationSummary) -> None:
    files = sorted((written.out / "historian").glob("*.parquet"))
    room = pl.concat([pl.read_parquet(f) for f in files]).filter(
        (pl.col("equipment_id") == "ROOM-1") & (pl.col("tag") == "room_humidity_pct")
    )
    gaps = room["recorded_at"].diff().drop_nulls().unique()
    assert gaps.dt.total_seconds().to_list() == [3600]
    monthly = room.group_by(pl.col("recorded_at").dt.month()).agg(pl.col("value").mean())
    assert monthly["value"].max() - monthly["value"].min() > 5  # the season is in the room


def test_nothing_is_later_than_the_export(written: SimulationSummary) -> None:
    batches = typed(written, "mes_batches.csv", "ended_at", "dispositioned_at")
    taken_at = batches.select(pl.col("ended_at").max().dt.offset_by("10d")).item()
    pending = batches.filter(pl.col("disposition") == "pending")
    assert pending.height == written.pending > 0
    assert pending["dispositioned_at"].null_count() == pending.height
    for file, column in (
        ("mes_batches.csv", "dispositioned_at"),
        ("lims_results.csv", "resulted_at"),
        ("qms_deviations.csv", "closed_at"),
        ("qms_capas.csv", "closed_at"),
        ("stability.csv", "resulted_at"),
        ("cmms_equipment_events.csv", "occurred_at"),
    ):
        assert typed(written, file, column).filter(pl.col(column) > taken_at).is_empty(), file


def test_rejected_is_out_of_specification(written: SimulationSummary) -> None:
    results = typed(
        written, "lims_results.csv", value="value", low="spec_low", high="spec_high"
    ).filter(pl.col("stage") == "6")
    tests = ["content_uniformity_av", "dissolution_min_pct", "tablet_weight_rsd_pct"]
    outside = (
        results.filter(
            pl.col("test").is_in(tests)
            & ((pl.col("value") > pl.col("spec_high")) | (pl.col("value") < pl.col("spec_low")))
        )
        .get_column("batch_id")
        .unique()
    )
    batches = read(written, "mes_batches.csv").filter(pl.col("disposition") != "pending")
    rejected = batches.filter(pl.col("disposition") == "rejected")
    assert set(rejected["batch_id"]) == set(outside) & set(batches["batch_id"])
    assert rejected["failure_mode"].null_count() == 0
    assert batches.filter(pl.col("disposition") == "released")["failure_mode"].is_null().all()


def test_half_of_the_investigations_confirm_a_cause(written: SimulationSummary) -> None:
    deviations = typed(written, "qms_deviations.csv", "opened_at", "closed_at")
    closed = deviations.drop_nulls("closed_at")
    assert 0.3 < closed["confirmed_cause"].is_not_null().mean() < 0.7
    still_open = deviations.filter(pl.col("closed_at").is_null())
    assert still_open["confirmed_cause"].is_null().all()
    assert (closed["closed_at"] > closed["opened_at"]).all()


def test_lots_are_released_before_they_are_used(written: SimulationSummary) -> None:
    keys = ["material", "supplier", "lot"]
    lots = typed(written, "erp_material_lots.csv", "received_at", "released_at")
    usage = typed(written, "erp_material_usage.csv", "used_at", quantity="quantity").unique()
    joined = usage.join(lots.drop("quantity", "unit"), on=keys, how="left")
    assert joined["released_at"].null_count() == 0
    assert (joined["released_at"] < joined["used_at"]).all()
    per_batch = usage.filter(pl.col("material") == "api").group_by("batch_id").len()
    assert per_batch["len"].max() >= 2


def test_censored_results_stand_at_their_limit(written: SimulationSummary) -> None:
    results = typed(written, "lims_results.csv", value="value").filter(
        pl.col("test") == "impurity_o_pct"
    )
    censored = results.filter(pl.col("censoring") == "left")
    assert 0.5 < censored.height / results.height < 0.95
    assert (censored["value"] == 0.05).all()
