"""Frames computed from a month of readings, kept beside them so that no month is computed twice.

Each is one Parquet file named ``<month>-<version>`` by the caller, the version made of everything
it depends on; a name never changes its contents. A month has one version at a time.
"""

import uuid
from collections.abc import Sequence
from pathlib import Path

import polars as pl


class KeptMonths:
    """The kept frames of one kind.

    Args:
        folder: Where they lie; it need not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __contains__(self, name: object) -> bool:
        """Tell whether a frame of that name is kept."""
        return self._file(str(name)).is_file()

    def read(self, name: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Return a kept frame, or only some of its columns."""
        return pl.read_parquet(self._file(name), columns=None if columns is None else [*columns])

    def write(self, name: str, frame: pl.DataFrame) -> None:
        """Keep a frame, whole or not at all, in place of the month's earlier version."""
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{name}.{uuid.uuid4().hex[:8]}.part"
        try:
            frame.write_parquet(part, compression="zstd")
            part.replace(self._file(name))
        finally:
            part.unlink(missing_ok=True)
        month, _, _ = name.rpartition("-")
        for earlier in self._folder.glob(f"{month}-*.parquet"):
            if earlier != self._file(name):
                earlier.unlink()

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.parquet"
