"""What a file of cost assumptions states, together with the shipped set it extends.

A file that extends a set says only what differs: blocks are merged entry by entry, numbers are
restated (``restated``). Each number keeps whose it is. One copied unchanged from a shipped set,
with owner and source, is still that set's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from data_contracts.assumption_schema.entries import (
    Document,
    read_block,
    read_document,
    read_mapping,
    read_text,
)
from data_contracts.assumption_schema.model import Assumption
from data_contracts.assumption_schema.restated import Extension, new_entries
from data_contracts.assumption_schema.shipped import (
    BUILT_IN_DIR,
    built_in_names,
    is_shipped,
    shipped_file,
    shipped_origin,
)
from data_contracts.assumption_schema.whole_entries import read_number
from data_contracts.codes.money import PriceOrigin
from data_contracts.errors import AssumptionError

_WHOLE = {"name", "title", "currency", "statement", "basis", "assumptions"}
_OPTIONAL = {"ledger", "levers", "failure_modes", "promise"}
_OF_EXTENSION = {"source", "as_of"}


@dataclass(frozen=True)
class Stated:
    """A set as it is stated, not yet checked as a whole.

    Attributes:
        top: Blocks of the file by name, but for the numbers.
        parameters: The numbers by name.
        shipped_set: The shipped set it is or extends; None for a file that stands alone.
    """

    top: dict[str, Any]
    parameters: dict[str, Assumption]
    shipped_set: str | None


def stated(path: Path) -> Stated:
    """Read what a file states, with what the set it extends states beside that.

    Args:
        path: YAML file.

    Raises:
        AssumptionError: The file cannot be read, an entry is unknown or cannot be used, or it
            extends what is no shipped set.
    """
    document = read_document(path)
    if "extends" in read_mapping(document.values, str(path)):
        return _extending(document)
    top = read_block(document.values, str(path), _WHOLE, _OPTIONAL)
    numbers = dict(_numbers(document, read_mapping(top["assumptions"], f"{path}: assumptions")))
    if is_shipped(path):
        own = {name: _shipped(each, path.stem) for name, each in numbers.items()}
        return Stated(top, own, path.stem)
    own = {
        name: _copied_from(replace(each, origin="", stated_in="")) or _of_site(each, path.name)
        for name, each in numbers.items()
    }
    return Stated(top, own, None)


def _extending(document: Document) -> Stated:
    where = str(document.path)
    own = read_block(
        document.values, where, {"extends"}, (_WHOLE | _OPTIONAL | _OF_EXTENSION) - {"extends"}
    )
    place = document.place("extends")
    base_file = shipped_file(read_text(own, "extends", where), place)
    is_own_shipped = is_shipped(document.path)
    if is_own_shipped and "extends" in read_document(base_file).values:
        raise AssumptionError(f"{place}: '{base_file.stem}' extends a set itself; extend that one.")
    base = stated(base_file)
    entries = read_mapping(own.get("assumptions", {}), document.place("assumptions"))
    new = new_entries(entries, base.parameters)
    label = document.path.stem if is_own_shipped else document.name
    extension = Extension(
        document,
        stated_in=label,
        source=read_text(own, "source", where) if "source" in own else None,
        as_of=read_text(own, "as_of", where) if "as_of" in own else None,
        origin_of=shipped_origin if is_own_shipped else lambda _: PriceOrigin.SITE,
    )
    restated = {name: entry for name, entry in entries.items() if name not in new}
    numbers = extension.restated(base.parameters, restated)
    for name, each in _numbers(document, {name: entries[name] for name in entries if name in new}):
        numbers[name] = _shipped(each, label) if is_own_shipped else _of_site(each, label)
    blocks = {name: own[name] for name in own if name in _WHOLE | _OPTIONAL}
    usual = {"name": document.path.stem, "title": f"{base.top['title']}, as {label} states them"}
    top = _merged({**base.top, **usual}, {**blocks, "assumptions": {}})
    return Stated(top, numbers, document.path.stem if is_own_shipped else base.shipped_set)


def _numbers(document: Document, entries: Mapping[str, Any]) -> Iterator[tuple[str, Assumption]]:
    """Yield the numbers of entries that say everything."""
    for name, entry in entries.items():
        yield from read_number(name, entry, document.place("assumptions", name)).items()


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one block over another: blocks are merged, of anything else the own one holds."""
    merged = dict(base)
    for key, value in own.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = _merged(below, value)
        else:
            merged[key] = value
    return merged


def _shipped(number: Assumption, name: str) -> Assumption:
    return replace(number, origin=shipped_origin(number.name), stated_in=name)


def _of_site(number: Assumption, file: str) -> Assumption:
    return replace(number, origin=PriceOrigin.SITE, stated_in=file)


def _copied_from(number: Assumption) -> Assumption | None:
    """Return the shipped number that a site's number was copied from; None for the site's own."""
    found = (each for each, bare in _shipped_numbers().get(number.name, ()) if bare == number)
    return next(found, None)


@cache
def _shipped_numbers() -> dict[str, list[tuple[Assumption, Assumption]]]:
    """Every shipped number by name, each with itself without origin."""
    found: dict[str, list[tuple[Assumption, Assumption]]] = {}
    for name in built_in_names():
        for each in stated(BUILT_IN_DIR / f"{name}.yaml").parameters.values():
            found.setdefault(each.name, []).append((each, replace(each, origin="", stated_in="")))
    return found
