"""Contracts written out whole: valid by the standard, and the same when read back."""

import inspect
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from data_contracts.catalogue import contract, described_names
from data_contracts.contract import Contract
from data_contracts.generated.odcs_document import odcs_text
from data_contracts.odcs import contract_from_document


@pytest.fixture(scope="module")
def standard() -> jsonschema.protocols.Validator:
    file = Path(inspect.getfile(OpenDataContractStandard)).with_name("schema.json")
    schema = json.loads(file.read_text(encoding="utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)


@pytest.mark.parametrize("name", described_names())
def test_a_contract_written_out_reads_the_same_without_any_other_file(
    name: str, standard: jsonschema.protocols.Validator
) -> None:
    document = yaml.safe_load(odcs_text(contract(name)))
    assert [error.message for error in standard.iter_errors(document)] == []

    def nothing(asked: str) -> Contract:
        raise AssertionError(f"{name} needs {asked}")

    read = contract_from_document(document, nothing, where=name)
    assert read == replace(contract(name), inherits=None)


def test_relationships_are_in_the_standard_s_own_place() -> None:
    read = OpenDataContractStandard.from_string(odcs_text(contract("mart.failures")))
    assert read.schema_ is not None
    (table,) = read.schema_
    joined = {one.name: [r.to for r in one.relationships or []] for one in table.properties or []}
    assert joined["batch_id"] == ["mart.batches.batch_id"]
    assert joined["outcome"] == ["mart.outcomes.outcome"]
    assert joined["product"] == []
