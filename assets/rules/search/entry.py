"""The entry of the compiled search for rules: labellings in, the best statistic of each depth out.

numba's cache notices a change of the file that holds the compiled entry, and of no other; so the
entry is kept under a name with a digest of the sources, and what it calls is not cached by itself.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from numba import njit

from assets.rules.search.kernel import search_one
from assets.rules.search.records import DEPTHS, Array, Effort, Found, SearchedBatches, Work


@cache
def _entry(digest: str) -> Callable[..., None]:
    """Compile the loop over labellings, or take it from the compiler's cache.

    Args:
        digest: Of the sources; part of the name under which the compiler keeps the loop, so that
            what another version left in its cache is never even looked at.
    """

    def labellings(
        batches: SearchedBatches,
        labels: Array,
        effort: Effort,
        found: Found,
        spare: Array,
        maxima: Array,
    ) -> None:
        rows, counts = np.empty((2, labels.shape[1]), dtype=np.int64), np.zeros(3, dtype=np.int64)
        rule = np.zeros((DEPTHS, 3), dtype=np.int64)
        for draw in range(labels.shape[0]):
            label = labels[draw].astype(np.float64)
            search_one(Work(batches, label, effort, found, spare, rows, counts, np.zeros(7)), rule)
            for depth in range(DEPTHS):
                maxima[draw, depth] = max(0.0, found.statistic[depth].max())

    labellings.__qualname__ = f"labellings_{digest[:16]}"
    return njit(cache=True, nogil=True, error_model="numpy")(labellings)  # type: ignore[no-any-return]


@cache
def _sources_digest() -> str:
    folder = Path(__file__).parent
    files = [*sorted(folder.glob("*kernel.py")), folder / "records.py", Path(__file__)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def search(
    batches: SearchedBatches,
    labels: Array,
    effort: Effort,
    found: Found,
    spare: Array,
    maxima: Array,
) -> None:
    """Search every labelling: all single columns, derived ones, then pairs and triples by beam.

    Args:
        batches: The batches.
        labels: (labellings, batches) uint8, 1 failed, 0 good.
        effort: How hard to look.
        found: Filled in place, with what the last labelling gave.
        spare: (10, at least the batches + 2 and twice the failures + 3) of numbers.
        maxima: (labellings, 3) best statistic of each depth, filled in place.
    """
    _entry(_sources_digest())(batches, labels, effort, found, spare, maxima)
