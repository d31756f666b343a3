"""A profile that extends another: merged key by key, so that it says only what differs.

Mappings merge by key. Lists of mappings merge by what names their items: a table's mappings by
file, outcomes by name, margins by quantity, missing values by columns. ``replace:`` takes what
stands under it instead of what the other profile says. What a merged key means is for the schema to
decide; every place keeps the file and line it was written in.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from data_contracts.profile_extension.forms import (
    COLUMN_GROUPS,
    ITEM_NAMES,
    REPLACE,
    agrees,
    form_of,
    is_replacing,
    item_of_same_name,
    listed,
    long_form,
    spoken_items,
    text_keys,
    without_moved,
    without_other_sources,
    without_refilled,
)
from data_contracts.profile_schema.document import Mark, Place, Section

# Where one form of a value is short for a mapping with one key.
_SHORT_FORMS: Final = {"columns": "column", "unpivot": "unit"}
_GONE: Final = object()
_NOT_INHERITED: Final = ("data_dir",)  # the files of another site lie elsewhere


def merged(base: Section, own: Section) -> Section:
    """Merge a profile into the one it extends.

    Args:
        base: Root of the other profile.
        own: Root of the profile itself; where both speak it is heard.

    Returns:
        The merged root. Its ``file`` is the profile's own; its places say where each value stands.

    Raises:
        ProfileError: An item of a list fits several items of the other profile, or the two list
            columns in different forms.
    """
    taken = {key: value for key, value in base.values.items() if key not in _NOT_INHERITED}
    merger = _Merger(base, own)
    values = merger.mapping(taken, dict(own.values), (), (), ())
    return replace(own, values=values, lines=merger.marks)


class _Merger:
    """Walks two documents at once and notes where each merged value stands."""

    def __init__(self, base: Section, own: Section) -> None:
        self._base, self._own = base, own
        self.marks: dict[Place, Mark] = {(): own.lines[()]}

    def mapping(
        self, base: Mapping[Any, Any], own: Mapping[Any, Any], of: Place, at_own: Place, to: Place
    ) -> dict[str, Any]:
        """Merge two mappings that stand at ``of`` and ``at_own``; the result stands at ``to``."""
        left, right = text_keys(base), text_keys(own)
        if to == ("wide_table",):
            left = without_moved(left, right)
        result: dict[str, Any] = {}
        for key in dict.fromkeys([*left, *right]):
            place = (*to, key)
            if key not in right:
                result[key] = self._taken(self._base, left[key], (*of, key), place)
                continue
            value = (
                self._value(left[key], right[key], (*of, key), (*at_own, key), place)
                if key in left
                else self._new(right[key], (*at_own, key), place)
            )
            if value is not _GONE:
                result[key] = value
        return result

    def _new(self, value: Any, at_own: Place, to: Place) -> Any:
        if is_replacing(value):
            inner = value[REPLACE]
            return _GONE if inner is None else self._taken(self._own, inner, (*at_own, REPLACE), to)
        return self._taken(self._own, value, at_own, to)

    def _value(self, base: Any, own: Any, of: Place, at_own: Place, to: Place) -> Any:
        if is_replacing(own):
            return self._new(own, at_own, to)
        key, within = to[-1], to[-2] if len(to) > 1 else None
        if len(to) == 2 and within == "tables":
            return self._items(listed(base), listed(own), of, at_own, to, self._same_file)
        if key in ITEM_NAMES and isinstance(base, (list, dict)):
            return self._items(
                listed(base), listed(own), of, at_own, to, item_of_same_name(str(key))
            )
        if len(to) == 2 and within == "wide_table" and key in COLUMN_GROUPS:
            return self._column_group(base, own, of, at_own, to)
        if within in _SHORT_FORMS and len(to) > 2:
            base, own = (
                long_form(base, _SHORT_FORMS[within]),
                long_form(own, _SHORT_FORMS[within]),
            )
            base = without_other_sources(base, own)
        if isinstance(base, dict) and isinstance(own, dict):
            self._note(self._own, at_own, to)
            return self.mapping(base, own, of, at_own, to)
        return self._taken(self._own, own, at_own, to)

    def _items(
        self, base: list[Any], own: list[Any], of: Place, at_own: Place, to: Place, fits: Any
    ) -> list[Any]:
        """Merge two lists of mappings; an item that fits none of the other list is a new one."""
        mine: dict[int, int] = {}
        added: list[int] = []
        for number, item in enumerate(own):
            fitting = fits(base, item, self._item_place(self._own, at_own, number))
            if fitting is None:
                added.append(number)
            else:
                mine[fitting] = number
        self._note(self._own, at_own, to)
        result: list[Any] = []
        for number, item in enumerate(base):
            place, here = (*to, len(result)), self._item_place(self._base, of, number)
            if number not in mine:
                result.append(self._taken(self._base, item, here, place))
                continue
            other, there = own[mine[number]], self._item_place(self._own, at_own, mine[number])
            if other.get(REPLACE) is True:
                other = {key: value for key, value in other.items() if key != REPLACE}
                result.append(self._taken(self._own, other, there, place))
                continue
            self._note(self._own, there, place)
            is_table = to[:1] == ("tables",)
            left, right = without_refilled(item, other) if is_table else (item, other)
            result.append(self.mapping(left, right, here, there, place))
        for number in added:
            there = self._item_place(self._own, at_own, number)
            result.append(self._taken(self._own, own[number], there, (*to, len(result))))
        return result

    def _item_place(self, side: Section, place: Place, number: int) -> Place:
        """A list of one may be written as the item itself."""
        listed = (*place, number)
        return listed if listed in side.lines else place

    def _same_file(self, base: list[Any], item: Any, place: Place) -> int | None:
        """Find which mapping of a table an item changes: by its file, then by its constants."""
        if not isinstance(item, dict):
            return None
        file = item.get("file")
        fitting = [n for n, other in enumerate(base) if file is None or other.get("file") == file]
        if len(fitting) > 1:
            told = item.get("constants") or {}
            fitting = [n for n in fitting if told and agrees(base[n].get("constants"), told)]
            if file is not None and told and not fitting:
                return None
        if len(fitting) == 1:
            return fitting[0]
        if not fitting and file is not None and all(o.get("file") != file for o in base):
            return None
        return Section(item, place, self._own.file, self._own.lines).fail(
            None,
            "fits several mappings of the profile it extends; name one by its 'file' and a "
            f"constant ({spoken_items(base)}), or write the whole list under '{REPLACE}:'",
        )

    def _column_group(self, base: Any, own: Any, of: Place, at_own: Place, to: Place) -> Any:
        """Columns of one wide table: one named anew leaves its old place."""
        if form_of(base) != form_of(own):
            Section({}, at_own, self._own.file, self._own.lines).fail(
                None,
                "lists columns in another form than the profile it extends; write the same form "
                f"(a list, column: stage, or stage: [columns]), or put it under '{REPLACE}:'",
            )
        if isinstance(base, list):
            self._taken(self._own, own, at_own, to)
            return [*(name for name in base if name not in own), *own]
        if form_of(base) == "column":
            self._note(self._own, at_own, to)
            return self.mapping(base, own, of, at_own, to)
        left, right = text_keys(base), text_keys(own)
        named = {name for columns in right.values() for name in columns}
        self._taken(self._base, base, of, to)
        self._taken(self._own, own, at_own, to)
        return {
            stage: [*(c for c in left.get(stage, []) if c not in named), *right.get(stage, [])]
            for stage in dict.fromkeys([*left, *right])
        }

    def _note(self, side: Section, place: Place, to: Place) -> None:
        mark = side.lines.get(place) or side.lines.get(place[:-1])
        if mark is not None:
            self.marks[to] = mark

    def _taken(self, side: Section, value: Any, place: Place, to: Place) -> Any:
        """Take a value as one of the documents has it, with the places of all below it."""
        self._note(side, place, to)
        if isinstance(value, dict):
            for key, inner in value.items():
                self._taken(side, inner, (*place, str(key)), (*to, str(key)))
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                self._taken(side, inner, (*place, number), (*to, number))
        return value
