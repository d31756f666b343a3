"""Whether a home can be used at all, found out before a run has done any work.

Nothing is written here. Here belong the questions about places; what lies in them is not looked at.
"""

import stat
from pathlib import Path

from data_contracts.errors import UsageError, WarehouseError
from warehouse.paths import Home


def require_usable(home: Home, data_dir: Path | None = None) -> None:
    """Check that a home is a folder, or may become one, and is not that of the delivered files.

    Args:
        home: The runtime home; it need not exist yet.
        data_dir: Folder of the delivered files, where it is known.

    Raises:
        WarehouseError: The home or something in it is of the wrong kind.
        UsageError: The home is the data folder itself.
    """
    folders = {
        "home": home.root,
        "working warehouses": home.work_dir("x").parent,
        "published copy": home.published_file.parent,
        "reports": home.reports_dir.parent,
        "latest reports": home.reports_dir,
        "Data Docs": home.data_docs_dir,
        "spill": home.spill_dir,
        "releases": home.releases_dir,
        "run history": home.dagster_dir,
        "simulated plants": home.simulated_dir,
    }
    for name, folder in folders.items():
        _require_kind(folder, name, is_folder=True)
    _require_kind(home.lock_file, "run lock", is_folder=False)
    _require_kind(home.published_file, "published copy", is_folder=False)
    if data_dir is not None:
        _require_apart(home, data_dir)


def _require_kind(path: Path, name: str, *, is_folder: bool) -> None:
    """Check that what stands at a path, if anything, is what should stand there."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        if path.is_symlink():
            raise WarehouseError(
                f"The {name} {path} is a link that leads nowhere. Remove the link, or name another "
                "home with --home DIR."
            ) from None
        return
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise WarehouseError(
            f"The {name} {path} cannot be used: {reason}. Name another home with --home DIR."
        ) from error
    fits = stat.S_ISDIR(mode) if is_folder else stat.S_ISREG(mode)
    if not fits:
        wanted = "a folder" if is_folder else "a regular file"
        raise WarehouseError(
            f"The {name} {path} is there, but is not {wanted}. Move it away, or name another home "
            "with --home DIR."
        )


def _require_apart(home: Home, data_dir: Path) -> None:
    try:
        root, data = home.root.resolve(), data_dir.resolve()
    except (OSError, RuntimeError):
        return  # whoever opens the data folder says what is wrong with it
    if root == data:
        raise UsageError(
            f"The home {root} is the data folder, so a run would read what it wrote. Name a folder "
            "of its own with --home DIR; it may lie in the data folder."
        )


def last_worked_source_key(home: Home) -> str:
    """Return the source whose working warehouse was written last, published or not.

    Raises:
        WarehouseError: Nothing has been run in this home.
    """
    files = list(home.root.glob("work/*/warehouse.duckdb"))
    if not files:
        raise WarehouseError(f"Nothing has been run in {home.root}. Run 'lotwise run' first.")
    return max(files, key=lambda file: file.stat().st_mtime).parent.name
