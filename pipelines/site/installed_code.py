"""What every result depends on besides tables and settings: our own code, and what it stands on."""

import sys
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

ROOMS = ("data_contracts", "warehouse", "assets", "reports", "pipelines")
CODE = (".py", ".sql", ".yaml", ".j2", ".css", ".js", ".typ")


def code_hash(root: Path) -> str:
    """Return the SHA-256 of everything of the product a result depends on, contracts included.

    Args:
        root: Folder of the rooms.
    """
    digest = sha256()
    for room in ROOMS:
        for file in sorted((root / room).rglob("*")):
            if file.suffix in CODE and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(root)).encode() + b"\0")
                digest.update(file.read_bytes())
    return digest.hexdigest()


def installed_packages(places: Iterable[str]) -> list[str]:
    """Return every package with its version, as the names of their folders of metadata say them.

    Args:
        places: Folders Python imports from.
    """
    folders = [place for place in map(Path, places) if place.is_dir()]
    return sorted({found.name for place in folders for found in place.glob("*.dist-info")})


@cache
def foundation_hash() -> str:
    """Return the SHA-256 of our code, the interpreter's version and those of all packages."""
    own = code_hash(Path(__file__).parents[2])
    text = "\n".join([own, sys.version, *installed_packages(sys.path)])
    return sha256(text.encode()).hexdigest()
