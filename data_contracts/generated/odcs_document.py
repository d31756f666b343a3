"""A contract as one complete ODCS document: what it inherits and borrows written out.

Files of contracts name what they share with others (``inherits``, the vocabulary); who takes a
table elsewhere has none of those files. Here belongs the writing; reading is in ``odcs``.
"""

from typing import Any

import yaml

from data_contracts.contract import Column, Contract, RowRule

API_VERSION = "v3.1.0"


def odcs_text(contract: Contract) -> str:
    """Return a contract as the text of a YAML file that stands alone.

    Args:
        contract: The contract; reading the text back gives it again, ``inherits`` apart.
    """
    return yaml.safe_dump(odcs_document(contract), sort_keys=False, allow_unicode=True, width=100)


def odcs_document(contract: Contract) -> dict[str, Any]:
    """Return a contract as an Open Data Contract Standard document, all columns in full."""
    table: dict[str, Any] = {
        "name": contract.table,
        "physicalName": contract.name,
        "physicalType": contract.kind,
        "description": contract.description,
        "dataGranularityDescription": contract.grain,
        "properties": [
            _property(column, contract.key.index(column.name) + 1 if column.is_key else None)
            for column in contract.columns
        ],
    }
    if contract.rules:
        table["quality"] = [_rule(rule) for rule in contract.rules]
    said = {
        "max_quarantine_share": contract.max_quarantine_share,
        "codes_module": contract.codes_module,
    }
    custom = [
        {"property": name, "value": value} for name, value in said.items() if value is not None
    ]
    if custom:
        table["customProperties"] = custom
    return {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": contract.name,
        "version": "1.0.0",
        "status": "active",
        "schema": [table],
    }


def _property(column: Column, key_position: int | None) -> dict[str, Any]:
    options = {
        "minimum": column.minimum,
        "maximum": column.maximum,
        "pattern": column.pattern,
    }
    said: dict[str, Any] = {
        "name": column.name,
        "logicalType": column.logical_type,
        "physicalType": column.physical_type,
        "required": column.is_required,
        "primaryKey": column.is_key,
        "primaryKeyPosition": key_position,
        "description": column.description,
        "logicalTypeOptions": _given(options),
        "relationships": [{"type": "foreignKey", "to": target} for target in column.joins],
        "quality": _valid_values(column),
        "customProperties": [
            {"property": name, "value": value} for name, value in _given(_custom(column)).items()
        ],
    }
    return {name: value for name, value in said.items() if value not in (None, False, [], {})}


def _custom(column: Column) -> dict[str, Any]:
    return {
        "unit": column.unit,
        "default": column.default,
        "available_at_stage": column.available_at_stage,
        "stage_column": column.stage_column,
        "known_at": column.known_at,
        "needs_instant": column.needs_instant or None,
        "is_planned": column.is_planned or None,
        "provenance": column.is_provenance or None,
        "defines_outcome": column.defines_outcome,
        "codes": column.codes,
    }


def _given(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}


def _valid_values(column: Column) -> list[dict[str, Any]]:
    if not column.valid_values:
        return []
    values = {"validValues": list(column.valid_values)}
    return [{"metric": "invalidValues", "arguments": values, "mustBe": 0}]


def _rule(rule: RowRule) -> dict[str, Any]:
    return {
        "type": "sql",
        "name": rule.name,
        "description": rule.description,
        "query": f"SELECT COUNT(*) FROM ${{table}} WHERE NOT ({rule.expression})",
        "mustBe": 0,
    }
