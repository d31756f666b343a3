"""The asset graph: every table under contract, every contract used, every asset described."""

import dagster as dg
import pytest

from data_contracts.catalogue import contract_names
from pipelines.build import build_definitions
from pipelines.io_managers import table_of

FILES_NOT_TABLES = {
    "draft.warehouse",
    "published.warehouse",
    "report.data_docs",
    "report.executive",
    "report.summary",
    "report.protocols",
    "report.verification",
    "report.what_if",
    "report.workbook",
    "source.exports",
    "kept.sensor_month",
}


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return build_definitions()


def test_every_contract_is_used_and_every_table_is_under_contract(
    definitions: dg.Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    assets = {table_of(key) for key in graph.materializable_asset_keys}
    assert assets - FILES_NOT_TABLES == set(contract_names())


def test_every_asset_says_what_it_is(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    silent = [
        table_of(key)
        for key in graph.materializable_asset_keys
        if len(graph.get(key).description or "") < 20
    ]
    assert not silent


def test_every_table_has_a_contract_check_and_every_raw_one_a_delivery_check(
    definitions: dg.Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    checked = {(key.name, table_of(key.asset_key)) for key in graph.asset_check_keys}
    contracts = {("contract", name) for name in contract_names()}
    deliveries = {("delivery", name) for name in contract_names("raw")}
    assert checked == contracts | deliveries


def test_jobs_are_there_and_nothing_runs_by_itself(definitions: dg.Definitions) -> None:
    assert {job.name for job in definitions.jobs or ()} == {
        "main", "nightly", "self_test", "excursions", "sensor_month"
    }  # fmt: skip
    # What runs by itself, a site file says.
    assert not definitions.schedules
    assert not definitions.sensors
