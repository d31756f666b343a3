"""How much a workbook may be: its size, its parts and what they unpack to, before any is read."""

import zipfile
from pathlib import Path

from data_contracts.errors import SourceError
from data_contracts.untrusted.limits import (
    LARGEST_WORKBOOK_BYTES,
    MB,
    MOST_WORKBOOK_BYTES,
    MOST_WORKBOOK_PARTS,
)


def require_modest_workbook(path: Path) -> None:
    """Check that a workbook can be read in bounded time and memory.

    Args:
        path: The file; what is no archive is judged by its size alone.

    Raises:
        SourceError: It is too large, has too many parts, or unpacks to too much.
        BadZipFile: It is a damaged archive.
    """
    size = path.stat().st_size
    parts = 0
    unpacked = 0
    if size <= LARGEST_WORKBOOK_BYTES and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
        parts, unpacked = len(entries), sum(entry.file_size for entry in entries)
    for what, found, most in (
        ("MB", size / MB, LARGEST_WORKBOOK_BYTES / MB),
        ("parts", parts, MOST_WORKBOOK_PARTS),
        ("MB once unpacked", unpacked / MB, MOST_WORKBOOK_BYTES / MB),
    ):
        if found > most:
            raise SourceError(
                f"{path}: the workbook has {found:,.0f} {what}, more than {most:,.0f}; deliver its "
                "sheet as Parquet or CSV, or in several workbooks."
            )
