"""The seal of the score book: each entry carries the hash of all before it.

A seal shows that something was altered; it needs no key. Whoever rewrites every entry from one on
makes a chain that is whole again, and is found because heads noted at earlier publications, outside
the warehouse, are no longer in it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from typing import Any

import polars as pl

from data_contracts.tables import columns

SCORE_BOOK = "history.score_book"
BEFORE_THE_FIRST = "0" * 64
ENTRY, PREVIOUS, HASH = "entry", "previous_hash", "entry_hash"
# The order of the contract is the order that is hashed: a column may be added at the end alone.
SEALED = tuple(name for name in columns(SCORE_BOOK) if name not in {PREVIOUS, HASH})


def entry_hash(entry: Mapping[str, Any]) -> str:
    """Return the seal of an entry.

    Args:
        entry: Row of ``history.score_book``, ``previous_hash`` included.

    Returns:
        64 hexadecimal digits.
    """
    said = [_plain(entry[name]) for name in SEALED]
    text = json.dumps([entry[PREVIOUS], *said], ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def sealed(
    entries: Iterable[Mapping[str, Any]], number: int, head: str
) -> Iterator[dict[str, Any]]:
    """Number and seal entries after those there are.

    Args:
        entries: What is said, without place and seal.
        number: Entries there are.
        head: Seal of the last of them; ``BEFORE_THE_FIRST`` of none.

    Yields:
        Rows of ``history.score_book``.
    """
    for place, said in enumerate(entries, start=number + 1):
        entry = {**said, ENTRY: place, PREVIOUS: head}
        entry[HASH] = head = entry_hash(entry)
        yield entry


def breaks(book: pl.DataFrame) -> list[str]:
    """Tell where a book is not as it was sealed.

    Args:
        book: ``history.score_book``, in the order in which it is stored or any other.

    Returns:
        What is wrong, entry by entry; empty where nothing is.
    """
    rows = book.sort(ENTRY).to_dicts()
    found = [
        f"entry {row[ENTRY]} ({row['batch_id']}, {row['outcome']}, gate {row['gate']}) is not what "
        "was sealed"
        for row in rows
        if entry_hash(row) != row[HASH]
    ]
    start = {ENTRY: 0, HASH: BEFORE_THE_FIRST}
    for before, row in pairwise([start, *rows]):
        if row[ENTRY] != before[ENTRY] + 1:
            found.append(f"entry {row[ENTRY]} follows entry {before[ENTRY]}")
        elif row[PREVIOUS] != before[HASH]:
            found.append(f"entry {row[ENTRY]} does not carry the seal of the one before it")
    return found
