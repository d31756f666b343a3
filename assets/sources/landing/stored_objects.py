"""Objects of a store, fetched as they are; what has not changed since the last run is not fetched.

An object is told by its ETag and size, not by a hash of its content: the ETag is the store's own
and costs no reading.
"""

import os
import shutil
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from assets.sources.landing.kept_landings import KeptLandings
from assets.sources.landing.landed_files import LandedFile
from assets.sources.landing.object_listing import ObjectThere, matching_objects, root_of
from assets.sources.landing.object_stores import spoken_store_errors, store_of
from data_contracts.errors import SourceError
from data_contracts.profile_schema.files import SourceFile
from data_contracts.profile_schema.origins.stores import StoredObjects
from data_contracts.untrusted.limits import (
    LARGEST_CSV_BYTES,
    LARGEST_PARQUET_BYTES,
    LARGEST_WORKBOOK_BYTES,
    MB,
    MOST_FILES_LISTED,
)

_LARGEST: Final = {
    "csv": LARGEST_CSV_BYTES,
    "parquet": LARGEST_PARQUET_BYTES,
    "xlsx": LARGEST_WORKBOOK_BYTES,
}
MOST_BYTES_CHECKED: Final = 512 * MB  # of readings, where a source is only judged
_LONGEST_NAME: Final = 255  # of a file


def land_objects(
    described: SourceFile,
    stored: StoredObjects,
    staging: Path,
    kept: KeptLandings,
    *,
    becomes_frame: bool,
    is_check: bool,
) -> tuple[tuple[LandedFile, ...], list[str]]:
    """Fetch the objects of one entry that are new or have changed.

    Args:
        described: The entry.
        stored: Where they lie.
        staging: Where they are put.
        kept: What earlier runs fetched.
        becomes_frame: Whether their rows become a frame, which bounds their size.
        is_check: Whether readings are fetched only as far as a check needs them.

    Returns:
        Their files in the order of their paths, and notes.

    Raises:
        SourceError: The store refuses, nothing matches, or an object is too large.
    """
    folder = Path(described.pattern).parent.name
    with spoken_store_errors(stored):
        store = store_of(stored)
        objects = matching_objects(store, stored)
        if not objects and store.get_file_info(root_of(stored)).type.name == "NotFound":
            raise FileNotFoundError(f"AWS Error NO_SUCH_BUCKET: there is no {stored.bucket}")
    if not objects and not described.is_optional:
        raise SourceError(
            f"{stored.where}: no object '{stored.spoken}'. Put it there, or correct 'path:'."
        )
    _require_modest(described, stored, objects, becomes_frame=becomes_frame)
    files, total = list[LandedFile](), 0
    for each in objects:
        total += each.size
        if is_check and not becomes_frame and files and total > MOST_BYTES_CHECKED:
            rest = len(objects) - len(files)
            note = f"{described.name}: {rest} objects of {stored.spoken} were not looked at"
            return tuple(files), [f"{note}; a run reads all."]
        with spoken_store_errors(stored):
            files.append(_landed(store, stored, each, staging, kept, folder))
    return tuple(files), []


def _require_modest(
    described: SourceFile, stored: StoredObjects, objects: list[ObjectThere], *, becomes_frame: bool
) -> None:
    if len(objects) > MOST_FILES_LISTED:
        raise SourceError(
            f"{stored.where}: {stored.spoken} matches {len(objects):,} objects; at most "
            f"{MOST_FILES_LISTED:,} are one entry. Name fewer by a longer path."
        )
    largest = max(objects, key=lambda each: each.size, default=None)
    if becomes_frame and largest is not None and largest.size > _LARGEST[described.format]:
        raise SourceError(
            f"{stored.where}: {stored.scheme}://{largest.path} has {largest.size:,} bytes; at most "
            f"{_LARGEST[described.format]:,} become one table. Split it."
        )


def _landed(
    store: Any,
    stored: StoredObjects,
    each: ObjectThere,
    staging: Path,
    kept: KeptLandings,
    folder: str,
) -> LandedFile:
    """One object in its file: that of an earlier run where it is the same object."""
    name = f"{folder}/{_file_name(stored, each)}"
    with store.open_input_stream(each.path) as stream:
        told = {str(key).lower(): value for key, value in (stream.metadata() or {}).items()}
        tag = told.get("etag", b"").decode(errors="replace").strip('"')
        origin = f"{stored.scheme}://{each.path}, ETag {tag or 'unknown'}, {each.size} bytes"
        before = kept.same(name, origin) if tag else None
        if before is not None:
            return before
        path = staging / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if each.size > shutil.disk_usage(staging).free:
            raise SourceError(
                f"{stored.where}: {stored.scheme}://{each.path} has {each.size:,} bytes, more than "
                f"the disk of {staging} has left. Make room, or name another home with --home DIR."
            )
        with path.open("wb") as file:
            shutil.copyfileobj(stream, file, MB)
    if path.stat().st_size != each.size:
        raise SourceError(
            f"{stored.where}: {stored.scheme}://{each.path} changed while it was read. Run again "
            "when its delivery is complete."
        )
    instant = each.changed_at.timestamp()
    os.utime(path, (instant, instant))  # it was delivered when it was put into the store
    return LandedFile(path, name, origin, None, None)


def _file_name(stored: StoredObjects, each: ObjectThere) -> str:
    """The name of an object's file: its path with every / written out, which leaves no folder."""
    name = quote(each.name, safe=" ()[]{}+,;=@!$&'~#")
    if not name.strip(".") or len(name) > _LONGEST_NAME:
        raise SourceError(
            f"{stored.where}: an object of {stored.spoken} has a name no file can have "
            f"({each.name[:80]!r}). Name it otherwise."
        )
    return name
