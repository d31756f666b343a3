"""Paths in SQL: rates and intervals equal to the named methods, holes survive."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from assets.deviations.defs import SQL
from assets.statistics.intervals import newcombe_difference, wilson
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform, empty
from warehouse.paths import Home
from warehouse.store import Warehouse

START = datetime(2022, 1, 1, tzinfo=UTC).replace(tzinfo=None)
HOUR = timedelta(hours=1)
BATCHES = 60


def _tables(failing):
    """Granulated, then pressed; every thirtieth waits a day, every sixth is pressed twice."""
    rows, batches, outcomes = [], [], []
    for i in range(BATCHES):
        at, name = START + HOUR * 50 * i, f"B{i:03d}"
        wait = 24 if i % 30 == 0 else 1
        rows.append((name, 3, "granulation", "run", "GR-1", at, at + HOUR))
        press = f"PR-{1 + i % 2}"
        for n in range(2 if i % 6 == 0 else 1):
            begun = at + HOUR * (1 + wait + 2 * n)
            rows.append((name, 4, "compression", "run", press, begun, begun + HOUR))
        batches.append((name, i, "reworked" if i % 20 == 0 else "released"))
        outcomes.append((name, "failure", None if i == 59 else i in failing))
    names = ["batch_id", "stage", "unit_procedure", "phase", "equipment_id", "started_at",
             "ended_at"]  # fmt: skip
    frames = {
        "core.phases": pl.DataFrame(rows, schema=names, orient="row"),
        "core.batches": pl.DataFrame(
            batches, schema=["batch_id", "production_order", "disposition"], orient="row"
        ).with_columns(cluster_id="batch_id"),
        "core.outcomes": pl.DataFrame(
            outcomes, schema=["batch_id", "outcome", "is_failure"], orient="row"
        ).with_columns(status=pl.lit("known"), is_censored=False),
    }
    return {name: conform(frame, contract(name)) for name, frame in frames.items()}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    warehouse = Warehouse(Home(Path(tmp_path_factory.mktemp("home"))), "plant")

    def build(tables):
        for name, frame in tables.items():
            warehouse.write(name, frame)
        warehouse.build_from_sql("finding.paths", SQL / "paths.sql")
        return warehouse.read("finding.paths")

    return build


def test_repeated_phases_against_the_named_methods(built):
    paths = built(_tables(failing={0, 6, 12, 7}))
    row = paths.filter(pl.col("kind") == "reprocessing").row(0, named=True)
    assert row["path"] == "compression run repeated"
    assert (row["batches"], row["failures"], row["batches_elsewhere"]) == (10, 3, 49)
    assert (row["rate_low"], row["rate_high"]) == pytest.approx(wilson(3, 10))
    ends = newcombe_difference(3, 10, 1, 49)
    assert (row["difference_low"], row["difference_high"]) == pytest.approx(ends)


def test_every_kind_of_path_is_there(built):
    paths = built(_tables(failing={0}))
    assert set(paths["kind"]) == {"route", "equipment", "hold", "reprocessing", "rework"}
    hold = paths.filter(pl.col("kind") == "hold").row(0, named=True)
    assert hold["path"].startswith("over ")
    assert hold["batches"] == 2
    assert not paths.filter(pl.col("kind") == "rework")["is_known_before_result"].any()
    route = paths.filter(pl.col("kind") == "route").row(0, named=True)
    assert (route["path"], route["pending"]) == ("granulation > compression", 1)
    assert route["difference"] is None


@pytest.mark.parametrize("failing", [set(), {3}, {3, 4}])
def test_few_failures_are_survived(built, failing):
    paths = built(_tables(failing))
    assert paths.drop_nulls("rate")["rate_high"].min() > 0


def test_all_pending_and_no_phases(built):
    tables = _tables(failing=set())
    pending = tables["core.outcomes"].with_columns(is_failure=pl.lit(None, pl.Boolean))
    paths = built(tables | {"core.outcomes": pending})
    assert paths["rate"].null_count() == paths.height
    bare = {name: empty(contract(name)) for name in tables}
    assert built(bare).is_empty()
