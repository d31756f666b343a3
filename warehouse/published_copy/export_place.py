"""Where an export may be written: a folder of its own, in which nothing else can be lost."""

import json
from pathlib import Path

from data_contracts.errors import UsageError
from warehouse.paths import Home

MARK = "export.json"  # says that a folder is an export, and of what


def require_place(home: Home, out: Path) -> Path:
    """Check that a folder may become an export, and return it with links resolved.

    Args:
        home: The runtime home.
        out: Where the export is asked for; it need not exist.

    Raises:
        UsageError: It is in the home or holds it, is no folder, or holds something that is no
            export.
    """
    try:
        place, root = out.resolve(), home.root.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(f"{out} cannot be a folder: {error}. Name another with --out.") from error
    if place == root or root in place.parents:
        raise UsageError(
            f"{out} lies in the home {home.root}, whose folders are the program's own. Name a "
            "folder outside it with --out."
        )
    if place in root.parents:
        raise UsageError(
            f"{out} holds the home {home.root}, which an export would replace. Name a folder of "
            "its own with --out."
        )
    if place.exists() and not place.is_dir():
        raise UsageError(f"{out} is there, but is no folder. Name another with --out.")
    if place.is_dir() and any(place.iterdir()) and not _is_export(place):
        raise UsageError(
            f"{out} is not empty and no export of lotwise, so what lies there would be lost. Name "
            "a folder of its own with --out."
        )
    return place


def _is_export(place: Path) -> bool:
    """Tell whether a folder is an export and nothing else was put into it."""
    try:
        mark = json.loads((place / MARK).read_text(encoding="utf-8"))
        schemas = {name.partition(".")[0] for name in mark["tables"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    known = {MARK, "README.md", "lotwise.duckdb", "lotwise.duckdb.wal", *schemas}
    return all(entry.name in known for entry in place.iterdir())
