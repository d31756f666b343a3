"""Three months of the study of monthly replays; ``benchmarks/monthly_replays.py`` does 24."""

import subprocess
import sys
from pathlib import Path

import polars as pl

ROOT = Path(__file__).parents[2]


def test_what_three_months_said_is_said_again(tmp_path: Path) -> None:
    """Late results, a late and a corrected file of readings, and old records corrected."""
    done = subprocess.run(
        [sys.executable, "benchmarks/monthly_replays.py", "--months", "3", "--batches", "30",
         "--results", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=1800,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    rows = pl.read_csv(tmp_path / "monthly_replays.csv").sort("month")
    assert rows["claims_that_differ"].to_list() == [0, 0, 0]
    assert rows["tables_that_differ"].null_count() == 3
    assert rows["claims"].min() > 500
    assert rows["batches"].is_sorted()
    assert rows["batches"].n_unique() == 3
