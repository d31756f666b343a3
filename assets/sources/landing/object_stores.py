"""Objects of a store, fetched as they are; what has not changed since the last run is not fetched.

An object is told by its ETag and size, not by a hash of its content: the ETag is the store's own
and costs no reading. S3 was tried on loopback; ``abfss`` is written from the manual.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from assets.sources.landing.kept_landings import KeptLandings
from assets.sources.landing.landed_files import LandedFile
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

_CONNECT_S, _REQUEST_S, _ATTEMPTS = 3, 30, 2
_LARGEST: Final = {
    "csv": LARGEST_CSV_BYTES,
    "parquet": LARGEST_PARQUET_BYTES,
    "xlsx": LARGEST_WORKBOOK_BYTES,
}
MOST_BYTES_CHECKED: Final = 512 * MB  # of readings, where a source is only judged
_LONGEST_NAME: Final = 255  # of a file
# What a store says, and what to do about it; the first that fits counts.
_ADVICE: Final = {
    r"NETWORK_CONNECTION|could not connect|resolve host|timed? ?out|timeout": (
        "Check the network and {endpoint}."
    ),
    r"NO_SUCH_BUCKET|bucket does not exist": "Correct the bucket in 'path'.",
    (
        r"ACCESS_DENIED|FORBIDDEN|INVALID_ACCESS_KEY|SIGNATURE|INVALID_CLIENT_TOKEN|credential|"
        r"HTTP status 40[13]"
    ): "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or the profile of AWS_PROFILE).",
}
_OTHERWISE: Final = "Try the same path with the store's own client, and correct 'path'."


@dataclass(frozen=True)
class _Object:
    """One object: its path with the bucket, its path below the glob's folder, size and time."""

    path: str
    name: str
    size: int
    changed_at: datetime


@contextmanager
def spoken_store_errors(stored: StoredObjects) -> Iterator[None]:
    """Turn what a store refuses into one sentence.

    Raises:
        SourceError: The store cannot be reached or refuses.
    """
    try:
        yield
    except OSError as error:
        said = " ".join(str(error).split())
        if error.errno not in {None, 2} and "AWS Error" not in said:
            raise  # the disk's own refusal, not the store's
        reason = said.partition("AWS Error ")[2] or said
        reason = reason.partition("; Details:")[0][:200].rstrip(" .")
        found = (text for pattern, text in _ADVICE.items() if re.search(pattern, said, re.I))
        endpoint = "AWS_ENDPOINT_URL" if stored.scheme == "s3" else "the account in 'path'"
        advice = next(found, _OTHERWISE).format(endpoint=endpoint)
        raise SourceError(f"{stored.where}: {stored.spoken}: {reason}. {advice}") from None


def store_of(stored: StoredObjects) -> Any:
    """Return the file system of a store (``pyarrow.fs.FileSystem``), by what the environment says.

    A store that does not answer is given up within seconds.
    """
    from pyarrow import fs

    if stored.scheme == "abfss":
        account = stored.bucket.partition("@")[2].partition(".")[0]
        key = os.environ.get("AZURE_STORAGE_ACCOUNT_KEY")
        return fs.AzureFileSystem(account, account_key=key)
    endpoint = endpoint_url()
    parts = urlsplit(endpoint or "")
    own = {"endpoint_override": parts.netloc, "scheme": parts.scheme} if endpoint else {}
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    return fs.S3FileSystem(
        **own,
        region=region or ("us-east-1" if endpoint else None),
        connect_timeout=_CONNECT_S,
        request_timeout=_REQUEST_S,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=_ATTEMPTS),
    )


def endpoint_url() -> str | None:
    """Return the address of the store where it is not Amazon's own."""
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None


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
        objects = _matching(store, stored)
        if not objects and store.get_file_info(_root(stored)).type.name == "NotFound":
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


def _matching(store: Any, stored: StoredObjects) -> list[_Object]:
    from pyarrow import fs

    folders, is_deep = [], False
    for part in stored.pattern.split("/")[:-1]:
        if is_deep or any(letter in part for letter in "*?["):
            is_deep = True
        else:
            folders.append(part)
    base = "/".join([_root(stored), *folders])
    chosen = fs.FileSelector(base, allow_not_found=True, recursive=is_deep)
    wanted = re.compile(_regex(stored.pattern.split("/")[len(folders) :]))
    found = [
        _Object(info.path, info.path[len(base) + 1 :], info.size, info.mtime)
        for info in store.get_file_info(chosen)
        if info.is_file and wanted.fullmatch(info.path[len(base) + 1 :])
    ]
    return sorted(found, key=lambda each: each.name)


def _root(stored: StoredObjects) -> str:
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


def _require_modest(
    described: SourceFile, stored: StoredObjects, objects: list[_Object], *, becomes_frame: bool
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
    each: _Object,
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


def _file_name(stored: StoredObjects, each: _Object) -> str:
    """The name of an object's file: its path with every / written out, which leaves no folder."""
    name = quote(each.name, safe=" ()[]{}+,;=@!$&'~#")
    if not name.strip(".") or len(name) > _LONGEST_NAME:
        raise SourceError(
            f"{stored.where}: an object of {stored.spoken} has a name no file can have "
            f"({each.name[:80]!r}). Name it otherwise."
        )
    return name
