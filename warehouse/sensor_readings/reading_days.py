"""Readings by day: how many a channel has, from when to when, and what stands for them all.

A day of a tag is the grain in which deliveries are compared. Files of kept months never change, and
delivered files seldom do, so their days are kept: a delivery costs the files that came or changed
and no others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from warehouse.connection import Connection, quoted
from warehouse.kept_answers import KeptAnswers
from warehouse.store import Warehouse

GROUP: Final = ("equipment_id", "batch_id", "tag")
# Whole numbers of 64 bits add up in any order, and a Parquet file holds them.
CONTENT: Final = "(sum(hash(recorded_at, value, quality)) % 18446744073709551616)::UBIGINT"
DAYS: Final = f"""
SELECT {", ".join(GROUP)}, date_trunc('day', recorded_at) AS day, count(*) AS readings,
    min(recorded_at) AS first_at, max(recorded_at) AS last_at, {CONTENT} AS content
FROM {{rows}} GROUP BY ALL
"""
_HELD = "(FROM read_parquet([{file}]) WHERE superseded_at IS NULL)"


@dataclass(frozen=True, slots=True)
class ReadingPiece:
    """Delivered readings that can be read apart from all others: mostly those of one file.

    Attributes:
        select: A SELECT in the columns of ``raw.sensor_readings``.
        content: Stands for what its files hold.
    """

    select: str
    content: str


def kept_days(warehouse: Warehouse, of: str) -> KeptAnswers:
    """Return where days are kept.

    Args:
        warehouse: The working warehouse.
        of: ``held`` for kept months, ``delivered`` for delivered files.
    """
    return KeptAnswers(warehouse.home.kept_dir(warehouse.source_key, f"{of}_days"))


def days_of_pieces(
    connection: Connection, answers: KeptAnswers, pieces: Sequence[ReadingPiece]
) -> Mapping[ReadingPiece, Path]:
    """Return the file of the days of every piece."""
    return {
        piece: answers.file(
            DAYS, f"{piece.select} {piece.content}", _asked(connection, f"({piece.select})")
        )
        for piece in pieces
    }


def days_of_months(
    connection: Connection, answers: KeptAnswers, folder: Path, files: Sequence[str]
) -> list[Path]:
    """Return the files of the days of kept months, superseded readings left out.

    Args:
        connection: Any.
        answers: Where they are kept.
        folder: Where the months lie.
        files: Their names, which stand for their contents.
    """
    return [
        answers.file(DAYS, name, _asked(connection, _HELD.format(file=quoted(str(folder / name)))))
        for name in files
    ]


def _asked(connection: Connection, rows: str) -> Callable[[Path], None]:
    def ask(part: Path) -> None:
        select = DAYS.format(rows=rows)
        connection.execute(f"COPY ({select}) TO {quoted(str(part))} (FORMAT parquet)")

    return ask
