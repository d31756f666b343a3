"""One run at a time: an operating-system lock on a file of the home.

The lock dies with its holder, so a crash leaves nothing to clear up; what the file says about the
holder is only for the message another run prints.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO

from data_contracts.errors import RunLockedError, WarehouseError
from warehouse.paths import Home


@contextmanager
def run_lock(home: Home, holder: str) -> Iterator[None]:
    """Hold the home for one run.

    Args:
        home: The runtime home.
        holder: The command that holds it, shown to whoever is refused.

    Raises:
        WarehouseError: The home cannot be written.
        RunLockedError: Another run holds the home; the message names its process, command and
            since when.
    """
    # Opened for appending: a refused run must not empty what the holder wrote.
    try:
        home.lock_file.parent.mkdir(parents=True, exist_ok=True)
        opened = home.lock_file.open("a+", encoding="utf-8")
    except OSError as error:
        raise WarehouseError(
            f"The home {home.root} cannot be written ({error.strerror}). Make it writable, or name "
            "another home with --home DIR."
        ) from error
    with opened as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunLockedError(
                f"The home {home.root} is in use by {_named_holder(file)}. "
                "Wait until it has finished, or use another home (--home DIR)."
            ) from error
        try:
            _say_who(file, holder)
            yield
        finally:
            file.truncate(0)  # closing the file releases the lock


def _say_who(file: IO[str], holder: str) -> None:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    file.truncate(0)
    json.dump({"pid": os.getpid(), "command": holder, "since": since}, file)
    file.flush()


def _named_holder(file: IO[str]) -> str:
    file.seek(0)
    try:
        held = json.load(file)
        return f"'{held['command']}' (process {held['pid']}, since {held['since']})"
    except (ValueError, KeyError, TypeError):
        return "another run that has only just started"  # locked, its name not yet written
