"""Every piece of a profile on the pages about databases, stores and historians can be read."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from data_contracts.profile import load_profile

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("databases_and_stores.md", "landing_historians.md")
BATCHES = {"batches": {"file": "order", "same_names": ["batch_id", "production_order"]}}
RESULTS = ["batch_id", "stage", "test", "value", "unit"]


def pieces() -> list[Any]:
    found = []
    for page in PAGES:
        text = (DOCS / page).read_text(encoding="utf-8")
        for place in re.finditer(r"^```yaml\n(.*?)^```", text, re.M | re.S):
            line = text.count("\n", 0, place.start()) + 1
            found.append(pytest.param(place[1], id=f"{page}, line {line}"))
    return found


@pytest.mark.parametrize("piece", pieces())
def test_a_piece_of_a_profile_can_be_read(tmp_path: Path, piece: str) -> None:
    """What a piece leaves out, tables or batches, is added; what it says stays."""
    own = yaml.safe_load(piece)
    if "casts" in own:
        own = {"files": {"rows": {"connection": "plant", "table": "t", "casts": own["casts"]}}}
    named = own["files"]
    read = {mapping["file"] for mapping in own.get("tables", {}).values()}
    results = [{"file": name, "same_names": RESULTS} for name in named if name not in read]
    tables = {**own.get("tables", {}), **BATCHES}
    tables |= {"lab_results": results} if results else {}
    whole = {
        "profile": "documented",
        "files": {**named, "order": {"path": "order.csv"}},
        "tables": tables,
    }
    file = tmp_path / "documented.yaml"
    file.write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")
    profile = load_profile(file)
    assert set(profile.files) == {*named, "order"}


def test_there_are_pieces_on_both_pages() -> None:
    assert len(pieces()) >= 8
