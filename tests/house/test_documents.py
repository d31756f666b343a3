"""The documents: links lead somewhere, what is named exists, decisions have their answer first."""

import importlib.util
import re
from pathlib import Path

import pytest

from data_contracts.catalogue import SCHEMAS, contract

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TEXTS = {file: file.read_text(encoding="utf-8") for file in DOCUMENTS}
RECORDS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
MADE_UP = ("deviation_closure", "NAME")  # what the pages on how to add something add
HOUSE = r"(?:data_contracts|warehouse|assets|reports|pipelines|tests|benchmarks|docs)/[\w/.]+"


def anchors(text: str) -> set[str]:
    """The link targets of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.fixture(params=DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def document(request: pytest.FixtureRequest) -> Path:
    page: Path = request.param
    return page


def test_every_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXTS[document]):
        if target.startswith("http"):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        assert file.exists(), target
        assert not anchor or anchor in anchors(file.read_text(encoding="utf-8")), target


def test_every_command_and_file_named_exists(document: Path) -> None:
    text = TEXTS[document]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:^|`)make ([a-z]+)", text, re.M):
        assert re.search(rf"^{target}:", makefile, re.M), f"make {target}"
    for module in re.findall(r"python -m ([\w.]+)", text):
        assert importlib.util.find_spec(module), module
    for path in re.findall(rf"`({HOUSE})`|python -m pytest .*?({HOUSE})", text):
        named = path[0] or path[1]
        if not any(word in named for word in MADE_UP):
            assert (ROOT / named).exists(), named


def test_every_table_and_column_named_is_under_contract(document: Path) -> None:
    for schema, table, column in re.findall(r"`(\w+)\.(\w+)(?:\.(\w+))?`", TEXTS[document]):
        if schema in SCHEMAS and table not in MADE_UP and not table.startswith("_"):
            described = contract(f"{schema}.{table}")
            assert not column or column in described.column_names, f"{schema}.{table}.{column}"


@pytest.mark.parametrize("record", RECORDS, ids=lambda file: file.stem)
def test_a_decision_has_number_status_date_and_answer(record: Path) -> None:
    number = int(record.name[:4])
    same = [each.name for each in RECORDS if each.name.startswith(f"{number:04d}-")]
    assert same == [record.name], "a number is given once"
    head = re.match(
        rf"# {number}\. .+\n\n- \*\*Status:\*\* (?:Accepted|Superseded).*\n"
        r"- \*\*Date:\*\* \d{4}-\d\d-\d\d.*\n- \*\*Answer:\*\* (.+)\n",
        TEXTS[record],
    )
    assert head, "begin like the other records"
    index = TEXTS[record.with_name("README.md")]
    assert f"[{number:04d}]({record.name})" in index
    assert f"| {head[1]} |" in index, "the index gives the same answer"
