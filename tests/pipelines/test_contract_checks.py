"""Checks in Dagster: they name the rules broken and lead to the page that shows by what."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from assets.defs import asset_key, table_asset
from assets.run_settings import RunSettings
from data_contracts.profile import load_profile
from data_contracts.tables import table
from pipelines.checks import CONTRACT_RESULTS, delivery_check, judge_by_counts, judge_table
from pipelines.data_docs import DataDocs
from pipelines.incremental.account import ContractAccount
from pipelines.incremental.kept_work import KEPT_WORK, Frames, KeptWork
from pipelines.incremental.read_settings import ReadSettings
from pipelines.incremental.steps import incremental
from pipelines.incremental.traces import KeptTraces
from warehouse.paths import Home
from warehouse.store import Warehouse

pytestmark = pytest.mark.xdist_group("great_expectations")
NOON = datetime.fromisoformat("2024-03-01 12:00:00")
HOUR_LATER = NOON + timedelta(hours=1)


def phases(*stages: int) -> pl.DataFrame:
    """One phase of a batch each, an hour long."""
    rows = [
        (f"B{n}", stage, "granulation", "spray", None, None, NOON, HOUR_LATER, None, None)
        for n, stage in enumerate(stages, start=1)
    ]
    place = [("phases.csv", n + 1, f"hash-{n}", NOON, NOON, "run-1") for n in range(len(rows))]
    return table("raw.phases", [(*row, *at) for row, at in zip(rows, place, strict=True)])


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(Home(tmp_path / "home"), "small-00000000")


@pytest.fixture
def docs(warehouse: Warehouse) -> DataDocs:
    settings = RunSettings(
        profile=load_profile("virtual_plant"),
        data_dir=Path("nowhere"),
        source_key=warehouse.source_key,
        assumptions_file=None,
        as_of=None,
        is_quick=True,
        seed=1,
        run_id="run-1",
    )
    return DataDocs(warehouse.home, settings)


def said_of(done: dg.ExecuteInProcessResult, key: dg.AssetKey) -> list[Any]:
    return [one for one in done.get_asset_check_evaluations() if one.asset_key == key]


def written(
    warehouse: Warehouse, docs: DataDocs, frame: pl.DataFrame, name: str = "raw.phases"
) -> Any:
    """Let a step write a table, and return what its contract check says."""

    @table_asset(name, group="test", resources={"warehouse"})  # so it is run every time
    def made() -> pl.DataFrame:
        return frame

    account = ContractAccount(warehouse, docs, warehouse.file.with_name("verdicts.json"))
    kept = KeptWork(KeptTraces(warehouse.file.with_name("steps.json")), account, Frames(warehouse))
    done = dg.materialize(
        [incremental(made)],
        resources={
            "warehouse": warehouse,
            "data_docs": docs,
            "run_settings": ReadSettings.of(docs.settings),
            KEPT_WORK: kept,
        },
        raise_on_error=False,
    )
    warehouse.write(CONTRACT_RESULTS, account.closed([name]))  # as a run does in the end
    kept.save()
    (said,) = said_of(done, asset_key(name))
    assert done.success == said.passed
    return said


def delivered(warehouse: Warehouse, docs: DataDocs, key: dg.AssetKey) -> Any:
    """Return what the delivery check says of a table that is in place."""

    @dg.asset(key=key)
    def standing() -> None:
        """Stand for the table, which is written already."""

    check = delivery_check()
    done = dg.materialize(
        [standing, check],
        selection=dg.AssetSelection.checks(check) | dg.AssetSelection.assets(key),
        resources={"warehouse": warehouse, "data_docs": docs},
        raise_on_error=False,  # the check has more to say than the one table that is there
    )
    (said,) = said_of(done, key)
    return said


def test_a_broken_contract_is_named_and_its_page_shows_the_row(
    warehouse: Warehouse, docs: DataDocs
) -> None:
    said = written(warehouse, docs, phases(3, 9, 4))
    assert not said.passed
    assert said.severity == dg.AssetCheckSeverity.ERROR
    told = {name: value.value for name, value in said.metadata.items()}
    assert told["failed"] == "range on stage (1 of 3)"
    assert (told["rows"], told["judged by"]) == (3, "rows")
    page = Path(told["data docs"])
    assert page == (docs.refused_dir / "tables/raw.phases.html").resolve()
    assert not docs.site_dir.exists()  # what readers see stays as it was
    target = page.read_text(encoding="utf-8").partition('href="')[2].partition('"')[0]
    html = (page.parent / target).read_text(encoding="utf-8")
    assert '<td class="value">9</td><td>B2</td>' in html
    assert "phases.csv" in html


def test_a_kept_contract_leads_to_where_its_page_will_be(
    warehouse: Warehouse, docs: DataDocs
) -> None:
    said = written(warehouse, docs, phases(3, 4))
    assert said.passed
    assert said.metadata["failed"].value == "none"
    page = Path(said.metadata["data docs"].value)
    assert not page.exists()
    assert docs.build(docs.site_dir).is_file()
    assert page.is_file()


def test_a_table_above_the_stated_size_is_judged_by_counts_and_says_so(
    warehouse: Warehouse, docs: DataDocs
) -> None:
    warehouse.write("raw.phases", phases(3, 9, 4))
    by_counts = judge_table(warehouse, "raw.phases", most_rows=2)
    assert (by_counts.validation.meta["judged_by"], by_counts.validation.success) == (
        "counts",
        False,
    )
    by_rows = judge_table(warehouse, "raw.phases", most_rows=3)
    assert by_rows.validation.meta["judged_by"] == "rows"
    same = by_rows.results.filter(pl.col("rule") != "columns")
    assert by_counts.results.equals(same)
    docs.keep(by_counts.validation)
    docs.build(docs.site_dir)
    (page,) = (docs.site_dir / "validations/raw/phases").rglob("*.html")
    html = page.read_text(encoding="utf-8")
    assert "3 rows, judged by counts" in html
    assert "Broken by 1 of 3 checked" in html


def test_a_computed_table_is_counted_and_looked_at_row_by_row_once_it_is_broken(
    warehouse: Warehouse,
) -> None:
    file = {"file": "a.csv", "sha256": "0" * 64}
    kept = table("evidence.inputs", [file | {"bytes": 1}])
    warehouse.write("evidence.inputs", kept)
    assert judge_table(warehouse, "evidence.inputs").validation.meta["judged_by"] == "counts"
    broken = table("evidence.inputs", [file | {"bytes": -1}])
    warehouse.write("evidence.inputs", broken)
    judged = judge_table(warehouse, "evidence.inputs").validation
    assert judged.meta["judged_by"] == "rows"
    (failed,) = [one for one in judged.results if not one.success]
    assert failed.result["partial_unexpected_index_list"] == [{"bytes": -1, "file": "a.csv"}]


def test_a_verdict_is_kept_while_the_table_is_the_same(
    warehouse: Warehouse, docs: DataDocs
) -> None:
    first = written(warehouse, docs, phases(3, 4))
    again = written(warehouse, docs, phases(3, 4))
    assert first.metadata["verdict"].value == "new"
    assert again.metadata["verdict"].value.startswith("kept")
    more = written(warehouse, docs, phases(3, 4, 5))
    assert (more.passed, more.metadata["verdict"].value) == (True, "new")
    assert (more.metadata["rows"].value, more.metadata["judged by"].value) == (3, "counts")
    # A table that breaks its contract is always looked at row by row, and its verdict not kept.
    broken = written(warehouse, docs, phases(3, 9))
    assert (broken.passed, broken.metadata["judged by"].value) == (False, "rows")
    assert not written(warehouse, docs, phases(3, 9)).passed


def test_counts_alone_say_what_great_expectations_says(
    warehouse: Warehouse, docs: DataDocs
) -> None:
    warehouse.write("raw.phases", phases(3, 4))
    found = judge_by_counts(warehouse, "raw.phases")
    assert found is not None
    results, _ = found
    assert results.equals(judge_table(warehouse, "raw.phases").results)
    counted = judge_by_counts(warehouse, "raw.phases", most_rows=1)
    by_library = judge_table(warehouse, "raw.phases", most_rows=1)
    assert counted is not None
    assert counted[0].equals(by_library.results)
    document = by_library.validation.to_json_dict()
    own_work = ("active_batch_definition", "batch_markers", "batch_spec")
    for name in (*own_work, "great_expectations_version", "run_id"):
        document["meta"].pop(name, None)
    assert counted[1] == document
    warehouse.write("raw.phases", phases(3, 9))
    assert judge_by_counts(warehouse, "raw.phases") is None


def test_renewed_pages_are_those_built_anew(warehouse: Warehouse, docs: DataDocs) -> None:
    written(warehouse, docs, phases(3, 4))
    published = Home(warehouse.home.root)
    published.data_docs_dir.parent.mkdir(parents=True, exist_ok=True)
    docs.renew(published.data_docs_dir)  # nothing to go on with: built
    published.published_source_file.parent.mkdir(parents=True)
    published.published_source_file.write_text(warehouse.source_key)
    written(warehouse, docs, phases(3, 4, 5))
    renewed, anew = warehouse.home.root / "renewed", warehouse.home.root / "anew"
    docs.renew(renewed)
    docs.build(anew)
    assert contents(renewed) == contents(anew)
    assert "3 rows, judged by counts" in "".join(contents(renewed).values())


def contents(site: Path) -> dict[str, str]:
    pages = {str(file.relative_to(site)): file for file in site.rglob("*.html")}
    return {name: file.read_text(encoding="utf-8") for name, file in pages.items()}


def test_records_refused_are_told_by_rule_and_block_nothing(
    warehouse: Warehouse, docs: DataDocs
) -> None:
    refused = ("raw.phases", "p.csv", 4, "stage", "range", "9", "stage must be between 1 and 7")
    record = '{"batch_id": "B2", "stage": "9"}'
    rows = [(*refused, record, NOON, "run-1")]
    warehouse.write("quarantine.records", table("quarantine.records", rows))
    account = [("raw.batches", 0, 0, 0, 0, None), ("raw.phases", 3, 2, 1, 0, 0.5)]
    warehouse.write("evidence.ingestion", table("evidence.ingestion", account))
    key = asset_key("raw.phases")
    said = delivered(warehouse, docs, key)
    assert (said.passed, said.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert said.metadata["failed"].value == "range on stage (1 of 3)"
    assert (said.metadata["received"].value, said.metadata["refused"].value) == (3, 1)
    docs.build(docs.site_dir)
    page = Path(said.metadata["data docs"].value)
    assert page == (docs.site_dir / "tables/received.phases.html").resolve()
    assert page.is_file()
