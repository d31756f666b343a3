"""Frames on their way into a table: ordered, typed, completed, or refused with a reason."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data_contracts.catalogue import contract, described_names
from data_contracts.contract import Column, Contract
from data_contracts.errors import ContractError
from data_contracts.generated.polars_schema import conform, empty, polars_schema


def column(name: str, physical: str, **more: object) -> Column:
    logical = {"VARCHAR": "string", "BIGINT": "integer"}.get(physical, "number")
    return Column(name, logical, physical, "X.", **more)  # type: ignore[arg-type]


SAMPLE = Contract(
    "core.sample",
    "A table of every type.",
    "One row.",
    (
        column("id", "VARCHAR", is_required=True, is_key=True),
        column("n", "BIGINT", default=1),
        column("x", "DOUBLE"),
        column("ok", "BOOLEAN"),
        column("at", "TIMESTAMP"),
        column("day", "DATE"),
        column("usd", "DECIMAL(18,2)"),
    ),
)
MIDNIGHT = datetime.fromisoformat("2024-01-01")
TYPES = {
    "id": pl.String(),
    "n": pl.Int64(),
    "x": pl.Float64(),
    "ok": pl.Boolean(),
    "at": pl.Datetime("us"),
    "day": pl.Date(),
    "usd": pl.Decimal(18, 2),
}


def test_types_and_order_come_from_the_contract() -> None:
    assert polars_schema(SAMPLE) == TYPES
    assert list(polars_schema(SAMPLE)) == list(TYPES)
    assert_frame_equal(empty(SAMPLE), pl.DataFrame(schema=TYPES))


def test_a_frame_is_ordered_cast_and_completed() -> None:
    given = pl.DataFrame(
        {
            "x": [1, None],
            "id": [7, 8],
            "at": [datetime(2024, 1, 1, 1, tzinfo=UTC)] * 2,
            "usd": ["1.50", "-2"],
            "day": [MIDNIGHT, None],
        }
    )
    expected = pl.DataFrame(
        {
            "id": ["7", "8"],
            "n": [1, 1],
            "x": [1.0, None],
            "ok": [None, None],
            "at": [MIDNIGHT + timedelta(hours=1)] * 2,
            "day": [date(2024, 1, 1), None],
            "usd": [Decimal("1.50"), Decimal("-2.00")],
        },
        schema=TYPES,
    )
    assert_frame_equal(conform(given, SAMPLE), expected)
    assert_frame_equal(conform(expected, SAMPLE), expected)


def test_a_frame_without_rows_conforms() -> None:
    assert_frame_equal(conform(pl.DataFrame({"id": []}), SAMPLE), empty(SAMPLE))


def test_what_is_not_a_number_is_missing() -> None:
    given = pl.DataFrame({"id": ["a", "b"], "x": [float("nan"), 2.0], "n": [float("nan"), 3.0]})
    conformed = conform(given, SAMPLE)
    assert conformed["x"].to_list() == [None, 2.0]
    assert conformed["n"].to_list() == [1, 3]


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ({"id": ["a"], "colour": [1]}, r"core\.sample has no column 'colour'"),
        ({"x": [1.0]}, r"core\.sample\.id is required and missing"),
        ({"id": ["a", None]}, r"core\.sample\.id is required and null in 1 of 2 rows"),
        ({"id": ["a"], "x": ["12,5"]}, r"core\.sample\.x is DOUBLE and cannot hold"),
        ({"id": ["a"], "n": [1.5]}, r"core\.sample\.n holds whole numbers and was given 1.5"),
        ({"id": ["a"], "x": [[1.0]]}, r"core\.sample\.x is DOUBLE, not List"),
        ({"id": ["a"], "at": ["yesterday"]}, r"core\.sample\.at is TIMESTAMP and cannot hold"),
    ],
)
def test_a_frame_that_does_not_fit_is_refused_with_table_and_column(
    frame: dict[str, list[object]], words: str
) -> None:
    with pytest.raises(ContractError, match=words):
        conform(pl.DataFrame(frame), SAMPLE)


@pytest.mark.parametrize("name", described_names())
def test_an_empty_frame_of_every_contract_conforms(name: str) -> None:
    nothing = empty(contract(name))
    assert_frame_equal(conform(nothing, contract(name)), nothing)
