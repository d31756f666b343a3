"""A few accidents in every test run; ``make chaos`` lets hundreds happen."""

import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl

ROOT = Path(__file__).parents[2]
KILLS = 4


def test_a_publication_killed_on_the_way_breaks_nothing(plant_home: Path, tmp_path: Path) -> None:
    """Killed before and after the link is turned and all around it, while somebody reads."""
    home = shutil.copytree(plant_home, tmp_path / "home", symlinks=True)
    done = subprocess.run(
        [sys.executable, "benchmarks/chaos.py", "--kind", "killed_in_publication", "--trials",
         str(KILLS), "--home", str(home), "--results", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    rows = pl.read_csv(tmp_path / "chaos.csv")
    assert rows["came"].str.ends_with("killed").to_list() == [True] * KILLS
    assert rows["published_after_it"].to_list() == [True] * KILLS
    assert rows["tables_that_differ"].fill_null("").to_list() == [""] * KILLS
    assert rows["is_balanced"].all()
    assert rows["reader_queries"].sum() > 0
    assert rows.select("reader_errors", "partial_sets").sum().row(0) == (0, 0)
