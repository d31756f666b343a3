"""A step is run again when anything it depends on has changed, and only then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import polars as pl
import pytest

from assets.defs import table_asset
from assets.run_settings import RunSettings
from data_contracts.catalogue import contract_names
from data_contracts.profile import load_profile
from data_contracts.tables import table
from pipelines.build import build_definitions, topic_assets
from pipelines.data_docs import DataDocs
from pipelines.incremental import steps
from pipelines.incremental.account import ContractAccount
from pipelines.incremental.kept_work import KEPT_WORK, Frames, KeptWork
from pipelines.incremental.read_settings import ReadSettings
from pipelines.incremental.steps import RUN_BECAUSE, IncrementalStep, incremental
from pipelines.incremental.traces import KeptTraces
from pipelines.site import installed_code
from pipelines.terminal.progress import AS_BEFORE
from warehouse.paths import Home
from warehouse.store import Warehouse

pytestmark = pytest.mark.xdist_group("great_expectations")
READ, WRITTEN = "evidence.ingestion", "evidence.inputs"
SETTINGS = RunSettings(
    profile=load_profile("virtual_plant"),
    data_dir=Path("nowhere"),
    source_key="small-00000000",
    assumptions_file=None,
    as_of=None,
    is_quick=True,
    seed=1,
    run_id="run-1",
)


@table_asset(WRITTEN, READ, group="test", resources={"run_settings"})
def counted(context: dg.AssetExecutionContext, ingestion: pl.DataFrame) -> pl.DataFrame:
    """A row whose bytes are the records received, and the seed."""
    size = int(ingestion["received"].sum()) + context.resources.run_settings.seed
    return table(WRITTEN, [{"file": "a.csv", "sha256": "0" * 64, "bytes": size}])


class Plant:
    """A working warehouse and the runs over it, each like a run of its own process."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.file = home.working_file(SETTINGS.source_key)

    @contextmanager
    def opened(self) -> Iterator[Warehouse]:
        with Warehouse(self.home, SETTINGS.source_key).kept_open() as warehouse:
            yield warehouse

    def receive(self, records: int) -> None:
        with self.opened() as warehouse:
            rows = [("raw.phases", records, records, 0, 0, 0.5)]
            warehouse.write(READ, table(READ, rows))

    def run(self, settings: RunSettings = SETTINGS, *, is_killed: bool = False) -> str:
        """Run the step; returns what its materialisation says of why."""
        with self.opened() as warehouse:
            docs = DataDocs(self.home, settings)
            folder = self.file.parent
            account = ContractAccount(warehouse, docs, folder / "verdicts.json")
            kept = KeptWork(KeptTraces(folder / "steps.json"), account, Frames(warehouse))
            done = dg.materialize(
                [incremental(counted), dg.AssetSpec(READ.split("."))],
                resources={
                    "warehouse": warehouse,
                    "data_docs": docs,
                    "run_settings": ReadSettings.of(settings),
                    KEPT_WORK: kept,
                },
            )
            if not is_killed:
                kept.save()
        (made,) = done.asset_materializations_for_node("evidence__inputs")
        if AS_BEFORE in made.metadata:
            return AS_BEFORE
        return str(made.metadata[RUN_BECAUSE].value)

    def by_hand(self, statement: str) -> None:
        connection = duckdb.connect(str(self.file))
        connection.execute(statement)
        connection.close()

    def bytes(self) -> int:
        with self.opened() as warehouse:
            return int(warehouse.read(WRITTEN)["bytes"].item())


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """A plant over which the step has been run once."""
    made = Plant(Home(tmp_path / "home"))
    made.receive(5)
    assert made.run() == "it was not run before"
    return made


def test_a_step_is_passed_over_and_says_so(plant: Plant) -> None:
    assert plant.run() == AS_BEFORE
    assert plant.bytes() == 6


def test_a_table_read_is_an_input(plant: Plant) -> None:
    plant.receive(7)
    assert plant.run() == f"table read has changed: {READ}"
    assert plant.bytes() == 8
    plant.receive(7)
    assert plant.run() == AS_BEFORE  # written again with the same contents


def test_only_settings_that_are_read_are_inputs(plant: Plant) -> None:
    assert plant.run(replace(SETTINGS, is_quick=False, run_id="run-2")) == AS_BEFORE
    assert plant.run(replace(SETTINGS, seed=2)) == "setting has changed: seed"
    assert plant.bytes() == 7


def test_code_and_packages_are_an_input(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "foundation_hash", lambda: "another")
    assert plant.run() == "code or a package has changed"
    assert plant.run() == AS_BEFORE


def test_a_table_changed_by_hand_is_noticed(plant: Plant) -> None:
    plant.by_hand(f"UPDATE {WRITTEN} SET bytes = 1")
    assert plant.run() == f"table written has changed: {WRITTEN}"
    assert plant.bytes() == 6
    plant.by_hand(f"UPDATE {READ} SET received = 9")
    assert plant.run() == f"table read has changed: {READ}"
    assert plant.bytes() == 10
    plant.by_hand(f"DROP TABLE {WRITTEN}")
    assert plant.run() == f"table written has changed: {WRITTEN}"


def test_a_killed_run_cannot_pass_for_a_finished_one(plant: Plant) -> None:
    plant.receive(7)
    plant.run(is_killed=True)  # the table is written, what it was written from is not kept
    plant.receive(5)
    assert plant.run() == f"table written has changed: {WRITTEN}"
    assert plant.bytes() == 6


@pytest.mark.parametrize(
    "spoilt", [b"", b"{", b"[1]", b'{"evidence__inputs": {"code": 3}}', b"\xff"]
)
def test_a_spoilt_memory_counts_as_none(plant: Plant, spoilt: bytes) -> None:
    (plant.file.parent / "steps.json").write_bytes(spoilt)
    (plant.file.parent / "verdicts.json").write_bytes(spoilt)
    assert plant.run() != AS_BEFORE
    assert plant.bytes() == 6


def test_without_a_stamp_tables_are_looked_at(plant: Plant) -> None:
    stamp = plant.home.stamp_file(SETTINGS.source_key)
    assert stamp.is_file()
    stamp.unlink()  # as a killed run leaves none
    assert plant.run() == AS_BEFORE
    assert stamp.is_file()


def test_a_contract_and_a_package_belong_to_the_code(tmp_path: Path) -> None:
    room = tmp_path / "data_contracts" / "core"
    room.mkdir(parents=True)
    hashes = set()
    for text in ("minimum: 1", "minimum: 2"):
        (room / "batches.yaml").write_text(text)
        hashes.add(installed_code.code_hash(tmp_path))
    assert len(hashes) == 2
    (tmp_path / "polars-1.0.dist-info").mkdir()
    assert installed_code.installed_packages([str(tmp_path)]) == ["polars-1.0.dist-info"]


def test_settings_count_by_content(tmp_path: Path) -> None:
    def values(settings: RunSettings) -> dict[str, str]:
        return ReadSettings.of(settings).values(["profile", "assumptions", "seed"])

    text = Path("data_contracts/assumptions/tablets.yaml").read_text(encoding="utf-8")
    own = tmp_path / "own.yaml"
    own.write_text(text)
    before = values(replace(SETTINGS, assumptions_file=own))
    own.write_text(f"# the same numbers\n{text}")
    assert before == values(replace(SETTINGS, assumptions_file=own))
    own.write_text(text.replace("base: 0.03\n", "base: 0.031\n", 1))
    after = values(replace(SETTINGS, assumptions_file=own))
    assert {name for name in before if before[name] != after[name]} == {"assumptions"}


def test_reading_assumptions_is_not_reading_the_profile() -> None:
    settings = ReadSettings.of(SETTINGS)
    with settings.noting() as read:
        settings.assumptions()
    assert read == {"assumptions"}


def asks_for_anything(name: str) -> Callable[..., Any]:
    return table_asset(name, group="test", resources={"warehouse"})


def test_a_step_that_may_read_anything_is_always_run() -> None:
    @asks_for_anything("evidence.inputs")
    def reader() -> pl.DataFrame:
        return table("evidence.inputs", [])

    assert not IncrementalStep(reader).may_be_kept
    kept = {IncrementalStep(one).name for one in topic_assets() if may_be_kept(one)}
    assert {"core__batches", "gate_features", "business_case", "mart__batches"} <= kept
    assert not {"source", "placed_readings", "sensor_phase_features", "evidence__claims"} & kept
    assert not {"evidence__power", "evidence__runs"} & kept


def may_be_kept(asset: dg.AssetsDefinition) -> bool:
    return incremental(asset) is not asset and IncrementalStep(asset).may_be_kept


def test_what_a_core_table_asks_for_is_said() -> None:
    """The latest instant of every raw table decides when records count as known."""
    (batches,) = [one for one in topic_assets() if one.op.name == "core__batches"]
    assert set(contract_names("raw")) <= IncrementalStep(batches).reads


def test_every_step_keeps_name_keys_and_inputs() -> None:
    graph = build_definitions().resolve_asset_graph()
    for asset in topic_assets():
        for spec in asset.specs:
            parents = {dep.asset_key for dep in spec.deps}
            assert graph.get(spec.key).parent_keys == parents
