"""Reads one Open Data Contract Standard v3 file into a ``Contract``.

Here belongs the knowledge of where the standard keeps what we need. Standard places are used where
they exist (``logicalTypeOptions``, ``quality``, ``primaryKey``, ``relationships``); the rest are
custom properties under the names the design gives them (``unit``, ``available_at_stage``,
``known_at``, ...).
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from data_contracts.contract import Column, Contract, RowRule
from data_contracts.errors import ContractError
from data_contracts.yaml_loader import SAFE_LOADER

# A row rule is stored as the query any ODCS tool can run; its condition is what we generate from.
_ROW_RULE = re.compile(r"SELECT COUNT\(\*\) FROM \$\{table\} WHERE NOT \((?P<condition>.+)\)")

LOGICAL_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "integer",
    "DOUBLE": "number",
    "DECIMAL(18,2)": "number",
    "BOOLEAN": "boolean",
    "TIMESTAMP": "timestamp",
    "DATE": "date",
}


def read_document(file: Path) -> dict[str, Any]:
    """Read the YAML of one contract file.

    Raises:
        ContractError: The file is missing, is not YAML or holds no mapping.
    """
    try:
        document = yaml.load(file.read_bytes(), Loader=SAFE_LOADER)
    except (OSError, yaml.YAMLError) as error:
        raise ContractError(f"The contract {file} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise ContractError(f"The contract {file} is not a mapping of ODCS fields.")
    return document


def contract_from_document(
    document: Mapping[str, Any],
    inherited: Callable[[str], Contract],
    *,
    where: str,
    vocabulary: Mapping[str, Mapping[str, Any]] | None = None,
) -> Contract:
    """Build a contract from a parsed ODCS document.

    Args:
        document: The parsed file, one schema object in it.
        inherited: Gives the contract named by ``inherits`` (whose columns, without provenance, and
            rules come first) and by ``ends_with`` (whose columns come last).
        where: File named in errors.
        vocabulary: Columns that many tables have, by name: a column without a physical
            type takes what it does not say itself from here.

    Raises:
        ContractError: A field is missing, or a column or rule is not as the standard has it.
    """
    try:
        (table,) = document["schema"]
        name, custom = str(document["id"]), _custom(table)
        own = tuple(_column(_whole(item, vocabulary or {})) for item in table.get("properties", []))
        rules = tuple(_rule(item) for item in table.get("quality", []))
        grain = table.get("dataGranularityDescription")
        if parent_name := custom.get("inherits"):
            parent = inherited(parent_name)
            own = tuple(column for column in parent.columns if not column.is_provenance) + own
            rules, grain = parent.rules + rules, grain or parent.grain
        if part_name := custom.get("ends_with"):
            own += inherited(part_name).columns
        _require_distinct(own)
        return Contract(
            name=name,
            description=table["description"],
            grain=grain,
            columns=own,
            rules=rules,
            max_quarantine_share=custom.get("max_quarantine_share"),
            kind=table["physicalType"],
            inherits=custom.get("inherits"),
            codes_module=custom.get("codes_module"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ContractError(
            f"The contract {where} is not ODCS as lotwise reads it: {type(error).__name__} {error}."
        ) from error


def _require_distinct(columns: tuple[Column, ...]) -> None:
    names = [column.name for column in columns]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"describes {', '.join(repeated)} twice")


def _whole(
    item: Mapping[str, Any], vocabulary: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    """Complete a column without a physical type by what the vocabulary says of its name."""
    if "physicalType" in item:
        return item
    if item["name"] not in vocabulary:
        raise ValueError(
            f"column {item['name']} states no physical type and is not in the vocabulary"
        )
    return {**vocabulary[item["name"]], **item}


def _custom(element: Mapping[str, Any]) -> dict[str, Any]:
    return {item["property"]: item["value"] for item in element.get("customProperties", [])}


def _column(item: Mapping[str, Any]) -> Column:
    custom, options = _custom(item), item.get("logicalTypeOptions", {})
    if LOGICAL_TYPES.get(item["physicalType"]) != item["logicalType"]:
        raise ValueError(
            f"column {item['name']}: {item['physicalType']} is no {item['logicalType']}"
        )
    return Column(
        name=item["name"],
        logical_type=item["logicalType"],
        physical_type=item["physicalType"],
        description=item["description"],
        is_required=item.get("required", False),
        is_key=item.get("primaryKey", False),
        unit=custom.get("unit"),
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        valid_values=_valid_values(item),
        pattern=options.get("pattern"),
        default=custom.get("default"),
        available_at_stage=custom.get("available_at_stage"),
        stage_column=custom.get("stage_column"),
        known_at=custom.get("known_at"),
        needs_instant=custom.get("needs_instant", False),
        is_planned=custom.get("is_planned", False),
        is_provenance=custom.get("provenance", False),
        defines_outcome=custom.get("defines_outcome"),
        codes=custom.get("codes"),
        joins=tuple(one["to"] for one in item.get("relationships", [])),
    )


def _valid_values(item: Mapping[str, Any]) -> tuple[str | int, ...]:
    for check in item.get("quality", []):
        if check.get("metric") != "invalidValues" or check.get("mustBe") != 0:
            raise ValueError(f"column {item['name']}: only 'invalidValues must be 0' is understood")
        return tuple(check["arguments"]["validValues"])
    return ()


def _rule(item: Mapping[str, Any]) -> RowRule:
    match = _ROW_RULE.fullmatch(" ".join(item["query"].split()))
    if match is None or item["mustBe"] != 0:
        raise ValueError(
            f"rule {item['name']}: write the query as "
            "SELECT COUNT(*) FROM ${table} WHERE NOT (<condition>) with mustBe 0"
        )
    return RowRule(item["name"], match["condition"], item["description"])
