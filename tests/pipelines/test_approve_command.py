"""``lotwise approve``: only a version that awaits it, by somebody, and noted for the next night."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from data_contracts.tables import table
from pipelines.command_line import app
from tests.history.test_score_tampering import KEY, RUNS, a_run
from warehouse.noted.approvals import approvals
from warehouse.paths import Home
from warehouse.store import Warehouse

STANDING = "model.model_standing"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home that published two versions, of which the later waits at two gates."""
    monkeypatch.setattr(
        "warehouse.published_copy.publication.contract_names", lambda: (STANDING, RUNS)
    )
    warehouse = Warehouse(Home(tmp_path / "home"), KEY)
    rows = [
        {"outcome": "failure", "gate": gate, "model_version": version, "is_current": is_current,
         "state": state, "reason": "Said.", "age_days": 1.0, "results": 0, "scored": 0}
        for gate, version, is_current, state in (
            (4, "m-1", False, "stopped"), (4, "m-2", True, "awaits_approval"),
            (5, "m-2", True, "awaits_approval"),
        )
    ]  # fmt: skip
    warehouse.write(STANDING, table(STANDING, rows))
    warehouse.write(RUNS, a_run(1))
    warehouse.publish()
    return warehouse.home


def approved(home: Home, version: str, by: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["approve", version, "--by", by, "--home", str(home.root)])
    return done.exit_code, done.output + str(done.exception or "")


def test_the_version_that_waits_is_approved_by_name(home: Home) -> None:
    code, said = approved(home, "m-2", " Ana Díaz, QA ")
    assert code == 0
    assert "m-2 (failure at gate 4, failure at gate 5) is approved by Ana Díaz, QA." in said
    assert approvals(home, KEY) == {"m-2": "Ana Díaz, QA"}


@pytest.mark.parametrize(
    ("version", "by", "said"),
    [
        ("m-1", "Ana", "'m-1' awaits no approval"),
        ("m-9", "Ana", "; m-2."),
        ("m-2", "  ", "--by is empty"),
    ],
)
def test_nothing_else_is(home: Home, version: str, by: str, said: str) -> None:
    code, told = approved(home, version, by)
    assert code != 0
    assert said in told
    assert approvals(home, KEY) == {}


def test_a_line_cut_short_by_a_crash_spoils_no_approval_after_it(home: Home) -> None:
    file = home.approvals_file(KEY)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('{"model_version": "m-')
    approved(home, "m-2", "Ana")
    assert approvals(home, KEY) == {"m-2": "Ana"}
