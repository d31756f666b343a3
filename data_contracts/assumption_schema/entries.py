"""Reads single entries of an assumptions file: blocks, texts, choices, exact numbers.

Only the reading of one entry lives here, each function with one clear error; what the entries
mean together is checked in ``reader`` and ``levers``.
"""

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from data_contracts.assumption_schema.model import ENDS
from data_contracts.errors import AssumptionError
from data_contracts.untrusted.modest_yaml import VALUE_ERRORS, modest_yaml

# What an entry says of a number besides its values.
FIELDS = {
    *("owner", "source", "as_of", "unit"),
    *("distribution", "kind", "favourable", "description"),
}
# Plain decimals or ratios of integers only: an exponent could ask for a number of any length.
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,12})?(/[1-9]\d{0,8})?")


class _TextLoader(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
    """Reads every scalar as text and refuses a key written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                line = node.start_mark.line + 1
                raise AssumptionError(
                    f"{self.name}: '{key}' is written twice in the block at line {line}; keep one."
                )
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


def exact(text: str, where: str) -> Fraction:
    """Read a non-negative decimal or a ratio of integers without rounding.

    Args:
        text: As ``0.03``, ``500000`` or ``2/3``.
        where: Named in the error.

    Raises:
        AssumptionError: The text is not such a number, or it is negative.
    """
    if not isinstance(text, str) or not _NUMBER.fullmatch(text.strip()):
        raise AssumptionError(
            f"{where}: '{text}' is not a number; write a plain decimal such as 0.03, or a ratio "
            "such as 2/3."
        )
    value = Fraction(text.strip())
    if value < 0:
        raise AssumptionError(
            f"{where}: {text} is negative; costs and shares are stated as zero or more."
        )
    return value


@dataclass(frozen=True)
class Document:
    """A YAML file with every scalar as text.

    Attributes:
        path: The file.
        values: What it says.
        lines: Line of each key of the first two levels, counted from 1.
    """

    path: Path
    values: Any
    lines: Mapping[tuple[str, ...], int]

    @property
    def name(self) -> str:
        """The file's name, without its folder."""
        return self.path.name

    def place(self, *keys: str) -> str:
        """Return where an entry stands: file, line, keys."""
        line = self.lines.get(keys)
        at = f"{self.path}, line {line}" if line else str(self.path)
        return ": ".join([at, *(key for key in keys if len(keys) == 1 or key != "assumptions")])


def read_document(path: Path) -> Document:
    """Read a YAML file with every scalar as text.

    Raises:
        AssumptionError: The file cannot be read, is not YAML, or writes a key twice.
    """
    text = modest_yaml(path, "The file of cost assumptions", AssumptionError)
    loader = _TextLoader(text)
    loader.name = str(path)
    try:
        node = loader.get_single_node()
        values = None if node is None else loader.construct_document(node)
        return Document(path, values, dict(_lines(node)))
    except yaml.YAMLError as error:
        problem = " ".join(str(error).split()).replace(' in "<unicode string>"', "")
        raise AssumptionError(f"{path}: this is not valid YAML ({problem}); correct it.") from error
    except VALUE_ERRORS as error:
        raise AssumptionError(f"{path}: a key or value is no text ({error}); write it.") from error
    finally:
        loader.dispose()


def _lines(node: Any) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield keys of the first two levels with their lines."""
    for key, below in _pairs(node):
        yield (key.value,), key.start_mark.line + 1
        for inner, _ in _pairs(below):
            yield (key.value, inner.value), inner.start_mark.line + 1


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    return node.value if isinstance(node, yaml.MappingNode) else []


def read_mapping(value: Any, where: str) -> dict[str, Any]:
    """Return a value that must be a block of named entries.

    Raises:
        AssumptionError: It is not.
    """
    if not isinstance(value, dict):
        raise AssumptionError(f"{where}: expected named entries; write 'name: value' lines.")
    return value


def read_block(
    value: Any, where: str, required: set[str], optional: set[str] | None = None
) -> dict[str, Any]:
    """Return a block that has the required entries and no unknown ones.

    Raises:
        AssumptionError: An entry is missing, empty or unknown.
    """
    block = read_mapping(value, where)
    allowed = required | (optional or set())
    for key in block:
        if key not in allowed:
            raise AssumptionError(
                f"{where}: '{key}' is not a known entry; known are {', '.join(sorted(allowed))}."
            )
    for key in sorted(required):
        if key not in block or block[key] == "":
            raise AssumptionError(f"{where}: '{key}' is missing; add it.")
    return block


def read_ends(value: Any, where: str) -> tuple[Fraction, Fraction, Fraction]:
    """Return the three values of a number: lowest, most credible and highest.

    Raises:
        AssumptionError: They are not three numbers.
    """
    if not isinstance(value, list) or len(value) != len(ENDS):
        raise AssumptionError(f"{where}: needs [low, base, high]; write three numbers.")
    low, base, high = (exact(text, where) for text in value)
    return low, base, high


def read_text(block: Mapping[str, Any], key: str, where: str) -> str:
    """Return an entry that must be a text, on one line.

    Raises:
        AssumptionError: It is empty or a block.
    """
    value = block[key]
    if not isinstance(value, str) or not value.strip():
        raise AssumptionError(f"{where}: '{key}' must be a text; write it.")
    return " ".join(value.split())


def read_choice(block: Mapping[str, Any], key: str, allowed: frozenset[str], where: str) -> str:
    """Return an entry that must be one of a few words.

    Raises:
        AssumptionError: It is another.
    """
    value = read_text(block, key, where)
    if value not in allowed:
        raise AssumptionError(
            f"{where}: {key} '{value}' is unknown; use one of {', '.join(sorted(allowed))}."
        )
    return value


def read_boolean(block: Mapping[str, Any], key: str, where: str) -> bool:
    """Return an entry that must be ``true`` or ``false``.

    Raises:
        AssumptionError: It is neither.
    """
    return read_choice(block, key, frozenset({"true", "false"}), where) == "true"


def read_whole(value: Any, allowed: range, where: str) -> int:
    """Return a whole number within a range.

    Raises:
        AssumptionError: It is not a whole number or lies outside.
    """
    if not isinstance(value, str) or not value.isdecimal() or int(value) not in allowed:
        raise AssumptionError(
            f"{where}: '{value}' must be a whole number from {allowed.start} to {allowed.stop - 1}."
        )
    return int(value)


def read_date(block: Mapping[str, Any], where: str, key: str = "as_of") -> date:
    """Return a date of an entry.

    Raises:
        AssumptionError: It is not an ISO date.
    """
    text = read_text(block, key, where)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise AssumptionError(
            f"{where}: {key} '{text}' is not a date; write it as 2026-11-01."
        ) from error
