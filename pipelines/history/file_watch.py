"""Whether delivered files are new, told by names, sizes and times, and whether they are all there.

Files arrive over minutes. They count as delivered once two looks in a row see the same; contents
are not read here.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MOST_FILES = 100_000
ARRIVING = "files have only just changed; waiting until they are all there"


def fingerprint(folder: Path, apart: Path, beside: tuple[Path, ...] = ()) -> str:
    """Return a name for the present state of a folder of delivered files.

    Args:
        folder: The folder, looked through with all it holds.
        apart: The home, which may lie in it and changes with every run.
        beside: Other files a run depends on: profile, assumptions.

    Returns:
        SHA-256 over relative path, size and time of every file.
    """
    digest = hashlib.sha256()
    for path in (*sorted(_files(folder, apart.resolve())), *beside):
        try:
            state = path.stat()
        except OSError:
            continue  # moved away between two looks; the next look sees it
        name = os.path.relpath(path, folder)
        digest.update(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\n".encode(errors="replace"))
    return digest.hexdigest()


def _files(folder: Path, apart: Path) -> Iterator[Path]:
    count = 0
    for inside, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if (Path(inside) / each).resolve() != apart]
        for name in names:
            count += 1
            if count > MOST_FILES:
                return
            yield Path(inside) / name


@dataclass(frozen=True)
class Watch:
    """What a file sensor remembers between two looks.

    Attributes:
        seen: State at the last look.
        ran: State the last run was asked for; empty before the first.
    """

    seen: str = ""
    ran: str = ""

    @classmethod
    def from_cursor(cls, cursor: str | None) -> "Watch":
        """Read a sensor's cursor; one it cannot read counts as none."""
        try:
            kept = json.loads(cursor or "{}")
            return cls(str(kept.get("seen", "")), str(kept.get("ran", "")))
        except (ValueError, AttributeError):
            return cls()

    def cursor(self) -> str:
        """What :meth:`from_cursor` reads."""
        return json.dumps({"seen": self.seen, "ran": self.ran})

    def looked(self, now: str) -> tuple["Watch", str | None]:
        """Take another look.

        Args:
            now: Present state of the folder.

        Returns:
            What to remember, and why nothing is run; None where a run is due.
        """
        if now == self.ran:
            return Watch(now, now), "nothing new was delivered"
        if now != self.seen:
            return Watch(now, self.ran), ARRIVING
        return Watch(now, now), None
