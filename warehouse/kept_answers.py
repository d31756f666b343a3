"""Answers about files that do not change, kept so that no file is read twice for one question.

An answer is a Parquet file named by a hash of all it depends on: the question's text, the content
of the files it was asked of, and DuckDB's version, whose ``hash`` some questions use. A name so
never changes its contents. A lost file, or one that cannot be read, costs asking again.
"""

import uuid
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl

from warehouse.content_hash import digest


class KeptAnswers:
    """The answers of one kind.

    Args:
        folder: Where they lie; it need not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._asked: set[str] = set()

    def file(self, question: str, of: str, ask: Callable[[Path], None]) -> Path:
        """Return the file of an answer, having asked where none is kept.

        Args:
            question: Its text.
            of: Stands for the content of what it is asked of.
            ask: Writes the answer into a Parquet file.
        """
        file = self._folder / f"{digest((question, of, duckdb.__version__))}.parquet"
        self._asked.add(file.name)
        if not _is_readable(file):
            self._folder.mkdir(parents=True, exist_ok=True)
            part = file.with_name(f"{file.name}.{uuid.uuid4().hex[:8]}.part")
            try:
                ask(part)
                part.replace(file)
            finally:
                part.unlink(missing_ok=True)
        return file

    def forget_others(self) -> None:
        """Let go of every answer nobody has asked for since this was opened."""
        for file in self._folder.glob("*"):
            if file.name not in self._asked:
                file.unlink(missing_ok=True)


def _is_readable(file: Path) -> bool:
    try:
        pl.read_parquet_metadata(file)
        return bool(pl.read_parquet_schema(file))
    except (OSError, pl.exceptions.PolarsError):
        return False
