"""The matrix has no empty cell, and what it says covers a requirement is there."""

import re
from pathlib import Path

import polars as pl
import pytest

from assets.tier_evidence.requirements.requirements import requirements
from data_contracts.catalogue import contract_names
from pipelines.command_line import COMMANDS

ROOT = Path(__file__).parents[2]
COMMAND_NAMES = {command.__name__.rsplit(".", 1)[-1].replace("_", "-") for command in COMMANDS}
KINDS = ("test", "table", "page", "command")


@pytest.fixture(scope="module")
def matrix() -> pl.DataFrame:
    return requirements()


def named(matrix: pl.DataFrame) -> list[tuple[str, str, str]]:
    """Requirement, kind and name of everything that covers one."""
    found = []
    for row in matrix.filter(pl.col("coverage") != "site").iter_rows(named=True):
        for each in row["covered_by"].strip().split(";"):
            kind, _, name = each.strip().partition(" ")
            found.append((row["requirement"], kind, name))
    return found


def test_requirements_have_no_empty_cell(matrix: pl.DataFrame) -> None:
    for row in matrix.iter_rows(named=True):
        for column, value in row.items():
            assert str(value).strip() not in {"", "-", "None", "n/a", "TBD"}, (row, column)
        assert row["coverage"] in {"covered", "shared", "site"}
        adds = row["site_adds"]
        if row["coverage"] == "covered":
            assert adds.startswith("Nothing: "), row["requirement"]
        else:
            assert re.match(r"The site must add: .*, because ", adds, re.S), row["requirement"]


def test_what_covers_a_requirement_is_there(matrix: pl.DataFrame) -> None:
    tables = set(contract_names())
    for requirement, kind, name in named(matrix):
        assert kind in KINDS, (requirement, kind)
        if kind == "test":
            file, _, function = name.partition("::")
            path = ROOT / file
            assert path.exists(), (requirement, name)
            assert not function or f"def {function}(" in path.read_text(encoding="utf-8"), name
        if kind == "table":
            assert name.partition(" ")[0] in tables, (requirement, name)
        if kind == "command":
            assert name.split()[1] in COMMAND_NAMES, (requirement, name)
        if kind == "page" and (name.startswith("docs") or name.endswith(".md")):
            assert (ROOT / name).exists(), (requirement, name)


def test_every_guideline_is_mapped_by_its_own_headings(matrix: pl.DataFrame) -> None:
    """Annex 11 has seventeen clauses, Part 11 eleven controls of closed systems, (a) to (k)."""
    ordered = matrix.sort("position").group_by("source")
    clauses = {source: own["clause"].to_list() for (source,), own in ordered}
    annex = {clause.partition(".")[0] for clause in clauses["annex_11"]} - {"Principle"}
    assert annex == {str(number) for number in range(1, 18)}
    closed = [clause for clause in clauses["part_11"] if clause.startswith("11.10(")]
    assert closed == [f"11.10({letter})" for letter in "abcdefghijk"]
    headings = [clause.partition(" ")[0] for clause in clauses["annex_22_draft"]]
    assert list(dict.fromkeys(headings)) == [str(number) for number in range(1, 11)]
    assert any(clause.startswith("D11") for clause in clauses["gamp_5"])


def test_the_seven_steps_are_each_found(matrix: pl.DataFrame) -> None:
    steps = matrix.filter(pl.col("source") == "fda_ai_credibility").sort("position")
    assert steps["clause"].to_list() == [f"Step {n}" for n in range(1, 8)]
