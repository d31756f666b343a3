"""The asset graph: every table under contract, every contract used, and no change unseen."""

from pathlib import Path

import dagster as dg
import pytest

from data_contracts.catalogue import contract_names
from pipelines.build import build_definitions
from pipelines.io_managers import table_of

SNAPSHOT = Path(__file__).with_name("asset_graph.txt")
FILES_NOT_TABLES = {
    "published.warehouse",
    "report.executive",
    "report.summary",
    "report.workbook",
    "source.exports",
    "kept.sensor_month",
}


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return build_definitions()


def described(definitions: dg.Definitions) -> str:
    """One line per asset: its group, and what it reads."""
    graph = definitions.resolve_asset_graph()
    lines = []
    for key in sorted(graph.materializable_asset_keys, key=table_of):
        node = graph.get(key)
        parents = ", ".join(sorted(table_of(parent) for parent in node.parent_keys))
        lines.append(f"{table_of(key)} [{node.group_name}] <- {parents or 'nothing'}")
    return "\n".join(lines) + "\n"


def test_the_graph_is_the_one_reviewed(definitions: dg.Definitions) -> None:
    now = described(definitions)
    assert now == SNAPSHOT.read_text(encoding="utf-8"), (
        "the asset graph changed; if you meant it, write the new one: "
        "python -m tests.house.write_asset_graph"
    )


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


def test_every_table_has_a_blocking_contract_check(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    checked = {table_of(key.asset_key) for key in graph.asset_check_keys}
    assert checked == set(contract_names())


def test_jobs_and_schedules(definitions: dg.Definitions) -> None:
    assert {job.name for job in definitions.jobs or ()} == {"main", "nightly", "sensor_month"}
    assert {s.name for s in definitions.schedules or ()} == {"nightly", "monthly_refit"}
