"""Tables judged by great_expectations: clean ones pass, every planted violation is counted."""

import importlib
import os
import sys
from datetime import datetime, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data_contracts.catalogue import contract, contract_names
from data_contracts.contract import Column, Contract, RowRule
from data_contracts.errors import ContractError
from data_contracts.generated.duckdb_ddl import create_table_sql
from data_contracts.generated.polars_schema import conform, empty, polars_schema
from data_contracts.quality.expectations import judge, judge_counts
from data_contracts.quality.library import without
from data_contracts.quality.table_rules import counting_sql, table_rules
from data_contracts.tables import columns

pytestmark = pytest.mark.xdist_group("great_expectations")  # its import costs seconds: once
NOON = datetime.fromisoformat("2024-03-01 12:00:00")
TRAYS = Contract(
    "core.trays",
    "Trays.",
    "One tray.",
    (
        Column("tray_id", "string", "VARCHAR", "Id.", True, True, pattern="T[0-9]+"),
        Column("attempt", "integer", "BIGINT", "Attempt.", True, True),
        Column("vials", "integer", "BIGINT", "Vials.", minimum=0, maximum=500),
        Column("weight_g", "number", "DOUBLE", "Weight.", minimum=0),
        Column("cost_usd", "number", "DECIMAL(18,2)", "Cost.", minimum=0),
        Column("state", "string", "VARCHAR", "State.", valid_values=("open", "it's closed")),
        Column("filled_at", "timestamp", "TIMESTAMP", "Filled.", is_required=True),
        Column("closed_at", "timestamp", "TIMESTAMP", "Closed."),
    ),
    (RowRule("closed_after_filling", "closed_at >= filled_at", "a tray closes once filled"),),
)
RULES = {
    "columns": "*",
    "required": "tray_id|attempt|filled_at",
    "range": "vials|weight_g|cost_usd",
    "valid_values": "state",
    "pattern": "tray_id",
    "unique_key": "tray_id, attempt",
    "closed_after_filling": "closed_at, filled_at",
}


def trays(**changes: list[Any]) -> pl.DataFrame:
    clean: dict[str, list[Any]] = {
        "tray_id": ["T1", "T1", "T2", "T3"],
        "attempt": [1, 2, 1, 1],
        "vials": [0, 500, None, 7],
        "weight_g": [0.0, 1.5, None, 2.0],
        "cost_usd": ["0", "1.25", None, "9.99"],
        "state": ["open", "it's closed", None, "open"],
        "filled_at": [NOON] * 4,
        "closed_at": [NOON, NOON + timedelta(hours=1), None, NOON],
    }
    schema = polars_schema(TRAYS)
    return pl.DataFrame([pl.Series(n, v).cast(schema[n]) for n, v in (clean | changes).items()])


def counted(frame: pl.DataFrame, described: Contract) -> pl.DataFrame:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE SCHEMA {described.schema}")
        connection.execute(create_table_sql(described).replace(" NOT NULL", ""))
        connection.register("given", frame)
        connection.execute(f"INSERT INTO {described.name} SELECT * FROM given")
        return judge_counts(connection.sql(counting_sql(described)).pl(), described).results


def failures(results: pl.DataFrame) -> list[tuple[str, str, int, int]]:
    broken = results.filter(~pl.col("is_passed"))
    return broken.select("rule", "column_name", "failed", "checked").rows()


def test_contract_results_hold_every_rule_of_the_contract_and_a_clean_table_passes() -> None:
    results = judge(trays(), TRAYS).results
    assert results.columns == columns("evidence.contract_results")
    expected = [(rule, name) for rule, names in RULES.items() for name in names.split("|")]
    assert sorted(results.select("rule", "column_name").rows()) == sorted(expected)
    assert failures(results) == []
    assert results["table_name"].unique().to_list() == ["core.trays"]
    given = dict(results.filter(pl.col("rule") == "range").select("column_name", "checked").rows())
    assert given == {"vials": 3, "weight_g": 3, "cost_usd": 3}
    assert results.filter(pl.col("rule") == "unique_key")["checked"].item() == 4
    assert_frame_equal(conform(results, contract("evidence.contract_results")), results)


PLANTED = [
    ({"tray_id": ["T1", "T1", None, None]}, [("required", "tray_id", 2, 4)]),
    ({"filled_at": [None, NOON, NOON, NOON]}, [("required", "filled_at", 1, 4)]),
    ({"vials": [-1, 501, 3, None]}, [("range", "vials", 2, 3)]),
    ({"weight_g": [-0.1, 1.0, 1.0, 1.0]}, [("range", "weight_g", 1, 4)]),
    ({"cost_usd": ["-0.01", "1", "1", None]}, [("range", "cost_usd", 1, 3)]),
    ({"state": ["open", "ajar", None, "shut"]}, [("valid_values", "state", 2, 3)]),
    ({"tray_id": ["T1", "T1", "T2x", "xT3"]}, [("pattern", "tray_id", 2, 4)]),
    ({"attempt": [1, 1, 1, 1]}, [("unique_key", "tray_id, attempt", 2, 4)]),
    (
        {"closed_at": [NOON - timedelta(seconds=1), None, NOON, NOON]},
        [("closed_after_filling", "closed_at, filled_at", 1, 4)],
    ),
]


@pytest.mark.parametrize(("changes", "expected"), PLANTED)
def test_a_planted_violation_is_found_on_rows_and_on_counts(
    changes: dict[str, list[Any]], expected: list[tuple[str, str, int, int]]
) -> None:
    frame = trays(**changes)
    on_rows, on_counts = judge(frame, TRAYS).results, counted(frame, TRAYS)
    if expected[0][0] == "required" and expected[0][1] == "tray_id":
        expected = [*expected, ("unique_key", "tray_id, attempt", 2, 4)]
    assert failures(on_rows) == expected
    assert failures(on_counts) == expected
    order = ["rule", "column_name"]
    assert_frame_equal(
        on_rows.filter(pl.col("rule") != "columns").sort(order), on_counts.sort(order)
    )


def test_a_breach_is_told_in_words() -> None:
    results = judge(trays(vials=[-1, 501, 3, None]), TRAYS).results
    detail = results.filter(~pl.col("is_passed"))["detail"].item()
    assert detail == "broken in 2 of 3: should be that vials is between 0 and 500"


@pytest.mark.parametrize(
    ("frame", "failed", "checked"),
    [
        (trays().drop("state"), 3, 8),
        (trays().with_columns(colour=1), 1, 9),
        (trays().select("attempt", "tray_id", pl.exclude("attempt", "tray_id")), 2, 8),
    ],
    ids=["missing", "added", "swapped"],
)
def test_columns_missing_added_or_out_of_place_are_found(
    frame: pl.DataFrame, failed: int, checked: int
) -> None:
    assert failures(judge(frame, TRAYS).results) == [("columns", "*", failed, checked)]


def test_a_unique_key_of_one_column_counts_every_row_that_shares_it() -> None:
    limits = contract("evidence.inputs")
    frame = conform(
        pl.DataFrame({"file": ["a", "a", "b"], "sha256": ["0" * 64] * 3, "bytes": [1, 2, 3]}),
        limits,
    )
    assert failures(judge(frame, limits).results) == [("unique_key", "file", 2, 3)]
    assert failures(counted(frame, limits)) == [("unique_key", "file", 2, 3)]


@pytest.mark.parametrize("name", contract_names())
def test_an_empty_table_breaks_nothing(name: str) -> None:
    described = contract(name)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE SCHEMA {described.schema}")
        connection.execute(create_table_sql(described))
        counts = connection.sql(counting_sql(described)).pl()
    assert counts.row(0) == (0,) * (2 * len(table_rules(described)))


@pytest.mark.parametrize("name", ["raw.lab_results", "evidence.inputs", "quarantine.records"])
def test_an_empty_table_is_judged_and_passes(name: str) -> None:
    described = contract(name)
    results = judge(empty(described), described).results
    assert failures(results) == []
    assert results.height == len(table_rules(described)) + 1


def test_a_failure_to_judge_is_an_error_and_never_a_verdict() -> None:
    frame = trays().with_columns(vials=pl.lit("many"))
    with pytest.raises(ContractError, match=r"could not be judged on .*vials"):
        judge(frame, TRAYS)


def test_nothing_is_sent_anywhere() -> None:
    judge(trays(), TRAYS)
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"


def test_an_optional_library_seems_missing_only_while_another_is_imported() -> None:
    sys.modules.pop("colorsys", None)
    with without("colorsys"), pytest.raises(ImportError):
        importlib.import_module("colorsys")
    loaded = importlib.import_module("colorsys")
    with without("colorsys"):
        assert importlib.import_module("colorsys") is loaded
