"""Fetched files: what each is called, where its rows come from, and their way into the home."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

MOST_READINGS_CHECKED: Final = 1_000_000  # where a source is only judged


@dataclass(frozen=True)
class LandedFile:
    """One file of fetched rows.

    Attributes:
        path: Where it lies now.
        name: How accounts name it.
        origin: Where its rows come from, in words.
        watermark: The last values read, as JSON; None where every run reads all.
        rows_read: Rows read by this run; 0 where the file was kept from an earlier one, None where
            all its rows were fetched.
    """

    path: Path
    name: str
    origin: str
    watermark: str | None
    rows_read: int | None


@dataclass(frozen=True)
class Landed:
    """What a source fetched.

    Attributes:
        files: The files of every entry of the profile that is fetched, those kept included.
        notes: What a reader should know of them, one sentence each.
        staging: The scratch folder in which new files lie.
    """

    files: Mapping[str, tuple[LandedFile, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    staging: Path | None = None

    def paths(self) -> dict[str, tuple[Path, ...]]:
        """Return the files by entry of the profile."""
        return {name: tuple(file.path for file in files) for name, files in self.files.items()}

    def with_origins(self, inputs: pl.DataFrame) -> pl.DataFrame:
        """Add origin, watermark and rows_read to the rows of ``evidence.inputs``."""
        rows = [
            (file.name, file.origin, file.watermark, file.rows_read)
            for files in self.files.values()
            for file in files
        ]
        names = {"file": pl.String, "origin": pl.String, "watermark": pl.String}
        own = pl.DataFrame(rows, schema={**names, "rows_read": pl.Int64}, orient="row")
        every = inputs.join(own, on="file", how="left", maintain_order="left")
        fetched = pl.when(pl.col("origin").is_not_null()).then(
            pl.coalesce("rows_read", "rows")  # an object is fetched with all its rows
        )
        return every.with_columns(rows_read=fetched)

    def settle(self, sql: str, folder: Path) -> str:
        """Move new files to where they stay, and remove those they replace.

        Args:
            sql: SQL that names files by absolute path.
            folder: The landing folder of the source.

        Returns:
            The SQL, reading the files where they are now.
        """
        for file in (file for files in self.files.values() for file in files):
            target = folder / file.name
            if file.path != target:
                target.parent.mkdir(parents=True, exist_ok=True)
                _moved(file.path, target)
                sql = sql.replace(_in_sql(file.path), _in_sql(target))
        named = {file.name for files in self.files.values() for file in files}
        for old in folder.glob("*/*"):
            if f"{old.parent.name}/{old.name}" not in named:
                old.unlink()
        return sql


def _moved(file: Path, target: Path) -> None:
    """Put a file in a place at once, whether or not it lies on the same disk."""
    part = target.with_name(f".{target.name}.part")
    with file.open("rb") as source, part.open("wb") as copy:
        while block := source.read(1 << 20):
            copy.write(block)
    part.replace(target)


def _in_sql(path: Path) -> str:
    return str(path).replace("'", "''")


def cut_short(entry: str, spoken: str) -> str:
    """Say that a check did not read all readings."""
    return (
        f"{entry}: only the first {MOST_READINGS_CHECKED:,} rows of {spoken} were looked at; a run "
        "reads all."
    )
