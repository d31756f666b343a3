"""A plant of six PostgreSQL tables read by a profile alone: the first run, then one new batch.

Each reading of the source is a process of its own, so that wall clock, processor time and peak
memory are its alone (the server's are not counted). Wanted of 1,000 batches and 5 million readings:
every row lands, the second run reads only the rows of the new batch, and memory does not grow with
the rows.

    python benchmarks/database_landing.py --batches 1000 --readings 5000000
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.studies.plant_database import (
    ODBC_PROFILE,
    PROFILE,
    PlantServer,
    ServerNotFoundError,
    plant_server,
)
from benchmarks.studies.record import StudyRecord
from warehouse.paths import Home, source_key
from warehouse.store import Warehouse

ROOT = Path(__file__).parents[1]
VARIABLE = "LOTWISE_CONNECTION_PLANT"
WAYS = {"adbc": PROFILE, "odbc": ODBC_PROFILE}


def read_into(home: Path, profile_file: Path) -> None:
    """Read the source into a warehouse as a run does, up to the raw tables."""
    import dagster as dg

    from assets.run_settings import RunSettings, data_folder_of
    from assets.sources.defs import source
    from assets.virtual_plant.defs import exports
    from data_contracts.profile import load_profile
    from pipelines.io_managers import warehouse_io
    from pipelines.replay.outcome_preview import decided_outcomes

    profile = load_profile(profile_file)
    folder = data_folder_of(profile)
    key = source_key(profile.name, folder)
    settings = RunSettings(profile, folder, key, None, None, False, 1, "benchmark")
    with Warehouse(Home(home), key).kept_open() as warehouse:
        resources = {
            "run_settings": settings,
            "warehouse": warehouse,
            "decide_outcomes": decided_outcomes,
            "warehouse_io": warehouse_io,
            "io_manager": warehouse_io,
        }
        dg.materialize([exports, source], resources=resources)


def measured(home: Path, way: str, address: str) -> dict[str, Any]:
    """Read the source in a process of its own; what it took, and the rows it read."""
    command = [sys.executable, __file__, "--read-into", str(home), "--way", way]
    started = time.perf_counter()
    environment = os.environ | {VARIABLE: address, "PYTHONPATH": str(ROOT)}
    silent = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdout=silent, stderr=silent) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall_s = time.perf_counter() - started
    assert child.returncode == 0, f"the reading ended with {child.returncode}"
    key = next(path.name for path in (home / "work").iterdir())
    warehouse = Warehouse(Home(home), key)
    tables = warehouse.query("SELECT table_name, received, quarantined FROM evidence.ingestion")
    read = warehouse.query(
        "SELECT split_part(file, '@', 1) AS entry, sum(rows_read)::BIGINT AS rows_read "
        "FROM evidence.inputs GROUP BY entry"
    )
    return {
        "wall_s": round(wall_s, 1),
        "cpu_s": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": round(used.ru_maxrss / 1024),
        "batches": tables.filter(table_name="raw.batches")["received"].item(),
        "readings": tables.filter(table_name="raw.sensor_readings")["received"].item(),
        "quarantined": int(tables["quarantined"].sum()),
        **{f"read_{entry}": rows for entry, rows in sorted(read.iter_rows())},
    }


def study(server: PlantServer, batches: int, readings_each: int, record: StudyRecord) -> None:
    """Both ways: all rows, then the rows of one batch more."""
    for number, way in enumerate(WAYS):
        plant = server.copied(f"plant_{way}")
        address = plant.uri if way == "adbc" else plant.odbc
        with tempfile.TemporaryDirectory(prefix="lotwise-landing-") as folder:
            for run in ("first", "one_batch_more"):
                if run != "first":
                    plant.make(batches + 1, batches + 1, readings_each)
                row = {"way": way, "run": run, **measured(Path(folder), way, address)}
                record.append(row)
                print(number, row)


def main() -> None:
    """Make the plant, read it, write the rows."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--batches", type=int, default=100)
    asked.add_argument("--readings", type=int, default=500_000)
    asked.add_argument("--read-into", type=Path)
    asked.add_argument("--way", choices=sorted(WAYS), default="adbc")
    given = asked.parse_args()
    if given.read_into is not None:
        read_into(given.read_into, WAYS[given.way])
        return
    each = given.readings // given.batches
    try:
        with plant_server(given.batches, each) as server:
            study(server, given.batches, each, StudyRecord("database_landing", ("way", "run")))
    except ServerNotFoundError as error:
        print(f"nothing measured: {error}")


if __name__ == "__main__":
    main()
