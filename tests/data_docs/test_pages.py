"""The Data Docs: each broken rule with the rows that broke it, harmless and without a network."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from data_contracts.catalogue import SCHEMAS
from data_contracts.data_docs.index import TITLES
from data_contracts.data_docs.refused import RECEIVED, judge_refused, received_rules
from data_contracts.errors import ContractError
from data_contracts.quality.expectations import judge, judge_counts
from data_contracts.quality.table_rules import table_rules
from tests.data_docs.trays import NOON, TRAYS, page_text, site_of, trays

pytestmark = pytest.mark.xdist_group("great_expectations")
HOSTILE = "T<script>alert(1)</script> {{7*7}} $x ${label} \u202eevil \x1b[2J"
REFUSED = {
    "source_file": ["a.csv", "a.csv", "b.csv"],
    "source_row": [7, 9, 3],
    "column_name": ["vials", "tray_id", None],
    "rule": ["type", "required", "row_shape"],
    "value": ["many", None, "T9;1;2;3;4"],
    "reason": ["vials is not a whole number", "tray_id is missing", "too many cells"],
    "record": ['{"tray_id": "T7", "vials": "many"}', '{"tray_id": null, "vials": "1"}', None],
}
ACCOUNT = {"received": 100, "accepted": 97, "quarantined": 3}


def cells(html: str) -> list[list[str]]:
    """The tables of examples, row by row."""
    tables = re.findall(r'<table class="examples">.*?</table>', html, re.DOTALL)
    rows = [row for table in tables for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)]
    return [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in rows]


def test_a_broken_rule_is_shown_with_the_key_and_the_value_of_the_row(tmp_path: Path) -> None:
    judgement = judge(trays(vials=[1, 501, None]), TRAYS)
    site = site_of(tmp_path, judgement.validation)
    (kept,) = (tmp_path / "gx/uncommitted/validations").rglob("*.json")
    broken = [one for one in json.loads(kept.read_text())["results"] if not one["success"]]
    assert [one["expectation_config"]["meta"]["label"] for one in broken] == ["range: vials"]
    assert broken[0]["result"]["partial_unexpected_index_list"] == [{"tray_id": "T2", "vials": 501}]
    html = page_text(site, "raw.trays")
    assert cells(html) == [["value", "tray_id"], ["501", "T2"]]
    assert "Expected: vials is between 0 and 500. Broken by 1 of 2 checked." in html
    assert "All 3 rows judged one by one." in html
    first = (site / "index.html").read_text(encoding="utf-8")
    assert "A table does not keep its contract" in first
    assert 'href="tables/raw.trays.html"' in first


def test_a_condition_between_columns_shows_what_it_looked_at(tmp_path: Path) -> None:
    early = trays(closed_at=[NOON - timedelta(hours=1), NOON, None])
    html = page_text(site_of(tmp_path, judge(early, TRAYS).validation), "raw.trays")
    said = "closed_at = 2024-03-01 11:00:00.000000, filled_at = 2024-03-01 12:00:00.000000"
    assert cells(html) == [["value", "tray_id"], [said, "T1"]]


def test_of_many_rows_twenty_are_shown_and_the_number_is_told(tmp_path: Path) -> None:
    many = pl.concat([trays(vials=[501, 502, 503], tray_id=[f"T{i}1", f"T{i}2", f"T{i}3"])
                      for i in range(10)])  # fmt: skip
    validation = judge(many, TRAYS).validation
    assert '"unexpected_list"' not in json.dumps(validation.to_json_dict())
    html = page_text(site_of(tmp_path, validation), "raw.trays")
    assert len(cells(html)) == 1 + 20
    assert "The first 20 of 30." in html


def test_what_was_refused_is_shown_rule_by_rule_with_where_it_stood(tmp_path: Path) -> None:
    validation = judge_refused(pl.DataFrame(REFUSED), TRAYS, ACCOUNT)
    failed = {rule["rule"]: rule["failed"] for rule in validation.meta["rules"] if rule["failed"]}
    assert failed == {"type": 1, "required": 1, "readable": 1}
    html = page_text(site_of(tmp_path, validation), "received.trays")
    head = ["value", "source_file", "source_row", "tray_id", "reason"]
    assert cells(html) == [
        *(head, ["many", "a.csv", "7", "T7", "vials is not a whole number"]),
        *(head, ["missing", "a.csv", "9", "missing", "tray_id is missing"]),
        *(head, ["row_shape: T9;1;2;3;4", "b.csv", "3", "missing", "too many cells"]),
    ]
    assert "100 records delivered, 97 accepted, 3 refused" in html
    assert "Expected: vials is a whole number. Broken by 1 of 100 records." in html
    first = (tmp_path / "site/index.html").read_text(encoding="utf-8")
    assert "Every table judged keeps its contract. 3 of 100 records delivered" in first


def test_a_rule_says_what_should_hold_and_a_condition_keeps_its_own_words() -> None:
    never = replace(TRAYS.rules[0], description="a tray is not closed before it is filled")
    words = [rule.description for rule in received_rules(replace(TRAYS, rules=(never,)))]
    assert "vials is a whole number" in words
    assert "tray_id is given" in words
    assert "filled_at lies in 1900 to 2099" in words
    assert "tray_id has the form T[0-9]+" in words
    assert "a tray is not closed before it is filled" in words


def test_what_a_stopped_run_left_is_swept_away(tmp_path: Path) -> None:
    (tmp_path / ".site-draft" / "tables").mkdir(parents=True)
    (tmp_path / ".site-before").mkdir()
    site_of(tmp_path, judge(trays(), TRAYS).validation)
    assert {path.name for path in tmp_path.iterdir()} == {"gx", "site"}


def test_nothing_refused_breaks_nothing() -> None:
    nobody = pl.DataFrame(REFUSED).clear()
    validation = judge_refused(nobody, TRAYS, {"received": 5, "accepted": 5, "quarantined": 0})
    assert validation.success


def test_a_counted_table_says_so(tmp_path: Path) -> None:
    labels = [rule.label for rule in table_rules(TRAYS)]
    counts = {f"{label}|checked": 250_000 for label in labels}
    counts |= {f"{label}|failed": 0 for label in labels}
    validation = judge_counts(pl.DataFrame(counts), TRAYS, 250_000).validation
    html = page_text(site_of(tmp_path, validation), "raw.trays")
    assert "250,000 rows, judged by counts" in html
    assert "All 5 rules kept." in html
    assert "of up to 100,000 rows" in (tmp_path / "site/index.html").read_text(encoding="utf-8")


def test_text_of_records_is_inert(tmp_path: Path) -> None:
    hostile = judge(trays(tray_id=["T1", "T2", HOSTILE]), TRAYS).validation
    stored = {**REFUSED, "value": [HOSTILE] * 3, "reason": [HOSTILE] * 3}
    stored["source_file"] = ["<img src=x onerror=alert(2)>.csv"] * 3
    refused = judge_refused(pl.DataFrame(stored), TRAYS, ACCOUNT)
    site = site_of(tmp_path, hostile, refused)
    for name in ("raw.trays", "received.trays"):
        html = page_text(site, name)
        assert "T&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}} $x ${label} \\u202eevil" in html
        assert "\\x1b[2J" in html
        assert not re.search("<script|<img|\u202e|\x1b", html)


def test_no_page_asks_anything_of_a_network(tmp_path: Path) -> None:
    refused = judge_refused(pl.DataFrame(REFUSED), TRAYS, ACCOUNT)
    site = site_of(tmp_path, judge(trays(vials=[1, 501, None]), TRAYS).validation, refused)
    pages = sorted(site.rglob("*"))
    assert {page.suffix for page in pages if page.is_file()} == {".html"}
    for page in site.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        assert "default-src 'none'" in html
        assert not re.search(r"https?:|//[a-z]|<script|<link|\bsrc=|@import|url\(", html), page


def test_every_link_leads_to_a_page(tmp_path: Path) -> None:
    site = site_of(tmp_path, judge(trays(), TRAYS).validation)
    for page in site.rglob("*.html"):
        for target in re.findall(r'(?:href="|url=)([^"]+)"', page.read_text(encoding="utf-8")):
            assert (page.parent / target).resolve().is_file(), (page, target)


def test_only_the_latest_pages_are_kept(tmp_path: Path) -> None:
    site_of(tmp_path, judge(trays(vials=[1, 501, None]), TRAYS).validation)
    site = site_of(tmp_path, judge(trays(), TRAYS).validation, run_id="run-2")
    html = page_text(site, "raw.trays")
    assert "run-2" in html
    assert "All 6 rules kept." in html
    assert {path.name for path in tmp_path.iterdir()} == {"gx", "site"}


def test_pages_that_cannot_be_made_leave_those_before(tmp_path: Path) -> None:
    site = site_of(tmp_path, judge(trays(), TRAYS).validation)
    before = (site / "index.html").read_bytes()
    validation = judge(trays(), TRAYS).validation
    del validation.meta["rules"]
    with pytest.raises(ContractError, match=r"Data Docs could not be built.*Remove that folder"):
        site_of(tmp_path, validation, run_id="run-2")
    assert (site / "index.html").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"gx", "site"}


def test_every_schema_has_a_place_on_the_first_page() -> None:
    assert set(TITLES) == {RECEIVED, *SCHEMAS}
