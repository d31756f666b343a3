"""What Dagster itself shows: its UI starts and finds the jobs, the schedules and every asset."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def asked(port: int, query: str) -> dict[str, object] | None:
    """Ask Dagster's GraphQL; None while nothing answers."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        data=json.dumps({"query": query}).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return dict(json.load(answer)["data"])
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


def test_the_ui_starts_with_both_jobs_and_schedules(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_bytes((ROOT / "dagster.yaml").read_bytes())
    port = free_port()
    command = ["-m", "pipelines.definitions", "-h", "127.0.0.1", "-p", str(port)]
    log = (tmp_path / "log").open("w")
    server = subprocess.Popen(
        [str(Path(sys.executable).with_name("dagster")), "dev", *command],
        cwd=ROOT,
        env={**os.environ, "DAGSTER_HOME": str(tmp_path)},
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    query = (
        "{repositoriesOrError{... on RepositoryConnection"
        "{nodes{jobs{name} schedules{name} assetNodes{id}}}}}"
    )
    try:
        found: list[dict[str, list[dict[str, str]]]] = []
        deadline = time.monotonic() + 90
        while not found and time.monotonic() < deadline and server.poll() is None:
            data = asked(port, query)
            found = data["repositoriesOrError"].get("nodes", []) if data else []  # type: ignore[attr-defined]
            time.sleep(1)
    finally:
        stop(server)
        log.close()
    assert found, (tmp_path / "log").read_text()[-2000:]
    assert {"main", "nightly", "self_test"} <= {job["name"] for job in found[0]["jobs"]}
    schedules = {s["name"] for s in found[0]["schedules"]}
    assert schedules == {"nightly", "monthly_refit", "monthly_self_test"}
    assert len(found[0]["assetNodes"]) > 60
