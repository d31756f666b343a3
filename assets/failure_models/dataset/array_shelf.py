"""Large arrays of a run, kept in memory while they fit and on disk beyond that.

A run looks at every design several times, and all of them together grow with batches times columns.
What is read back is what was put away, so no figure depends on how much memory there is.
"""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Lock
from typing import Any
from weakref import finalize

import numpy as np

from assets.statistics.array_types import FloatArray


class ArrayShelf:
    """Groups of arrays by key.

    Args:
        spill_dir: Where a folder is made for what does not fit; None for the system's own.
        most_bytes: How much is held in memory, the latest used last.

    Examples:
        >>> shelf = ArrayShelf(None, most_bytes=100)
        >>> for name in (b"a", b"b"):
        ...     shelf.put(name, [np.full(10, ord(name))])
        >>> [int(shelf.get(name)[0][0]) for name in (b"a", b"b")]  # one of them from disk
        [97, 98]
    """

    def __init__(self, spill_dir: Path | None, most_bytes: int) -> None:
        self._spill_dir, self._most_bytes = spill_dir, most_bytes
        self._lock = Lock()
        self._held: OrderedDict[bytes, Sequence[FloatArray]] = OrderedDict()
        self._files: dict[bytes, list[Path]] = {}
        self._folder: Path | None = None

    def put(self, key: bytes, arrays: Sequence[FloatArray]) -> None:
        """Keep some arrays; they are not changed any more."""
        with self._lock:
            self._held[key] = arrays
            self._put_away()

    def get(self, key: bytes) -> Sequence[FloatArray]:
        """The arrays put under a key."""
        with self._lock:
            if key not in self._held:
                self._held[key] = [np.load(file) for file in self._files[key]]
            self._held.move_to_end(key)
            found = self._held[key]
            self._put_away()
            return found

    def _put_away(self) -> None:
        """Write the least recently used to disk, once, until the others fit; never the last."""
        total = sum(map(held_bytes, self._held.values()))
        while total > self._most_bytes and len(self._held) > 1:
            key, arrays = self._held.popitem(last=False)
            total -= held_bytes(arrays)
            if key not in self._files:
                self._files[key] = self._written(arrays)

    def _written(self, arrays: Sequence[FloatArray]) -> list[Path]:
        if self._folder is None:
            if self._spill_dir is not None:
                self._spill_dir.mkdir(parents=True, exist_ok=True)
            self._folder = Path(mkdtemp(prefix="designs-", dir=self._spill_dir))
            finalize(self, rmtree, self._folder, ignore_errors=True)
        files = []
        for place, array in enumerate(arrays):
            files.append(self._folder / f"{len(self._files)}-{place}.npy")
            np.save(files[-1], array)
        return files


def held_bytes(held: Any) -> int:
    """Bytes of every array in a result: itself, in a sequence, or among its attributes.

    Examples:
        >>> held_bytes([np.zeros(2), {"twice": (np.zeros(3), "no array")}])
        40
    """
    if isinstance(held, np.ndarray):
        return held.nbytes
    if isinstance(held, dict):
        return sum(map(held_bytes, held.values()))
    if isinstance(held, list | tuple):
        return sum(map(held_bytes, held))
    return held_bytes(vars(held)) if hasattr(held, "__dict__") else 0
