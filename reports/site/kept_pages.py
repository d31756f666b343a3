"""Pages that are drawn only when what they are drawn from has changed.

Beside the pages of a folder lies a list: of each, a hash of its inputs and of its content. Where
the report before has a page of the same inputs, and it is still what was written, that file is
taken over as it is: a second name of the same bytes, which cost neither time nor room.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from reports.whole_file import whole_file

LIST_NAME = "drawn_from.json"
_DRAWN_BY = ("reports", "assets/failure_models/contrasts/explanations.py")


@dataclass(frozen=True)
class Drawing:
    """One page, drawn when asked for.

    Attributes:
        inputs: Hash of all it is drawn from.
        draw: Returns its HTML.
    """

    inputs: str
    draw: Callable[[], str]


def write_folder(
    place: Path, drawings: Mapping[str, Drawing], before: Path | None = None
) -> tuple[int, int]:
    """Make a folder hold exactly some pages.

    Args:
        place: The folder.
        drawings: Pages by file name.
        before: The same folder of the report before; None or a folder that is not there for none.

    Returns:
        How many pages were drawn, and how many were kept.
    """
    sources = [folder for folder in (place, before) if folder is not None]
    lists = {folder: _list_of(folder) for folder in sources}
    drawn, listed = 0, {}
    for file, drawing in drawings.items():
        kept = next((f for f in sources if _is_kept(f / file, lists[f].get(file), drawing)), None)
        if kept is None:
            text = drawing.draw()
            with whole_file(place / file) as draft:
                draft.write_text(text, encoding="utf-8")
            listed[file] = [drawing.inputs, sha256(text.encode()).hexdigest()]
            drawn += 1
            continue
        listed[file] = lists[kept][file]
        if kept != place:
            place.mkdir(parents=True, exist_ok=True)
            (place / file).unlink(missing_ok=True)
            _second_name(kept / file, place / file)
    for left in place.glob("*.html"):
        if left.name not in drawings:
            left.unlink()
    if drawings:
        with whole_file(place / LIST_NAME) as draft:
            draft.write_text(json.dumps(listed, indent=0, sort_keys=True), encoding="utf-8")
    else:
        (place / LIST_NAME).unlink(missing_ok=True)
    return drawn, len(drawings) - drawn


def inputs_hash(*values: Any) -> str:
    """Hash what a page is drawn from, and the code and templates that draw it."""
    text = json.dumps(values, default=str, sort_keys=True)
    return sha256(f"{drawing_code()}\n{text}".encode()).hexdigest()


@cache
def drawing_code() -> str:
    """Hash all that decides how pages look: any change to it draws every page again."""
    root = Path(__file__).parents[2]
    found = sha256()
    for path in sorted(_files(root)):
        found.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for name in _DRAWN_BY:
        place = root / name
        if place.is_file():
            yield place
        for ending in ("*.py", "*.j2", "*.css", "*.js"):
            yield from place.rglob(ending)


def _list_of(folder: Path) -> dict[str, list[str]]:
    try:
        found = json.loads((folder / LIST_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_kept(path: Path, listed: list[str] | None, drawing: Drawing) -> bool:
    """Whether a page of the same inputs lies there, and is still what was written."""
    if listed is None or listed[0] != drawing.inputs or not path.is_file():
        return False
    return sha256(path.read_bytes()).hexdigest() == listed[1]


def _second_name(kept: Path, place: Path) -> None:
    try:
        os.link(kept, place)
    except OSError:  # another file system, or one without links
        place.write_bytes(kept.read_bytes())
