"""What runs SQL over delivered files, and keeps what it found of files that have not changed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from warehouse.connection import connect_in_memory
from warehouse.kept_answers import KeptAnswers


class Query(Protocol):
    """Runs one SELECT in DuckDB and returns its rows."""

    @property
    def folder(self) -> Path:
        """Where what DuckDB cannot read itself is put for it: sheets, look-ups, starts."""

    def __call__(self, sql: str) -> pl.DataFrame:
        """Run a SELECT."""

    def kept(self, sql: str, content: str) -> pl.DataFrame:
        """Run a SELECT over files, or return what it gave before.

        Args:
            sql: The SELECT.
            content: Stands for what the files hold.
        """

    def file(self, question: str, content: str, ask: Callable[[Path], None]) -> Path:
        """Return a Parquet file made of a delivered one, having made it where none is kept.

        Args:
            question: Says how it is made.
            content: Stands for what the delivered file holds.
            ask: Writes it.
        """

    def forget_others(self) -> None:
        """Let go of what was kept and not asked for."""


@dataclass(frozen=True)
class ScratchQuery:
    """Runs SQL over delivered files without a database file.

    Attributes:
        folder: Where what spills from memory, and what is made for DuckDB, may lie.
        answers: Where answers are kept from run to run; None where nothing may be.
    """

    folder: Path
    answers: KeptAnswers | None = None

    def __call__(self, sql: str) -> pl.DataFrame:
        """Run one SELECT and return its rows."""
        with connect_in_memory(self.folder / "spill") as opened:
            return opened.sql(sql).pl()

    def kept(self, sql: str, content: str) -> pl.DataFrame:
        """Run one SELECT over files, or return what it gave before of the same contents."""
        if self.answers is None:
            return self(sql)
        # Small files made for DuckDB are named by content in a folder that is another every time.
        question = sql.replace(str(self.folder), "")
        file = self.answers.file(question, content, lambda part: self(sql).write_parquet(part))
        return pl.read_parquet(file)

    def file(self, question: str, content: str, ask: Callable[[Path], None]) -> Path:
        """Return a Parquet file made of a delivered one, having made it where none is kept."""
        answers = self.answers or KeptAnswers(self.folder / "answers")
        return answers.file(question, content, ask)

    def forget_others(self) -> None:
        """Let go of what was kept and not asked for."""
        if self.answers is not None:
            self.answers.forget_others()
