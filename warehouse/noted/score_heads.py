"""Heads of the score book, noted outside the warehouse each time one is published.

A book that was sealed anew, or put back from an older copy, is whole in itself; it is found because
a head noted earlier is not in it any more. Whoever keeps a copy of this file, or a printed report,
elsewhere need not trust the home.
"""

import re
from dataclasses import dataclass

from warehouse.noted.lines import add_line
from warehouse.paths import Home
from warehouse.store import Warehouse

_LAST = "SELECT entry, entry_hash FROM history.score_book ORDER BY entry DESC LIMIT 1"
_LINE = re.compile(r"(\S+) (\d+) ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class ScoreHead:
    """How far a score book went when a run published it.

    Attributes:
        run_id: The run.
        entries: Entries the book held.
        entry_hash: Seal of the last.
    """

    run_id: str
    entries: int
    entry_hash: str


def note_head(warehouse: Warehouse, run_id: str) -> None:
    """Note the head of the book a run has just published; of a book without entries, nothing.

    Args:
        warehouse: The working warehouse, which holds what was published.
        run_id: The run.
    """
    if not warehouse.exists("history.score_book"):
        return
    last = warehouse.query(_LAST)
    if last.is_empty():
        return
    entry, seal = last.row(0)
    file = warehouse.home.score_heads_file(warehouse.source_key)
    add_line(file, f"{run_id} {entry} {seal}")


def noted_heads(home: Home, source_key: str) -> list[ScoreHead]:
    """Return the heads noted of a source, the oldest first; a line cut short by a crash is no head.

    Args:
        home: The runtime home.
        source_key: The source.
    """
    file = home.score_heads_file(source_key)
    if not file.is_file():
        return []
    lines = map(_LINE.fullmatch, file.read_text(encoding="utf-8", errors="replace").splitlines())
    return [ScoreHead(line[1], int(line[2]), line[3]) for line in lines if line]
