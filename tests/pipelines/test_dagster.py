"""A plant's own nights, with real servers: schedule, file sensor, alert and UI over one history."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from benchmarks.foreign_plants.kinds import foreign_table
from benchmarks.foreign_plants.sources import write_source
from tests.conftest import ROOT, Lotwise

FEW_BATCHES = 60
PATIENCE_S = 600  # a night takes a quarter of a minute on a quiet machine
RUNS = "{runsOrError{... on Runs{results{jobName status tags{key value}}}}}"
SHOWN = """{repositoriesOrError{... on RepositoryConnection{nodes{
  jobs{name} schedules{name scheduleState{status}} sensors{name} assetNodes{id}}}}}"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(port: int, query: str) -> Any:
    """Ask Dagster's GraphQL; None while nothing answers."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        data=json.dumps({"query": query}).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return next(iter(json.load(reply)["data"].values()))
    except OSError:
        return None


def stop(server: subprocess.Popen[bytes]) -> None:
    """Ask the server's process group to end, and end it where it takes too long to answer."""
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def until(found: Callable[[], Any], log: Path) -> Any:
    """Wait for what a function finds; fail with the server's last words."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if there := found():
            return there
        time.sleep(1)
    raise AssertionError(log.read_text()[-3000:])


def small_source(seed: int, folder: Path) -> Path:
    """Write so few batches that no model is fitted: what is tried here is who starts a run."""
    profile = write_source(foreign_table("null_ar80", seed), folder)
    rows = (folder / "batches.csv").read_text().splitlines(keepends=True)
    (folder / "batches.csv").write_text("".join(rows[: FEW_BATCHES + 1]))
    return profile


@pytest.fixture
def told() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Where alerts are sent, and what came."""
    came: list[dict[str, str]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", came
        server.shutdown()


@pytest.fixture
def served(
    tmp_path: Path, lotwise: Lotwise, told: tuple[str, list[dict[str, str]]]
) -> Iterator[tuple[int, Path]]:
    """A plant that was run by hand, its nights due every minute; one never run, its files watched.

    Yields the port of the server over both and the folder they lie in.
    """
    profiles = {
        name: small_source(seed, tmp_path / name)
        for seed, name in enumerate(("nightly", "watched"), start=1)
    }
    (tmp_path / "lotwise.yaml").write_text(f"""
home: home
sources:
  plant:
    profile: {profiles["nightly"]}
    data: nightly
    quick: true
    schedules: {{nightly: "* * * * *", refit: "0 4 1 1 *"}}
  other:
    profile: {profiles["watched"]}
    data: watched
    quick: true
    watch_files: true
alerts: {{webhook: {told[0]}}}
""")
    lotwise("run", "--source", "plant", "--home", tmp_path / "home")
    port, log = free_port(), tmp_path / "log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "pipelines.command_line", "serve", "--port", str(port)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield port, tmp_path
        finally:
            stop(server)


def test_a_plant_runs_its_own_nights(
    served: tuple[int, Path], told: tuple[str, list[dict[str, str]]]
) -> None:
    port, folder = served
    log, delivered = folder / "log", folder / "nightly" / "batches.csv"

    def shown() -> Any:
        return (answer(port, SHOWN) or {}).get("nodes")

    (location,) = until(shown, log)
    assert {"main", "nightly", "self_test"} <= {job["name"] for job in location["jobs"]}
    states = {each["name"]: each["scheduleState"]["status"] for each in location["schedules"]}
    assert states == {"nightly_plant": "RUNNING", "refit_plant": "RUNNING"}
    assert {each["name"] for each in location["sensors"]} == {"files_of_other", "failed_runs"}
    assert len(location["assetNodes"]) > 60

    def runs(status: str, key: str, value: str) -> list[str]:
        """Jobs of the runs with a status that were started in a way."""
        wanted = {"key": key, "value": value}
        every = (answer(port, RUNS) or {}).get("results", [])
        return [
            run["jobName"] for run in every if run["status"] == status and wanted in run["tags"]
        ]

    by_hand = ("SUCCESS", "lotwise/started_by", "command")
    assert runs(*by_hand) == ["main"]  # the run of the command line is in the same history
    rows = delivered.read_text().splitlines(keepends=True)
    delivered.write_text("".join(rows[:-1]))  # another content: a night has something to do
    at_night = ("SUCCESS", "dagster/schedule_name", "nightly_plant")
    assert set(until(lambda: runs(*at_night), log)) == {"nightly"}
    by_files = ("SUCCESS", "dagster/sensor_name", "files_of_other")
    assert set(until(lambda: runs(*by_files), log)) == {"main"}  # its first

    until(lambda: "Nothing new: files, settings and code" in log.read_text(), log)
    delivered.write_text("no,column,anybody,knows\n1,2,3,4\n")
    message = until(lambda: told[1], log)[0]
    assert (message["job"], message["source"]) == ("nightly", "plant")
    assert delivered.name in message["reason"]
