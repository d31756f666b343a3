"""The Data Docs a run leaves: delivered rows judged themselves, each refusal with examples."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from data_contracts.catalogue import contract_names
from warehouse.paths import Home
from warehouse.published_copy.published import open_published


@pytest.fixture(scope="module")
def results(plant_home: Path) -> dict[str, dict[str, Any]]:
    """great_expectations' stored results, by suite."""
    files = plant_home.glob("work/*/gx/uncommitted/validations/**/*.json")
    read = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return {one["suite_name"]: one for one in read}


def test_every_table_is_judged_and_every_raw_one_row_by_row(results: dict[str, Any]) -> None:
    assert set(contract_names()) <= set(results)
    raw = {name: results[name]["meta"]["judged_by"] for name in contract_names("raw")}
    assert set(raw.values()) == {"rows"}
    kept = {name for name in contract_names() if results[name]["success"]}
    assert kept == set(contract_names())


def test_what_was_refused_is_in_the_results_rule_by_rule(
    plant_home: Path, results: dict[str, Any]
) -> None:
    refused = open_published(Home(plant_home)).query("FROM quarantine.records")
    wanted = Counter(
        (f"received.{table.removeprefix('raw.')}", rule, columns)
        for table, rule, columns in refused.select("table_name", "rule", "column_name").rows()
    )
    found = {
        (name, meta["rule"], meta["column_name"]): one["result"]
        for name, suite in results.items()
        if name.startswith("received.")
        for one in suite["results"]
        if not one["success"] and (meta := one["expectation_config"]["meta"])
    }
    assert len(wanted) > 5
    assert {label: result["unexpected_count"] for label, result in found.items()} == wanted
    for label, result in found.items():
        rows = result["partial_unexpected_index_list"]
        assert len(rows) == min(20, wanted[label])
        assert all(row["source_file"] and row["source_row"] > 1 for row in rows)


def test_the_report_leads_to_the_pages_and_they_to_every_broken_rule(plant_home: Path) -> None:
    pages_dir = Home(plant_home).reports_dir / "pages"
    html = (pages_dir / "records.html").read_text(encoding="utf-8")
    (way,) = re.findall(r'href="([^"]+data_docs/index\.html)"', html)
    first = (pages_dir / way).resolve()
    assert first == (plant_home / "data_docs" / "index.html").resolve()
    pages = set(re.findall(r'href="(tables/received\.[^"]+)"', first.read_text(encoding="utf-8")))
    assert pages
    for page in pages:
        forward = (first.parent / page).read_text(encoding="utf-8")
        target = forward.partition('href="')[2].partition('"')[0]
        shown = (first.parent / page).parent.joinpath(target).read_text(encoding="utf-8")
        broken = shown.count('<section class="rule">')
        assert broken == shown.count('<table class="examples">'), page
