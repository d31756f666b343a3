"""The record of a study: one CSV row per plant, each with the commit and the date it was made at.

A row is written as soon as its plant is done, so that a study may be stopped at any time and
continued: plants whose key is in the file are not made again.
"""

import argparse
import csv
import json
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"


@dataclass(frozen=True)
class StudyRecord:
    """Rows of one study in ``benchmarks/results/<name>.csv``, keyed by the columns ``key``."""

    name: str
    key: tuple[str, ...] = ("seed",)
    folder: Path = RESULTS

    @property
    def file(self) -> Path:
        """Where the rows are kept."""
        return self.folder / f"{self.name}.csv"

    def missing(self, keys: Sequence[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        """The keys not yet in the file, in order, each looked up when its turn comes."""
        for key in keys:
            if tuple(map(str, key)) not in self._done():
                yield key

    def append(self, row: dict[str, Any]) -> None:
        """Add one plant's row, stamped with commit and date; new columns are empty in old rows.

        Raises:
            OSError: The file takes no row; the row, which may have taken hours, is in its notes.
        """
        stamped = row | _stamp()
        try:
            self._append(stamped)
        except OSError as error:
            error.add_note(
                f"{self.file} does not have this row: {json.dumps(stamped, default=str)}"
            )
            raise

    def _append(self, stamped: dict[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        columns = self._columns()
        if columns and not set(stamped) <= set(columns):
            columns = [*columns, *(name for name in stamped if name not in columns)]
            self._widen(columns)
        with self.file.open("a", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, fieldnames=columns or list(stamped))
            if not columns:
                writer.writeheader()
            writer.writerow(stamped)

    def _columns(self) -> list[str]:
        if not self.file.exists():
            return []
        with self.file.open(newline="", encoding="utf-8") as held:
            return next(csv.reader(held), [])

    def _widen(self, columns: list[str]) -> None:
        with self.file.open(newline="", encoding="utf-8") as held:
            rows = list(csv.DictReader(held))
        # Beside it and then in its place: a disk that fills up meanwhile costs no earlier row.
        beside = self.file.with_suffix(".csv.part")
        try:
            with beside.open("w", newline="", encoding="utf-8") as out:
                writer = csv.DictWriter(out, fieldnames=columns)
                writer.writeheader()
                writer.writerows(rows)
            beside.replace(self.file)
        finally:
            beside.unlink(missing_ok=True)

    def rows(self) -> pl.DataFrame:
        """Every row so far."""
        return pl.read_csv(self.file, infer_schema_length=None)

    def _done(self) -> set[tuple[str, ...]]:
        if not self.file.exists():
            return set()
        return {tuple(map(str, row)) for row in self.rows().select(self.key).iter_rows()}


def _stamp() -> dict[str, str]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return {"commit": commit.stdout.strip(), "date": datetime.now(UTC).date().isoformat()}


def record_kinds(
    name: str, kinds: Iterable[str], row: Callable[[str, int], dict[str, Any]], about: str | None
) -> None:
    """Make from the command line the rows of a study of kinds, each from one first seed.

    Args:
        name: Of the study.
        kinds: Each a row.
        row: Makes it, from its kind and the first seed.
        about: What the study says of itself; its first line is shown as help.
    """
    parser = argparse.ArgumentParser(description=(about or "").partition("\n")[0])
    parser.add_argument("--first-seed", type=int, default=1)
    first_seed = parser.parse_args().first_seed
    record = StudyRecord(name, key=("kind", "first_seed"))
    for kind, seed in record.missing([(kind, first_seed) for kind in kinds]):
        made = row(kind, seed)
        record.append(made)
        print(made, flush=True)
