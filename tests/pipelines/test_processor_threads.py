"""Numeric libraries are told to keep to one thread before any of them is loaded."""

import os
import subprocess
import sys

import pytest

from pipelines.process.processor_threads import ONE_THREAD, keep_threads_to_ourselves

COMMAND = """
import sys
from pipelines import command_line

sys.argv = ["lotwise", "--help"]
try:
    command_line.main()
except SystemExit:
    pass
"""


def test_who_starts_a_run_may_say_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"OMP_NUM_THREADS": "3"})
    keep_threads_to_ourselves()
    assert os.environ == ONE_THREAD | {"OMP_NUM_THREADS": "3"}


THREADS = """
import numpy, scipy.linalg, sklearn, xgboost
from threadpoolctl import threadpool_info

print("threads", *sorted({pool["num_threads"] for pool in threadpool_info()}))
"""
# What Dagster's server and its runs load.
SERVER = "import pipelines.definitions"


@pytest.mark.slow
@pytest.mark.parametrize("started_by", [COMMAND, SERVER], ids=["command", "server"])
def test_a_run_keeps_every_library_to_one_thread(started_by: str) -> None:
    started = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
    done = subprocess.run(
        [sys.executable, "-c", started_by + THREADS],
        env=started,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "threads 1"
