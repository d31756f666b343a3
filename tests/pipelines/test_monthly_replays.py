"""A look back over three months of deliveries; ``benchmarks/monthly_replays.py`` does 24."""

import subprocess
import sys
from pathlib import Path

import polars as pl

ROOT = Path(__file__).parents[2]


def test_what_the_first_month_said_is_said_again(tmp_path: Path) -> None:
    """All that is late or corrected came after it: results, files of readings, old records."""
    done = subprocess.run(
        [sys.executable, "benchmarks/monthly_replays.py", "--months", "3", "--batches", "30",
         "--looks", "1", "--results", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=1800,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (row,) = pl.read_csv(tmp_path / "monthly_replays.csv").to_dicts()
    assert row["month"] == 0
    assert (row["claims_that_differ"], row["tables_that_differ"]) == (0, None)
    assert row["claims"] > 500
