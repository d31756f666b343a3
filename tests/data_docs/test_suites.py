"""A contract as a suite: what a person who knows great_expectations finds, worked out by hand."""

import json
from pathlib import Path

import pytest

from data_contracts.catalogue import contract, contract_names
from data_contracts.data_docs.project import Project
from data_contracts.quality.expectations import judge
from data_contracts.quality.library import great_expectations_library
from data_contracts.quality.suites import contract_suite
from data_contracts.quality.table_rules import table_rules
from tests.data_docs.trays import NOON, TRAYS, trays

pytestmark = pytest.mark.xdist_group("great_expectations")
# rule, kind of expectation, its arguments, what it says, the contract's notes
BY_HAND = [
    (
        "columns",
        "expect_table_columns_to_match_ordered_list",
        {"column_list": ["tray_id", "vials", "filled_at", "closed_at"]},
        "the columns are the contract's, in its order",
        ["Trays of a lyophiliser."],
    ),
    (
        "required",
        "expect_column_values_to_not_be_null",
        {"column": "tray_id"},
        "tray_id is given",
        ["tray_id: Tray."],
    ),
    (
        "pattern",
        "expect_column_values_to_match_regex",
        {"column": "tray_id", "regex": "^(?:T[0-9]+)$"},
        "tray_id has the form T[0-9]+",
        ["tray_id: Tray."],
    ),
    (
        "range",
        "expect_column_values_to_be_between",
        {"column": "vials", "min_value": 0.0, "max_value": 500.0},
        "vials is between 0 and 500",
        ["vials: Vials on it. Unit: vials."],
    ),
    (
        "unique_key",
        "expect_column_values_to_be_unique",
        {"column": "tray_id"},
        "no two rows share tray_id",
        ["A row is: One tray."],
    ),
    (
        "closed_after_filling",
        "expect_column_values_to_be_null",
        {"column": "closed_after_filling: closed_at, filled_at"},
        "a tray closes once filled",
        ["closed_at: Closed, UTC.", "filled_at: Filled, UTC."],
    ),
]


def stored_suite(folder: Path) -> str:
    Project(folder).keep_suites([contract_suite(TRAYS)])
    return (folder / "gx/expectations/raw/trays.json").read_text(encoding="utf-8")


def test_a_suite_holds_the_rules_of_its_contract_in_its_words(tmp_path: Path) -> None:
    suite = json.loads(stored_suite(tmp_path))
    found = [
        (
            one["meta"]["rule"],
            one["type"],
            {name: value for name, value in one["kwargs"].items() if name != "ignore_row_if"},
            one["description"],
            one["meta"]["notes"]["content"],
        )
        for one in suite["expectations"]
    ]
    assert found == BY_HAND
    assert {one["severity"] for one in suite["expectations"]} == {"critical"}
    assert {one["meta"]["severity"] for one in suite["expectations"]} == {"error"}
    assert suite["meta"]["notes"]["content"] == ["Trays of a lyophiliser.", "A row is: One tray."]


def test_the_same_contract_gives_the_same_suite_to_the_letter(tmp_path: Path) -> None:
    assert stored_suite(tmp_path / "one") == stored_suite(tmp_path / "two")


def test_whoever_knows_great_expectations_opens_the_project(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.keep_suites([contract_suite(TRAYS)])
    project.keep_result(judge(trays(vials=[1, 501, None]), TRAYS).validation, "run-1", NOON)
    context = great_expectations_library().get_context(mode="file", project_root_dir=str(tmp_path))
    assert [suite.name for suite in context.suites.all()] == ["raw.trays"]
    (key,) = context.validation_results_store.list_keys()
    kept = context.validation_results_store.get(key)
    assert (kept.success, kept.meta["lotwise_run_id"]) == (False, "run-1")
    assert kept.statistics["unsuccessful_expectations"] == 1
    assert kept.statistics["evaluated_expectations"] == len(BY_HAND)


def test_a_result_takes_the_place_of_the_earlier_one_and_goes_with_its_suite(
    tmp_path: Path,
) -> None:
    project = Project(tmp_path)
    for minute in (0, 1):
        validation = judge(trays(), TRAYS).validation
        project.keep_result(validation, f"run-{minute}", NOON.replace(minute=minute))
    (kept,) = (tmp_path / "gx/uncommitted/validations").rglob("*.json")
    assert json.loads(kept.read_text(encoding="utf-8"))["meta"]["lotwise_run_id"] == "run-1"
    project.keep_suites([])
    assert [*(tmp_path / "gx/uncommitted/validations").rglob("*.json")] == []


@pytest.mark.parametrize("name", contract_names())
def test_every_contract_has_a_suite_of_all_its_rules(name: str) -> None:
    described = contract(name)
    labels = [one.meta["label"] for one in contract_suite(described).expectations]
    assert labels == ["columns: *", *(rule.label for rule in table_rules(described))]
    assert len(set(labels)) == len(labels)
