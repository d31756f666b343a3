"""Sensor features against a bare scan, against tsfresh, over size, and month by month, in one run.

Files are stored months as the product writes them (zstd Parquet, sorted), made once and kept in
``--folder``. Each part gives rows ``(name, value, unit)``; what is wanted of them stands in
``benchmarks/speed/providers.py``.

    python benchmarks/sensor_features.py --only duckdb
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.speed.figures import Row, shown
from benchmarks.studies.made_months import make_months, plant_of, stored
from benchmarks.studies.one_new_month import MONTHS, one_new_month
from benchmarks.studies.tsfresh_rates import tsfresh_rates

ROOT = Path(__file__).parents[1]
FOLDER = Path(tempfile.gettempdir()) / "lotwise-bench"
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


def against_duckdb(files: list[Path], repeats: int) -> list[Row]:
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
    of_core = readings / statistics.median(o[1] for o in ours) / 1e6
    return [
        ("features: rate", of_core, "million readings a processor second"),
        ("features beside DuckDB's bare group-by, processor time", cpu, "times its rate"),
        ("features beside DuckDB's bare group-by, wall clock", wall, "times its rate"),
    ]


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


def over_size(files: list[Path], repeats: int) -> list[Row]:
    """50 against 200 million readings: features, golden trajectories, kept and in their tables."""
    times, peaks = [], []
    for _ in range(repeats):
        small, large = in_a_process(files[:12]), in_a_process(files[:48])
        times.append(large[0] / small[0])
        peaks.append((small[1], large[1]))
    small_gb, large_gb = max(p[0] for p in peaks), max(p[1] for p in peaks)
    return [
        ("features of 200 million readings over 50, time", statistics.median(times), "times"),
        ("features of 200 million readings over 50, memory", large_gb / small_gb, "times"),
        ("features of 200 million readings, peak", large_gb, "GB"),
    ]


def features_rows(repeats: int = 5) -> list[Row]:
    """Beside DuckDB and tsfresh: 50 million readings, made once."""
    files = made(12)
    return against_duckdb(files, repeats) + tsfresh_rates(files[0], series=400)


def size_rows() -> list[Row]:
    """200 million readings beside 50, and one new month on top of sixty."""
    folder, of_61 = FOLDER, 12 * MONTH_READINGS // MONTHS
    return over_size(made(48), 2) + one_new_month(folder / f"delivered-{of_61}", of_61)


def made(months: int) -> list[Path]:
    """Stored months of full size, made where they are missing."""
    return make_months(FOLDER / "months-1", months, MONTH_READINGS)


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
    parser.add_argument("--folder", type=Path, default=FOLDER)
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
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    parts: dict[str, Callable[[], list[Row]]] = {
        "duckdb": lambda: against_duckdb(files[:12], asked.repeats),
        "tsfresh": lambda: tsfresh_rates(files[0], series=400 // min(scale, 10)),
        "size": lambda: over_size(files, max(asked.repeats // 2, 1)),
        "month": lambda: one_new_month(asked.folder / f"delivered-{of_61}", of_61),
    }
    for name in wanted:
        for what, found, unit in parts[name]():
            print(f"{what:60s} {shown(found):>8s} {unit}", flush=True)


if __name__ == "__main__":
    main()
