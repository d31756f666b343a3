"""``lotwise check``: for people and for machines, the same findings with the same places."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assets.sources.importer import read_source
from assets.sources.inspection import scratch_query
from assets.sources.provenance import delivered_at, with_delivery
from data_contracts.profile import load_profile
from pipelines.command_line import app
from warehouse.paths import Home, source_key
from warehouse.store import Warehouse

PROFILE = """\
profile: made
wide_table:
  path: batches.csv
  production_order: nr
  batch_id: nr
  numeric: {4: [force]}
  label: {column: result, failed: [bad], good: [ok]}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "made.yaml").write_text(PROFILE)
    labels = ["ok", "bad", "ok"] * 8 + ["scrap"]
    rows = [f"{n},{n * 7 % 11},{label}" for n, label in enumerate(labels, 1)]
    (tmp_path / "batches.csv").write_text("\n".join(["nr,force,result", *rows]) + "\n")
    return tmp_path / "made.yaml"


def check(source: Path, *more: str) -> tuple[int, str]:
    done = CliRunner().invoke(
        app, ["check", "--source", str(source), "--data", str(source.parent), *more]
    )
    return done.exit_code, done.output


def test_people_read_counts_then_findings_then_the_verdict(source: Path) -> None:
    code, text = check(source)
    assert code == 1
    lines = text.splitlines()
    assert ["failure", "8", "17", "0", "0"] in [line.split() for line in lines]
    assert any(
        line.startswith(
            "Error (label_not_listed): batches.csv, line 26, result = 'scrap': made.yaml, line 7"
        )
        for line in lines
    )
    assert lines[-1] == "A run would be refused."


def test_machines_get_the_same(source: Path) -> None:
    code, text = check(source, "--json")
    told = json.loads(text)
    assert (code, told["is_acceptable"]) == (1, False)
    assert told["outcomes"] == [
        {"outcome": "failure", "failed": 8, "good": 17, "pending": 0, "not_measured": 0}
    ]
    (finding,) = [f for f in told["findings"] if f["severity"] == "error"]
    assert (finding["code"], finding["file"], finding["line"]) == (
        "label_not_listed",
        "batches.csv",
        26,
    )
    assert (finding["column"], finding["value"], finding["count"]) == ("result", "scrap", 1)
    assert finding["message"] in check(source)[1]


def test_a_home_remembers_what_was_delivered_before(source: Path, tmp_path: Path) -> None:
    source.write_text(PROFILE.replace("[bad]", "[bad, scrap]"))
    home = tmp_path / "home"
    assert "column_new" not in check(source, "--home", str(home))[1]
    profile, scratch = load_profile(source), scratch_query(tmp_path / "scratch")
    records = read_source(profile, source.parent, scratch)
    warehouse = Warehouse(Home(home), source_key("made", source.parent))
    now = delivered_at(source)
    for table, admission in records.admissions.items():
        frame = with_delivery(admission.accepted, {}, now, "run-1", now)
        warehouse.append_versions(table, frame)
    warehouse.write("evidence.inputs", records.inputs)
    rows = (tmp_path / "batches.csv").read_text().splitlines()
    (tmp_path / "batches.csv").write_text("\n".join(f"{row},x" for row in rows[:-2]) + "\n")
    text = check(source, "--home", str(home))[1]
    assert "Warning (column_new): batches.csv, x: this column was in no earlier delivery" in text
    assert "Warning (batches_vanished): batches.csv, nr = '24': 2 of 25 batches" in text


def test_a_sound_source_would_go_on(source: Path) -> None:
    source.write_text(PROFILE.replace("[bad]", "[bad, scrap]"))
    code, text = check(source)
    assert code == 0
    assert text.splitlines()[-1] == "A run would go on."
