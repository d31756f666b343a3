"""When a value can be known, and the refusal of raw columns that do not say."""

from dataclasses import replace
from datetime import datetime

import polars as pl
import pytest

from data_contracts import catalogue
from data_contracts.availability import Availability, availability, require_availability
from data_contracts.catalogue import contract, described_names
from data_contracts.contract import Column, Contract
from data_contracts.errors import ContractError


def with_column(**changes: object) -> Contract:
    batches = contract("raw.batches")
    changed = replace(batches.column("product"), **changes)  # type: ignore[arg-type]
    return replace(
        batches, columns=tuple(changed if c.name == "product" else c for c in batches.columns)
    )


def test_a_cause_is_known_at_closing_and_a_decision_when_it_is_taken() -> None:
    assert availability(contract("raw.deviations"), "confirmed_cause") == Availability(
        stage=7, stage_column=None, known_at="closed_at"
    )
    assert availability(contract("raw.deviations"), "category").known_at == "opened_at"
    assert availability(contract("raw.batches"), "disposition") == Availability(
        stage=7, stage_column=None, known_at="dispositioned_at"
    )
    assert availability(contract("raw.lab_results"), "value") == Availability(
        stage=1, stage_column="stage", known_at="resulted_at"
    )


def test_the_gate_is_the_later_of_the_columns_stage_and_the_records_own() -> None:
    at = datetime.fromisoformat("2024-03-01")
    records = pl.DataFrame(
        {"stage": [1, 3, 6, None, None], "known": [None, at, None, at, None]},
        schema={"stage": pl.Int64, "known": pl.Datetime("us")},
    )
    gates = records.select(
        own=Availability(3, "stage", "known").gate(),
        fixed=Availability(5, None, "known").gate(),
        untimed=Availability(1, "stage", None).gate(),
    )
    assert gates["own"].to_list() == [3, 3, 6, 3, 7]
    assert gates["fixed"].unique().to_list() == [5]
    assert gates["untimed"].to_list() == [1, 3, 6, 7, 7]
    assert gates["own"].dtype == pl.Int64


def test_every_raw_column_but_provenance_says_when_it_is_available() -> None:
    for name in described_names("raw"):
        for column in contract(name).columns:
            assert column.is_provenance or column.available_at_stage, f"{name}.{column.name}"


def test_a_raw_column_without_availability_is_refused_when_its_contract_loads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent = with_column(available_at_stage=None)
    monkeypatch.setattr(catalogue, "contract_from_document", lambda *_, **__: silent)
    with pytest.raises(ContractError, match=r"raw\.batches\.product does not say when"):
        catalogue.contract.__wrapped__("raw.batches")


def test_keys_provenance_and_computed_tables_need_none() -> None:
    for silent in (
        with_column(available_at_stage=None, is_key=True),
        with_column(available_at_stage=None, is_provenance=True),
        replace(with_column(available_at_stage=None), name="core.batches"),
    ):
        assert silent.column("product").available_at_stage is None
        require_availability(silent)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"available_at_stage": 8}, "stages are 1 to 7"),
        ({"available_at_stage": 0}, "stages are 1 to 7"),
        ({"known_at": "closed_at"}, "no column 'closed_at'"),
        ({"known_at": "batch_id"}, "not TIMESTAMP"),
        ({"stage_column": "site"}, "not BIGINT"),
    ],
)
def test_an_availability_that_contradicts_the_columns_is_refused(
    changes: dict[str, object], words: str
) -> None:
    with pytest.raises(ContractError, match=words):
        require_availability(with_column(**changes))


def test_a_column_without_availability_may_not_be_asked_for() -> None:
    computed = Contract("core.x", "X.", "One.", (Column("a", "string", "VARCHAR", "A."),))
    with pytest.raises(ContractError, match=r"core\.x\.a does not say when it is available"):
        availability(computed, "a")
