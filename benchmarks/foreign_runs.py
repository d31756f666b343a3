"""Does the whole command hold on plants nobody here built? Foreign tables through ``lotwise run``.

    nice -n 10 python benchmarks/foreign_runs.py --tables 10
    python benchmarks/foreign_runs.py --kind exact_rule --tables 2 --quick

Each table is written as a CSV with a profile, run from source to report, and verified. Wanted: exit
code 0 of both, for every kind. Rows are kept in ``benchmarks/results/foreign_runs.csv``.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from benchmarks.foreign_plants.kinds import KINDS, foreign_table
from benchmarks.foreign_plants.sources import write_source
from benchmarks.studies.record import ROOT, StudyRecord
from warehouse.paths import Home
from warehouse.published_copy.published import open_published


def run_marks(kind: str, seed: int, *, is_quick: bool) -> dict[str, Any]:
    """Run one table; returns exit codes, the verdict that stands, and the last line said."""
    started = time.perf_counter()
    with TemporaryDirectory(prefix="foreign-run-") as folder:
        home = Path(folder) / "home"
        profile = write_source(foreign_table(kind, seed), Path(folder))
        words = ["run", "--source", str(profile), "--data", folder, "--home", str(home)]
        ran = _lotwise(*words, *(["--quick"] if is_quick else []))
        verified = _lotwise("verify", "--home", str(home))
        verdict = ""
        if ran.returncode == 0:
            said = open_published(Home(home)).query(
                "SELECT verdict FROM model.verdicts WHERE is_primary_gate"
            )
            verdict = str(said["verdict"].item(0))
    failed = ran if ran.returncode else verified
    return {
        "kind": kind,
        "seed": seed,
        "is_quick": is_quick,
        "run_code": ran.returncode,
        "verify_code": verified.returncode,
        "verdict": verdict,
        "said": failed.stderr.strip().rsplit("\n", 1)[-1] if failed.returncode else "",
        "seconds": round(time.perf_counter() - started, 1),
    }


def _lotwise(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipelines.command_line", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def main() -> None:
    """Run the tables that are missing, then print the codes by kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=sorted(KINDS), action="append")
    parser.add_argument("--tables", type=int, default=1)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="fewer draws, the same path")
    asked = parser.parse_args()
    record = StudyRecord("foreign_runs", key=("kind", "seed"))
    seeds = range(asked.first_seed, asked.first_seed + asked.tables)
    for kind, seed in record.missing([(k, s) for s in seeds for k in asked.kind or list(KINDS)]):
        row = run_marks(kind, seed, is_quick=asked.quick)
        record.append(row)
        codes = row["run_code"], row["verify_code"]
        print(kind, seed, *codes, row["verdict"], row["said"], flush=True)
    rows = record.rows()
    print(
        rows.group_by("kind", maintain_order=True).agg(
            tables=pl.len(),
            ran=(pl.col("run_code") == 0).sum(),
            verified=(pl.col("verify_code") == 0).sum(),
        )
    )


if __name__ == "__main__":
    main()
