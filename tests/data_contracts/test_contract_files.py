"""Every contract file: valid against the open standard, complete, and consistent in itself."""

import inspect
import json
import re
from pathlib import Path

import jsonschema
import polars as pl
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from data_contracts.catalogue import ROOM, SCHEMAS, contract, contract_names, described_names
from data_contracts.contract import Column

FILES = sorted(file for schema in SCHEMAS for file in (ROOM / schema).glob("*.yaml"))
NAMES = described_names()

# What other rooms and the published warehouse rely on: table -> key.
KEYS = {
    "raw.batches": ["batch_id"],
    "raw.phases": ["batch_id", "stage", "unit_procedure", "phase", "started_at"],
    "raw.parameters": ["batch_id", "stage", "parameter"],
    "raw.sensor_tags": ["tag", "equipment_id"],
    "raw.sensor_readings": [],
    "raw.lab_results": ["batch_id", "stage", "test", "sample_no"],
    "raw.deviations": ["deviation_id"],
    "raw.capas": ["capa_id"],
    "raw.material_lots": ["material", "supplier", "lot"],
    "raw.material_attributes": ["material", "supplier", "lot", "attribute"],
    "raw.material_usage": ["batch_id", "material", "supplier", "lot"],
    "raw.weighings": ["batch_id", "material", "weighing_no"],
    "raw.inspections": ["batch_id", "defect_class"],
    "raw.spectra": ["batch_id", "sample_no", "wavelength_nm"],
    "raw.stability_results": ["batch_id", "condition", "month", "test"],
    "raw.equipment_events": ["equipment_id", "event", "occurred_at", "part"],
    "raw.standard_costs": ["product", "strength", "batch_size", "stage", "effective_at"],
    "raw.write_offs": ["batch_id", "category", "posting_no"],
    "quarantine.records": [],
    "core.sensor_readings": [],
    "core.outcome_definitions": ["outcome"],
    "core.outcomes": ["batch_id", "outcome"],
    "core.outcome_margins": ["batch_id", "outcome", "quantity"],
    "feature.sensor_phase_features": ["batch_id", "unit_procedure", "phase", "tag"],
    "feature.gate_values": ["batch_id", "gate", "feature"],
    "feature.dictionary": ["feature"],
    "feature.batch_gates": ["batch_id", "gate"],
    "model.folds": ["outcome", "gate", "fold"],
    "model.predictions": ["outcome", "gate", "model", "validation", "batch_id"],
    "model.validations": ["outcome", "gate", "model", "validation"],
    "model.permutation_nulls": ["outcome", "gate", "statistic"],
    "model.calibration": ["outcome", "gate", "model"],
    "model.verdicts": ["outcome", "gate"],
    "model.attributions": ["outcome", "gate", "batch_id", "feature"],
    "model.alarm_performance": ["outcome", "gate", "alarm_budget"],
    "model.alarm_periods": ["outcome", "gate", "alarm_budget", "fold"],
    "finding.drivers": ["outcome", "gate", "rank"],
    "finding.driver_curves": ["outcome", "gate", "driver", "feature", "point"],
    "finding.trends": ["outcome", "quantity"],
    "finding.precursors": ["outcome", "event_type", "scope"],
    "finding.precursor_searches": ["outcome"],
    "finding.event_sequences": ["outcome", "sequence"],
    "finding.deviation_recurrence": ["dimension", "level", "category"],
    "finding.deviation_groups": ["deviation_id"],
    "finding.deviation_category_suggestions": ["deviation_id"],
    "finding.capa_effectiveness": ["capa_id"],
    "finding.escape_matrix": ["item", "origin", "detection"],
    "finding.paths": ["outcome", "kind", "path"],
    "economics.assumptions": ["name"],
    "economics.controller_answers": ["question"],
    "economics.plan_inputs": ["lever", "role"],
    "economics.sensitivity": ["input"],
    "economics.detectability": ["test"],
    "economics.savings_tracker": ["month"],
    "economics.window_effects": ["lever", "target", "estimator"],
    "economics.copq_ledger": ["batch_id", "category"],
    "economics.recorded_prices": ["name"],
    "economics.quality_costs": ["category"],
    "economics.levers": ["lever"],
    "economics.scenarios": ["scenario", "lever", "measure"],
    "economics.value_by_gate": ["gate", "outcome"],
    "evidence.runs": ["run_id"],
    "evidence.inputs": ["file"],
    "evidence.ingestion": ["table_name"],
    "evidence.contract_results": ["table_name", "rule", "column_name"],
    "evidence.refused_features": ["outcome", "feature"],
    "evidence.acceptance_criteria": ["outcome", "criterion"],
    "evidence.claims": ["claim_id"],
    "evidence.limits": ["topic", "code"],
}


def columns() -> list[tuple[str, Column]]:
    return [(name, column) for name in NAMES for column in contract(name).columns]


@pytest.fixture(scope="module")
def standard() -> jsonschema.protocols.Validator:
    file = Path(inspect.getfile(OpenDataContractStandard)).with_name("schema.json")
    schema = json.loads(file.read_text(encoding="utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}.{file.stem}")
def test_file_is_an_open_data_contract(
    file: Path, standard: jsonschema.protocols.Validator
) -> None:
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert [error.message for error in standard.iter_errors(document)] == []
    read = OpenDataContractStandard.from_string(file.read_text(encoding="utf-8"))
    assert read.kind == "DataContract"
    assert read.id == f"{file.parent.name}.{file.stem}"
    assert [table.name for table in read.schema_ or []] == [file.stem]


def test_the_tables_and_their_keys_are_those_agreed() -> None:
    keys = {name: list(contract(name).key) for name in NAMES}
    mirrored = {name.replace("raw.", "core.") for name in KEYS if name.startswith("raw.")}
    expected = KEYS | {
        name: KEYS[name.replace("core.", "raw.")]
        for name in mirrored
        if name != "core.sensor_readings"
    }
    assert {name: keys.get(name) for name in expected} == expected


def test_files_are_under_contract_but_no_table_or_view() -> None:
    assert set(NAMES) - set(contract_names()) == {"raw.sensor_readings"}
    assert [name for name in contract_names() if contract(name).is_view] == ["core.sensor_readings"]
    assert contract_names("quarantine") == ["quarantine.records"]


def test_every_number_has_a_unit() -> None:
    assert [f"{name}.{c.name}" for name, c in columns() if c.is_numeric and not c.unit] == []


def test_a_unit_given_by_a_column_names_a_column_there_is() -> None:
    for name, column in columns():
        if column.unit and column.unit.startswith("as in "):
            target = column.unit.removeprefix("as in ").split(",")[0]
            table, _, unit = target.rpartition(".")
            full = {"sensor_tags": "core.sensor_tags"}.get(table, table) or name
            assert contract(full).column(unit).name == unit


def test_every_description_is_a_sentence_that_says_more_than_the_name() -> None:
    for name, column in columns():
        text = column.description
        words = set(re.findall(r"[a-z]+", text.lower())) - {"the", "of", "a", "an", "is", "in"}
        assert not text[0].islower(), f"{name}.{column.name}"
        assert text.endswith("."), f"{name}.{column.name}"
        assert words - set(column.name.split("_")), f"{name}.{column.name}"
        assert len(words) >= 2, f"{name}.{column.name}"


def test_every_table_says_what_it_is_for_and_what_a_row_is() -> None:
    for name in NAMES:
        assert len(contract(name).description) > 20, name
        assert contract(name).description.endswith("."), name
        assert contract(name).grain.endswith("."), name
        assert contract(name).description != contract(name).grain


SUFFIX_UNITS = {
    "_per_h": "as in unit, per h",
    "_h": "h",
    "_pct": "%",
    "_nm": "nm",
    "_usd": "USD",
    "_usd_per_year": "USD/year",
    "_prob": "probability",
    "_fraction": "share",
    "_rate": "share",
}


def test_a_unit_in_the_name_is_the_unit() -> None:
    for name, column in columns():
        suffixes = [suffix for suffix in SUFFIX_UNITS if column.name.endswith(suffix)]
        if column.is_numeric and suffixes:
            unit = SUFFIX_UNITS[max(suffixes, key=len)]
            assert (column.unit or "").startswith(unit), f"{name}.{column.name}"


INSTANTS = {"train_until", "month_start"}


def test_names_carry_their_type() -> None:
    for name, column in columns():
        where = f"{name}.{column.name}"
        if column.physical_type == "TIMESTAMP":
            is_named = column.name.endswith(("_at", "as_of")) or column.name in INSTANTS
            assert is_named, where
        if column.name.startswith(("is_", "has_")):
            assert column.physical_type == "BOOLEAN", where
        if column.name.endswith("_prob"):
            assert (column.minimum, column.maximum) == (0, 1), where
        if column.name in {"stage", "gate"}:
            least = (
                0 if re.search(r"\b0 (?:for|where)\b", column.description) else 1
            )  # a key cannot be null
            assert (column.minimum, column.maximum) == (least, 7), where


@pytest.mark.parametrize("name", NAMES)
def test_keys_are_required_and_rules_name_columns_there_are(name: str) -> None:
    described = contract(name)
    assert all(described.column(key).is_required for key in described.key)
    rules = [rule.name for rule in described.rules]
    assert len(rules) == len(set(rules))
    for rule in described.rules:
        used = pl.sql_expr(rule.expression).meta.root_names()
        assert set(used) <= set(described.column_names), rule.name
        assert not rule.description.endswith("."), rule.name


@pytest.mark.parametrize("name", contract_names("raw"))
def test_raw_tables_keep_versions_and_state_their_share_of_refusals(name: str) -> None:
    described = contract(name)
    provenance = [column.name for column in described.columns if column.is_provenance]
    assert provenance == [
        "source_file", "source_row", "content_hash", "received_at", "ingested_at", "run_id",
    ]  # fmt: skip
    assert list(described.column_names[-6:]) == provenance
    assert described.unique_columns == (*described.key, "content_hash", "received_at")
    assert described.max_quarantine_share is not None
    assert 0 < described.max_quarantine_share <= 0.05


@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith("core.")])
def test_a_core_table_is_its_raw_table_without_provenance_and_then_its_own(name: str) -> None:
    described = contract(name)
    if f"raw.{described.table}" not in NAMES or described.is_view:
        return
    raw = contract(f"raw.{described.table}")
    own = ["cluster_id"] if name == "core.batches" else []
    assert described.columns[: len(raw.compared_columns)] == tuple(
        column for column in raw.columns if not column.is_provenance
    )
    assert list(described.column_names[len(raw.compared_columns) :]) == own
    assert described.rules == raw.rules
    assert described.grain != raw.grain
    assert described.unique_columns == described.key


def test_what_decides_failure_says_so() -> None:
    decides = {c.name for c in contract("raw.batches").columns if c.defines_outcome == "failure"}
    assert decides == {"disposition", "failure_mode"}
