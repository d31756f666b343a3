"""Entries that are only added to, each sealed with the hash of the one before.

A seal shows that something was altered; it needs no key. Whoever rewrites every entry from one on
makes a chain that is whole again, and is found by a copy kept elsewhere that no longer agrees.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from typing import Any

import polars as pl

from data_contracts.tables import columns

BEFORE_THE_FIRST = "0" * 64
ENTRY, PREVIOUS, HASH = "entry", "previous_hash", "entry_hash"


@dataclass(frozen=True)
class SealedChain:
    """A table whose rows are a chain: ``entry`` from 1, ``previous_hash`` and ``entry_hash``.

    Attributes:
        table: ``schema.table``. The order of its contract is the order that is hashed, so a column
            may be added at the end alone.
        spoken: What an entry is about, for messages.
    """

    table: str
    spoken: Callable[[Mapping[str, Any]], str]

    @property
    def sealed_columns(self) -> tuple[str, ...]:
        """Columns that are hashed, in order."""
        return tuple(name for name in columns(self.table) if name not in {PREVIOUS, HASH})

    def entry_hash(self, entry: Mapping[str, Any]) -> str:
        """Return the seal of an entry.

        Args:
            entry: Row of the table, ``previous_hash`` included.

        Returns:
            64 hexadecimal digits.
        """
        return _seal(entry, self.sealed_columns)

    def sealed(
        self, entries: Iterable[Mapping[str, Any]], number: int, head: str
    ) -> Iterator[dict[str, Any]]:
        """Number and seal entries after those there are.

        Args:
            entries: What is said, without place and seal.
            number: Entries there are.
            head: Seal of the last of them; ``BEFORE_THE_FIRST`` of none.

        Yields:
            Rows of the table.
        """
        hashed = self.sealed_columns
        for place, said in enumerate(entries, start=number + 1):
            entry = {**said, ENTRY: place, PREVIOUS: head}
            entry[HASH] = head = _seal(entry, hashed)
            yield entry

    def breaks(self, book: pl.DataFrame) -> list[str]:
        """Tell where a chain is not as it was sealed.

        Args:
            book: The table, in the order in which it is stored or any other.

        Returns:
            What is wrong, entry by entry; empty where nothing is.
        """
        rows, hashed = book.sort(ENTRY).to_dicts(), self.sealed_columns
        found = [
            f"entry {row[ENTRY]} ({self.spoken(row)}) is not what was sealed"
            for row in rows
            if _seal(row, hashed) != row[HASH]
        ]
        start = {ENTRY: 0, HASH: BEFORE_THE_FIRST}
        for before, row in pairwise([start, *rows]):
            if row[ENTRY] != before[ENTRY] + 1:
                found.append(f"entry {row[ENTRY]} follows entry {before[ENTRY]}")
            elif row[PREVIOUS] != before[HASH]:
                found.append(f"entry {row[ENTRY]} does not carry the seal of the one before it")
        return found


def _seal(entry: Mapping[str, Any], hashed: Iterable[str]) -> str:
    said = [_plain(entry[name]) for name in hashed]
    text = json.dumps([entry[PREVIOUS], *said], ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
