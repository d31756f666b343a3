"""A protocol frozen: its words, the hashes of its data, and what is tested, as things stand."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from assets.tier_evidence.subject import InUse, subject_of
from data_contracts.catalogue import contract
from data_contracts.errors import UsageError
from data_contracts.tier_protocol.changes import changes
from data_contracts.tier_protocol.entries import FrozenProtocol, TierProtocol

# A table by name, or None where the last run does not hold it.
ReadTable = Callable[[str], pl.DataFrame | None]
Digest = Mapping[str, Any]
ABSENT: Digest = {"sha256": None, "rows": None}
MOST_CHANGES = 5


def frozen_protocol(protocol: TierProtocol, read: ReadTable, tested: InUse) -> FrozenProtocol:
    """Put a protocol together with what it is about, as things stand.

    Args:
        protocol: As its file says it.
        read: The tables of the last run.
        tested: What is in use.

    Returns:
        It, with absent data told as such: what may be frozen is for the caller to decide.
    """
    data = {
        each.name: file_digest(protocol.file.parent / each.name)
        if each.is_file
        else table_digest(each.name, read(each.name))
        for each in protocol.data
    }
    subject = subject_of(protocol.challenge, protocol.lever, tested)
    return FrozenProtocol(protocol.content, subject, data)


def table_digest(name: str, frame: pl.DataFrame | None) -> Digest:
    """Return the SHA-256 of a table's rows, and their number.

    Args:
        name: ``schema.table``.
        frame: Its rows in any order; None where it is not there. Provenance does not count.
    """
    if frame is None:
        return ABSENT
    described = contract(name)
    ordered = frame.sort(described.key).select(described.compared_columns)
    return {"sha256": sha256(ordered.write_csv().encode()).hexdigest(), "rows": frame.height}


def file_digest(file: Path) -> Digest:
    """Return the SHA-256 of a file and its lines; nothing of one that is not there."""
    if not file.is_file():
        return ABSENT
    held = file.read_bytes()
    return {"sha256": sha256(held).hexdigest(), "rows": held.count(b"\n")}


def require_complete(frozen: FrozenProtocol) -> None:
    """Refuse to freeze a protocol whose data are not there.

    Raises:
        UsageError: A table or file it names is missing.
    """
    lacking = [name for name, digest in frozen.data.items() if digest["sha256"] is None]
    if lacking:
        raise UsageError(
            f"The protocol rests on {', '.join(lacking)}, which is not there: tables are those of "
            "the last run, files lie beside the protocol. Nothing was frozen."
        )


def require_unchanged(frozen: FrozenProtocol, now: FrozenProtocol) -> None:
    """Refuse to score anything by a protocol that is not as it was frozen.

    Raises:
        UsageError: Something was changed; the message says what, and what to do.
    """
    found = changes(frozen, now)
    if found:
        more = len(found) - MOST_CHANGES
        told = found[:MOST_CHANGES] + ([f"And {more} more."] if more > 0 else [])
        raise UsageError(
            "The protocol is not as it was frozen, so nothing was scored and nothing written:\n  "
            + "\n  ".join(told)
            + "\nPut it back, or freeze and approve it anew: that is another protocol."
        )
