"""The examples in the docstrings: every public method has one, and what it prints is true."""

import ast
import doctest
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATISTICS = sorted((ROOT / "assets" / "statistics").rglob("*.py"))
FILES = [*STATISTICS, ROOT / "data_contracts" / "tables.py"]


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


def public(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_the_examples_of_a_module_are_true(file: Path) -> None:
    found = doctest.testmod(importlib.import_module(name_of(file)))
    assert found.failed == 0, "doctest printed above what it got"


@pytest.mark.parametrize("file", STATISTICS, ids=name_of)
def test_every_public_method_has_an_example(file: Path) -> None:
    silent = []
    for node in public(ast.parse(file.read_text(encoding="utf-8")).body):
        parts = [node]
        if isinstance(node, ast.ClassDef):
            parts += (methods := list(public(node.body)))
            if not methods:  # a record of results: the function that returns it shows it
                continue
        if not any(">>>" in (ast.get_docstring(part) or "") for part in parts):
            silent.append(node.name)
    assert not silent, f"add a short Examples: block to {', '.join(silent)}"
