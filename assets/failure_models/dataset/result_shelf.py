"""Large results of a run, kept in memory while they fit and on disk beyond that.

A study looks at every design and every decomposition of one several times, and all of them together
grow with batches times columns. What is read back is what was put away, so no figure depends on how
much memory there is.
"""

import logging
import pickle
from collections import OrderedDict
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Lock
from typing import Any
from weakref import finalize

import numpy as np

LOG = logging.getLogger(__name__)


class ResultShelf:
    """Results by key, the latest used in memory.

    Where the disk takes nothing more, results stay in memory, and a line of the log says so once.

    Args:
        spill_dir: Where a folder is made for what does not fit; None for the system's own.
        memory_bytes: How much is held in memory.
        disk_bytes: How much is held on disk; the oldest beyond is forgotten. None for all.

    Examples:
        >>> shelf = ResultShelf(None, memory_bytes=100)
        >>> for name in (b"a", b"b"):
        ...     shelf.put(name, np.full(10, ord(name)))
        >>> [int(shelf.get(name)[0]) for name in (b"a", b"b")]  # one of them from disk
        [97, 98]
    """

    def __init__(
        self, spill_dir: Path | None, memory_bytes: int, disk_bytes: int | None = None
    ) -> None:
        self._spill_dir, self._memory_bytes, self._disk_bytes = spill_dir, memory_bytes, disk_bytes
        self._lock = Lock()
        self._sizes: dict[bytes, int] = {}
        self._held: OrderedDict[bytes, Any] = OrderedDict()
        self._files: OrderedDict[bytes, Path] = OrderedDict()
        self._folder: Path | None = None
        self._written_files = 0
        self._is_refused = False

    def __contains__(self, key: bytes) -> bool:
        """Whether a result is there."""
        with self._lock:
            return key in self._held or key in self._files

    def put(self, key: bytes, result: Any) -> None:
        """Keep a result; nobody changes it any more.

        Args:
            key: Its name.
            result: Any object that can be pickled, not None.
        """
        with self._lock:
            self._sizes[key] = held_bytes(result)
            self._held[key] = result
            self._put_away()

    def get(self, key: bytes) -> Any:
        """The result put under a key; None where it was forgotten, or never put."""
        with self._lock:
            if key not in self._held:
                if key not in self._files:
                    return None
                self._held[key] = pickle.loads(self._files[key].read_bytes())
            self._held.move_to_end(key)
            found = self._held[key]
            self._put_away()
            return found

    def _put_away(self) -> None:
        """Write the least recently used to disk, once, until the others fit; never the last."""
        total = sum(self._sizes[key] for key in self._held)
        for key in list(self._held)[:-1]:
            if total <= self._memory_bytes:
                break
            if key not in self._files:
                if (file := self._written(self._held[key])) is None:
                    continue
                self._files[key] = file
            del self._held[key]
            total -= self._sizes[key]
        if self._disk_bytes is None:
            return
        total = sum(self._sizes[key] for key in self._files)
        while total > self._disk_bytes:
            key, file = self._files.popitem(last=False)
            total -= self._sizes[key]
            file.unlink()

    def _written(self, result: Any) -> Path | None:
        """The file of a result; None where it could not be written, now or before."""
        if self._is_refused:
            return None
        file = None
        try:
            folder = self._folder or self._made_folder()
            self._written_files += 1
            file = folder / f"{self._written_files}.pickle"
            with file.open("wb") as out:
                pickle.dump(result, out, protocol=5)
        except OSError as error:
            self._is_refused = True
            LOG.warning(
                "%s takes no more of the study's intermediate results (%s): they stay in memory, "
                "which grows. Make room there, or give the home another disk.",
                self._folder or self._spill_dir or "The folder for temporary files",
                error.strerror or error,
            )
            if file is not None:
                file.unlink(missing_ok=True)
            return None
        return file

    def _made_folder(self) -> Path:
        if self._spill_dir is not None:
            self._spill_dir.mkdir(parents=True, exist_ok=True)
        self._folder = Path(mkdtemp(prefix="study-", dir=self._spill_dir))
        finalize(self, rmtree, self._folder, ignore_errors=True)
        return self._folder


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
