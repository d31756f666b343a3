"""Whether delivered files are new, told by names, sizes and times, and whether they are all there.

Files arrive over minutes. They count as delivered once two looks in a row see the same; contents
are not read here.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ARRIVING = "files have only just changed; waiting until they are all there"


def fingerprint(files: Iterable[Path]) -> str:
    """Return a name for the present state of files.

    Args:
        files: What a run depends on: delivered files, profile, assumptions.

    Returns:
        SHA-256 over path, size and time of every file that is there.
    """
    digest = hashlib.sha256()
    for path in sorted(files):
        try:
            state = path.stat()
        except OSError:
            continue  # moved away between two looks; the next look sees it
        line = f"{path}\0{state.st_size}\0{state.st_mtime_ns}\n"
        digest.update(line.encode(errors="surrogateescape"))
    return digest.hexdigest()


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
