"""Received records: accepted or refused with file, row, column, rule and reason, never lost."""

import time
from datetime import datetime

import duckdb
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data_contracts.catalogue import contract, contract_names
from data_contracts.contract import Column, Contract, RowRule
from data_contracts.errors import ContractError
from data_contracts.generated.duckdb_ddl import create_table_sql
from data_contracts.generated.polars_schema import conform, polars_schema
from data_contracts.quality.record_rules import REFUSED_COLUMNS, split_records
from data_contracts.quality.table_rules import counting_sql

TRAYS = Contract(
    "raw.trays",
    "Trays.",
    "One tray.",
    (
        Column("tray_id", "string", "VARCHAR", "Id.", True, True, pattern="T[0-9]+"),
        Column("vials", "integer", "BIGINT", "Vials.", minimum=0, maximum=500),
        Column("weight_g", "number", "DOUBLE", "Weight.", minimum=0),
        Column("state", "string", "VARCHAR", "State.", valid_values=("open", "closed")),
        Column("is_full", "boolean", "BOOLEAN", "Full."),
        Column("filled_at", "timestamp", "TIMESTAMP", "Filled."),
        Column("closed_at", "timestamp", "TIMESTAMP", "Closed."),
        Column("attempt", "integer", "BIGINT", "Attempt.", True, True, default=1),
    ),
    (RowRule("closed_after_filling", "closed_at >= filled_at", "a tray closes once filled"),),
)


def trays(**columns: list[object]) -> pl.DataFrame:
    rows = max(map(len, columns.values()))
    given: dict[str, object] = {"tray_id": [f"T{i}" for i in range(rows)]} | columns
    where = {"source_file": ["t.csv"] * rows, "source_row": range(2, rows + 2)}
    return pl.DataFrame(given | where, strict=False)


def only(refused: pl.DataFrame) -> dict[str, object]:
    assert refused.columns == list(REFUSED_COLUMNS)
    return refused.row(0, named=True)


def test_clean_text_is_typed_and_accepted() -> None:
    accepted, refused = split_records(
        trays(
            vials=[" 12 ", "5.0"],
            weight_g=["1e3", ""],
            state=["open", "  "],
            is_full=["Yes", "0"],
            filled_at=["2024-03-01T10:00:00+02:00", "2024-03-01"],
            closed_at=["2024-03-01 08:00", "2024-03-01 00:00:00.5"],
        ),
        TRAYS,
    )
    assert refused.is_empty()
    expected = pl.DataFrame(
        {
            "tray_id": ["T0", "T1"],
            "vials": [12, 5],
            "weight_g": [1000.0, None],
            "state": ["open", None],
            "is_full": [True, False],
            "filled_at": ["2024-03-01 08:00:00", "2024-03-01 00:00:00"],
            "closed_at": ["2024-03-01 08:00:00", "2024-03-01 00:00:00.5"],
            "attempt": [1, 1],
            "source_file": ["t.csv", "t.csv"],
            "source_row": [2, 3],
        },
    ).with_columns(pl.col("filled_at", "closed_at").str.to_datetime(time_unit="us"))
    provenance = ["source_file", "source_row"]
    assert_frame_equal(accepted, expected.drop(provenance))
    assert accepted.schema == pl.Schema(polars_schema(TRAYS))


@pytest.mark.parametrize(
    ("columns", "column", "rule", "value", "reason"),
    [
        ({"vials": ["many"]}, "vials", "type", "many", "vials is not a whole number"),
        ({"vials": ["1.5"]}, "vials", "type", "1.5", "vials is not a whole number"),
        ({"vials": [1.5]}, "vials", "type", "1.5", "vials is not a whole number"),
        ({"weight_g": ["12,5"]}, "weight_g", "type", "12,5", "weight_g is not a number"),
        ({"weight_g": ["inf"]}, "weight_g", "type", "inf", "weight_g is not a number"),
        ({"weight_g": ["nan"]}, "weight_g", "type", "nan", "weight_g is not a number"),
        ({"is_full": ["maybe"]}, "is_full", "type", "maybe", "is_full is not true or false"),
        (
            {"filled_at": ["2024-02-30"]}, "filled_at", "type", "2024-02-30",
            "filled_at is not an instant such as 2024-03-01 14:30:00",
        ),
        ({"tray_id": [" "]}, "tray_id", "required", " ", "tray_id is missing"),
        ({"tray_id": [None]}, "tray_id", "required", None, "tray_id is missing"),
        ({"vials": ["501"]}, "vials", "range", "501", "vials must be between 0 and 500"),
        ({"weight_g": ["-1"]}, "weight_g", "range", "-1", "weight_g must be at least 0"),
        ({"state": ["ajar"]}, "state", "valid_values", "ajar", "state must be one of open, closed"),
        ({"tray_id": ["X9"]}, "tray_id", "pattern", "X9", "tray_id must have the form T[0-9]+"),
        ({"tray_id": ["T9x"]}, "tray_id", "pattern", "T9x", "tray_id must have the form T[0-9]+"),
        (
            {"filled_at": ["2024-01-02"], "closed_at": ["2024-01-01"]},
            "closed_at, filled_at", "closed_after_filling",
            "closed_at = 2024-01-01, filled_at = 2024-01-02", "a tray closes once filled",
        ),
    ],
)  # fmt: skip
def test_each_rule_refuses_with_where_what_and_why(
    columns: dict[str, list[object]], column: str, rule: str, value: str, reason: str
) -> None:
    accepted, refused = split_records(trays(**columns), TRAYS)
    assert accepted.is_empty()
    assert only(refused) == {
        "source_file": "t.csv",
        "source_row": 2,
        "column_name": column,
        "rule": rule,
        "value": value,
        "reason": reason,
    }


def test_every_later_record_of_a_key_is_refused_and_the_first_sound_one_kept() -> None:
    frame = trays(
        tray_id=["T1", "T1", "T1", "T2", "T1"], attempt=["1", None, "2", "1", "1"],
        vials=["x", "2", "3", "4", "5"],
    )  # fmt: skip
    accepted, refused = split_records(frame, TRAYS)
    assert accepted.select("tray_id", "attempt", "vials").rows() == [
        ("T1", 1, 2), ("T1", 2, 3), ("T2", 1, 4),
    ]  # fmt: skip
    assert refused["source_row"].to_list() == [2, 6]
    assert refused["rule"].to_list() == ["type", "unique_key"]
    assert refused["value"].to_list() == ["x", "tray_id = T1, attempt = 1"]
    assert refused["reason"][1] == "an earlier record has the same tray_id, attempt"


def test_a_record_that_breaks_several_rules_is_refused_once_by_the_first() -> None:
    _, refused = split_records(
        trays(vials=["many"], state=["ajar"], weight_g=["-1"], tray_id=["X"]), TRAYS
    )
    assert refused["rule"].to_list() == ["type"]


def test_typed_frames_and_frames_without_source_are_judged_alike() -> None:
    frame = pl.DataFrame(
        {
            "tray_id": ["T1", "T2", "T3"],
            "vials": [1.0, float("nan"), 900.0],
            "filled_at": [datetime.fromisoformat("2024-01-01T00:00:00+01:00")] * 3,
        }
    )
    accepted, refused = split_records(frame, TRAYS)
    assert accepted["vials"].to_list() == [1, None]
    assert str(accepted["filled_at"][0]) == "2023-12-31 23:00:00"
    assert refused.rows() == [
        ("raw.trays", 3, "vials", "range", "900.0", "vials must be between 0 and 500")
    ]


def test_what_cannot_be_this_table_is_refused_whole() -> None:
    with pytest.raises(ContractError, match=r"raw\.trays has no column 'colour'"):
        split_records(trays(colour=["red"]), TRAYS)
    with pytest.raises(ContractError, match=r"raw\.trays needs the column tray_id"):
        split_records(pl.DataFrame({"vials": ["1"]}), TRAYS)
    with pytest.raises(ContractError, match="'vials' holds List"):
        split_records(trays(vials=[[1]]), TRAYS)


@pytest.mark.parametrize("name", contract_names("raw"))
def test_nothing_received_is_nothing_accepted_and_nothing_refused(name: str) -> None:
    described = contract(name)
    accepted, refused = split_records(pl.DataFrame(schema=described.compared_columns), described)
    assert accepted.schema == pl.Schema(
        {n: t for n, t in polars_schema(described).items() if n in described.compared_columns}
    )
    assert accepted.is_empty()
    assert refused.is_empty()


NUMBERS_AND_BLANKS = ["", " ", "x", "-1", "0", "7", "8", "1.5", "1e400", "nan", "é", "-300"]
WORDS = ["2024-01-01", "2024-13-01", "2024-01-01 10:00:00", "released", "none", "%", "degC", "true"]
DIRT = [*NUMBERS_AND_BLANKS, *WORDS]


@pytest.mark.parametrize("name", contract_names("raw"))
@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_dirt_received_is_accepted_plus_refused(name: str, seed: int) -> None:
    described = contract(name)
    random = np.random.default_rng(seed)
    rows = 400
    frame = pl.DataFrame(
        {column: random.choice(DIRT, rows) for column in described.compared_columns}
        | {"source_file": ["dirt.csv"] * rows, "source_row": np.arange(rows)}
    )
    accepted, refused = split_records(frame, described)
    kept, thrown = set(accepted["source_row"]), set(refused["source_row"])
    assert accepted.height + refused.height == rows
    assert kept | thrown == set(range(rows))
    assert kept.isdisjoint(thrown)
    assert refused["reason"].null_count() == 0
    again, none = split_records(accepted, described)
    assert_frame_equal(again, accepted)
    assert none.is_empty()


@pytest.mark.parametrize("name", contract_names("raw"))
def test_what_is_accepted_breaks_no_rule_of_the_stored_table(name: str) -> None:
    described = contract(name)
    random = np.random.default_rng(7)
    frame = pl.DataFrame(
        {column: random.choice(DIRT, 5_000) for column in described.compared_columns}
        | {"source_file": ["dirt.csv"] * 5_000, "source_row": np.arange(5_000)}
    )
    accepted, _ = split_records(frame, described)
    now = datetime.fromisoformat("2024-03-01 12:00:00")
    stored = conform(
        accepted.with_columns(
            content_hash=pl.lit("h"), received_at=now, ingested_at=now, run_id=pl.lit("r")
        ),
        described,
    )
    with duckdb.connect() as connection:
        connection.execute(f"CREATE SCHEMA raw; {create_table_sql(described)}")
        connection.register("given", stored)
        connection.execute(f"INSERT INTO {name} SELECT * FROM given")
        counts = connection.sql(counting_sql(described)).pl()
    failed = {
        label: n for label, n in counts.row(0, named=True).items() if label.endswith("failed")
    }
    assert not any(failed.values()), failed


def test_a_million_records_take_about_a_second() -> None:
    rows = pl.DataFrame({"source_row": range(1_000_000)}).select(
        pl.format("B{}", "source_row").alias("batch_id"),
        pl.lit("4").alias("stage"),
        pl.lit("press_speed_rpm").alias("parameter"),
        pl.format("{}.5", "source_row").alias("value"),
        pl.lit("2024-03-01 14:30:00").alias("recorded_at"),
        pl.lit("p.csv").alias("source_file"),
        pl.col("source_row"),
    )
    started = time.process_time()
    accepted, refused = split_records(rows, contract("raw.parameters"))
    assert (accepted.height, refused.height) == (1_000_000, 0)
    assert time.process_time() - started < 10  # about 2 s of processor time; this catches row loops


def test_two_parts_of_one_unit_may_be_changed_at_one_instant() -> None:
    """Two parts at once and one without a name are three events; the same part twice is refused."""
    changed = {"equipment_id": "PRS-1", "event": "part_change", "occurred_at": "2024-03-01 08:00"}
    parts = ["punches", "dies", None, "dies"]
    given = pl.DataFrame(
        [changed | {"part": part, "duration_h": str(n)} for n, part in enumerate(parts)],
        infer_schema_length=None,
    )
    accepted, refused = split_records(given, contract("raw.equipment_events"))
    assert accepted["part"].to_list() == ["punches", "dies", "whole equipment"]
    assert only(refused)["source_row"] == 4
