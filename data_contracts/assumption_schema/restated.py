"""What a file that extends a shipped set changes: numbers restated, and the few that are new.

One restated number keeps unit, meaning and favourable side of the set; its values, source and
date are the file's. Here belongs the step from such an entry to an assumption; whole sets are read
in ``reader``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from data_contracts.assumption_schema.entries import (
    FIELDS,
    Document,
    read_block,
    read_choice,
    read_date,
    read_ends,
    read_mapping,
    read_text,
)
from data_contracts.assumption_schema.model import ENDS, Assumption
from data_contracts.assumption_schema.spans import check_span
from data_contracts.assumption_schema.units import DISTRIBUTIONS, KINDS, SIDES
from data_contracts.errors import AssumptionError

FAMILIES = {"by_gate": "gate", "by_tier": "tier"}


@dataclass(frozen=True)
class Extension:
    """The file that restates numbers.

    Attributes:
        document: The file, with its lines.
        stated_in: What it is called in tables: its name, or that of the shipped set it is.
        source: Where its numbers come from, unless an entry says otherwise; None for nobody said.
        as_of: Date at which they held, unless an entry says otherwise; None for nobody said.
        origin_of: ``PriceOrigin`` of a number by its name.
    """

    document: Document
    stated_in: str
    source: str | None
    as_of: str | None
    origin_of: Callable[[str], str]

    def restated(self, parameters: Mapping[str, Assumption], entries: Any) -> dict[str, Assumption]:
        """Return the numbers of a set with those that the file restates.

        Args:
            parameters: The numbers of the set it extends.
            entries: Its block ``assumptions``, without the numbers that are new.

        Raises:
            AssumptionError: An entry names no number of the set, or cannot be one.
        """
        changed = dict(parameters)
        for key, entry in read_mapping(entries, self.document.place("assumptions")).items():
            place = self.document.place("assumptions", key)
            block = read_block(_as_block(entry, place), place, set(), FIELDS | {*ENDS, *FAMILIES})
            for name, span in _spans(key, block, parameters, place):
                changed[name] = self._one(parameters[name], block, span, key)
        return changed

    def _one(self, old: Assumption, block: Mapping[str, Any], span: Any, key: str) -> Assumption:
        place = self.document.place("assumptions", key)
        held = old.low, old.base, old.high
        low, base, high = held if span is None else read_ends(span, place)
        is_as_shipped = (low, base, high) == held
        if is_as_shipped and not FIELDS & set(block):
            return old  # a line of the draft that nobody has touched
        if "unit" in block and block["unit"] != old.unit:
            raise AssumptionError(
                f"{place}: unit '{block['unit']}' differs from '{old.unit}', in which the set "
                "states it; convert the number and leave the unit out."
            )
        spread = "triangular" if old.distribution == "fixed" else old.distribution
        usual = {
            "owner": old.owner,
            "source": self.source or self._stated_at(key),
            "kind": "assumption",
            "favourable": old.favourable,
            "description": old.description,
            "distribution": "fixed" if low == high else spread,
        }
        said = {**usual, **block}
        if "as_of" not in said:
            said["as_of"] = self._date(place)
        new = replace(
            old,
            low=low,
            base=base,
            high=high,
            distribution=read_choice(said, "distribution", DISTRIBUTIONS, place),
            owner=read_text(said, "owner", place),
            source=read_text(said, "source", place),
            as_of=read_date(said, place),
            kind=read_choice(said, "kind", KINDS, place),
            favourable=read_choice(said, "favourable", SIDES, place),
            description=read_text(said, "description", place),
            origin=self.origin_of(old.name),
            stated_in=self.stated_in,
        )
        check_span(new, place)
        return new

    def _stated_at(self, key: str) -> str:
        return f"stated in {self.document.name}, line {self.document.lines['assumptions', key]}"

    def _date(self, place: str) -> str:
        if self.as_of is None:
            raise AssumptionError(
                f"{place}: 'as_of' is missing; write the date at which the file's numbers hold "
                "at its top, as 'as_of: 2026-11-30'."
            )
        return self.as_of


def new_entries(entries: Mapping[str, Any], parameters: Mapping[str, Assumption]) -> set[str]:
    """Return the entries that name no number of the set and say all that a new one must.

    Args:
        entries: The block ``assumptions`` of the file.
        parameters: The numbers of the set it extends.
    """
    return {
        key
        for key, entry in entries.items()
        if not _family(key, parameters)
        and isinstance(entry, dict)
        and "unit" in entry
        and key not in parameters
    }


def _as_block(entry: Any, place: str) -> dict[str, Any]:
    """Write the short forms out: ``[low, base, high]``, or one number that is certain."""
    if isinstance(entry, list):
        if len(entry) != len(ENDS):
            raise AssumptionError(f"{place}: needs [low, base, high]; write three numbers.")
        return dict(zip(ENDS, entry, strict=True))
    if isinstance(entry, str):
        return dict.fromkeys(ENDS, entry)
    return read_mapping(entry, place)


def _spans(
    key: str, block: Mapping[str, Any], parameters: Mapping[str, Assumption], place: str
) -> Iterable[tuple[str, Any]]:
    """Yield each number that an entry restates, with its three values, or None for those it had."""
    if key in parameters:
        stated = [end for end in ENDS if end in block]
        if stated and len(stated) < len(ENDS):
            missing = next(end for end in ENDS if end not in block)
            raise AssumptionError(f"{place}: '{missing}' is missing; state low, base and high.")
        if by := next((each for each in FAMILIES if each in block), None):
            raise AssumptionError(f"{place}: '{key}' is one number; leave '{by}' out.")
        yield key, [block[end] for end in ENDS] if stated else None
        return
    by = _family(key, parameters)
    if by is None:
        raise AssumptionError(f"{place}: {_unknown(key, parameters)}")
    part = FAMILIES[by]
    if by not in block:
        raise AssumptionError(
            f"{place}: '{key}' is stated {by.replace('_', ' ')}; write '{key}_{part}_3: [low, "
            f"base, high]' for one {part}, or '{key}: {{{by}: {{3: [low, base, high]}}}}'."
        )
    for number, span in read_mapping(block[by], f"{place}: {by}").items():
        name = f"{key}_{part}_{number}"
        if name not in parameters:
            raise AssumptionError(f"{place}: {by}: there is no {part} '{number}' in the set.")
        yield name, span


def _family(key: str, parameters: Mapping[str, Assumption]) -> str | None:
    found = (by for by, part in FAMILIES.items() if f"{key}_{part}_1" in parameters)
    return next(found, None)


def _unknown(key: str, parameters: Mapping[str, Assumption]) -> str:
    close = get_close_matches(key, parameters, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return (
        f"the set it extends has no number named '{key}'; {hint}A new one states unit, "
        "distribution, owner, source, as_of, kind, favourable and description too."
    )
