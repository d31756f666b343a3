"""One history of runs: dead ones are closed, failures told, deliveries seen once they are whole."""

import json
import os
import socketserver
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.test_utils import create_run_for_test

from data_contracts.errors import WarehouseError
from pipelines.history import dead_runs
from pipelines.history.alerts import RunFailure, tell
from pipelines.history.dead_runs import close_dead_runs
from pipelines.history.file_watch import ARRIVING, Watch, fingerprint
from pipelines.history.instance import events_dir, run_history
from pipelines.history.kept_runs import forget_runs
from pipelines.site.site_file import Alerts, Email
from tests.conftest import ROOT
from warehouse.paths import Home

FAILURE = RunFailure("nightly", "tablets", "/srv/home", "run-1", "batches.csv, line 3: no batch")


def test_a_run_whose_process_died_is_closed_by_whoever_holds_the_home() -> None:
    started, starting = dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING
    with dg.DagsterInstance.ephemeral() as instance:
        dead = create_run_for_test(instance, "main", status=started)
        own = create_run_for_test(instance, "nightly", status=started)
        waiting = create_run_for_test(instance, "nightly", status=starting)
        done = create_run_for_test(instance, "main", status=dg.DagsterRunStatus.SUCCESS)
        now = datetime.now(UTC)
        assert close_dead_runs(instance, None, now) == []  # too young to be sure of
        assert close_dead_runs(instance, own.run_id, now) == [dead.run_id]
        later = now + timedelta(minutes=3)
        assert close_dead_runs(instance, own.run_id, later) == [waiting.run_id]
        found = [instance.get_run_by_id(run.run_id) for run in (dead, own, waiting, done)]
        states = [run.status.value for run in found if run is not None]
        assert states == ["FAILURE", "STARTED", "FAILURE", "SUCCESS"]


def test_a_run_launched_after_a_long_wait_is_not_taken_for_dead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dead_runs, "GRACE", timedelta(seconds=1))
    with dg.DagsterInstance.ephemeral() as instance:
        waiting = create_run_for_test(instance, "nightly", status=dg.DagsterRunStatus.NOT_STARTED)
        time.sleep(1.1)
        instance.report_dagster_event(
            dg.DagsterEvent(
                event_type_value=dg.DagsterEventType.PIPELINE_STARTING.value, job_name="nightly"
            ),
            run_id=waiting.run_id,
        )
        assert close_dead_runs(instance, "another", datetime.now(UTC)) == []
        later = datetime.now(UTC) + timedelta(seconds=2)
        assert close_dead_runs(instance, "another", later) == [waiting.run_id]


def test_a_history_that_cannot_be_read_is_one_clear_error(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with run_history(home) as history:
        assert history.get_runs_count() == 0
    (home.dagster_dir / "history" / "runs.db").write_bytes(b"no database" * 1000)
    with pytest.raises(WarehouseError, match="Move that folder away"), run_history(home):
        pass


@dg.op
def nothing() -> None:
    """Do nothing, as a step of a run."""


@dg.job
def short() -> None:
    """A job of one step."""
    nothing()


def test_events_of_the_oldest_runs_go_and_take_no_disk(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with run_history(home) as history:
        runs = [short.execute_in_process(instance=history).run_id for _ in range(4)]
        assert forget_runs(history, home, runs[-1], keep=2) == 2
        assert {each.run_id for each in history.get_runs()} == set(runs[2:])
        assert history.all_logs(runs[2])
    kept = {file.name.partition(".")[0] for file in events_dir(home).glob("*.db*")}
    assert kept == {*runs[2:], "index"}


def test_the_servers_settings_are_those_of_the_projects_own_file(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with run_history(home):
        written = yaml.safe_load((home.dagster_dir / "dagster.yaml").read_text())
    own = yaml.safe_load((ROOT / "dagster.yaml").read_text())
    assert written.pop("storage") == {"sqlite": {"base_dir": str(home.dagster_dir.resolve())}}
    assert own.pop("storage") == {"sqlite": {"base_dir": "var/dagster"}}
    assert written == own


@pytest.fixture
def hook() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A web server that keeps what it is sent."""
    sent: list[dict[str, str]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200 if self.path == "/hook" else 410)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", sent
        server.shutdown()


class _MailServer(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as one message needs."""

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline().decode().rstrip():
            verb = line[:4].upper()
            if verb == "DATA":
                self._say("354 go on")
                while (text := self.rfile.readline().decode()) != ".\r\n":
                    self.server.received.append(text)  # type: ignore[attr-defined]
            self._say("221 bye" if verb == "QUIT" else "250 so be it")
            if verb == "QUIT":
                return

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


def test_a_failed_run_is_told_by_webhook_and_mail(hook: tuple[str, list[dict[str, str]]]) -> None:
    address, sent = hook
    with socketserver.TCPServer(("127.0.0.1", 0), _MailServer) as server:
        server.received = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        mail = Email(
            ("a@example.com",), "l@example.com", "127.0.0.1", server.server_address[1], False
        )
        assert tell(Alerts(f"{address}/hook", mail), FAILURE) == []
        letter = "".join(server.received)  # type: ignore[attr-defined]
        server.shutdown()
    assert sent[0]["reason"] == "batches.csv, line 3: no batch"
    assert sent[0]["text"].startswith("lotwise: nightly of tablets failed")
    assert "Subject: lotwise: nightly of tablets failed" in letter
    assert "To: a@example.com" in letter
    assert "batches.csv, line 3: no batch" in letter


def test_an_alert_that_cannot_be_sent_says_what_to_look_at(
    hook: tuple[str, list[dict[str, str]]],
) -> None:
    address, _ = hook
    nobody = Email(("a@example.com",), "l@example.com", "127.0.0.1", 9, has_starttls=False)
    gone, unmailed = tell(Alerts(f"{address}/gone", nobody), FAILURE)
    assert gone == "The webhook was not told: status 410. Check 'alerts.webhook' in the site file."
    assert unmailed.startswith("127.0.0.1:9 took no mail:")


def test_files_count_as_delivered_once_two_looks_see_the_same(tmp_path: Path) -> None:
    file = tmp_path / "batches.csv"
    file.write_text("a")

    def look(watch: Watch) -> tuple[Watch, str | None]:
        there = [file, tmp_path / "moved_away.csv"]
        return Watch.from_cursor(watch.cursor()).looked(fingerprint(there))

    watch, reason = look(Watch.from_cursor(None))
    assert reason == ARRIVING
    file.write_text("ab")  # still being written
    watch, reason = look(watch)
    assert reason == ARRIVING
    watch, reason = look(watch)
    assert reason is None
    watch, reason = look(watch)
    assert reason == "nothing new was delivered"
    os.utime(file, ns=(1, 1))
    watch, reason = look(watch)
    assert reason == ARRIVING
    assert Watch.from_cursor("{") == Watch()
