"""What a check across tables found: how much of how much, where, and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from assets.sources.reporting.source_findings import SourceFinding
from data_contracts.codes.records import CrossCheckSeverity

SHOWN = 5
ROW = ("source_file", "source_row")


@dataclass(frozen=True)
class Place:
    """One record that breaks a check.

    Attributes:
        file: Delivered file, relative to the data folder; None where a batch lacks a record.
        row: Row in it, the header counted.
        text: What stands there.
    """

    file: str | None
    row: int | None
    text: str

    def __str__(self) -> str:
        """Write the place as a reader looks it up."""
        return self.text if self.file is None else f"{self.file}, line {self.row}: {self.text}"


@dataclass(frozen=True)
class CrossCheck:
    """One check of one subject.

    Attributes:
        check: What was checked, in snake_case.
        subject: Table, product or material it was checked on.
        severity: ``warning`` where somebody should look, ``note`` where it may well be right.
        found: What breaks it.
        compared: What was held against it.
        statement: What was found, a sentence; also where nothing was.
        what_to_do: A sentence.
        places: The first that break it.
    """

    check: str
    subject: str
    severity: str
    found: int
    compared: int
    statement: str
    what_to_do: str
    places: tuple[Place, ...] = ()

    @classmethod
    def of_rows(
        cls,
        check: str,
        subject: str,
        wrong: pl.DataFrame,
        compared: pl.DataFrame,
        statement: str,
        what_to_do: str,
        text: pl.Expr,
    ) -> "CrossCheck":
        """Return a check that warns of each record among those compared that is wrong.

        Args:
            check: What was checked, in snake_case.
            subject: Table it was checked on.
            wrong: Records that break it, with ``source_file`` and ``source_row``.
            compared: Records it was held against.
            statement: What was found, a sentence.
            what_to_do: A sentence.
            text: What stands in a wrong record.
        """
        worst = severity(wrong.height, CrossCheckSeverity.WARNING)
        counts = (wrong.height, compared.height)
        return cls(check, subject, worst, *counts, statement, what_to_do, places_of(wrong, text))

    def findings(self) -> Iterator[SourceFinding]:
        """What ``lotwise check`` tells: nothing where there is nothing to look at."""
        if self.severity != CrossCheckSeverity.WARNING:
            return
        first = self.places[0] if self.places else Place(None, None, "")
        yield SourceFinding(
            code=self.check,
            is_error=False,
            problem=f"{self.statement} {self.what_to_do}",
            file=first.file,
            line=first.row,
            value=first.text or None,
            count=self.found,
        )


def places_of(rows: pl.DataFrame, text: pl.Expr) -> tuple[Place, ...]:
    """Return the first places of some records, in the order of files and rows.

    Args:
        rows: With ``source_file`` and ``source_row``.
        text: What stands there.
    """
    shown = rows.sort(ROW).head(SHOWN).select(*ROW, text=text)
    return tuple(Place(*row) for row in shown.iter_rows())


def severity(found: int, worst: str) -> str:
    """Return the severity of a check by whether anything was found."""
    return worst if found else CrossCheckSeverity.NOTE
