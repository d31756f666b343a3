"""Whether a night would find anything it has not seen: files by content, settings, code.

What a run that published had read is kept beside its request. A night over the same contents with
the same code would only say the same again, so it is not run.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from assets.sources.files.places import data_folder, matching_files
from assets.sources.inputs import hash_file
from data_contracts.errors import LotwiseError
from data_contracts.profile import Profile, load_profile
from pipelines.site.installed_code import foundation_hash
from pipelines.site.run_request import RunRequest
from warehouse.paths import Home

SEEN_FILE = "seen.json"
NOTHING_NEW = "Nothing new: files, settings and code are those of the last run; it stands."

# Relative path -> size, time of last change in nanoseconds, SHA-256.
Seen = Mapping[str, tuple[int, int, str]]


def delivered_files(request: RunRequest) -> tuple[Profile, Path, list[Path]] | None:
    """Return the profile of a request, its data folder and the files delivered there now.

    Returns:
        None where the files are not in a folder that was named (the simulated plant).

    Raises:
        LotwiseError: The profile or the folder cannot be read.
    """
    profile = load_profile(request.source)
    folder = request.data or profile.data_dir
    if folder is None:
        return None
    there = data_folder(folder)
    put_there = (each for each in profile.files.values() if not each.is_landed)
    found = {path for each in put_there for path in matching_files(each, there)}
    return profile, there, sorted(found)


def remember_seen(
    home: Home, key: str, request: RunRequest, read: Mapping[str, str], before_ns: int
) -> None:
    """Keep what a run that published had read.

    Args:
        home: The runtime home.
        key: Of the source.
        request: What was asked.
        read: Delivered file, relative -> SHA-256 of what the run read of it.
        before_ns: When the run began to read: a file changed later must be read again.
    """
    file = home.work_dir(key) / SEEN_FILE
    file.unlink(missing_ok=True)
    try:
        delivered = delivered_files(request)
        if delivered is None or _is_fetched(delivered[0]):
            return
        profile, folder, _ = delivered
        files = {name: _stamp(folder / name, digest, before_ns) for name, digest in read.items()}
        kept = {"files": files, **_beside(request, profile, _noted(home, key))}
    except (LotwiseError, OSError):
        return  # moved away since they were read; what was published stands, the next night looks
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(kept), encoding="utf-8")
    beside.replace(file)


def is_nothing_new(home: Home, key: str, request: RunRequest) -> bool:
    """Tell whether a night over a request would find only what the last run had read.

    Args:
        home: The runtime home.
        key: Of the source.
        request: What would be run.

    Raises:
        LotwiseError: The profile or the folder cannot be read.
    """
    file = home.work_dir(key) / SEEN_FILE
    if home.unfinished_file(key).exists() or not home.published_file.is_file():
        return False
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        seen: Seen = {name: tuple(each) for name, each in kept.pop("files").items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return False
    delivered = delivered_files(request)
    if delivered is None or _is_fetched(delivered[0]):
        return False
    profile, folder, files = delivered
    names = {str(path.relative_to(folder)): path for path in files}
    return (
        kept == _beside(request, profile, _noted(home, key))
        and names.keys() == seen.keys()
        and all(_is_as_seen(path, seen[name]) for name, path in names.items())
    )


def _is_fetched(profile: Profile) -> bool:
    """Tell whether rows come from a database or a store, which must be asked every night."""
    return any(each.is_landed for each in profile.files.values())


def _beside(request: RunRequest, profile: Profile, noted: Iterable[Path]) -> dict[str, Any]:
    """What a result depends on besides the delivered files."""
    own = [*profile.written_in, request.assumptions or _priced_by(profile), *noted]
    return {
        "settings": request.settings(),
        "beside": {str(path): hash_file(path) for path in own if path and path.is_file()},
        "code": foundation_hash(),
    }


def _noted(home: Home, key: str) -> tuple[Path, ...]:
    """Files of what people approved, froze and ran since."""
    return home.approvals_file(key), home.audit_trail_file(key)


def _priced_by(profile: Profile) -> Path | None:
    """File of the assumptions the profile chooses; None for a built-in set."""
    return profile.file.parent / profile.assumptions if profile.assumptions else None


def _stamp(path: Path, digest: str, before_ns: int) -> tuple[int, int, str]:
    state = path.stat()
    changed = state.st_mtime_ns if state.st_mtime_ns < before_ns else -1
    return state.st_size, changed, digest


def _is_as_seen(path: Path, seen: tuple[int, int, str]) -> bool:
    """Tell by size and time, or by content where the time is another."""
    size, changed, digest = seen
    state = path.stat()
    if state.st_size != size:
        return False
    return state.st_mtime_ns == changed or hash_file(path) == digest
