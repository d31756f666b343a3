"""Drafts of small exports: what can be seen is written, guesses are marked, nothing decided."""

from pathlib import Path

import polars as pl
import pytest

from assets.sources.drafting.draft import draft_profile
from assets.sources.drafting.draft_text import flow, scalar
from assets.sources.drafting.looking.dates import date_format
from assets.sources.drafting.looking.false_values import false_values
from assets.sources.drafting.looking.looks import FileLook, look_at
from assets.sources.drafting.looking.names import attribute_name, snake_case, unit_in_brackets
from assets.sources.drafting.looking.reporting_limits import reporting_limit
from assets.sources.importer import SourceRecords, read_source
from assets.sources.queries import Query
from data_contracts.errors import LotwiseError
from data_contracts.profile import load_profile
from pipelines.replay.outcome_preview import decided_outcomes

BATCHES = range(60)


def draft(folder: Path) -> str:
    return draft_profile("plant", [p for p in folder.rglob("*") if p.is_file()], folder)


def read(folder: Path, text: str, query: Query) -> SourceRecords:
    profile = folder.parent / "draft.yaml"
    profile.write_text(text, encoding="utf-8")
    return read_source(load_profile(profile), folder, query, decided_outcomes)


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


@pytest.fixture
def german(exports: Path) -> Path:
    """Batches and results as a German plant writes them."""
    head = "Charge;Artikel;Start;Granulierzeit (min);Feuchte (%);Presse;Bemerkung;Status"
    rows = [
        f"C{n:04d};TAB-{n % 3};{1 + n % 28:02d}.{1 + n // 28:02d}.2024 0{n % 10}:15;{20 + n % 7};"
        f"{1 + n % 5},{n % 10}5;P{n % 2};größer als üblich {n};{'frei' if n % 9 else 'gesperrt'}"
        for n in BATCHES
    ]
    (exports / "chargen.csv").write_bytes("\r\n".join([head, *rows]).encode("cp1252"))
    results = [f"C{n:04d};{t};{95 + n % 9},5;%" for n in BATCHES for t in ("Gehalt", "Freisetzung")]
    text = "\n".join(["Charge;Merkmal;Wert;Einheit", *results])
    (exports / "labor.csv").write_text(text, encoding="utf-8")
    return exports


def test_how_files_are_written_is_seen(german: Path) -> None:
    text = draft(german)
    assert 'separator: ";"' in text
    assert 'decimal: ","' in text
    assert "encoding: cp1252" in text
    assert 'started_at: {column: Start, format: "%d.%m.%Y %H:%M"}' in text
    assert "columns: {batch_id: Charge, test: Merkmal, value: Wert, unit: Einheit}  # guess" in text
    assert "production_order: {row_number: true}  # guess: rows stand in the order" in text
    assert '"Feuchte (%)": {name: feuchte, stage: 4, unit: "%"}' in text
    assert 'Presse: {name: presse, stage: 4, unit: "1", is_text: true}' in text
    assert 'Bemerkung: "guess: free text or names"' in text


def test_what_a_failure_is_is_listed_and_not_decided(german: Path, query: Query) -> None:
    text = draft(german)
    assert "#   chargen.csv, Status: frei 53, gesperrt 7\n" in text
    assert "\noutcomes:" not in text
    assert 'Status: "guess: it may say what became of the batch' in text
    records = read(german, text, query)
    assert "Status" not in records.admissions["raw.parameters"].accepted["parameter"].to_list()
    report = records.report
    assert report.is_acceptable
    assert [finding.code for finding in report.prospects.findings] == ["no_outcome"]
    assert "draft.yaml does not say what a failure is" in report.prospects.findings[0].sentence


def test_a_draft_reads_what_was_delivered(german: Path, query: Query) -> None:
    records = read(german, draft(german), query)
    assert records.quarantined().is_empty()
    batches = records.admissions["raw.batches"].accepted
    assert batches["batch_id"].to_list()[:2] == ["C0000", "C0001"]
    assert str(batches["started_at"][1]) == "2024-01-02 01:15:00"
    wet = records.admissions["raw.parameters"].accepted.filter(parameter="feuchte")
    assert wet["value"].to_list()[:2] == [1.05, 2.15]
    assert records.admissions["raw.lab_results"].accepted.height == 120


def test_one_table_without_ids_stands_in_the_order_of_its_rows(exports: Path, query: Query) -> None:
    rows = [
        "moisture,force,press,failed",
        *(f"2.{n % 7},1{n % 5},A{n % 2},{n % 2}" for n in BATCHES),
    ]
    (exports / "batches.csv").write_text("\n".join(rows) + "\n")
    text = draft(exports)
    assert "batch_id: {row_number: true}" in text
    assert "#   batches.csv, failed: " in text
    records = read(exports, text, query)
    names = records.admissions["raw.parameters"].accepted["parameter"].unique().sort()
    assert names.to_list() == ["force", "moisture", "press"]


def test_copies_series_and_lookups_are_found_across_files(exports: Path, query: Query) -> None:
    lab = ["batch,code,assay,dissolution_min"]
    lab += [f"{n},{n % 4},{95 + n % 7}.{n % 10},{80 + n % 11}" for n in BATCHES]
    mes = ["batch,code,speed,Release (%)"]
    mes += [f"{n},{n % 4},{40 + n % 13},{80 + n % 11}" for n in BATCHES]
    press = ["timestamp,campaign,batch,code,main_force"] + [
        f"2024-01-{1 + n:02d} 08:0{minute}:00,K{n // 5},{n},{n % 4},{10 + minute / 10}"
        for n in range(20)
        for minute in range(10)
    ]
    for name, rows in {"lab": lab, "mes": mes, "press": press}.items():
        (exports / f"{name}.csv").write_text("\n".join(rows) + "\n")
    (exports / "notes.docx").write_bytes(b"PK")
    text = draft(exports)
    assert '"Release (%)": {name: mes_file_dissolution_min, stage: 6, unit: pct}' in text
    assert 'code: "guess: the same as code of lab, batch by batch"' in text
    assert "campaign_id: {column: campaign, lookup: {file: press, own: batch}}  # guess" in text
    assert 'notes.docx: "guess: no table that can be read"' in text
    records = read(exports, text, query)
    assert records.report.is_acceptable
    assert records.report.table("raw.sensor_readings").accepted == 200
    phases = records.admissions["raw.phases"].accepted
    assert (phases.height, str(phases["ended_at"][0])) == (20, "2024-01-01 08:09:00")
    campaigns = records.admissions["raw.batches"].accepted["campaign_id"]
    assert campaigns.drop_nulls().n_unique() == 4


def test_lots_of_a_material_stand_in_a_file_of_its_name(exports: Path, query: Query) -> None:
    batches = ["LotID,yield", *(f"L{n},{90 + n % 9}.5" for n in range(30))]
    used = ["Finished Product Lot,Material Lot,Ratio or Quantity,Material"]
    used += [f"L{n},A{n % 6},0.5,API" for n in range(30)]
    lots = ["Lot #,assay,LOD (%)", *(f"A{n},{98 + n / 10},{n}" for n in range(6))]
    for name, rows in {"process": batches, "materials": used, "Api": lots}.items():
        (exports / f"{name}.csv").write_text("\n".join(rows) + "\n")
    records = read(exports, draft(exports), query)
    assert records.quarantined().is_empty()
    accepted = {table: one.accepted for table, one in records.admissions.items()}
    assert accepted["raw.material_usage"].height == 30
    attributes = accepted["raw.material_attributes"]
    assert attributes["material"].unique().to_list() == ["API"]  # as the other file spells it
    assert set(attributes["attribute"]) == {"assay", "loss_on_drying"}
    assert accepted["raw.material_lots"].height == 6


def test_batches_of_a_file_with_many_rows_for_each(exports: Path, query: Query) -> None:
    rows = [f"B{batch},{minute},{20 + minute / 7}" for batch in (9, 3, 5) for minute in range(30)]
    text = "\n".join(["BATCH NUMBER,Time (min),temp", *rows]) + "\n"
    (exports / "coating.csv").write_text(text)
    written = draft(exports)
    assert "no instant says which is which" in written
    batches = read(exports, written, query).admissions["raw.batches"].accepted
    assert batches.sort("production_order")["batch_id"].to_list() == ["B9", "B3", "B5"]


def test_files_that_say_little_still_make_a_draft_that_reads(exports: Path, query: Query) -> None:
    """A key alone, a log without numbers, and a start that stands in another file."""
    lines = {
        "batches": ["batch,force", *(f"B{n},{n % 7}.5" for n in range(30))],
        "keys": ["batch", *(f"B{n}" for n in range(30))],
        "log": ["timestamp,text", *(f"2024-01-{1 + n:02d} 08:00:00,started {n}" for n in range(9))],
        "steps": [
            "batch,start,step",
            *(f"B{n},{1 + n % 28:02d}.01.2024,{s}" for n in range(30) for s in ("mix", "dry")),
        ],
    }
    for name, rows in lines.items():
        (exports / f"{name}.csv").write_text("\n".join(rows) + "\n")
    text = draft(exports)
    assert 'keys.csv: "guess: it says nothing about its batches"' in text
    assert 'log.csv: "guess: rows in time, and no number among them"' in text
    records = read(exports, text, query)
    assert records.report.is_acceptable
    starts = records.admissions["raw.batches"].accepted["started_at"]
    assert (starts.null_count(), str(starts[1])) == (0, "2024-01-02 00:00:00")


def test_files_nobody_can_draft_are_refused_in_a_sentence(exports: Path) -> None:
    (exports / "limits.csv").write_text("name,low\nassay,95\n")
    (exports / "more.csv").write_text("what,high\nassay,105\n")
    with pytest.raises(LotwiseError, match="no file has a row per batch and a column that names"):
        draft(exports)
    (exports / "empty.csv").write_bytes(b"")
    with pytest.raises(LotwiseError, match=r"empty\.csv is empty"):
        draft(exports)


@pytest.mark.parametrize(
    ("cells", "form", "months", "has_day"),
    [
        (["2024-03-01 08:00:00", "2024-03-02 09:00:00"], None, None, True),
        (["2024-03-01"], None, None, True),
        (["31.03.2024 08:15", "01.04.2024 09:00"], "%d.%m.%Y %H:%M", None, True),
        (["03/31/2024", "12/01/2024"], "%m/%d/%Y", None, True),
        (["nov.18", "maj.19", "avg.20"], "%b.%y", "maj", False),
        (["Nov-18", "May-19"], "%b-%y", None, False),
        (["12-Mrz-2024", "01-Dez-2024"], "%d-%b-%Y", "mrz", True),
        (["2024-03", "2024-04"], "%Y-%m", None, False),
    ],
)
def test_how_dates_are_written(
    cells: list[str], form: str | None, months: str | None, has_day: bool
) -> None:
    found = date_format(pl.Series(cells))
    assert found is not None
    assert (found.format, found.has_day) == (form, has_day)
    assert (months in found.months) if months else found.months == ()


@pytest.mark.parametrize("cells", [["A1", "B2"], ["12.5", "13.5"], ["-0.5", "1.5"], ["Müller"]])
def test_what_is_no_date(cells: list[str]) -> None:
    assert date_format(pl.Series(cells)) is None


def test_a_date_that_may_be_the_other_way_round_says_so() -> None:
    found = date_format(pl.Series(["01/02/2024", "03/04/2024"]))
    assert found is not None
    assert found.is_ambiguous


def look(**columns: list[object]) -> FileLook:
    frame = pl.DataFrame({name: list(map(str, cells)) for name, cells in columns.items()})
    return FileLook("f", "f.csv", "csv", "utf-8", ",", ".", (), tuple(columns), frame)


def test_zeros_that_stand_alone_and_signals_that_were_off() -> None:
    rows = range(100)
    made = look(
        water=[0 if n < 5 else 1 + n % 7 / 10 for n in rows],
        mark=[n % 10 and 1 for n in rows],  # 0 and 1 are two answers
        spread=[n % 20 / 20 for n in rows],  # zero is a value among small ones
        pull_max=[0 if n < 3 else 50 + n % 9 for n in rows],
        pull_mean=[0 if n < 3 else 30 + n % 9 for n in rows],
        pull_min=[0 if n < 20 else n % 9 for n in rows],
        feeder=[5 + n % 20 / 10 if n % 10 == 0 else 40 + n % 20 for n in rows],
        depth=[5 + n % 20 / 10 for n in rows],
    )
    found = {rule.columns: rule.condition for rule in false_values(made, made.header)}
    assert found == {
        ("pull_max", "pull_mean", "pull_min"): "when: pull_max = 0",
        ("water",): "equals: 0",
        ("feeder",): "when: feeder = depth",
    }


@pytest.mark.parametrize(
    ("name", "values", "limit", "is_measured"),
    [
        ("impurity_o", [0.05] * 80 + [0.06] * 10 + [0.07] * 10, 0.05, False),
        ("residual_solvent", [0.0] * 40 + [0.02] * 60 + [0.03] * 20, 0.02, True),
    ],
)
def test_results_piled_up_at_their_smallest(
    name: str, values: list[float], limit: float, is_measured: bool
) -> None:
    found = reporting_limit(name, pl.Series(values))
    assert found is not None
    assert (found.limit, found.is_measured) == (limit, is_measured)


@pytest.mark.parametrize(
    ("name", "values"),
    [("hardness", [50.0] * 80 + [60.0] * 20), ("impurity", [n / 100 for n in range(100)])],
)
def test_what_has_no_reporting_limit(name: str, values: list[float]) -> None:
    assert reporting_limit(name, pl.Series(values)) is None


def test_names() -> None:
    assert snake_case("Startup_tbl_fill_maxDifference") == "startup_tbl_fill_max_difference"
    assert snake_case("Drug release average (%)") == "drug_release_average"
    assert unit_in_brackets("Main force [kN]") == "kN"
    assert unit_in_brackets("Force (main) left") is None
    assert attribute_name("l_impurity") == "impurity_l"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("10", '"10"'),
        ("yes", '"yes"'),
        ("N", '"N"'),
        ("plain text", "plain text"),
        ("a: b", '"a: b"'),
        ('say "x"', '"say \\"x\\""'),
        ("", '""'),
        ("a\x00\u202eb", '"a\\U00000000\\U0000202eb"'),
        (3, "3"),
        (True, "true"),
    ],
)
def test_yaml_is_quoted_where_it_must_be(value: object, written: str) -> None:
    assert scalar(value) == written


def test_yaml_comes_back_as_it_was() -> None:
    import yaml

    said = {"column": "A (%)", "values": {"10M": "10MG", "no": "1e5"}, "list": ["x", "%b.%y"]}
    assert yaml.safe_load(flow(said)) == said


def test_two_columns_of_one_name_are_two_quantities(exports: Path, query: Query) -> None:
    (exports / "a.csv").write_text(
        "\n".join(["batch,product,force,x.1,x 1", *(f"{n},P,{n % 7},1,2" for n in BATCHES)])
    )
    (exports / "b.csv").write_text(
        "\n".join(["batch,force", *(f"{n},{n % 11}" for n in BATCHES)]), encoding="utf-16"
    )
    text = draft(exports)
    assert "encoding: utf-16" in text
    records = read(exports, text, query)
    assert records.quarantined().is_empty()
    names = records.admissions["raw.parameters"].accepted["parameter"].unique().sort()
    assert names.to_list() == ["a_x_1", "b_force", "force", "x_1"]


def test_files_of_one_shape_are_one_entry(exports: Path) -> None:
    for month in (1, 2):
        (exports / f"mes_{month}.csv").write_text("batch,x\n1,2\n")
    (exports / "lims_1.csv").write_text("batch,y\n1,2\n")
    looks, _ = look_at(exports.iterdir(), exports)
    assert {look.name: look.pattern for look in looks} == {
        "lims_1": "lims_1.csv",
        "mes": "mes_*.csv",
    }


def test_a_column_of_steps_is_proposed_for_phases_and_change_points_where_there_is_none(
    exports: Path, query: Query
) -> None:
    rows = ["timestamp,batch,step,temperature,speed"]
    for batch in range(20):
        for minute in range(12):
            step = "Heat" if minute < 5 else "Spray"
            rows.append(f"2024-01-{1 + batch:02d} 08:{minute:02d}:00,B{batch},{step},{minute}.5,7")
    (exports / "coater.csv").write_text("\n".join(rows) + "\n")
    results = ["batch,assay", *(f"B{n},{95 + n % 5}.5" for n in range(20))]
    (exports / "lab.csv").write_text("\n".join(results) + "\n")
    text = draft(exports)
    assert "found_by: {step: step}  # guess" in text
    phases = read(exports, text, query).admissions["raw.phases"].accepted
    assert phases.height == 40
    assert set(phases["phase"]) == {"Heat", "Spray"}
    assert phases["found_by"].unique().to_list() == ["step"]
    no_steps = [",".join(row.split(",")[:2] + row.split(",")[3:]) for row in rows]
    (exports / "coater.csv").write_text("\n".join(no_steps) + "\n")
    proposed = draft(exports)
    assert "found_by: {change_points: [temperature" in " ".join(proposed.replace("#", "").split())
