"""Rooms: small enough to look over, opened by what belongs there, in no circle, no name twice."""

import ast
import re
from collections import defaultdict
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("data_contracts", "warehouse", "assets", "reports", "pipelines")
MODULES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
FOLDERS = sorted({file.parent for file in MODULES})
MOST_MODULES = 14
DEFINED_TWICE: set[str] = set()


def name_of(file: Path) -> str:
    """The dotted name of a module or folder."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


@cache
def trees() -> dict[Path, ast.Module]:
    return {file: ast.parse(file.read_text(encoding="utf-8")) for file in MODULES}


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_a_folder_holds_no_more_than_can_be_looked_over(folder: Path) -> None:
    modules = [file.name for file in folder.glob("*.py") if file.name != "__init__.py"]
    assert len(modules) <= MOST_MODULES, "it has rooms nobody has named yet: fold it"


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_a_room_says_what_belongs_there_and_what_does_not(folder: Path) -> None:
    text = (folder / "__init__.py").read_text(encoding="utf-8")
    opening = " ".join((ast.get_docstring(ast.parse(text)) or "").split())
    assert re.search(r"\bHere (belongs?|lives?)\b", opening), "say: Here belong ..."
    # What does not: a plain no, or the room it belongs to instead.
    elsewhere = r"\b(not|nothing|neither|elsewhere|belongs? (to|in))\b"
    assert re.search(elsewhere, opening, re.IGNORECASE), "say what does not, or where it belongs"


def test_no_rooms_import_each_other_in_a_circle() -> None:
    """At every level: what lies in one folder, drawn by who imports whom, has an order."""
    known = {name_of(file).removesuffix(".__init__") for file in MODULES}
    needs: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for file, tree in trees().items():
        own = name_of(file).removesuffix(".__init__")
        for target in imported(tree) & known:
            a, b = own.split("."), target.split(".")
            depth = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
            if depth is not None:
                needs[".".join(a[:depth])][a[depth]].add(b[depth])
    assert {"", "assets"} <= set(needs)
    for graph in needs.values():
        TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def imported(tree: ast.Module) -> set[str]:
    """Every module a module imports, inside functions too."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_a_public_class_name_is_defined_once() -> None:
    homes = defaultdict(list)
    for file, tree in trees().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(name_of(file))
    twice = {name: files for name, files in homes.items() if len(files) > 1}
    assert twice.keys() == DEFINED_TWICE, twice
