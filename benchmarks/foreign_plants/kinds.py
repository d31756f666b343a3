"""The kinds of foreign tables, by name."""

from collections.abc import Callable
from zlib import crc32

import numpy as np

from benchmarks.foreign_plants import causes, nulls, traps
from benchmarks.foreign_plants.table import ForeignTable

KINDS: dict[str, Callable[[np.random.Generator, int], ForeignTable]] = {
    **nulls.KINDS,
    **causes.KINDS,
    **traps.KINDS,
}


def foreign_table(kind: str, seed: int) -> ForeignTable:
    """Make the table of a kind and seed; the same pair always gives the same table."""
    return KINDS[kind](np.random.default_rng([crc32(kind.encode()), seed]), seed)
