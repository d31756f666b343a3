"""Places in the data folder: which files a profile means, and that each is one and lies inside.

Nothing is opened here. A link that leads out of the folder, a pipe or a device is refused: what a
source delivers lies in its folder. A home may lie there too; nothing in it is delivered.
"""

import os
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from data_contracts.errors import SourceError
from data_contracts.profile_schema.files import SourceFile
from data_contracts.untrusted.limits import MOST_FILES_LISTED
from warehouse.paths import Home


def data_folder(data_dir: Path) -> Path:
    """Return the folder of the delivered files, links resolved.

    Raises:
        SourceError: There is no such folder.
    """
    hint = "give the folder of the delivered files with --data DIR."
    try:
        folder = data_dir.resolve()
        if folder.is_dir():
            os.scandir(folder).close()
            return folder
        found = "is a file, not a folder" if folder.exists() else "does not exist"
    except (OSError, ValueError, RuntimeError) as error:
        found = f"cannot be opened ({getattr(error, 'strerror', None) or error})"
    raise SourceError(f"The data folder {data_dir} {found}; {hint}")


def matching_files(described: SourceFile, data_dir: Path) -> tuple[Path, ...]:
    """Return the files that a profile's path or glob means, sorted.

    Args:
        described: The entry of the profile.
        data_dir: The data folder, resolved.

    Raises:
        SourceError: One of them is a link out of the folder, or no regular file.
    """
    try:
        found = sorted(data_dir.glob(described.pattern))
    except (OSError, ValueError, RuntimeError, IndexError, NotImplementedError) as error:
        raise SourceError(
            f"{data_dir}: '{described.pattern}' cannot be looked for ({error}); correct 'path:' of "
            f"{described.where}."
        ) from error
    homes: dict[Path, bool] = {}
    return tuple(
        path
        for path in found
        if not _lies_in_a_home(path.parent, data_dir, homes) and _is_delivered(path, data_dir)
    )


def _lies_in_a_home(folder: Path, data_dir: Path, known: dict[Path, bool]) -> bool:
    """Tell whether a folder below the data folder is a home of runs, or lies in one."""
    if folder == data_dir or not folder.is_relative_to(data_dir):
        return False
    if folder not in known:
        is_home = Home(folder).lock_file.is_file()
        known[folder] = is_home or _lies_in_a_home(folder.parent, data_dir, known)
    return known[folder]


def _is_delivered(path: Path, data_dir: Path) -> bool:
    """Tell a file from a folder, refusing everything else."""
    try:
        real, mode = path.resolve(strict=True), path.stat().st_mode
    except (OSError, RuntimeError):
        raise SourceError(
            f"{path} is a link that leads nowhere. Put the file itself into the folder."
        ) from None
    if stat.S_ISDIR(mode):
        return False
    if not real.is_relative_to(data_dir):
        raise SourceError(
            f"{path} is a link to {real}, outside the data folder. Put the file itself into the "
            "folder, or name the folder it lies in with --data DIR."
        )
    if not stat.S_ISREG(mode):
        raise SourceError(
            f"{path} is a pipe or a device, no regular file. Put the file itself into the folder."
        )
    return True


def files_below(folder: Path, most: int = MOST_FILES_LISTED) -> list[Path]:
    """Return the files in a folder and its folders, homes of runs and links left out.

    At most so many, the first in order.
    """
    return list(islice(_walked(folder), most))


def _walked(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not Home(Path(place, f)).lock_file.is_file())
        yield from (Path(place, name) for name in sorted(names))
