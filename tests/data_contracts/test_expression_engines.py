"""One expression means one thing: polars and DuckDB give the same, whatever is written."""

import os
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.errors import ProfileError
from data_contracts.expression_language.functions import ALLOWED_FUNCTIONS
from data_contracts.expressions import evaluate, sql_of

from .expression_cases import (
    EVERY_FUNCTION,
    NAMES,
    expressions,
    fixed_rows,
    frame,
    function_names,
    rows,
)

WHERE = "profile.yaml, line 3"
# The suite tries a few; by hand, ten thousand: LOTWISE_EXPRESSION_CASES=10000.
CASES = int(os.environ.get("LOTWISE_EXPRESSION_CASES", "150"))
DUCKDB = duckdb.connect()
COLUMNS: dict[str, Any] = {
    name: (kind, f'"{name}"') for kind, names in NAMES.items() for name in names
}


def by_duckdb(text: str, table: pl.DataFrame) -> list[object]:
    DUCKDB.register("given", table.with_row_index("place").to_arrow())
    sql = sql_of(text, COLUMNS, WHERE)
    return [row[0] for row in DUCKDB.execute(f"SELECT {sql} FROM given ORDER BY place").fetchall()]


def by_polars(text: str, table: pl.DataFrame) -> list[object]:
    return evaluate(table, text, WHERE).to_list()


@settings(
    max_examples=CASES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.sampled_from(sorted(NAMES)).flatmap(expressions), rows)
def test_polars_and_duckdb_give_the_same(text: str, values: list[tuple[object, ...]]) -> None:
    table = frame(values)
    assert by_duckdb(text, table) == by_polars(text, table), text


def test_the_examples_call_every_function() -> None:
    called = set().union(*map(function_names, EVERY_FUNCTION))
    assert called == ALLOWED_FUNCTIONS


@pytest.mark.parametrize("text", EVERY_FUNCTION)
def test_every_function_gives_the_same_on_awkward_values(text: str) -> None:
    table = fixed_rows()
    assert by_duckdb(text, table) == by_polars(text, table)
    for row in range(0, table.height, 23):
        assert by_duckdb(text, table[row]) == by_polars(text, table[row]), table[row]


@pytest.mark.parametrize(
    "text", ["n + s", "lower(n) > m", "s AND yes", "substr(s)", "age_days(n, at)"]
)
def test_what_does_not_fit_is_refused_by_both(text: str) -> None:
    table = fixed_rows()
    for evaluated in (by_duckdb, by_polars):
        with pytest.raises(ProfileError):
            evaluated(text, table)
