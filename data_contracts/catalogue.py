"""Finds contracts by the name of their table.

Here belongs the one place that knows where contract files lie: ``data_contracts/<schema>/
<table>.yaml``. Files are read when first asked for and kept, already resolved and checked. A file
whose name starts with ``_`` describes columns others have and is no table itself.
"""

from functools import cache
from pathlib import Path
from typing import Any

from data_contracts.availability import require_availability
from data_contracts.contract import Contract
from data_contracts.errors import ContractError
from data_contracts.odcs import contract_from_document, read_document

ROOM = Path(__file__).parent
SCHEMAS = (
    *("raw", "quarantine", "core", "feature", "model", "finding", "economics", "evidence"),
    *("history", "mart"),
)


OF_RUNS = ("evidence.runs", "mart.runs", "model.model_standing")


@cache
def contract(name: str) -> Contract:
    """Return the contract of a table.

    Args:
        name: ``schema.table``.

    Raises:
        ContractError: There is no such contract, its file is broken, or a raw column does not say
            when it is available.
    """
    schema, _, table = name.partition(".")
    file = ROOM / schema / f"{table}.yaml"
    if schema not in SCHEMAS or not file.is_file():
        raise ContractError(
            f"No table '{name}' is under contract: {file} does not exist. "
            "Describe the table there, or use one of the names in docs/data_dictionary/."
        )
    described = contract_from_document(
        read_document(file), contract, where=str(file), vocabulary=vocabulary()
    )
    if described.name != name:
        raise ContractError(f"The contract {file} calls itself '{described.name}', not '{name}'.")
    require_availability(described)
    return described


@cache
def vocabulary() -> dict[str, dict[str, Any]]:
    """Return the columns that several computed tables have, by name, as ODCS properties.

    Raises:
        ContractError: The file ``_vocabulary.yaml`` cannot be read.
    """
    (described,) = read_document(ROOM / "_vocabulary.yaml")["schema"]
    return {item["name"]: item for item in described["properties"]}


def contract_names(schema: str | None = None) -> list[str]:
    """Return the names of everything under contract in the warehouse, in order of data flow.

    Tables and views, that is; what stays in files (``raw.sensor_readings``) has a contract but is
    no name an analyst could query.

    Args:
        schema: Only this schema's.
    """
    return [name for name in described_names(schema) if contract(name).kind != "file"]


def is_of_runs(name: str) -> bool:
    """Tell whether a table keeps what runs have said, so that every run adds to it.

    Two runs over the same records give the same tables, these apart.

    Args:
        name: ``schema.table``.
    """
    return name in OF_RUNS or name.startswith("history.")


def described_names(schema: str | None = None) -> list[str]:
    """Return the names of all contracts, those of files included, in order of data flow."""
    return [name for room in SCHEMAS if schema in (None, room) for name in _names_of(room)]


@cache
def _names_of(room: str) -> tuple[str, ...]:
    """Look once what a schema's folder holds: it is part of the installation."""
    return tuple(f"{room}.{file.stem}" for file in sorted((ROOM / room).glob("[!_]*.yaml")))
