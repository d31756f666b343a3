"""What is kept of earlier publications."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from data_contracts.tables import table
from warehouse.paths import Home
from warehouse.published_copy.published import open_published
from warehouse.published_copy.released_runs import copy_of_run, published_runs, run_of
from warehouse.published_copy.retention import Retention
from warehouse.store import Warehouse

RUNS = "evidence.runs"
FIRST = datetime.fromisoformat("2026-01-01")
KEPT = Retention(reports=3, warehouses=2)


@pytest.fixture(autouse=True)
def few_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("core.batches", "core.sensor_readings", "evidence.reading_months", RUNS)
    monkeypatch.setattr("warehouse.published_copy.publication.contract_names", lambda: names)


def run(
    home: Home,
    batches: pl.DataFrame,
    number: int,
    source: str = "plant",
    *,
    looks_back: bool = False,
) -> Warehouse:
    """Publish a run of a source, with a report."""
    warehouse = Warehouse(home, source)
    row = {
        "run_id": f"{source}{number}", "run_number": number, "is_look_back": looks_back,
        "command": "lotwise run", "source_profile": source, "source_key": source,
        "started_at": FIRST + number * timedelta(days=1), "status": "published",
    }  # fmt: skip
    warehouse.write("core.batches", batches)
    warehouse.write(RUNS, table(RUNS, [row]))
    draft = warehouse.draft()
    draft.reports_dir.mkdir(parents=True)
    (draft.reports_dir / "report.html").write_text(f"run {number} of {source}")
    warehouse.release(KEPT)
    return warehouse


def reports(home: Home) -> list[str]:
    return sorted(each.name for each in home.reports_dir.parent.iterdir())


def warehouses(home: Home) -> list[str]:
    return sorted(each.parents[1].name for each in home.releases_dir.rglob("*.duckdb"))


def test_reports_are_kept_by_run_and_warehouses_for_less_long(
    home: Home, batches: pl.DataFrame
) -> None:
    for number in range(1, 6):
        run(home, batches, number)
    names = [f"2026-01-{number + 1:02}-plant-run-{number:04}" for number in (3, 4, 5)]
    assert reports(home) == [*names, "latest"]
    assert warehouses(home) == names[1:]
    assert (home.reports_dir / "report.html").read_text() == "run 5 of plant"
    earlier = home.reports_dir.parent / names[0] / "report.html"
    assert earlier.read_text() == "run 3 of plant"


def test_each_source_keeps_its_own_last_run(home: Home, batches: pl.DataFrame) -> None:
    run(home, batches, 1, "other")
    for number in range(1, 5):
        run(home, batches, number)
    found = copy_of_run(home, "other", "other1")
    assert found is not None
    with open_published(found) as copy:
        assert copy.query("SELECT run_id FROM evidence.runs").item() == "other1"


def test_a_look_back_does_not_push_out_what_the_next_run_is_compared_with(
    home: Home, batches: pl.DataFrame
) -> None:
    run(home, batches, 1)
    for number in (2, 3, 4):
        run(home, batches, number, looks_back=True)
    assert copy_of_run(home, "plant", "plant1") is not None
    assert copy_of_run(home, "plant", "plant2") is None


def test_a_run_published_again_is_kept_once(home: Home, batches: pl.DataFrame) -> None:
    warehouse = run(home, batches, 1)
    warehouse.publish_again()
    assert reports(home) == ["2026-01-02-plant-run-0001-2", "latest"]
    assert (home.reports_dir / "report.html").read_text() == "run 1 of plant"


def test_a_release_that_was_never_put_in_place_is_of_no_run(
    home: Home, batches: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped between the rename of its folder and the turning of the link."""
    run(home, batches, 1)

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("warehouse.published_copy.release._turn", stopped)
        with pytest.raises(KeyboardInterrupt):
            run(home, batches, 2)
    numbers = [each.run_number for each, _ in published_runs(home, "plant")]
    assert numbers == [1]
    run(home, batches, 2)
    places = [run_of(folder) for folder in sorted(home.releases_dir.iterdir())]
    assert [(each.run_number, each.sequence) for each in places if each] == [(1, 1), (2, 2)]
