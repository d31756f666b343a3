"""From raw records to features through the assets themselves, on a source with few tables."""

from types import SimpleNamespace
from typing import Any

import dagster as dg
import polars as pl
import pytest

from assets.core import defs as core_defs
from assets.gate_features import defs as feature_defs
from data_contracts.catalogue import contract, contract_names
from data_contracts.generated.polars_schema import empty
from data_contracts.profile_schema.outcomes import Margin, Outcome
from pipelines.io_managers import WarehouseIOManager
from warehouse.paths import Home
from warehouse.store import Warehouse

LOADED = "2026-01-01"
SENSORS = "feature.sensor_phase_features"
PROXY = Outcome(
    name="dissolution_min_below_80",
    title="Lowest dissolution result below 80 % (proxy)",
    is_proxy=True,
    rule="dissolution_min < 80",
    margins=(Margin("dissolution_min", 80.0, None),),
    first_known_stage=6,
    defined_by=("dissolution_min",),
    same_quantity=(),
    where="test profile",
)


def received(table, name, rows):
    """Turn rows into received records with their provenance."""
    instant = pl.lit(LOADED).str.to_datetime(time_unit="us")
    frame = table(
        f"core.{name}",
        *({**row, "cluster_id": "-"} if name == "batches" else row for row in rows),
    )
    return frame.drop("cluster_id", strict=False).with_columns(
        source_file=pl.lit("test.csv"),
        source_row=pl.int_range(2, pl.len() + 2, dtype=pl.Int64),
        content_hash=pl.concat_str(pl.lit("row "), pl.int_range(pl.len())),
        received_at=instant,
        ingested_at=instant,
        run_id=pl.lit("r1"),
    )


@pytest.fixture
def warehouse(tmp_path, table):
    with Warehouse(Home(tmp_path), "test-0").kept_open() as built:
        deliver(built, table)
        yield built


def deliver(built, table):
    numbers = range(1, 7)
    delivered = {
        "batches": [
            {"batch_id": f"B{n}", "production_order": n, "started_at_precision": "order"}
            for n in numbers
        ],
        "parameters": [
            {"batch_id": f"B{n}", "stage": 4, "parameter": "main_force_kn", "value": 4.0 + n}
            for n in (*numbers, 99)
        ],
        "lab_results": [
            {"batch_id": f"B{n}", "stage": 6, "test": "dissolution_min", "value": 78.0 + n}
            for n in numbers
        ],
    }
    for name in contract_names("raw"):
        rows = delivered.get(name.removeprefix("raw."), [])
        frame = received(table, name.removeprefix("raw."), rows) if rows else empty(contract(name))
        built.append_versions(name, frame)
    built.write(SENSORS, empty(contract(SENSORS)))


def test_the_assets_build_their_tables_under_contract(warehouse):
    upstream = core_defs.RAW_TABLES
    assets: list[Any] = [
        *dg.load_assets_from_modules([core_defs, feature_defs]),
        *(dg.AssetSpec(name.split(".")) for name in upstream),
        dg.AssetSpec(SENSORS.split(".")).with_io_manager_key("io_manager"),
    ]
    io = WarehouseIOManager(warehouse)
    settings = SimpleNamespace(
        as_of=None,
        profile=SimpleNamespace(outcomes=(PROXY,), quantity_stages={}),
        assumptions=lambda: SimpleNamespace(origin_stages={}),
    )
    result = dg.materialize(
        assets,
        resources={
            "warehouse": warehouse,
            "run_settings": settings,
            "warehouse_io": io,
            "io_manager": io,
        },
    )
    assert result.success
    outcomes = warehouse.read("core.outcomes").sort("batch_id")
    assert outcomes["is_failure"].to_list() == [True, False, False, False, False, False]
    values = warehouse.read("feature.gate_values")
    assert values.group_by("feature").len().sort("feature").rows() == [
        ("lab.dissolution_min", 6),
        ("parameter.main_force_kn", 6),
    ]
    assert warehouse.read("evidence.refused_features").select("feature", "rule").rows() == [
        ("lab.dissolution_min", "defines_outcome")
    ]
    codes = warehouse.read("evidence.limits")["code"].to_list()
    assert "unknown_batch.parameters" in codes
    assert "no_phases" in codes
    assert warehouse.read("feature.batch_gates").height == 6 * 7
