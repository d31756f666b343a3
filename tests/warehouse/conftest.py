"""A working warehouse in a temporary home."""

from pathlib import Path

import polars as pl
import pytest

from warehouse.paths import Home
from warehouse.store import Warehouse


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
