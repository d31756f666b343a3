"""Frames of core tables with only the columns a case is about, and outcomes to decide."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform, polars_schema
from data_contracts.profile_schema.outcomes import Margin, Outcome

START = datetime.fromisoformat("2024-01-01T00:00")


@pytest.fixture(scope="session")
def table() -> Callable[..., pl.DataFrame]:
    """Build a table of a contract from rows given as dictionaries; others are null or default."""

    def build(name: str, *rows: dict[str, Any]) -> pl.DataFrame:
        schema = polars_schema(contract(name))
        unknown = {key for row in rows for key in row} - set(schema)
        assert not unknown, f"{name} has no {unknown}"
        filled = [{column: row.get(column) for column in schema} for row in rows]
        return conform(pl.DataFrame(filled, schema=schema, orient="row"), contract(name))

    return build


@pytest.fixture(scope="session")
def day() -> Callable[[float], datetime]:
    """Return an instant by its days after the start of time."""
    return lambda d: START + timedelta(days=d)


@pytest.fixture(scope="session")
def outcome() -> Callable[..., Outcome]:
    """Declare an outcome; a margin is (quantity, spec_low, spec_high)."""

    def declare(
        rule: str, *margins: tuple[str, float | None, float | None], is_proxy: bool = False
    ) -> Outcome:
        return Outcome(
            name="failure",
            title="Batch fails",
            is_proxy=is_proxy,
            rule=rule,
            margins=tuple(Margin(*margin) for margin in margins),
            first_known_stage=6,
            defined_by=(),
            same_quantity=("weight_checked",),
            where="test profile",
        )

    return declare
