"""``lotwise protocol``, ``freeze`` and ``approve``: from a draft to a result on a home."""

from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from data_contracts.errors import LotwiseError
from data_contracts.tables import table
from pipelines.command_line import app
from tests.history.test_score_tampering import KEY, RUNS, a_run
from tests.tier_evidence.conftest import studies
from tests.tier_evidence.test_conduct import gate_values
from warehouse.noted.audit_trail import audit_trail
from warehouse.paths import Home
from warehouse.store import Warehouse

FEATURE = "parameter.revolutions"


def _feature(name: str) -> dict[str, object]:
    return {
        "feature": name, "title": name.partition(".")[2].title(), "stage": 3,
        "available_at_gate": 3, "unit_operation": "formulation",
        "quantity": name.partition(".")[2], "kind": "parameter", "data_type": "numeric",
        "unit": "rev", "source_table": "core.parameters", "source_column": "value",
        "formula": "as recorded", "description": "As recorded.", "is_product_identity": False,
    }  # fmt: skip


def _lever(name: str, kind: str, tier: int, basis: str) -> dict[str, object]:
    return {
        "lever": f"{name}.failure", "title": name.title(), "kind": kind, "tier": tier,
        "stages": "3", "gate": 3, "outcome": "failure", "changes": "c", "evidence_owed": "e",
        "basis": basis, "is_in_programme": False, "reason": "r", "implementation_cost_usd": 1.0,
        "run_cost_usd_per_year": 1.0,
    }  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose last run recommends a window and supports an inspection."""
    tables = {
        "economics.levers": table("economics.levers", [
            _lever("window", "window", 3, "evidence"),
            _lever("inspection", "inspection", 2, "arithmetic"),
            _lever("alert", "alert", 1, "refused"),
        ]),
        "finding.window_studies": studies(),
        "core.parameters": table("core.parameters"),
        "feature.dictionary": table(
            "feature.dictionary", [_feature(f"parameter.{n}") for n in ("a", "b", "revolutions")]
        ),
        "feature.gate_values": _values(),
        "finding.drivers": table("finding.drivers"),
        "model.verdicts": table("model.verdicts"),
        "economics.alarm_prices": table("economics.alarm_prices"),
        RUNS: a_run(1),
    }  # fmt: skip
    monkeypatch.setattr(
        "warehouse.published_copy.publication.contract_names", lambda: tuple(tables)
    )
    warehouse = Warehouse(Home(tmp_path / "home"), KEY)
    for name, frame in tables.items():
        warehouse.write(name, frame)
    warehouse.publish()
    return warehouse.home


def _values() -> pl.DataFrame:
    recorded = gate_values()
    own = recorded.filter(pl.col("feature") == "parameter.a").with_columns(
        feature=pl.lit(FEATURE), value=pl.col("value") * 12
    )
    return pl.concat([recorded, own])


def said(home: Home, *words: str) -> str:
    """What a command that succeeds prints."""
    done = CliRunner().invoke(app, [*words, "--home", str(home.root)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def refused(home: Home, *words: str) -> LotwiseError:
    done = CliRunner().invoke(app, [*words, "--home", str(home.root)])
    assert isinstance(done.exception, LotwiseError), done.output
    return done.exception


@pytest.mark.slow
def test_from_a_draft_to_a_result(home: Home, tmp_path: Path) -> None:
    assert "No protocol is frozen" in said(home, "protocol")
    drafts = tmp_path / "drafts"
    said(home, "protocol", "--draft", "--tier", "3", "--out", str(drafts))
    file = drafts / "window.failure" / "protocol.yaml"
    named = str(file)
    assert "names nobody" in str(refused(home, "freeze", named, "--by", "A. Author"))
    text = file.read_text(encoding="utf-8").replace("to be named", "A. Author")
    file.write_text(text.replace("states: 10000", "states: 64"), encoding="utf-8")
    frozen = said(home, "freeze", named, "--by", "A. Author")
    assert "window: parameter.revolutions in [241, open]" in frozen
    protocol = audit_trail(home, KEY)["protocol_id"][0]
    assert protocol in frozen.replace(" ", "")
    assert "not approved, not run" in said(home, "protocol")
    assert "somebody else" in str(refused(home, "approve", protocol[:12], "--by", "A. Author"))
    assert "is approved by Q. Unit" in said(home, "approve", protocol[:12], "--by", "Q. Unit")
    assert "approved by Q. Unit, not run" in said(home, "protocol")
    found = said(home, "protocol", "--run", named, "--by", "R. Runner")
    assert "met inside_par: Over 68 states" in found
    assert "approved by Q. Unit, 6 of 6 criteria met" in said(home, "protocol")
    file.write_text(text.replace("bound: 0.01", "bound: 0.0"), encoding="utf-8")
    error = refused(home, "protocol", "--run", named, "--by", "R. Runner")
    assert "Criterion 'answered' had the bound 0.01" in str(error)
    assert error.exit_code == 2
    assert audit_trail(home, KEY).height == 3


def test_a_panel_comes_with_its_parts(home: Home, tmp_path: Path) -> None:
    drafts = tmp_path / "drafts"
    said(home, "protocol", "--draft", "--tier", "2", "--out", str(drafts))
    panel = (drafts / "inspection.failure" / "panel.csv").read_text(encoding="utf-8").splitlines()
    assert panel[0] == "part,class"
    assert len(panel) == 1 + 2 * 46  # 46 parts a class: one may be missed
    exists = refused(home, "protocol", "--draft", "--tier", "2", "--out", str(drafts))
    assert "exists" in str(exists)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--draft",), "Say for which tier"),
        (("--draft", "--tier", "1"), "No lever of tier 1 is supported"),
        (("--draft", "--tier", "3", "--lever", "x.failure"), "No lever 'x.failure' of tier 3"),
        (("--draft", "--run", "x.yaml"), "not both"),
        (("--run", "x.yaml"), "Say who runs it"),
        (("--run", "x.yaml", "--by", "A"), "x.yaml"),
    ],
)
def test_what_does_not_fit_is_told(home: Home, words: tuple[str, ...], problem: str) -> None:
    error = refused(home, "protocol", *words)
    assert problem in str(error)
    assert error.exit_code == 2


@pytest.mark.parametrize("tier", ["1", "self-test"])
def test_other_drafts_are_printed(home: Home, tier: str) -> None:
    words = ("--lever", "alert.failure") if tier == "1" else ()
    text = said(home, "protocol", "--draft", "--tier", tier, *words)
    assert "quality_unit: to be named" in text
    assert "challenge: excursions" in text or "challenge: planted_causes" in text
