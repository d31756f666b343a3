"""The audit trail of protocols, kept beside the warehouses: a sealed line for each thing done.

The file is what counts, a table of it is a copy: what was frozen must not come back changed with a
restored warehouse. A trail that is not as it was sealed is added to no more.
"""

import fcntl
import getpass
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import polars as pl

from data_contracts.errors import WarehouseError
from data_contracts.tables import table
from warehouse.noted.lines import add_line
from warehouse.noted.sealed_chain import BEFORE_THE_FIRST, ENTRY, HASH, SealedChain
from warehouse.paths import Home

AUDIT_TRAIL = "evidence.audit_trail"
CHAIN = SealedChain(AUDIT_TRAIL, lambda row: f"{row['action']} {row['protocol_id'][:12]}")
UNKNOWN = "unknown"


def audit_trail(home: Home, source_key: str) -> pl.DataFrame:
    """Return the trail of a source; a line cut short by a crash is no entry.

    Args:
        home: The runtime home.
        source_key: The source.

    Returns:
        ``evidence.audit_trail``.
    """
    file = home.audit_trail_file(source_key)
    if not file.is_file():
        return table(AUDIT_TRAIL)
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return table(AUDIT_TRAIL, [row for line in lines if (row := _read(line)) is not None])


def add_to_trail(home: Home, source_key: str, entries: list[Mapping[str, str]]) -> None:
    """Seal and add what was done.

    Args:
        home: The runtime home.
        source_key: The source.
        entries: ``action``, ``protocol_id``, ``who`` and ``what`` of each.

    Raises:
        WarehouseError: The trail is not as it was sealed; nothing is added.
    """
    file = home.audit_trail_file(source_key)
    with _alone(home, source_key):
        trail = audit_trail(home, source_key)
        require_whole(trail, home, source_key)
        head = trail.sort(ENTRY)[HASH][-1] if trail.height else BEFORE_THE_FIRST
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        said = [{**each, "account": _account(), "done_at": now} for each in entries]
        for row in CHAIN.sealed(said, trail.height, head):
            add_line(
                file, json.dumps(row | {"done_at": row["done_at"].isoformat()}, ensure_ascii=False)
            )


def require_whole(trail: pl.DataFrame, home: Home, source_key: str) -> None:
    """Refuse a trail that somebody changed.

    Args:
        trail: ``evidence.audit_trail``.
        home: The runtime home, for the message.
        source_key: The source.

    Raises:
        WarehouseError: It is not as it was sealed.
    """
    if broken := CHAIN.breaks(trail):
        raise WarehouseError(
            f"The audit trail {home.audit_trail_file(source_key)} is not as it was sealed: "
            f"{broken[0]}. Nothing was done. Put the file back from a copy, and find out who "
            "changed it."
        )


@contextmanager
def _alone(home: Home, source_key: str) -> Iterator[None]:
    file = home.audit_trail_file(source_key)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _read(line: str) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
        return {**said, "done_at": datetime.fromisoformat(said["done_at"])}
    except (ValueError, KeyError, TypeError):
        return None


def _account() -> str:
    with suppress(OSError, KeyError):  # a container may run under a number without a name
        return getpass.getuser()
    return UNKNOWN
