"""Sensor features against a bare scan, against tsfresh, over size, and month by month, in one run.

Files are stored months as the product writes them (zstd Parquet, sorted), made once and kept in
``--folder``. Wanted on two cores: at least 0.6 of the rate of DuckDB's bare scan-and-group; 15
times tsfresh on the features both have (equal to 1e-9) and 3,000 times its efficient set per
reading; 200 million readings in at most 4.4 times the time of 50 and 1.15 times the memory, under
1.5 GB; one new month on top of 60 under 1/30 of all 61 (50 million readings in all), with the same
table.

    python benchmarks/sensor_features.py --folder /tmp/lotwise-bench
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.studies.made_months import make_months, plant_of, stored
from benchmarks.studies.one_new_month import MONTHS, one_new_month
from benchmarks.studies.tsfresh_rates import tsfresh_rates

ROOT = Path(__file__).parents[1]
MONTH_READINGS = 4_166_667  # 12 months make 50 million
PHASE_AND_TAG = "batch_id, phase, tag"


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Wall clock and processor seconds of a piece of work."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def bare_scan(files: list[Path]) -> pl.DataFrame:
    """What DuckDB needs to do no more than read and group."""
    from warehouse.connection import connect_in_memory

    listed = ", ".join(f"'{file}'" for file in files)
    with connect_in_memory(Path(tempfile.gettempdir())) as opened:
        return opened.sql(
            f"SELECT {PHASE_AND_TAG}, avg(value), count(*) FROM read_parquet([{listed}]) "
            "GROUP BY ALL"
        ).pl()


def all_features(files: list[Path]) -> np.ndarray:
    """The full feature set of the same files."""
    from assets.sensor_features.local_executor import features_of_months

    return np.concatenate([rows for _, rows in features_of_months(map(stored, files))])


def against_duckdb(files: list[Path], repeats: int) -> dict[str, str]:
    """Alternate the two and compare medians."""
    readings = sum(int(stored(file).series["readings"].sum()) for file in files)
    all_features(files[:1])
    scans, ours = [], []
    for _ in range(repeats):
        scans.append(timed(lambda: bare_scan(files)))
        ours.append(timed(lambda: all_features(files)))
    wall, cpu = (
        statistics.median(s[k] / o[k] for s, o in zip(scans, ours, strict=True)) for k in (0, 1)
    )
    seconds = statistics.median(o[0] for o in ours)
    return {
        "readings": f"{readings:,}",
        "full feature set": f"{readings / seconds / 1e6:.1f} million readings a second",
        "of DuckDB's bare scan-and-group, wall clock": f"{wall:.2f} (wanted 0.6)",
        "of DuckDB's bare scan-and-group, processor time": f"{cpu:.2f}",
    }


def in_a_process(files: list[Path]) -> tuple[float, float]:
    """Seconds and peak memory (GB) of the tables over all months in a process of their own."""
    command = [sys.executable, __file__, "--one", *map(str, files)]
    said = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ).stdout.split()
    return float(said[0]), float(said[1])


def over_size(files: list[Path], repeats: int) -> dict[str, str]:
    """50 against 200 million readings: features, golden trajectories, kept and in their tables."""
    times, peaks = [], []
    for _ in range(repeats):
        small, large = in_a_process(files[:12]), in_a_process(files[:48])
        times.append(large[0] / small[0])
        peaks.append((small[1], large[1]))
    small_gb, large_gb = max(p[0] for p in peaks), max(p[1] for p in peaks)
    return {
        "200 million readings, time over that of 50": (
            f"{statistics.median(times):.2f} (wanted 4.4)"
        ),
        "peak memory, 50 and 200 million": f"{small_gb:.2f} and {large_gb:.2f} GB "
        f"({large_gb / small_gb:.2f}, wanted 1.15 and 1.5 GB)",
    }


def one(files: list[Path]) -> None:
    """Build the tables over all months and say how long it took and how much memory."""
    from assets.sensor_features.local_executor import features_of_months
    from assets.sensor_features.month_tables import update_months

    with tempfile.TemporaryDirectory() as root:
        warehouse = plant_of(files, Path(root))
        wall, _ = timed(lambda: update_months(warehouse, features_of_months))
    print(wall, _peak_gb())


def _peak_gb() -> float:
    """Peak memory of this program alone; the resource counter keeps that of what started it."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
        return float(line.split()[1]) / 1e6
    import resource

    unit = 1e9 if sys.platform == "darwin" else 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main() -> None:
    """Make what is missing, measure, print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "lotwise-bench"
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument(
        "--quick", action="store_true", help="a fiftieth of the size, to see it run"
    )
    parser.add_argument("--only", choices=("duckdb", "tsfresh", "size", "month"), action="append")
    parser.add_argument("--one", type=Path, nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        one(asked.one)
        return
    scale = 50 if asked.quick else 1
    wanted = asked.only or ["duckdb", "tsfresh", "size", "month"]
    months = 48 if "size" in wanted else 12
    files = make_months(asked.folder / f"months-{scale}", months, MONTH_READINGS // scale)
    of_61 = 12 * MONTH_READINGS // scale // MONTHS
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {datetime.now(UTC):%Y-%m-%d}")
    parts: dict[str, Callable[[], dict[str, str]]] = {
        "duckdb": lambda: against_duckdb(files[:12], asked.repeats),
        "tsfresh": lambda: tsfresh_rates(files[0], series=400 // min(scale, 10)),
        "size": lambda: over_size(files, max(asked.repeats // 2, 1)),
        "month": lambda: one_new_month(asked.folder / f"delivered-{of_61}", of_61),
    }
    for name in wanted:
        for what, found in parts[name]().items():
            print(f"{what:55s} {found}", flush=True)


if __name__ == "__main__":
    main()
