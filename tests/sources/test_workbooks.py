"""Excel workbooks: every cell becomes the text of its own value, or is refused where it stands."""

import datetime as dt
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import polars as pl
import pytest
import xlsxwriter

from assets.sources.files.sheet_rows import SheetRows, read_sheet_rows
from assets.sources.importer import SourceRecords, read_source
from assets.sources.queries import Query
from data_contracts.errors import ProfileError, SourceError
from data_contracts.profile import load_profile
from data_contracts.profile_schema.document import Section
from data_contracts.profile_schema.files import SourceFile, read_file

BATCHES = [["batch", "order"], *[[f"B{n}", n] for n in range(1, 101)]]
PROFILE = """
profile: workbook
files:
  batches: {path: book.xlsx, sheet: Batches}
  results: {path: book.xlsx, sheet: Results, header_row: 3%s}
tables:
  batches:
    file: batches
    columns: {batch_id: batch, production_order: order}
  lab_results:
    file: results
    columns: {batch_id: batch}
    constants: {stage: 6, test: assay}
    same_names: [value]
"""


def described(**keys: object) -> SourceFile:
    section = Section({"path": "book.xlsx", **keys}, ("files", "book"), Path("p.yaml"), {})
    return read_file(section, "book")


def write(
    path: Path,
    sheets: Mapping[str, Sequence[object]],
    *,
    merged: str = "",
    hidden: str = "",
) -> Path:
    """A workbook whose sheets hold the given rows; a tuple is a formula and its stored value."""
    book = xlsxwriter.Workbook(path)
    instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    elapsed = book.add_format({"num_format": "[h]:mm:ss"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if name == hidden:
            sheet.hide()
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cast(Sequence[object], cells)):
                if isinstance(cell, tuple):
                    sheet.write_formula(row, column, cell[0], value=cell[1])
                elif isinstance(cell, dt.timedelta):
                    sheet.write_datetime(row, column, cell, elapsed)
                elif isinstance(cell, dt.datetime):
                    sheet.write_datetime(row, column, cell, instant)
                else:
                    sheet.write(row, column, cell)
        if merged:
            sheet.merge_range(merged, "once")
    book.close()
    return path


def read(path: Path, **keys: object) -> SheetRows:
    return read_sheet_rows(path, described(**keys))


def test_every_cell_becomes_the_text_of_its_own_value(tmp_path: Path) -> None:
    cells: list[object] = [
        1 / 3,
        1.5e-12,
        12345678901234,
        "007",
        "<0.05",
        True,
        dt.datetime.fromisoformat("2024-03-01 14:30:15"),
        dt.datetime.fromisoformat("2024-03-01"),
        dt.timedelta(hours=30, minutes=5),
        ("=NA()", "#N/A"),
        ("=1/0", "#DIV/0!"),
        ("=B1*2", 0.5),
        ('="a"', "a"),
        *["filler"] * 1500,
        "late text",
    ]
    rows = read(write(tmp_path / "book.xlsx", {"S": [["a", "b"], *[[c, 1] for c in cells]]}))
    texts = rows.columns["a"].to_list()
    assert texts[:13] == [
        "0.3333333333333333",
        "1.5e-12",
        "12345678901234",
        "007",
        "<0.05",
        "true",
        "2024-03-01 14:30:15",
        "2024-03-01",
        "30:05:00",
        "#N/A",
        "#DIV/0!",
        "0.5",
        "a",
    ]
    assert texts[-1] == "late text"
    assert rows.columns["b"].unique().to_list() == ["1"]
    assert rows.rows.to_list()[:2] == [2, 3]
    assert rows.errors == [(11, "a", "#N/A"), (12, "a", "#DIV/0!")]


def test_many_errors_cost_no_more_than_many_values(tmp_path: Path) -> None:
    errors: list[object] = [("=NA()", "#N/A"), ("=1/0", "#DIV/0!")]
    rows: list[list[object]] = [["a", "b"], *[errors] * 1_000]
    found = read(write(tmp_path / "book.xlsx", {"S": rows}))
    assert found.columns["a"].unique().to_list() == ["#N/A"]
    assert found.columns["b"].unique().to_list() == ["#DIV/0!"]
    assert len(found.errors) == 2_000


def test_numbers_keep_every_digit_between_texts(tmp_path: Path) -> None:
    sevenths = [(-1) ** n * 10.0**power / 7 for n, power in enumerate(range(-12, 13))]
    numbers = [float(f"{number:.16G}") for number in sevenths]  # what the writer keeps of them
    rows = [["x"], *[[number] for number in numbers], ["text"]]
    texts = read(write(tmp_path / "book.xlsx", {"S": rows})).columns["x"]
    assert texts.to_list()[-1] == "text"
    assert texts.head(len(numbers)).cast(pl.Float64).to_list() == numbers


def test_the_header_may_stand_lower_and_to_the_right(tmp_path: Path) -> None:
    rows = [["Title"], [], [None, "batch", 7398.337, None], [None, "B1", 2, 5], [], [None, "B2", 3]]
    read_rows = read(write(tmp_path / "book.xlsx", {"S": rows}), header_row=3)
    assert read_rows.header == ["batch", "7398.337", "column D"]
    assert read_rows.columns["7398.337"].to_list() == ["2", "3"]
    assert read_rows.rows.to_list() == [4, 6], "an empty row is no record"


def refusal(path: Path, **keys: object) -> str:
    with pytest.raises(SourceError) as refused:
        read(path, **keys)
    return str(refused.value)


def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    book.write_text("batch,order\nB1,1\n")
    assert "is no Excel workbook, whatever its name says" in refusal(book)
    book.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(512) + "EncryptedPackage".encode("utf-16-le"))
    assert "is protected by a password" in refusal(book)
    book.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(512))
    assert "is an old .xls workbook" in refusal(book)
    book.write_bytes(b"")
    assert "is empty" in refusal(book)
    with zipfile.ZipFile(book, "w") as parts:
        parts.writestr("word/document.xml", "<w/>")
    assert "is no .xlsx workbook" in refusal(book)
    write(book, {"A": [["x"], [1]], "B": [["x"], [1]], "C": [["x"], [1]]}, hidden="C")
    told = refusal(book, sheet="D")
    assert "there is no sheet 'D'; there are: 'A', 'B', 'C' (hidden)" in told
    assert "has 2 visible sheets: say which one" in refusal(book)
    assert "it has no row 9, where" in refusal(book, sheet="A", header_row=9)
    write(book, {"A": [["x", "y", "x"], [1, 2, 3]]})
    assert "names 'x' more than once (A and C)" in refusal(book)
    write(book, {"A": [["only"], [], [1]]})
    assert "row 2 is empty" in refusal(book, header_row=2)


def test_a_cut_workbook_is_refused(tmp_path: Path) -> None:
    book = write(tmp_path / "book.xlsx", {"A": [["x"], [1]]})
    data = book.read_bytes()
    book.write_bytes(data[:-40])
    assert "cut short" in refusal(book)


def test_no_damage_ends_in_a_traceback(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.xlsx", {"A": [["x", "y"], [1, ("=A2*2", 2)], [2, "b"]]})
    data, book = whole.read_bytes(), tmp_path / "book.xlsx"
    told = list[str]()
    for place in range(0, len(data), 211):
        book.write_bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
        try:
            read(book)
        except SourceError as refused:
            told.append(str(refused))
    assert told
    assert all(str(book) in sentence for sentence in told)


def test_merged_cells_are_refused_below_the_header_only(tmp_path: Path) -> None:
    rows: list[list[object]] = [["x", "y"], [1, 2], [3, 4], [5, 6]]
    book = write(tmp_path / "book.xlsx", {"A": rows}, merged="A3:A4")
    told = refusal(book)
    assert "sheet 'A': the cells A3:A4 are merged (column 'x')" in told
    assert read_sheet_rows(book, described(), ["y"]).columns["y"].to_list() == ["2", "4", "6"]
    above = write(tmp_path / "above.xlsx", {"A": [["t"], *rows]}, merged="A1:B1")
    assert read(above, header_row=2).columns["x"].to_list() == ["1", "3", "5"]


def test_a_formula_without_a_stored_value_is_named(tmp_path: Path) -> None:
    rows: list[list[object]] = [["x", "y"], [1, ("=A2*2", 0)], [2, ("=A3*2", 0)], [3, ("=A4*2", 6)]]
    told = refusal(write(tmp_path / "book.xlsx", {"A": rows}))
    assert "row 2, column 'y': the formula =A2*2 has no stored value (so have 1 others)" in told


def test_a_formula_that_stores_nothing_is_named(tmp_path: Path) -> None:
    made = write(tmp_path / "made.xlsx", {"A": [["x", "y"], [1, ("=A2*2", 7)], [1, ('=""', "z")]]})
    book = tmp_path / "book.xlsx"
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(book, "w") as new:
        for name in old.namelist():
            text = old.read(name).replace(b"<v>7</v>", b"<v></v>")
            new.writestr(name, text.replace(b"<v>z</v>", b"<v></v>"))
    assert "row 2, column 'y': the formula =A2*2 has no stored value" in refusal(book)
    assert "(so have 0 others)" in refusal(book), "an empty text is a stored value"


def test_hidden_sheets_and_rows_are_read_and_told(tmp_path: Path) -> None:
    sheets: dict[str, list[list[object]]] = {"A": [["x"], [1]], "B": [["x"], [2]]}
    book = write(tmp_path / "book.xlsx", sheets, hidden="B")
    assert read(book).columns["x"].to_list() == ["1"], "the one visible sheet needs no name"
    assert read(book).notes == ()
    assert "the sheet is hidden in Excel" in read(book, sheet="B").notes[0]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"decimal": ","}, "a xlsx file has no 'decimal'"),
        ({"format": "csv", "sheet": "A"}, "a csv file has no 'sheet'"),
        ({"header_row": 0}, "rows are counted from 1, found 0"),
    ],
)
def test_keys_of_another_format_are_refused(keys: dict[str, object], told: str) -> None:
    with pytest.raises(ProfileError, match=told):
        described(**keys)


def delivered(
    folder: Path, query: Query, cells: list[list[object]], more: str = ""
) -> SourceRecords:
    results = [["Results of line 3"], [], ["batch", "value"], *cells]
    write(folder / "book.xlsx", {"Batches": BATCHES, "Results": results})
    profile = folder / "profile.yaml"
    profile.write_text(PROFILE % more)
    return read_source(load_profile(profile), folder, query)


def test_a_cell_that_does_not_fit_is_quarantined_where_it_stands(
    tmp_path: Path, query: Query
) -> None:
    cells: list[list[object]] = [[f"B{n}", 99 + n / 300] for n in range(1, 98)]
    cells += [["B98", "late text"], [("=NA()", "#N/A"), 5], ["B100", ("=NA()", "#N/A")]]
    records = delivered(tmp_path, query, cells)
    account = records.report.table("raw.lab_results")
    assert (account.received, account.accepted, account.quarantined) == (100, 97, 3)
    where = ("source_file", "source_row", "column_name", "rule", "value")
    assert records.quarantined().select(where).rows() == [
        ("book.xlsx, sheet Results", 101, "value", "type", "late text"),
        ("book.xlsx, sheet Results", 102, "batch", "excel_error", "#N/A"),
        ("book.xlsx, sheet Results", 103, "value", "type", "#N/A"),
    ]
    values = records.admissions["raw.lab_results"].accepted["value"]
    assert values.to_list() == [99 + n / 300 for n in range(1, 98)]
    assert dict(records.inputs.select("file", "rows").iter_rows()) == {"book.xlsx": 200}


def test_errors_the_profile_calls_blank_are_blank(tmp_path: Path, query: Query) -> None:
    cells: list[list[object]] = [["B1", 5], ["B2", ("=NA()", "#N/A")]]
    records = delivered(tmp_path, query, cells, ', null_tokens: ["#N/A"]')
    account = records.report.table("raw.lab_results")
    assert (account.received, account.quarantined) == (2, 0)
    assert records.admissions["raw.lab_results"].accepted["value"].to_list() == [5.0, None]


def test_the_same_workbook_beside_another_name(tmp_path: Path, query: Query) -> None:
    delivered(tmp_path, query, [["B1", 5]])
    shutil.copy(tmp_path / "book.xlsx", tmp_path / "copy.xlsx")
    records = read_source(load_profile(tmp_path / "profile.yaml"), tmp_path, query)
    assert any(
        "neither read nor listed" in note and "copy.xlsx" in note for note in records.report.notes
    )
