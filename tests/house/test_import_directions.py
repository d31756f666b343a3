"""Imports go leftwards, heavy libraries have one home, topics meet only through tables."""

import ast
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]
ROOMS = ("data_contracts", "warehouse", "assets", "reports", "pipelines")
MODULES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
TOPICS = sorted(
    folder for folder in (ROOT / "assets").iterdir() if (folder / "__init__.py").exists()
)


def test_every_import_contract_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0


@pytest.mark.parametrize("topic", TOPICS, ids=lambda folder: folder.name)
def test_a_topic_has_exactly_one_defs_and_the_shared_two_have_none(topic: Path) -> None:
    expected = 0 if topic.name in {"statistics", "batch_matrix"} else 1
    assert len(list(topic.rglob("defs.py"))) == expected


@pytest.mark.parametrize("module", MODULES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_is_short_and_says_what_lives_in_it(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert text.count("\n") <= 400, "split it: no module over 400 lines"
    assert len(ast.get_docstring(tree) or "") > 40, "open by saying what lives here"
    if module.name == "__init__.py":
        assert len(tree.body) == 1, "a package's __init__ says what belongs there, no more"


def test_no_unnamed_drawers() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
    assert not [file for file in MODULES if {file.stem, *file.parts} & drawers]
