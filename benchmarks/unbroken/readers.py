"""Analysts who never stop asking: processes that open the published file and query it all the time.

    python -m benchmarks.unbroken.readers FILE STOP COUNTS

A reader opens the copy by the name people know, as any DuckDB client does, asks whether the set it
sees is whole and of one run, asks some more, and opens it again.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import duckdb

from benchmarks.studies.record import ROOT

QUERIES_PER_OPENING = 40
PAUSE_S = 0.05
HELD = "held by a writer"
_WHOLE = """
SELECT
    (SELECT count(*) FROM duckdb_tables()),
    (SELECT count(*) FROM evidence.table_hashes AS h JOIN evidence.runs AS r USING (run_id)),
    (SELECT count(*) FROM evidence.table_hashes),
    (SELECT count(*) FROM raw.parameters),
    (SELECT row_count FROM evidence.table_hashes WHERE table_name = 'raw.parameters'),
    (SELECT count(*) FROM evidence.claims) > 0
"""
_MORE = "SELECT count(*), sum(value) FROM core.parameters WHERE batch_id > ?"


class Readers:
    """Reader processes over one home, from the beginning of a block to its end.

    Args:
        home: Runtime home.
        folder: Where they keep their counts.
        number: How many.
    """

    def __init__(self, home: Path, folder: Path, number: int = 2) -> None:
        self._file = home / "published" / "warehouse.duckdb"
        self._folder, self._number = folder, number
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Readers":
        self._folder.mkdir(parents=True, exist_ok=True)
        stop = self._folder / "stop"
        stop.unlink(missing_ok=True)
        for number in range(self._number):
            counts = self._folder / f"reader-{number}.json"
            counts.unlink(missing_ok=True)
            words = ["benchmarks.unbroken.readers", self._file, stop, counts]
            self._started.append(
                subprocess.Popen(
                    ["nice", "-n", "5", sys.executable, "-m", *map(str, words)], cwd=ROOT
                )
            )
        return self

    def __exit__(self, *_: object) -> None:
        (self._folder / "stop").touch()
        for reader in self._started:
            reader.wait(60)

    def counts(self) -> Counter[str]:
        """Queries answered, errors, partial sets and openings refused, so far."""
        found: Counter[str] = Counter()
        for file in self._folder.glob("reader-*.json"):
            found.update(json.loads(file.read_text()))
        return found


def _visit(file: Path, seen: Counter[str], tables: set[int]) -> None:
    with duckdb.connect(str(file), read_only=True) as client:
        row = client.execute(_WHOLE).fetchone() or (0,) * 6
        number, of_run, hashes, rows, kept, has_claims = row
        tables.add(number)
        is_whole = len(tables) == 1 and of_run == hashes > 0 and rows == kept and has_claims
        seen["queries"] += 1
        seen["partial"] += not is_whole
        for asked in range(QUERIES_PER_OPENING):
            client.execute(_MORE, [f"B{asked}"]).fetchone()
            seen["queries"] += 1


def _read(file: Path, stop: Path, counts: Path) -> None:
    seen: Counter[str] = Counter(queries=0, partial=0, errors=0)
    tables: set[int] = set()
    beside = counts.with_suffix(".new")
    while not stop.exists():
        try:
            _visit(file, seen, tables)
        except duckdb.Error as error:
            if "Could not set lock" in str(error):
                seen[HELD] += 1
            else:
                seen["errors"] += 1
                print(error, file=sys.stderr, flush=True)
        beside.write_text(json.dumps(seen))
        beside.replace(counts)
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    _read(*map(Path, sys.argv[1:]))
