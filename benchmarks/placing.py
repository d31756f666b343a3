"""Placing a plant's sensor readings, beside DuckDB's ASOF join, sort and write of the same.

The virtual plant is simulated and delivered once and kept in ``--folder``; every measurement is a
process of its own, compiled kernels loaded before the clock starts. Rates are readings a second of
processor time (user and system). DuckDB does month by month what placing does: reads the kept
readings, finds the phase of the equipment, sorts by batch, phase, tag and time, writes Parquet.
Wanted on two cores: 5 million readings a second and 4 times DuckDB's rate; 4 million from files in
order of time, 2 from shuffled ones; 600 MB; 2 bytes a stored row; a second run, with nothing new,
in 1 s; CSV, arrival and all, 3 million and linear (twice the months at most 2.2 times).

    python benchmarks/placing.py --folder /tmp/lotwise-placing
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

ROOT = Path(__file__).parents[1]
Row = tuple[str, float, str]
YEAR = 12
ASOF = """
COPY (
    SELECT p.batch_id, p.stage, p.unit_procedure, p.phase, r.equipment_id, r.tag,
        r.recorded_at, CASE WHEN isfinite(r.value) THEN r.value END AS value, r.quality
    FROM read_parquet('{file}') AS r
    ASOF LEFT JOIN core.phases AS p
        ON r.equipment_id = p.equipment_id AND r.recorded_at >= p.started_at
    WHERE r.superseded_at IS NULL
    ORDER BY p.batch_id, p.unit_procedure, p.phase, r.tag, r.recorded_at
) TO '{out}' (FORMAT parquet, COMPRESSION zstd)
"""
ONE_BATCH = """
SELECT phase, tag, count(*), avg(value) FROM core.sensor_readings
WHERE batch_id = (SELECT batch_id FROM core.batches ORDER BY started_at LIMIT 1 OFFSET 500)
GROUP BY ALL
"""


def rows(folder: Path, batches: int = 1000, years: int = 5) -> list[Row]:
    """Return every figure as name, value and unit.

    Args:
        folder: Where the plant and its homes are made, and kept for the next time.
        batches: Of the plant.
        years: It runs.
    """
    base = _delivered_plant(folder, batches, years)
    asof, placed = _measured("asof", base), _measured("place", base)
    million = placed["readings"] / 1e6
    found: list[Row] = [
        ("placing: readings", million, "million"),
        ("placing: processor time", placed["cpu_s"], "s"),
        ("placing: rate", million / placed["cpu_s"], "million readings/s"),
        ("placing: DuckDB ASOF join, sort, write", million / asof["cpu_s"], "million readings/s"),
        ("placing: rate over DuckDB's", asof["cpu_s"] / placed["cpu_s"], "times"),
        ("placing: peak memory", placed["peak_mb"], "MB"),
        ("placing: stored", placed["bytes"] / placed["stored"], "bytes/row"),
        ("placing: again, nothing new", placed["again_s"], "s"),
        ("placing: one batch's readings found", placed["one_batch_s"], "s"),
    ]
    for order in ("time", "none"):
        year = _measured("place", _reordered(base, folder / f"by_{order}", order))
        name = "in order of time" if order == "time" else "shuffled"
        rate = year["readings"] / 1e6 / year["cpu_s"]
        found.append((f"placing: rate, {name}", rate, "million readings/s"))
    half, whole = (_measured("csv", folder / f"csv_{n}", base) for n in (YEAR // 2, YEAR))
    found += [
        ("placing: rate from CSV, arrival and all", whole["readings"] / 1e6 / whole["cpu_s"],
         "million readings/s"),
        ("placing: twice the months of CSV", whole["cpu_s"] / half["cpu_s"], "times"),
    ]  # fmt: skip
    return found


def _measured(what: str, *places: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", what, *map(str, places)]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=env).stdout
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    return found


def _delivered_plant(folder: Path, batches: int, years: int) -> Path:
    """Simulate, deliver and keep a plant; returns its home, of which nothing is placed yet."""
    base, exports = folder / "home", folder / "exports"
    if not exports.exists():
        size = ["--batches", str(batches), "--years", str(years)]
        program = [sys.executable, "-m", "pipelines.command_line"]
        subprocess.run([*program, "simulate", "--out", exports, *size, "--seed", "1"], check=True)
    if not base.exists():
        _measured("deliver", base, exports)
    for months in (YEAR // 2, YEAR):
        _written_as_csv(exports, folder / f"csv_{months}", months)
    return base


def _written_as_csv(exports: Path, to: Path, months: int) -> None:
    if to.exists():
        return
    to.mkdir(parents=True)
    for file in sorted((exports / "historian").glob("*.parquet"))[:months]:
        frame = pl.read_parquet(file).with_columns(pl.selectors.categorical().cast(pl.String))
        frame.write_csv(to / f"{file.stem}.csv", datetime_format="%Y-%m-%d %H:%M:%S")


def _reordered(base: Path, home: Path, order: str) -> Path:
    """Copy a home with a year of its kept readings in order of time, or in none."""
    if home.exists():
        return home
    _copied_home(base, home)
    warehouse = _warehouse(home)
    warehouse.execute(
        "DELETE FROM evidence.reading_history WHERE month NOT IN "
        f"(SELECT month FROM evidence.reading_history ORDER BY month LIMIT {YEAR})"
    )
    folder = warehouse.home.delivered_dir(warehouse.source_key)
    for name in warehouse.read("evidence.reading_history")["file"]:
        frame = pl.read_parquet(folder / name)
        frame = (
            frame.sort("recorded_at", "tag")
            if order == "time"
            else frame.sample(fraction=1.0, shuffle=True, seed=1)
        )
        frame.write_parquet(folder / name, row_group_size=122_880, compression="zstd")
    return home


def _copied_home(base: Path, home: Path) -> None:
    shutil.copytree(base, home, ignore=shutil.ignore_patterns("readings", "kept", "run.lock"))


def _warehouse(home: Path) -> Any:
    from warehouse.paths import Home
    from warehouse.store import Warehouse

    return Warehouse(Home(home), next((home / "work").iterdir()).name)


def _cpu_s(work: Callable[[], Any]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def deliver(home: Path, exports: Path) -> dict[str, float]:
    """Run a plant's source and core tables, as a run does."""
    import dagster as dg

    from pipelines.build import build_definitions
    from pipelines.site.run_request import RunRequest

    definitions = build_definitions()
    asked = [dg.AssetKey(["core", name]) for name in ("sensor_tags", "phases", "batches")]
    wanted = dg.AssetSelection.assets(*asked).upstream().required_multi_asset_neighbors()
    definitions.resolve_job_def("main").execute_in_process(
        run_config=RunRequest(home=home, source="virtual_plant", data=exports).run_config(),
        asset_selection=sorted(wanted.resolve(definitions.resolve_asset_graph())),
    )
    return {}


def place(base: Path) -> dict[str, float]:
    """Place all readings of a home, in a copy of it."""
    from assets.sensor_features.placement import PLAN
    from pipelines.kernels import compile_kernels
    from warehouse.sensor_readings.reading_history import stage_known_readings
    from warehouse.sensor_readings.readings import build_readings

    compile_kernels()
    with tempfile.TemporaryDirectory(dir=base.parent) as scratch:
        home = Path(scratch) / "home"
        _copied_home(base, home)
        warehouse = _warehouse(home)
        with warehouse.connection() as opened:
            stage_known_readings(warehouse, None)
            cpu_s = _cpu_s(lambda: build_readings(warehouse, PLAN))
            again_s = _cpu_s(lambda: build_readings(warehouse, PLAN))
            listed = warehouse.read("evidence.reading_months")
            one_batch_s = min(_cpu_s(lambda: opened.sql(ONE_BATCH).fetchall()) for _ in range(5))
        folder = warehouse.home.readings_dir(warehouse.source_key)
        return {
            "cpu_s": cpu_s,
            "again_s": again_s,
            "one_batch_s": one_batch_s,
            "readings": int(listed["received"].sum()),
            "stored": int(listed["stored"].sum()),
            "bytes": sum((folder / name).stat().st_size for name in listed["file"]),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
        }


def asof(base: Path) -> dict[str, float]:
    """Let DuckDB join, sort and write the same readings, month by month."""
    warehouse = _warehouse(base)
    folder = warehouse.home.delivered_dir(warehouse.source_key)
    files = warehouse.read("evidence.reading_history")["file"]
    with tempfile.TemporaryDirectory(dir=base.parent) as out, warehouse.connection() as opened:

        def every_month() -> None:
            for name in files:
                opened.execute(ASOF.format(file=folder / name, out=Path(out) / name))

        return {"cpu_s": _cpu_s(every_month)}


def csv(files: Path, base: Path) -> dict[str, float]:
    """Judge, keep and place readings delivered as CSV, in a new home with the plant's phases."""
    from assets.sensor_features.placement import PLAN
    from assets.sources.delivered_readings import judge_readings
    from assets.sources.files.kept_files import KeptFiles
    from assets.sources.inspection import scratch_query
    from data_contracts.profile import load_profile
    from pipelines.kernels import compile_kernels
    from warehouse.sensor_readings.delivered_months import ReadingDelivery, keep_readings
    from warehouse.sensor_readings.reading_days import ReadingPiece
    from warehouse.sensor_readings.reading_history import stage_known_readings
    from warehouse.sensor_readings.readings import build_readings

    compile_kernels()
    with tempfile.TemporaryDirectory(dir=base.parent) as scratch:
        built_in = ROOT / "data_contracts" / "profiles" / "virtual_plant.yaml"
        written = built_in.read_text(encoding="utf-8").replace("historian/*.parquet", '"*.csv"')
        (Path(scratch) / "plant.yaml").write_text(written, encoding="utf-8")
        profile = load_profile(Path(scratch) / "plant.yaml")
        home = Path(scratch) / "home"
        shutil.copytree(base, home, ignore=shutil.ignore_patterns("delivered", "readings", "kept"))
        warehouse = _warehouse(home)
        warehouse.execute("DELETE FROM evidence.reading_history")
        paths = dict.fromkeys(profile.files, ()) | {"historian": tuple(sorted(files.iterdir()))}

        def arrive() -> None:
            query, kept = scratch_query(Path(scratch)), KeptFiles(Path(scratch) / "kept")
            judged = judge_readings(profile, paths, files, {}, query, kept)
            pieces = tuple(ReadingPiece(*piece) for piece in judged.pieces)
            at = datetime(2026, 1, 1)  # noqa: DTZ001 - UTC, as all instants here
            keep_readings(warehouse, ReadingDelivery(judged.sql, pieces, "csv", at))
            stage_known_readings(warehouse, None)
            build_readings(warehouse, PLAN)

        with warehouse.connection():
            cpu_s = _cpu_s(arrive)
            listed = warehouse.read("evidence.reading_months")
        return {"cpu_s": cpu_s, "readings": int(listed["received"].sum())}


def _printed(found: list[Row]) -> Iterator[str]:
    width = max(len(name) for name, _, _ in found)
    for name, value, unit in found:
        yield f"{name:{width}}  {value:10,.3f} {unit}"


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "lotwise-placing"
    )
    parser.add_argument("--batches", type=int, default=1000)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        what, *places = given.one
        work: dict[str, Callable[..., dict[str, float]]] = {
            "deliver": deliver, "place": place, "asof": asof, "csv": csv,
        }  # fmt: skip
        print(json.dumps(work[what](*map(Path, places))))
        return
    print("\n".join(_printed(rows(given.folder, given.batches, given.years))))


if __name__ == "__main__":
    main()
