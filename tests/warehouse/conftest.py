"""A working warehouse in a temporary home, and a program killed in the middle of a write."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from warehouse.paths import Home
from warehouse.store import Warehouse

ROOT = Path(__file__).parents[2]


@pytest.fixture
def kill_once_it_says(warehouse: Warehouse) -> Callable[[str, str], None]:
    """Run a program on the warehouse's home and kill it as soon as it has said a line."""

    def kill(program: str, line: str) -> None:
        with subprocess.Popen(
            [sys.executable, "-c", program, str(warehouse.home.root)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        ) as started:  # fmt: skip
            assert started.stdout is not None
            assert started.stdout.readline().strip() == line
            started.send_signal(signal.SIGKILL)

    return kill


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home(tmp_path / "home")


@pytest.fixture
def warehouse(home: Home) -> Warehouse:
    """The working warehouse of a source named 'plant'."""
    return Warehouse(home, "plant")


@pytest.fixture
def batches() -> pl.DataFrame:
    """Two rows of core.batches, out of order."""
    return pl.DataFrame(
        {
            "batch_id": ["B2", "B1"],
            "production_order": [2, 1],
            "cluster_id": ["L1", "L1"],
            "started_at_precision": ["instant", "instant"],
            "batch_size": [1.5, None],
        }
    )
