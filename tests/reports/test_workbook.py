"""The workbook: live formulas only, and it moves exactly as the program does."""

import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.studies.random_assumptions import random_set
from benchmarks.studies.recalculated_workbook import RecalculatedWorkbook
from benchmarks.workbook_recalculation import change_inputs, in_libreoffice, largest_difference
from data_contracts.assumptions import Assumptions, load_built_in
from data_contracts.errors import UsageError
from reports.workbook.book import write_workbook
from reports.workbook.expression import Expression, larger, smaller


@pytest.fixture(scope="module")
def tablets() -> Assumptions:
    """Two levers on the same failures: enough formulas to show, few enough to compile."""
    every = load_built_in("tablets")
    kept = [lever for lever in every.levers if lever.name in ("alert_and_rescue", "window")]
    return replace(every, levers=tuple(kept))


@pytest.fixture(scope="module")
def path(tablets: Assumptions, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workbook(tmp_path_factory.mktemp("workbook") / "case.xlsx", tablets)


@pytest.fixture(scope="module")
def book(path: Path) -> RecalculatedWorkbook:
    return RecalculatedWorkbook.read(path)


def test_recomputed_it_equals_the_program_for_random_assumptions(tablets, book):
    stored = {name: book.value(name) for name in book.names if name.startswith("RESULT")}
    for seed in (1, 2):
        drawn = random_set(tablets, seed)
        change_inputs(book, drawn)
        book.recalculate()
        assert largest_difference(book, drawn) < 1e-9
        assert book.value("all_checks_hold")
    assert {name: book.value(name) for name in stored} != stored
    change_inputs(book, tablets)
    book.recalculate()
    for name, value in stored.items():  # what a reader sees before anything is recomputed
        assert book.value(name) == pytest.approx(value, rel=1e-9)


def test_libreoffice_agrees(tablets, path, book, tmp_path):
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed; benchmarks/workbook_recalculation.py uses it")
    drawn = random_set(tablets, 3)
    changed = RecalculatedWorkbook.read(path)
    change_inputs(changed, drawn)
    assert largest_difference(in_libreoffice(path, changed, tmp_path), drawn) < 1e-9


def test_no_number_is_pasted_where_a_formula_belongs(book):
    numbers = {
        key
        for key, value in book.cells.items()
        if isinstance(value, float) and key not in book.formulas
    }
    assert {sheet for sheet, _ in numbers} == {"Assumptions"}
    assert {re.sub(r"\d", "", cell) for _, cell in numbers} == {"B", "C", "D", "H"}


def test_every_formula_names_what_it_uses(book):
    for (sheet, cell), text in book.formulas.items():
        if sheet in ("Ledger", "Levers", "Cash flows", "Scenarios"):
            assert not re.search(r"\b[A-Z]{1,2}\$?\d+\b", text), (sheet, cell, text)
        assert "#REF" not in text


def test_assumptions_carry_owner_source_and_date(book):
    rows = [cell for sheet, cell in book.cells if sheet == "Assumptions" and cell[0] == "A"]
    named = [cell for cell in rows if int(cell[1:]) > 3]
    assert len(named) == 104
    for cell in named:
        for column in "EFGHIJ":
            assert book.cells["Assumptions", f"{column}{cell[1:]}"] not in ("", None)


def test_presets_without_a_programme_have_a_workbook_too(tmp_path):
    for name, result, value in (
        ("sterile_injectable", "result_annual_savings_usd_favourable", 8_000_000),
        ("sterile_injectable", "result_prevented_failures_per_year", 4),
        ("real_time_release", "result_implementation_cost_usd_unfavourable", 25_043.378995),
    ):
        written = write_workbook(tmp_path / f"{name}.xlsx", load_built_in(name))
        found = RecalculatedWorkbook.read(written).value(result)
        assert found == pytest.approx(value)


def test_the_same_inputs_give_the_same_file(tablets, path, tmp_path):
    again = write_workbook(tmp_path / "again.xlsx", tablets)
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(again) as two:
        assert one.namelist() == two.namelist()
        for name in one.namelist():
            assert one.read(name) == two.read(name), name


def test_a_run_without_a_programme_still_has_a_workbook(tablets, tmp_path):
    empty = replace(tablets, levers=())
    written = write_workbook(
        tmp_path / "empty.xlsx",
        empty,
        simulated=[
            {
                "scenario": "base",
                "lever": "all",
                "measure": "payback_months",
                "p10": 12.0,
                "p50": float("inf"),
                "p90": None,
                "unit": "months",
                "basis": "count",
                "note": "n",
            }
        ],
    )
    book = RecalculatedWorkbook.read(written)
    assert book.value("result_annual_savings_usd") == 0
    assert book.cells["Simulated", "E4"] == "never"


def test_another_suffix_is_refused(tablets, tmp_path):
    with pytest.raises(UsageError, match=r"ends in \.xlsx"):
        write_workbook(tmp_path / "case.csv", tablets)


def test_expressions_write_what_they_compute():
    a, b = Expression("a", 3.0), Expression("b", 2.0)
    assert ((a + b) * (a - b) / b).text == "(a+b)*(a-b)/b"
    assert (1 - a * b).text == "1-a*b"
    assert (a - (b - a)).text == "a-(b-a)"
    assert (a / (a * b)).text == "a/(a*b)"
    assert (a - a).text == "0"
    assert ((a - a) * b + a).text == "a"
    assert (larger(a, b) - smaller(a, 1)).value == 2.0
    assert (2 * (a + b)).shortened({"a+b": "total"}).text == "2*total"
