"""A YAML document that remembers where each value stands, so that errors can say it.

Only reading and typed access live here; what a profile may say is for its parts to decide.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from math import inf, isfinite
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import yaml

from data_contracts.errors import ProfileError
from data_contracts.untrusted.limits import LONGEST_NAME
from data_contracts.untrusted.modest_yaml import VALUE_ERRORS, modest_yaml
from data_contracts.yaml_loader import SAFE_LOADER

Place = tuple[str | int, ...]
_NAME = re.compile(r"[^\W_][\w.-]*")


class Mark(NamedTuple):
    """Where something is written: a merged document's places come from two files."""

    file: Path
    line: int
    place: Place


class _PlainLoader(SAFE_LOADER):  # type: ignore[misc, valid-type]
    """YAML in which ``yes``, ``no``, ``on`` and dates stay text: exports are full of them."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"}
        or (tag == "tag:yaml.org,2002:bool" and first in "tTfF")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def spoken(place: Place) -> str:
    """Return a place in a document as a reader writes it: ``tables.batches[0].columns``."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".") or "the document"


@dataclass(frozen=True)
class Section:
    """A mapping inside a document.

    Attributes:
        values: The mapping itself.
        place: Its keys from the document's root.
        file: The document's file.
        lines: Where every place is written: file, line (from 1) and its place in that file.
    """

    values: Mapping[str, Any]
    place: Place
    file: Path
    lines: Mapping[Place, Mark]

    def where(self, key: str | int | None = None) -> str:
        """Return the place of a key as ``profile.yaml, line 12, tables.batches``."""
        return _written(self, self.place if key is None else (*self.place, key))

    def fail(self, key: str | int | None, problem: str) -> NoReturn:
        """Raise the error that something is wrong at a key.

        Raises:
            ProfileError: Always.
        """
        raise ProfileError(f"{self.where(key)}: {problem}")

    def only(self, allowed: Iterable[str]) -> None:
        """Check that no other keys than the allowed ones stand here.

        Raises:
            ProfileError: An unknown key; the nearest allowed key is suggested.
        """
        known = sorted(allowed)
        for key in self.values:
            if key not in known:
                near = get_close_matches(str(key), known, n=1)
                hint = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(known)}"
                self.fail(key, f"unknown key '{key}'; {hint}")

    def _typed(self, key: str, kinds: tuple[type, ...], name: str, default: Any) -> Any:
        if key not in self.values:
            return default
        value = self.values[key]
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            self.fail(key, f"expected {name}, found {value!r}")
        return value

    def text(self, key: str) -> str | None:
        """Return a text (a number is taken as its text), or None where the key is absent."""
        value = self._typed(key, (str, int, float), "a text", None)
        return None if value is None else str(value)

    def required_text(self, key: str, meaning: str) -> str:
        """Return a text that must be there.

        Raises:
            ProfileError: The key is absent or empty.
        """
        value = self.text(key)
        if not value:
            self.fail(None, f"'{key}' is missing: {meaning}")
        return value

    def number(self, key: str) -> float | None:
        """Return a number, or None where the key is absent."""
        value = self._typed(key, (int, float), "a number", None)
        try:
            number = None if value is None else float(value)
        except OverflowError:
            number = inf
        if number is not None and not isfinite(number):
            self.fail(key, f"expected a finite number, found {value!r}")
        return number

    def stage(self, key: str) -> int | None:
        """Return a stage, 1 to 7, or None where the key is absent.

        Raises:
            ProfileError: The value is not a whole number from 1 to 7.
        """
        value = self._typed(key, (int,), "a stage from 1 to 7", None)
        if value is not None and not 1 <= value <= 7:
            self.fail(key, f"the stage must be 1 (receipt) to 7 (release), found {value}")
        return None if value is None else int(value)

    def name(self, key: str, meaning: str) -> str:
        """Return a name that must be there: it becomes part of folders, files and columns.

        Raises:
            ProfileError: The key is absent, or its text is no name.
        """
        return self.require_name(self.required_text(key, meaning), key)

    def require_name(self, text: str, key: str | None = None) -> str:
        """Return a text that is a name, whether it stands at a key or is one.

        Raises:
            ProfileError: It is no name.
        """
        if not _NAME.fullmatch(text) or len(text) > LONGEST_NAME:
            self.fail(
                key,
                f"'{text}' is no name; a name has at most {LONGEST_NAME} letters, digits, hyphens "
                "and underscores, and begins with a letter or digit",
            )
        return text

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false."""
        return bool(self._typed(key, (bool,), "true or false", default))

    def choice(self, key: str, allowed: Iterable[str], default: str) -> str:
        """Return one of a few words.

        Raises:
            ProfileError: Another word stands there.
        """
        value, known = self.text(key) or default, list(allowed)
        if value not in known:
            self.fail(key, f"expected one of {', '.join(known)}, found '{value}'")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; a single text counts as a list of one; absent is empty."""
        value = self.values.get(key)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        for item in items:
            if isinstance(item, (dict, list)) or item is None:
                self.fail(key, f"expected a list of texts, found {item!r}")
        return tuple(str(i).lower() if isinstance(i, bool) else str(i) for i in items)

    def section(self, key: str) -> "Section":
        """Return the mapping at a key; an absent or blank one is an empty mapping."""
        return _section(self, self.values.get(key), (*self.place, key))

    def sections(self, key: str) -> list["Section"]:
        """Return the mappings listed at a key; a single mapping counts as a list of one."""
        value = self.values.get(key)
        if value is None:
            return []
        if isinstance(value, dict):
            return [self.section(key)]
        if not isinstance(value, list):
            self.fail(key, f"expected a list of mappings, found {value!r}")
        place = (*self.place, key)
        return [_section(self, item, (*place, index)) for index, item in enumerate(value)]


def _written(section: Section, place: Place) -> str:
    """Say where a place is written, or the nearest place around it that is."""
    for length in range(len(place), -1, -1):
        mark = section.lines.get(place[:length])
        if mark is not None:
            there = (*mark.place, *place[length:])
            return f"{mark.file.name}, line {mark.line}, {spoken(there)}"
    return f"{section.file.name}, line 1, {spoken(place)}"


def _section(parent: Section, value: Any, place: Place) -> Section:
    if value is not None and not isinstance(value, dict):
        raise ProfileError(
            f"{_written(parent, place)}: expected a mapping (key: value), found {value!r}"
        )
    return Section({str(k): v for k, v in (value or {}).items()}, place, parent.file, parent.lines)


def _note_lines(node: yaml.Node, place: Place, lines: dict[Place, Mark], file: Path) -> None:
    """Note the line of every place below a node; a key given twice is an error."""
    lines.setdefault(place, Mark(file, node.start_mark.line + 1, place))
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            inner = (*place, str(key_node.value))
            if inner in lines:
                raise ProfileError(
                    f"{file.name}, line {key_node.start_mark.line + 1}, {spoken(inner)}: the key "
                    f"stands there already, on line {lines[inner].line}; keep one of them"
                )
            lines[inner] = Mark(file, key_node.start_mark.line + 1, inner)
            _note_lines(value_node, inner, lines, file)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _note_lines(item, (*place, index), lines, file)


def read_document(file: Path, what: str = "The profile") -> Section:
    """Read a YAML file whose root is a mapping.

    Args:
        file: The file.
        what: What it is, for messages.

    Raises:
        ProfileError: The file is missing, is not YAML, holds more than is read, or no mapping.
    """
    text = modest_yaml(file, what, ProfileError)
    try:
        root = yaml.compose(text, Loader=_PlainLoader)
        values = yaml.load(text, Loader=_PlainLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        reason = getattr(error, "problem", None) or str(error)
        raise ProfileError(
            f"{file.name}{line}: this is not valid YAML ({reason}); check indentation, colons and "
            "quotes around that line."
        ) from error
    except VALUE_ERRORS as error:
        raise ProfileError(
            f"{file.name}: a value is not what it looks like ({error}); put it in quotes."
        ) from error
    if not isinstance(values, dict) or root is None:
        raise ProfileError(
            f"{file.name}: {what[0].lower()}{what[1:]} is a mapping (key: value); this file is not."
        )
    lines: dict[Place, Mark] = {}
    _note_lines(root, (), lines, file)
    return Section({str(k): v for k, v in values.items()}, (), file, lines)
