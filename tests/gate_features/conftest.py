"""Frames of core tables with only the columns a case is about."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform, polars_schema

Table = Callable[..., pl.DataFrame]
START = datetime.fromisoformat("2024-01-01T06:00")


@pytest.fixture(scope="session")
def table() -> Table:
    """Build a table of a contract from rows given as dictionaries; others are null or default."""

    def build(name: str, *rows: dict[str, Any]) -> pl.DataFrame:
        schema = polars_schema(contract(name))
        unknown = {key for row in rows for key in row} - set(schema)
        assert not unknown, f"{name} has no {unknown}"
        filled = [{column: row.get(column) for column in schema} for row in rows]
        return conform(pl.DataFrame(filled, schema=schema, orient="row"), contract(name))

    return build


@pytest.fixture(scope="session")
def hours() -> Callable[[float], datetime]:
    """Return an instant by its hours after the start of time."""
    return lambda h: START + timedelta(hours=h)


@pytest.fixture(scope="session")
def gates(hours: Callable[[float], datetime]) -> pl.DataFrame:
    """One batch whose gate g closes after 10 x g hours."""
    return pl.DataFrame(
        {
            "batch_id": ["B1"] * 7,
            "gate": list(range(1, 8)),
            "gate_at": [hours(10.0 * gate) for gate in range(1, 8)],
        },
        schema_overrides={"gate_at": pl.Datetime("us")},
    )
