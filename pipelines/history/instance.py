"""Dagster's instance of a home: where runs of the command line and of schedules are recorded alike.

It lies under the home. A run of the command line writes its events there itself; output of its
steps goes to the terminal, so none is captured.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import yaml
from sqlalchemy.exc import DatabaseError

from data_contracts.errors import WarehouseError
from warehouse.paths import Home

SOURCE_TAG = "lotwise/source"  # of a run: what it ran on
COMMAND_TAG = "lotwise/command"  # of a run of the command line: as it was typed
SERVER_CONFIG, COMMAND_LINE_CONFIG = "dagster.yaml", "command_line.yaml"


def events_dir(home: Home) -> Path:
    """Return the folder in which Dagster keeps the events of each run, a file a run."""
    return home.dagster_dir / "history" / "runs"


def server_settings(folder: Path) -> dict[str, object]:
    """Settings of Dagster's own processes over a home: one run at a time, nothing sent anywhere.

    Args:
        folder: Of the run history.
    """
    return {
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},  # no page that asks for a newsletter
        "storage": {"sqlite": {"base_dir": str(folder)}},
        "run_coordinator": {
            "module": "dagster._core.run_coordinator",
            "class": "QueuedRunCoordinator",
        },
        "concurrency": {"runs": {"max_concurrent_runs": 1}},
        "run_monitoring": {"enabled": True, "start_timeout_seconds": 180},
        "run_retries": {"enabled": True, "max_retries": 0},
    }


def write_settings(home: Home) -> Path:
    """Write both settings files of a home and return their folder.

    Paths in them are absolute, so they are written anew at each opening: a home may have moved.
    """
    folder = home.dagster_dir.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    of_server = server_settings(folder)
    of_command = {
        "telemetry": of_server["telemetry"],
        "storage": {
            "custom": {
                "module": "pipelines.history.event_log",
                "class": "OpenStorage",
                "config": {"base_dir": str(folder)},
            }
        },
        "compute_logs": {
            "module": "dagster._core.storage.noop_compute_log_manager",
            "class": "NoOpComputeLogManager",
        },
    }
    for name, settings in ((SERVER_CONFIG, of_server), (COMMAND_LINE_CONFIG, of_command)):
        text = yaml.safe_dump(settings, sort_keys=False)
        file = folder / name
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
    return folder


@contextmanager
def run_history(home: Home) -> Iterator[dg.DagsterInstance]:
    """Open the history of a home for a run of the command line.

    Raises:
        WarehouseError: What lies there is no history, or the home cannot be written.
    """
    folder = write_settings(home)
    try:
        opened = dg.DagsterInstance.from_config(str(folder), COMMAND_LINE_CONFIG)
        opened.get_runs_count()
    except DatabaseError as error:
        if not os.access(folder, os.W_OK):
            raise WarehouseError(
                f"The home {home.root} cannot be written, so nothing was run. Make it writable, or "
                "name another home with --home DIR."
            ) from error
        raise WarehouseError(
            f"The run history in {folder} cannot be read ({error.orig}). Move that folder away; "
            "the next run begins a new one, and no record or finding is lost."
        ) from error
    with opened as instance:
        yield instance
