"""Nothing generated is older than what it is generated from.

``make generated`` runs one module per line; each has a function ``generated`` that returns what it
writes where. A line added there is under test here.
"""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECIPE = re.search(r"^generated:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.M)
MODULES = re.findall(r"python -m (\S+)", RECIPE[1] if RECIPE else "")


def test_make_writes_what_is_known_to_be_generated() -> None:
    assert {
        "assets.sensor_features.contract_file",
        "data_contracts.generated.dictionary",
        "tests.house.write_asset_graph",
    } <= set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_what_a_module_generates_is_up_to_date(module: str) -> None:
    files: dict[Path, str] = importlib.import_module(module).generated()
    stale = [
        str(file.relative_to(ROOT))
        for file, text in files.items()
        if not file.exists() or file.read_text(encoding="utf-8") != text
    ]
    assert not stale, "if the change was meant, write them anew: make generated"
