"""The main job as its users meet it: tables by name, the same answer twice, one run at a time."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import polars as pl
import pytest

from benchmarks.unbroken.comparison import table_hashes
from data_contracts.catalogue import contract_names
from warehouse.lock import run_lock
from warehouse.paths import Home
from warehouse.published_copy.published import last_source_key, open_published

Lotwise = Callable[..., subprocess.CompletedProcess[str]]

PROMISED = {
    "model.verdicts": "outcome gate verdict reason model_used model_version",
    "model.validations": "outcome gate model validation auc auc_low auc_high failures batches",
    "finding.drivers": "outcome gate rank driver stage verdict",
    "economics.scenarios": "scenario measure p10 p50 p90 unit",
    "evidence.contract_results": "table_name rule is_passed",
    "evidence.claims": "claim_id sql value unit",
    "core.batches": "batch_id production_order disposition",
    "feature.gate_values": "batch_id gate feature value known_at",
    "feature.dictionary": "feature title stage unit",
    "feature.batch_gates": "batch_id gate",
    "quarantine.records": "table_name source_file source_row column_name rule",
}


@pytest.fixture(scope="module")
def plant_home(plant_homes: Path) -> Path:
    """The home that was run in: nobody else reads it, so runs here may go on in it."""
    return plant_homes / "home"


@pytest.mark.parametrize("table", PROMISED)
def test_the_promised_tables_are_published(plant_home: Path, table: str) -> None:
    columns = open_published(Home(plant_home)).query(f"SELECT * FROM {table} LIMIT 0").columns
    assert set(PROMISED[table].split()) <= set(columns)


def test_every_contract_is_published(plant_home: Path) -> None:
    assert set(contract_names()) <= set(open_published(Home(plant_home)).tables())


def test_received_is_accepted_plus_quarantined(plant_home: Path) -> None:
    rows = open_published(Home(plant_home)).query("FROM evidence.ingestion")
    assert rows["received"].sum() > 100_000
    assert (rows["received"] == rows["accepted"] + rows["quarantined"]).all()


def test_runs_say_what_made_the_warehouse(plant_home: Path) -> None:
    (run,) = open_published(Home(plant_home)).query("FROM evidence.runs").to_dicts()
    assert (run["source_profile"], run["seed"], run["is_quick"]) == ("virtual_plant", 1, True)
    assert run["command"].startswith("lotwise run --quick --home ")
    assert (run["run_number"], run["status"], run["is_look_back"]) == (1, "published", False)
    assert run["version"] == version("lotwise")


def test_a_second_run_names_the_first_and_exits_1(plant_home: Path, lotwise: Lotwise) -> None:
    with run_lock(Home(plant_home), holder="lotwise run --source other"):
        refused = lotwise("run", "--quick", "--home", plant_home, check=False)
    assert refused.returncode == 1
    assert "lotwise run --source other" in refused.stderr
    assert str(os.getpid()) in refused.stderr
    assert "Traceback" not in refused.stderr


ANALYST = """
import sys, time, duckdb
file, stop = sys.argv[1:]
early = duckdb.connect(file, read_only=True)
count = "SELECT count(*) FROM information_schema.tables WHERE table_schema NOT IN ('main')"
expected = early.execute(count).fetchone()[0]
seen, opened = set(), 0
import pathlib
while not pathlib.Path(stop).exists():
    process_count = early.execute(count).fetchone()[0]
    assert early.execute("SELECT count(*) FROM core.batches").fetchone()[0] > 0
    seen.add(process_count)
    time.sleep(1)
early.close()
print(expected, sorted(seen))
"""

VISITOR = """
import sys, time, duckdb, pathlib
file, stop = sys.argv[1:]
while not pathlib.Path(stop).exists():
    with duckdb.connect(file, read_only=True) as con:  # opened anew each time, and let go again
        tables = con.execute(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema NOT IN ('main')"
        ).fetchone()[0]
        print(tables, con.execute("SELECT count(*) FROM core.batches").fetchone()[0], flush=True)
    time.sleep(1)
"""


@dataclass(frozen=True)
class Rerun:
    """What was seen while the same job ran again over the same input."""

    changed_tables: set[str]
    visits: list[str]
    early_reader: str


@pytest.fixture(scope="module")
def rerun(plant_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Rerun:
    """Run again with one analyst connected from before and another coming every second."""
    before = table_hashes(plant_home)
    file, stop = str(Home(plant_home).published_file), tmp_path_factory.mktemp("stop") / "stop"
    analysts = [
        subprocess.Popen(
            [sys.executable, "-c", script, file, str(stop)], stdout=subprocess.PIPE, text=True
        )
        for script in (ANALYST, VISITOR)
    ]
    run = subprocess.run(
        [sys.executable, "-m", "pipelines.command_line", "run", "--quick", "--home", plant_home],
        stdout=subprocess.DEVNULL,
        check=False,
    )
    stop.touch()
    seen, visits = (analyst.communicate(timeout=30)[0] for analyst in analysts)
    assert [run.returncode, *(analyst.returncode for analyst in analysts)] == [0, 0, 0]
    after = table_hashes(plant_home)
    changed = {table for table in before if before[table] != after[table]}
    return Rerun(changed, visits.splitlines(), seen)


def test_the_same_input_gives_the_same_tables(rerun: Rerun) -> None:
    assert rerun.changed_tables == set()


def test_analysts_read_on_during_a_run(rerun: Rerun) -> None:
    assert len(rerun.visits) > 3
    assert len(set(rerun.visits)) == 1, "an analyst saw a partial set of tables"
    expected, seen = rerun.early_reader.split(maxsplit=1)
    assert json.loads(seen) == [int(expected)]


def test_sql_prints_what_was_asked(plant_home: Path, lotwise: Lotwise) -> None:
    query = "SELECT count(*) AS batches FROM core.batches"
    rows = json.loads(lotwise("sql", query, "--format", "json", "--home", plant_home).stdout)
    batches = open_published(Home(plant_home)).query(query)
    assert pl.DataFrame(rows).equals(batches)
    assert lotwise("sql", query, "--format", "csv", "--home", plant_home).stdout == (
        f"batches\n{rows[0]['batches']}\n"
    )


def test_sql_that_cannot_run_says_so(plant_home: Path, lotwise: Lotwise) -> None:
    refused = lotwise("sql", "SELECT * FROM no_such_table", "--home", plant_home, check=False)
    assert refused.returncode in (1, 2)
    assert "no_such_table" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_sql_cannot_write(plant_home: Path, lotwise: Lotwise) -> None:
    refused = lotwise("sql", "DROP TABLE core.batches", "--home", plant_home, check=False)
    assert refused.returncode in (1, 2)
    assert "core.batches" in open_published(Home(plant_home)).tables()


README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
# These take minutes even here, and are tested on smaller plants under their own names.
SLOW_COMMANDS = ("self-test", "excursions")
README_COMMANDS = [
    line.split("#")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.S)
    for line in block.splitlines()
    if line.startswith("lotwise")
    and "tabletting" not in line
    and line.split()[1] not in SLOW_COMMANDS
]


@pytest.mark.parametrize("line", README_COMMANDS)
def test_the_commands_of_the_readme_run(line: str, plant_home: Path, lotwise: Lotwise) -> None:
    words = shlex.split(line)[1:]
    home = [] if words[0] == "roi" else ["--home", str(plant_home)]
    assert lotwise(*words, *home).stdout


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "killed"])
def test_a_run_stopped_in_the_middle_leaves_what_was_published(
    plant_home: Path, lotwise: Lotwise, how: signal.Signals
) -> None:
    verdicts = ("sql", "FROM model.verdicts ORDER BY ALL", "--format", "csv", "--home", plant_home)
    before = lotwise(*verdicts).stdout
    where = Home(plant_home)
    unfinished = where.unfinished_file(last_source_key(where))
    unfinished.unlink(missing_ok=True)
    run = subprocess.Popen(
        [sys.executable, "-m", "pipelines.command_line", "run", "--quick", "--home", plant_home],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not unfinished.exists() and run.poll() is None:
        time.sleep(0.1)
    time.sleep(3)  # in the middle: some tables of the working warehouse are new, others are not
    run.send_signal(how)
    _, errors = run.communicate(timeout=60)
    assert "Traceback" not in errors
    if how is signal.SIGINT:
        assert run.returncode == 130
        assert "as they were before" in errors
    assert lotwise(*verdicts).stdout == before
    with run_lock(Home(plant_home), holder="a later run"):
        assert lotwise("verify", "--home", plant_home).returncode == 0
    again = lotwise("publish", "--home", plant_home, check=False)
    assert (again.returncode, "did not reach its end" in again.stderr) == (1, True)
