"""How long what was published is kept: reports by run, and warehouses one can still ask.

The release readers see is always kept. Of each source the warehouse of the latest run that is no
look back is kept too: the next run says what has changed since. Whoever reads an old copy keeps it:
it goes at the first publication that finds nobody reading it.
"""

import fcntl
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from data_contracts.errors import WarehouseError
from warehouse.connection import connect, connect_read_only
from warehouse.paths import Home
from warehouse.published_copy.release import earlier_releases, lead_to_reports, released
from warehouse.published_copy.released_runs import ReleasedRun, run_of
from warehouse.reading_files import delivered_views, history_files, named_files

# DuckDB opens a file first and locks it then; a reader caught between the two is given this long.
OPENING_S = 0.05


@dataclass(frozen=True, slots=True)
class Retention:
    """How much of the past a home keeps, of each source.

    Attributes:
        reports: Runs whose reports are kept, the latest included, at least 1.
        warehouses: Runs whose warehouse and Data Docs are kept, the latest included, at least 1.
        runs: Runs of which Dagster keeps the events, of all sources together, at least 1.
    """

    reports: int = 24
    warehouses: int = 2
    runs: int = 30


USUAL = Retention()


def collect(home: Home, source_key: str, memory_limit: str, retention: Retention) -> None:
    """Remove what is no longer kept, then this source's readings that no copy names.

    Args:
        home: The runtime home; the caller holds its run lock.
        source_key: The source published last.
        memory_limit: DuckDB's limit on its own buffers.
        retention: What is kept.
    """
    earlier = earlier_releases(home)
    if earlier:
        time.sleep(OPENING_S)
    kept = _kept(home, earlier, retention)
    for folder in earlier:
        if kept.get(folder) is not True and not _is_read(folder):
            _reduce(folder, keeps_reports=kept.get(folder) is False)
    lead_to_reports(home)
    _collect_readings(home, source_key, memory_limit)


def _kept(home: Home, earlier: list[Path], retention: Retention) -> dict[Path, bool]:
    """Return the releases that are kept: True whole, False only their reports."""
    noted = [(run_of(folder), folder) for folder in (*earlier, released(home).root)]
    by_source = sorted(
        ((run, folder) for run, folder in noted if run is not None),
        key=lambda each: (each[0].source_key, -each[0].sequence),
    )
    kept: dict[Path, bool] = {}
    for _, group in groupby(by_source, key=lambda each: each[0].source_key):
        runs = list(_once_each(group))
        whole = runs[: retention.warehouses]
        whole += [each for each in runs if not each[0].is_look_back][:1]
        kept |= {folder: False for _, folder in runs[: retention.reports]}
        kept |= {folder: True for _, folder in whole}
    return kept


def _once_each(
    group: Iterable[tuple[ReleasedRun, Path]],
) -> Iterator[tuple[ReleasedRun, Path]]:
    """Leave out releases of a run that was published once more afterwards."""
    seen = set()
    for run, folder in group:
        if run.run_id is not None and run.run_id not in seen:
            seen.add(run.run_id)
            yield run, folder


def _reduce(folder: Path, *, keeps_reports: bool) -> None:
    release = Home(folder)
    if not keeps_reports:
        shutil.rmtree(folder)
        return
    shutil.rmtree(release.data_docs_dir, ignore_errors=True)
    _remove(release.published_file.parent.glob(f"{release.published_file.name}*"))


def _is_read(folder: Path) -> bool:
    return any(_is_held(file) for file in folder.rglob("*.duckdb"))


def _is_held(file: Path) -> bool:
    """Tell whether another process has a DuckDB file open: readers hold a lock on it."""
    mode = file.stat().st_mode
    file.chmod(0o600)  # the lock asks for a handle that may write
    try:
        with file.open("r+b") as handle:
            try:
                fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
            return False
    finally:
        file.chmod(mode)


def _collect_readings(home: Home, source_key: str, memory_limit: str) -> None:
    named: set[str] = set()
    views = ""
    for folder in (*earlier_releases(home), released(home).root):
        for copy in folder.rglob("*.duckdb"):
            try:
                with connect_read_only(copy) as connection:
                    named |= named_files(connection) | history_files(connection)
                    views += delivered_views(connection)
            except WarehouseError:  # opened for writing by somebody: what it names is not known
                return
    with connect(home.working_file(source_key), home.spill_dir, memory_limit) as connection:
        named |= named_files(connection) | history_files(connection)
        views += delivered_views(connection)
    readings = home.readings_dir(source_key)
    _remove(file for file in readings.glob("*.parquet*") if file.name not in named)
    delivered = home.delivered_dir(source_key)
    _remove(f for f in delivered.glob("*.parquet") if f.name not in named and f.name not in views)


def _remove(files: Iterable[Path]) -> None:
    for file in list(files):
        file.unlink(missing_ok=True)
