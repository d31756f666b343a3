"""DDL from contracts: DuckDB takes it, keeps types and nulls as promised, and shows the words."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data_contracts.catalogue import SCHEMAS, contract, contract_names, described_names
from data_contracts.contract import Column
from data_contracts.generated.duckdb_ddl import comment_sql, create_table_sql
from data_contracts.generated.polars_schema import polars_schema

VALUES: dict[str, Any] = {
    "VARCHAR": "it's",
    "BIGINT": 2**62,
    "DOUBLE": 0.1,
    "BOOLEAN": True,
    "TIMESTAMP": datetime.fromisoformat("2024-02-29 23:59:59.999999"),
    "DATE": date(2024, 2, 29),
    "DECIMAL(18,2)": Decimal("1234567890123456.78"),
}


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect()
    for schema in SCHEMAS:
        opened.execute(f"CREATE SCHEMA {schema}")
    return opened


def rows(column: Column) -> list[Any]:
    value = VALUES[column.physical_type]
    return [value, value if column.is_required else None]


@pytest.mark.parametrize("name", described_names())
def test_a_table_holds_what_its_polars_schema_holds(
    connection: duckdb.DuckDBPyConnection, name: str
) -> None:
    described = contract(name)
    connection.execute(create_table_sql(described))
    frame = pl.DataFrame(
        {column.name: rows(column) for column in described.columns}, schema=polars_schema(described)
    )
    connection.register("given", frame)
    connection.execute(f"INSERT INTO {name} SELECT * FROM given")
    connection.unregister("given")
    read = connection.sql(f"SELECT * FROM {name}").pl()
    assert_frame_equal(read, frame)


def test_a_required_column_takes_no_null_and_the_name_can_be_chosen() -> None:
    with duckdb.connect() as opened:
        opened.execute(create_table_sql(contract("evidence.limits"), "limits_next"))
        with pytest.raises(duckdb.ConstraintException, match="NOT NULL"):
            opened.execute("INSERT INTO limits_next VALUES ('a', 'b', NULL)")


def test_descriptions_and_units_stand_in_the_catalogue() -> None:
    with duckdb.connect() as opened:
        opened.execute("CREATE SCHEMA raw")
        opened.execute(create_table_sql(contract("raw.equipment_events")))
        for statement in comment_sql(contract("raw.equipment_events")):
            opened.execute(statement)
        told = dict(opened.execute("SELECT column_name, comment FROM duckdb_columns()").fetchall())
        table = opened.execute("SELECT comment FROM duckdb_tables()").fetchone()
    assert told["duration_h"] == "How long the equipment was out of use. Unit: h. At least 0."
    assert told["source_row"].endswith("the row of its sheet. Unit: row. At least 0.")
    assert told["event"].endswith(
        "Part of the key. Values: maintenance, calibration, cleaning, breakdown, part_change."
    )
    described = contract("raw.equipment_events")
    key = "Key: equipment_id, event, occurred_at, part."
    assert table == (f"{described.description} One row: {described.grain} {key}",)


def test_a_comment_says_where_a_column_joins_and_may_stand_by_another_name() -> None:
    statements = comment_sql(contract("mart.failures"), "failures", "VIEW")
    assert statements[0].startswith("COMMENT ON VIEW failures IS 'Every failed batch")
    assert statements[1] == (
        'COMMENT ON COLUMN failures."batch_id" IS '
        "'Batch that failed. Part of the key. Joins mart.batches.batch_id.'"
    )


def test_every_row_rule_is_a_condition_duckdb_reads() -> None:
    with duckdb.connect() as opened:
        for name in contract_names():
            described = contract(name)
            opened.execute(create_table_sql(described, "trial"))
            for rule in described.rules:
                broken = opened.execute(f"SELECT count(*) FROM trial WHERE NOT ({rule.expression})")
                assert broken.fetchall() == [(0,)]
            opened.execute("DROP TABLE trial")
