"""YAML of strangers, judged before it is loaded.

No loader bears any depth, nor aliases that stand for a billion words. Here belongs the judging,
event by event; what a document says is for its readers.
"""

import stat
from collections.abc import Iterator
from pathlib import Path

import yaml

from data_contracts.errors import LotwiseError
from data_contracts.untrusted.limits import DEEPEST_YAML, LARGEST_YAML_BYTES, MOST_YAML_NODES
from data_contracts.yaml_loader import SAFE_LOADER

# What a loader raises of a value that is not what its tag or its look says.
VALUE_ERRORS = (ValueError, KeyError, AttributeError, TypeError, OverflowError, RecursionError)


def is_there(path: Path) -> bool:
    """Tell whether anything stands at a path, which may be no path at all."""
    try:
        return path.exists() and not path.is_dir()
    except (OSError, ValueError):  # too long, in a circle of links, with a NUL
        return False


def modest_yaml(file: Path, what: str, refusal: type[LotwiseError]) -> str:
    """Return the text of a YAML file that can be loaded in bounded time and memory.

    Args:
        file: The file.
        what: What it is, for the message: ``The profile``.
        refusal: The error to raise.

    Raises:
        LotwiseError: Of the class given: the file cannot be read, is no regular file or no text, is
            too large or too deep, its aliases stand for too much, or it has tags.
    """
    text = _read(file, what, refusal)
    try:
        for problem, line in _excesses(text):
            raise refusal(f"{file}, line {line}: {problem}. Write {what.lower()} plainly.")
    except yaml.YAMLError:
        pass  # whoever loads the text says what is wrong with it, in words of its own
    return text


def _read(file: Path, what: str, refusal: type[LotwiseError]) -> str:
    hint = "give the path of a YAML file"
    try:
        state = file.stat()
        if not stat.S_ISREG(state.st_mode):
            raise refusal(f"{what} '{file}' is no regular file; {hint}.")
        if state.st_size > LARGEST_YAML_BYTES:
            raise refusal(
                f"{what} '{file}' has {state.st_size:,} bytes, more than the "
                f"{LARGEST_YAML_BYTES:,} that are read; {hint} written by hand."
            )
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise refusal(f"{what} '{file}' cannot be read ({error}); {hint} in UTF-8.") from error


def _excesses(text: str) -> Iterator[tuple[str, int]]:
    """Yield what is too much in a text, with its line, judging it event by event."""
    counted = _Counted()
    for event in yaml.parse(text, Loader=SAFE_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) and not counted.alias(event.anchor):
            yield f"'*{event.anchor}' stands inside what it names", line
        counted.take(event)
        if counted.depth > DEEPEST_YAML:
            yield f"blocks lie in one another more than {DEEPEST_YAML} deep", line
        if counted.nodes > MOST_YAML_NODES:
            yield f"there are more than {MOST_YAML_NODES:,} values, aliases written out", line
        if (tag := getattr(event, "tag", None)) not in (None, "!"):
            yield f"the tag '{tag}' is not known here; write the value plainly", line


class _Counted:
    """Values of a document so far, as many as there would be without aliases, and the depth."""

    def __init__(self) -> None:
        self.nodes = 0
        self._sizes: dict[str, int | None] = {}  # of what an anchor names; None while it is open
        self._opened: list[tuple[str | None, int]] = []

    @property
    def depth(self) -> int:
        return len(self._opened)

    def alias(self, anchor: str | None) -> bool:
        """Count what an alias stands for; false where it stands inside that itself."""
        size = self._sizes.get(anchor or "", 1)
        self.nodes += size or 0
        return size is not None

    def take(self, event: yaml.Event) -> None:
        """Count any other event."""
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, before = self._opened.pop()
            self._name(anchor, self.nodes - before)
        elif isinstance(event, yaml.ScalarEvent):
            self.nodes += 1
            self._name(event.anchor, 1)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._opened.append((event.anchor, self.nodes))
            self.nodes += 1
            self._name(event.anchor, None)

    def _name(self, anchor: str | None, size: int | None) -> None:
        if anchor is not None:
            self._sizes[anchor] = size
