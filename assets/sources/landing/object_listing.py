"""Which objects of a store a profile means: globs that mean what they mean in a folder."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data_contracts.profile_schema.origins.stores import StoredObjects


@dataclass(frozen=True)
class ObjectThere:
    """One object: its path with the bucket, its path below the glob's folder, size and time."""

    path: str
    name: str
    size: int
    changed_at: datetime


def matching_objects(store: Any, stored: StoredObjects) -> list[ObjectThere]:
    """Return the objects a profile means, in the order of their names.

    Args:
        store: The store (``pyarrow.fs.FileSystem``).
        stored: The bucket, and the path or glob in it.

    Raises:
        OSError: The store cannot be reached or refuses.
    """
    from pyarrow import fs

    folders, is_deep = [], False
    for part in stored.pattern.split("/")[:-1]:
        if is_deep or any(letter in part for letter in "*?["):
            is_deep = True
        else:
            folders.append(part)
    base = "/".join([root_of(stored), *folders])
    chosen = fs.FileSelector(base, allow_not_found=True, recursive=is_deep)
    wanted = re.compile(_regex(stored.pattern.split("/")[len(folders) :]))
    found = [
        ObjectThere(info.path, info.path[len(base) + 1 :], info.size, info.mtime)
        for info in store.get_file_info(chosen)
        if info.is_file and wanted.fullmatch(info.path[len(base) + 1 :])
    ]
    return sorted(found, key=lambda each: each.name)


def root_of(stored: StoredObjects) -> str:
    """Return the bucket or container as the first part of an object's path."""
    return stored.bucket.partition("@")[0]


def _regex(parts: list[str]) -> str:
    """A glob as a regular expression: * stays within a folder, ** is any number of folders."""
    text = ""
    for place, part in enumerate(parts):
        if part == "**":
            text += "(?:[^/]+/)*"
            continue
        own = re.sub(r"\\\*", "[^/]*", re.escape(part)).replace(r"\?", "[^/]")
        own = re.sub(r"\\\[(.+?)\\\]", lambda m: _letters(m[1]), own)
        text += own + ("/" if place < len(parts) - 1 else "")
    return text


def _letters(escaped: str) -> str:
    own = re.sub(r"\\(.)", r"\1", escaped).replace("\\", "")
    return f"[^{own[1:]}]" if own.startswith("!") else f"[{own}]"
