"""A line more at the end of a file, on the disk before anybody is told."""

import os
from pathlib import Path


def add_line(file: Path, line: str) -> None:
    """Add a line to a file, made when missing.

    A line that a crash cut short stays as it is, on a line of its own: what comes after it must
    not be spoilt with it.

    Args:
        file: Text, a line per thing noted.
        line: Without its end.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    there = file.read_bytes() if file.is_file() else b""
    is_cut = bool(there) and not there.endswith(b"\n")
    with file.open("a", encoding="utf-8") as opened:
        opened.write(("\n" if is_cut else "") + f"{line}\n")
        opened.flush()
        os.fsync(opened.fileno())
