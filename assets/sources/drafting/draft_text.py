"""YAML as a person would write it: short things on one line, comments beside guesses."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

WIDTH: Final = 98
_PLAIN: Final = re.compile(r"[A-Za-z_][\w ./*-]*[\w*]|[A-Za-z_]|-?\d+(\.\d+)?")
_WORDS: Final = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def scalar(value: object) -> str:
    """Return a value as it stands in YAML, quoted where it must be."""
    text = str(value)
    is_number = not isinstance(value, str)
    if is_number or (
        _PLAIN.fullmatch(text) and text.lower() not in _WORDS and not _is_number(text)
    ):
        return text.lower() if isinstance(value, bool) else text
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else _escaped(c) for c in quoted) + '"'


def _escaped(character: str) -> str:
    if character == "\t":
        return "\\t"
    return f"\\U{ord(character):08x}"


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[\d.][\d._eE+-]*", text) is not None


def flow(values: Mapping[str, object] | Iterable[object]) -> str:
    """Return a mapping or a list on one line."""
    if isinstance(values, Mapping):
        inner = ", ".join(f"{scalar(key)}: {_inner(value)}" for key, value in values.items())
        return "{" + inner + "}"
    return "[" + ", ".join(map(_inner, values)) + "]"


def _inner(value: object) -> str:
    if isinstance(value, (Mapping, list, tuple)):
        return flow(value)
    return scalar(value)


def entry(key: str, value: object, comment: str = "") -> str:
    """Return one line ``key: value``, with a comment."""
    return f"{scalar(key)}: {_inner(value)}" + (f"  # {comment}" if comment else "")


def indented(lines: Iterable[str], by: int) -> list[str]:
    """Return lines moved to the right."""
    return [f"{' ' * by}{line}" if line else line for line in lines]


def item(lines: Iterable[str]) -> list[str]:
    """Return the lines of a mapping as one item of a list."""
    return [f"{'- ' if number == 0 else '  '}{line}" for number, line in enumerate(lines)]


def commented(text: str) -> list[str]:
    """Return a sentence as comment lines."""
    lines, line = [], "#"
    for word in "".join(c if c.isprintable() else " " for c in text).split():
        if len(line) + len(word) + 1 > WIDTH and line != "#":
            lines.append(line)
            line = "#"
        line += f" {word}"
    return [*lines, line]
