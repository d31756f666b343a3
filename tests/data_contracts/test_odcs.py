"""Reading contract files: the resolved contract, and one clear error for each way to be broken."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from data_contracts.catalogue import contract
from data_contracts.contract import Column, Contract, RowRule
from data_contracts.errors import ContractError
from data_contracts.odcs import contract_from_document, read_document

FULL = """
apiVersion: v3.1.0
kind: DataContract
id: core.trays
version: 1.0.0
status: active
schema:
  - name: trays
    physicalType: table
    description: Trays.
    dataGranularityDescription: One tray.
    properties:
      - name: tray_id
        logicalType: string
        physicalType: VARCHAR
        required: true
        primaryKey: true
        primaryKeyPosition: 1
        description: Identifier of the tray.
        logicalTypeOptions: {pattern: "T[0-9]+"}
      - name: filled_at
        logicalType: timestamp
        physicalType: TIMESTAMP
        description: Instant of filling, UTC.
      - name: vials
        logicalType: integer
        physicalType: BIGINT
        description: Vials on the tray.
        logicalTypeOptions: {minimum: 0, maximum: 500}
        customProperties:
          - {property: unit, value: vials}
          - {property: default, value: 0}
          - {property: available_at_stage, value: 4}
          - {property: known_at, value: filled_at}
      - name: state
        logicalType: string
        physicalType: VARCHAR
        description: State of the tray.
        quality:
          - metric: invalidValues
            arguments: {validValues: [open, closed]}
            mustBe: 0
    quality:
      - type: sql
        name: closed_once_filled
        description: a closed tray holds vials
        query: SELECT COUNT(*) FROM ${table} WHERE NOT (state <> 'closed' OR vials > 0)
        mustBe: 0
"""


def document() -> dict[str, Any]:
    read = yaml.safe_load(FULL)
    assert isinstance(read, dict)
    return read


def test_everything_said_in_a_file_is_in_the_contract() -> None:
    assert contract_from_document(document(), contract, where="trays.yaml") == Contract(
        name="core.trays",
        description="Trays.",
        grain="One tray.",
        columns=(
            Column(
                "tray_id", "string", "VARCHAR", "Identifier of the tray.",
                is_required=True, is_key=True, pattern="T[0-9]+",
            ),
            Column("filled_at", "timestamp", "TIMESTAMP", "Instant of filling, UTC."),
            Column(
                "vials", "integer", "BIGINT", "Vials on the tray.", unit="vials", default=0,
                minimum=0, maximum=500, available_at_stage=4, known_at="filled_at",
            ),
            Column(
                "state", "string", "VARCHAR", "State of the tray.", valid_values=("open", "closed")
            ),
        ),
        rules=(
            RowRule(
                "closed_once_filled", "state <> 'closed' OR vials > 0", "a closed tray holds vials"
            ),
        ),
    )  # fmt: skip


def test_an_inheriting_contract_equals_the_one_written_out() -> None:
    parent = contract_from_document(document(), contract, where="trays.yaml")
    short = {
        "id": "core.trays",
        "schema": [
            {
                "name": "trays",
                "physicalType": "table",
                "description": "Trays.",
                "customProperties": [{"property": "inherits", "value": "raw.trays"}],
            }
        ],
    }
    inheriting = contract_from_document(short, lambda _: parent, where="short")
    assert replace(inheriting, inherits=None) == parent


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.pop("id"), "'id'"),
        (lambda d: d["schema"].append({}), "too many values"),
        (lambda d: d["schema"][0]["properties"][0].pop("description"), "'description'"),
        (lambda d: d["schema"][0]["properties"][0].update(logicalType="number"), "tray_id"),
        (lambda d: d["schema"][0]["properties"][0].update(name="state"), "state twice"),
        (lambda d: d["schema"][0]["properties"][3]["quality"][0].update(mustBe=1), "state"),
        (lambda d: d["schema"][0]["quality"][0].update(query="SELECT 1"), "closed_once_filled"),
    ],
)
def test_a_broken_file_gives_one_error_that_names_the_file_and_the_fault(
    change: Any, words: str
) -> None:
    broken = document()
    change(broken)
    with pytest.raises(ContractError, match=r"trays\.yaml") as caught:
        contract_from_document(broken, contract, where="trays.yaml")
    assert words in str(caught.value)


def test_a_file_that_is_no_yaml_mapping_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "trays.yaml"
    with pytest.raises(ContractError, match="cannot be read"):
        read_document(file)
    file.write_text("a: [", encoding="utf-8")
    with pytest.raises(ContractError, match="cannot be read"):
        read_document(file)
    file.write_text("- a", encoding="utf-8")
    with pytest.raises(ContractError, match="not a mapping"):
        read_document(file)


def test_an_unknown_table_or_column_is_refused_by_name() -> None:
    with pytest.raises(ContractError, match=r"No table 'raw\.trays'"):
        contract("raw.trays")
    with pytest.raises(ContractError, match=r"raw\.batches has no column 'tray_id'"):
        contract("raw.batches").column("tray_id")
