"""What every result depends on besides tables and settings: our own code, and what it stands on."""

import sys
from functools import cache
from hashlib import sha256
from pathlib import Path

ROOMS = ("data_contracts", "warehouse", "assets", "reports", "pipelines")
CODE = (".py", ".sql", ".yaml", ".j2", ".css", ".js", ".typ")


@cache
def code_hash() -> str:
    """Return the SHA-256 of everything of the product a result depends on, contracts included."""
    root, digest = Path(__file__).parents[2], sha256()
    for room in ROOMS:
        for file in sorted((root / room).rglob("*")):
            if file.suffix in CODE and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(root)).encode() + b"\0")
                digest.update(file.read_bytes())
    return digest.hexdigest()


@cache
def foundation_hash() -> str:
    """Return the SHA-256 of our code, the interpreter's version and those of all packages.

    Packages are told by the names of their folders of metadata, which hold name and version.
    """
    packages = {
        found.name
        for place in map(Path, sys.path)
        if place.is_dir()
        for found in place.glob("*.dist-info")
    }
    text = "\n".join([code_hash(), sys.version, *sorted(packages)])
    return sha256(text.encode()).hexdigest()
