"""What a run fits, fitted once: outcomes share features and folds, and failures their margins.

A result is found again by the bytes of everything it was made from, so what is shared is what each
would have computed; nothing is shared between two fits that could differ. Tasks examined in
different threads wait for one another's fits instead of making them again.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import numpy as np

from assets.failure_models.dataset.result_shelf import ResultShelf
from data_contracts.errors import LotwiseError

Made = TypeVar("Made")
# A fold of a gate with a thousand columns is a design of 18 MB and two decompositions of 44. Tasks
# look at one fold after another, so what several tasks have in hand fits; the rest is read back.
DESIGNS_BYTES, LATEST_BYTES, DISK_BYTES = 60_000_000, 120_000_000, 4_000_000_000


class StoppedError(LotwiseError):
    """A fit was asked for after the run had been interrupted; never seen by a user."""


class SharedFits:
    """The fits of one run.

    Args:
        spill_dir: Where results are put that do not fit the memory meant for them; None for the
            system's own folder.
        designs_bytes: How much is held in memory of designs.
        latest_bytes: How much is held in memory of large results that can be made again.
    """

    def __init__(
        self,
        spill_dir: Path | None = None,
        designs_bytes: int = DESIGNS_BYTES,
        latest_bytes: int = LATEST_BYTES,
    ) -> None:
        self._lock = Lock()
        self._kept: dict[bytes, Future[Any]] = {}
        self._making: dict[bytes, Future[Any]] = {}
        self._latest = ResultShelf(spill_dir, latest_bytes, DISK_BYTES)
        self._is_stopped = False
        self.designs = ResultShelf(spill_dir, designs_bytes)

    @contextmanager
    def stopped_by_errors(self) -> Iterator[None]:
        """Make every later request fail once the block has failed, an interrupt included.

        Threads cannot be ended from outside: those at work on a task end at their next fit.
        """
        try:
            yield
        except BaseException:
            self._is_stopped = True
            raise

    def check(self) -> None:
        """Do nothing while the run goes on.

        Raises:
            StoppedError: The run was interrupted, or failed in another thread.
        """
        if self._is_stopped:
            raise StoppedError("The study was stopped. Run `lotwise run` to start over.")

    def get_or_fit(self, key: bytes, make: Callable[[], Made]) -> Made:
        """A result kept until the run ends; made by the first who asks."""
        self.check()
        with self._lock:
            is_first = key not in self._kept
            held = self._kept.setdefault(key, Future())
        return _result(held, make if is_first else None)

    def get_or_fit_recent(self, key: bytes, make: Callable[[], Made]) -> Made:
        """A large result, kept while it is among the latest used and made again where it is not."""
        while True:
            self.check()
            with self._lock:
                held = None
                if key not in self._latest:
                    is_first = key not in self._making
                    held = self._making.setdefault(key, Future())
            if held is None:
                found: Made | None = self._latest.get(key)
                if found is not None:
                    return found
                continue  # forgotten meanwhile
            made = _result(held, make if is_first else None)
            if is_first:
                with self._lock:
                    self._latest.put(key, made)
                    del self._making[key]
            return made


def _result(held: "Future[Any]", make: Callable[[], Made] | None) -> Made:
    if make is not None:
        try:
            held.set_result(make())
        except BaseException as error:
            # Those who wait must not wait for ever, an interrupt included.
            held.set_exception(error)
            raise
    found: Made = held.result()
    return found


def fingerprint(*parts: np.ndarray | bytes | str | float) -> bytes:
    """A key of whatever a fit is made from: arrays by type, shape and bytes.

    Returns:
        32 bytes.
    """
    digest = blake2b(digest_size=32)
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype.str}{part.shape}".encode())
            digest.update(np.ascontiguousarray(part).data)
        else:
            text = part if isinstance(part, bytes) else repr(part).encode()
            digest.update(f"{len(text)}:".encode() + text)
    return digest.digest()
