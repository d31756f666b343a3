"""Every table is described once, and is found under its own name wherever it is made or tested."""

import ast
import importlib
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import dagster as dg
import pytest

from assets.core.defs import COPIES
from data_contracts.catalogue import contract, contract_names, vocabulary
from pipelines.build import build_definitions
from pipelines.io_managers import table_of

ROOT = Path(__file__).parents[2]
ROOMS = ("data_contracts", "warehouse", "assets", "reports", "pipelines")
# Delivered tables and their known versions have one builder for all, the importer and
# ``known_versions``, and one test each that runs over all of them.
MADE = [
    name
    for name in contract_names()
    if contract(name).schema not in ("raw", "quarantine") and name not in COPIES
]


@cache
def modules(room: str) -> dict[Path, ast.Module]:
    files = sorted((ROOT / room).rglob("*.py"))
    return {file: ast.parse(file.read_text(encoding="utf-8")) for file in files}


def functions(tree: ast.Module) -> set[str]:
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def docstrings(tree: ast.Module) -> set[int]:
    """Places of the strings that are prose."""
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, holders) and node.body and isinstance(node.body[0], ast.Expr)
    }


@pytest.fixture(scope="module")
def builders() -> set[str]:
    """Names of functions, modules, rooms and SQL files that may build a table."""
    found: set[str] = set()
    for room in ROOMS:
        for file, tree in modules(room).items():
            found |= {file.parent.name, file.stem, *functions(tree)}
        found |= {file.stem for file in (ROOT / room).rglob("*.sql")}
    return found


@pytest.fixture(scope="module")
def tests_by_name() -> set[str]:
    """Names of test files and test functions, without ``test_``."""
    found: set[str] = set()
    for file, tree in modules("tests").items():
        names = {file.stem, *functions(tree)}
        found |= {name.removeprefix("test_") for name in names if name.startswith("test_")}
    return found


@pytest.mark.parametrize("name", MADE)
def test_a_table_has_a_builder_and_a_test_of_its_name(
    name: str, builders: set[str], tests_by_name: set[str]
) -> None:
    table = contract(name).table
    assert table in builders, "name the function, module or SQL file that builds it after it"
    tested = [test for test in tests_by_name if test == table or test.startswith(f"{table}_")]
    assert tested, f"test it under its name: test_{table}.py or test_{table}_..."


@pytest.mark.parametrize("room", ["assets", "reports", "pipelines", "warehouse"])
def test_no_dict_repeats_a_contract(room: str) -> None:
    columns = {frozenset(contract(name).column_names): name for name in contract_names()}
    repeated = []
    for file in modules(room):
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        if file.name == "__init__.py" or module.endswith("command_line"):
            continue
        for name, value in vars(importlib.import_module(module)).items():
            if isinstance(value, dict) and (table := columns.get(frozenset(value))):
                repeated.append(f"{module}.{name} repeats {table}")
    assert not repeated


def test_an_asset_that_is_a_table_is_described_by_its_contract() -> None:
    graph = build_definitions().resolve_asset_graph()
    described = {
        table_of(key): graph.get(key).description for key in graph.materializable_asset_keys
    }
    assert {name: described[name] for name in contract_names()} == {
        name: contract(name).description for name in contract_names()
    }


@cache
def codes() -> dict[str, set[str]]:
    """Per coded column name, every value any contract allows it."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in contract_names():
        for column in contract(name).columns:
            found[column.name] |= set(map(str, column.valid_values))
    return {name: values for name, values in found.items() if values}


def test_a_name_stands_for_the_same_codes_everywhere() -> None:
    """Columns that share a class of codes allow the same values, whichever contract says so."""
    by_name: dict[str, set[tuple[str | int, ...]]] = defaultdict(set)
    for name in contract_names():
        for column in contract(name).columns:
            if column.codes is not None:
                by_name[column.codes].add(column.valid_values)
    assert by_name
    assert all(len(values) == 1 for values in by_name.values())


@pytest.mark.parametrize("room", ["assets", "reports", "pipelines", "warehouse"])
def test_codes_are_not_typed_again(room: str) -> None:
    """A code that no English sentence would hold stands in ``data_contracts.codes`` alone."""
    named = {
        str(value)
        for name in contract_names()
        for column in contract(name).columns
        if column.codes is not None
        for value in column.valid_values
        if "_" in str(value)
    } - {column for name in contract_names() for column in contract(name).column_names}
    typed = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.value}"
        for file, tree in modules(room).items()
        for prose in [docstrings(tree)]
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in named and id(node) not in prose
    ]
    assert not typed, "use the name in data_contracts.codes"


COMPARED = re.compile(r"\b(?:\w+\.)?(\w+)\s*(?:=|<>|!=|IS(?:\s+NOT)?\s+DISTINCT\s+FROM)\s*'(\w*)'")
LISTED = re.compile(r"\b(?:\w+\.)?(\w+)\s+(?:NOT\s+)?IN\s*\(((?:\s*'\w*'\s*,?)+)\)", re.I)


def test_every_word_of_the_vocabulary_is_used_by_several_tables() -> None:
    computed = [name for name in contract_names() if contract(name).schema != "raw"]
    used = [column.name for name in computed for column in contract(name).columns]
    assert [word for word in vocabulary() if used.count(word) < 2] == []


def test_codes_in_queries_and_templates_are_the_contracts_own() -> None:
    files = [
        file
        for room in ROOMS
        for pattern in ("*.sql", "*.py", "*.j2", "claims/*.yaml")
        for file in (ROOT / room).rglob(pattern)
    ]
    unknown = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        said = COMPARED.findall(text)
        said += [(name, v) for name, vs in LISTED.findall(text) for v in re.findall(r"\w+", vs)]
        unknown += [
            f"{file.relative_to(ROOT)}: {name} = '{value}'"
            for name, value in said
            if name in codes() and value not in codes()[name]
        ]
    assert not unknown


def test_methods_with_a_name_stand_once() -> None:
    for method in ("holm", "westfall_young", "bonferroni", "garwood"):
        places = [
            file.relative_to(ROOT).as_posix()
            for file, tree in modules("assets").items()
            if any(method in name.lower() for name in functions(tree))
        ]
        assert len(places) == 1, (method, places)
        assert places[0].startswith("assets/statistics/"), (method, places)


def test_every_asset_key_is_a_table_or_a_file() -> None:
    graph = build_definitions().resolve_asset_graph()
    keys: set[dg.AssetKey] = set(graph.materializable_asset_keys)
    assert {table_of(key) for key in keys} >= set(contract_names())


def test_every_delivered_table_is_read_by_a_finding() -> None:
    """By the graph, not by memory: nothing is loaded that nothing is made from."""
    graph = build_definitions().resolve_asset_graph()
    read_by = {
        table_of(key): {table_of(parent) for parent in graph.get(key).parent_keys}
        for key in graph.materializable_asset_keys
    }
    found = ("feature", "finding", "model", "economics")
    used = {
        parent
        for name, parents in read_by.items()
        for parent in parents
        if name.partition(".")[0] in found
        or (parent.startswith("raw.") and name.startswith("core.") and name not in COPIES)
    }
    unused = {
        table
        for table in (contract(name).table for name in COPIES)
        if not {f"core.{table}", f"raw.{table}"} & used
    }
    assert not unused
