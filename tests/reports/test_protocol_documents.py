"""Protocol and report say what was frozen and found, to be signed, and are drawn the same again."""

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from assets.tier_evidence.freezing import frozen_protocol
from assets.tier_evidence.requirements.requirements import requirements
from assets.tier_evidence.trail.protocols import DEMONSTRATION, protocols, results
from data_contracts.tier_protocol.reader import read_protocol
from reports.claims import evaluate
from reports.pages.facts import Facts
from reports.protocol.document import EvidenceDocument
from reports.protocol.folder import FOLDER, documents, unlike, write_protocols
from reports.trail_verification import verify_trail
from tests.reports.conftest import PublishedTables
from tests.tier_evidence.conftest import SOURCE, TEXT, in_use, noted, reading
from warehouse.noted.audit_trail import AUDIT_TRAIL, audit_trail
from warehouse.paths import Home

FOUND = [
    {"criterion": "inside_par", "value": 0.0, "n": 16400, "verdict": "met", "reason": "Nowhere."},
    {
        "criterion": "answered", "value": 0.12, "n": 16400, "verdict": "met",
        "reason": "12.0% got a recommendation.",
    },
]  # fmt: skip


def _plant(folder: Path, found: list[dict[str, object]], who: str = "A. Author") -> PublishedTables:
    (folder / "panel.csv").write_text("part,class\n1,good\n", encoding="utf-8")
    file = folder / "protocol.yaml"
    file.write_text(TEXT, encoding="utf-8")
    frozen = frozen_protocol(read_protocol(file), reading(), in_use())
    home = Home(folder / "home")
    noted(home, "frozen", frozen, who, frozen.canonical.decode())
    noted(home, "approved", frozen, "Q. Unit")
    noted(home, "ran", frozen, "R. Runner", json.dumps({"criteria": found}))
    trail = audit_trail(home, SOURCE)
    tables = {
        AUDIT_TRAIL: trail,
        "evidence.protocols": protocols(trail),
        "evidence.results": results(trail),
        "evidence.requirements": requirements(),
    }
    plant = PublishedTables(tables)
    plant.put("evidence.claims", evaluate(plant.query))
    return plant


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[PublishedTables]:
    made = _plant(tmp_path, FOUND)
    yield made
    made.close()


def said(document: EvidenceDocument) -> str:
    return json.dumps(document.plain)


def test_a_protocol_and_its_report_say_what_was_frozen_and_found(plant: PublishedTables) -> None:
    protocol, report, matrix = documents(Facts(plant.query))
    assert protocol.title == "Bounded behaviour of the window for revolutions"
    assert "Frozen by A. Author on " in protocol.standing
    assert "approved by Q. Unit on " in protocol.standing
    for heading in ("Intended use", "Context of use", "Risk", "Acceptance criteria", "Roles"):
        assert any(heading in part.title for part in protocol.parts), heading
    assert "parameter.revolutions in [241, open]" in said(protocol)
    assert "at most 0 rev" in said(protocol)
    assert report.is_met
    assert report.standing.startswith("2 of 2 criteria met.")
    assert '"at least 50%", "12%", "16,400", "met"' in said(report)
    assert "The lever 'window.failure' has the evidence of its tier." in said(report)
    assert [part.title for part in report.parts][-1] == "Signatures"
    assert "Annex 11" in said(matrix)
    assert protocol.notes == report.notes == ()


def test_a_report_that_misses_says_that_the_evidence_is_owed(tmp_path: Path) -> None:
    missed = [FOUND[0], FOUND[1] | {"verdict": "not_met", "value": 0.0}]
    plant = _plant(tmp_path, missed)
    _, report, _ = documents(Facts(plant.query))
    plant.close()
    assert report.is_met is False
    assert "Not every criterion is met: Answered." in said(report)
    assert "The evidence of the tier is still owed" in said(report)


def test_a_demonstration_says_that_nobody_signed(tmp_path: Path) -> None:
    plant = _plant(tmp_path, FOUND, who=DEMONSTRATION)
    protocol, report, _ = documents(Facts(plant.query))
    plant.close()
    assert "No person stands behind it" in protocol.notes[0]
    assert report.notes == protocol.notes


@pytest.mark.slow
def test_pages_and_pdfs_are_the_same_again_and_a_change_is_found(
    plant: PublishedTables, tmp_path: Path
) -> None:
    write_protocols(plant, tmp_path)
    assert unlike(plant, tmp_path) == []
    folder = tmp_path / FOLDER
    names = {file.name for file in folder.iterdir()}
    assert {"tier_3_window-protocol.pdf", "tier_3_window-report.html", "traceability.pdf"} <= names
    assert (folder / "tier_3_window-report.pdf").read_bytes().startswith(b"%PDF")
    page = folder / "tier_3_window-report.html"
    page.write_text(page.read_text(encoding="utf-8").replace("12%", "92%"), encoding="utf-8")
    (folder / "another.pdf").write_bytes(b"%PDF")
    assert [name for name, _ in unlike(plant, tmp_path)] == ["another.pdf", page.name]


def test_a_trail_that_is_not_the_file_is_found(plant: PublishedTables, tmp_path: Path) -> None:
    trail = audit_trail(Home(tmp_path / "home"), SOURCE)
    assert verify_trail(plant, trail) == []  # type: ignore[arg-type]
    cut = trail.filter(pl.col("entry") < 3)
    (lost,) = verify_trail(plant, cut)  # type: ignore[arg-type]
    assert "entry 3 was published and is not in the file" in str(lost)
    plant.execute(f"UPDATE {AUDIT_TRAIL} SET who = 'B' WHERE entry = 2")
    problems = [str(each) for each in verify_trail(plant, trail)]  # type: ignore[arg-type]
    assert problems == ["audit trail: entry 2 (approved " + trail["protocol_id"][0][:12] + ") is not what was sealed"]  # fmt: skip  # noqa: E501
