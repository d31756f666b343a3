"""The forms a profile may write one thing in, and what leaves its place when it is said anew."""

from collections.abc import Mapping
from typing import Any, Final

from data_contracts.profile_schema.cells import SOURCES
from data_contracts.profile_schema.document import Place

REPLACE: Final = "replace"
ITEM_NAMES: Final = {"outcomes": "name", "margins": "quantity", "missing": "columns"}
COLUMN_GROUPS: Final = ("numeric", "categorical", "results")
_ALTERNATIVES: Final = {"label": "proxy", "proxy": "label"}
_FILLING: Final = ("columns", "constants")


def is_replacing(value: Any) -> bool:
    """Tell whether a value only replaces what the other profile says."""
    return isinstance(value, dict) and set(value) == {REPLACE}


def text_keys(values: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a mapping with its keys as text."""
    return {str(key): value for key, value in values.items()}


def listed(value: Any) -> list[Any]:
    """Return a list as it is, anything else as a list of one."""
    return value if isinstance(value, list) else [value]


def agrees(constants: Any, told: Mapping[str, Any]) -> bool:
    """Tell whether all constants told are among those of a mapping."""
    own = constants if isinstance(constants, dict) else {}
    return all(str(own.get(key)) == str(value) for key, value in told.items())


def spoken_items(base: list[Any]) -> str:
    """Return how the mappings of a table are told apart, in words."""
    return "; ".join(f"{item.get('file')}: {_spoken_constants(item)}" for item in base)


def _spoken_constants(item: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in (item.get("constants") or {}).items())


def item_of_same_name(key: str) -> Any:
    """Return what finds the item of a list that has the name of another."""
    name = ITEM_NAMES[key]

    def _fitting(base: list[Any], item: Any, _: Place) -> int | None:
        if not isinstance(item, dict):
            return None
        named = [listed(other.get(name)) for other in base if isinstance(other, dict)]
        wanted = listed(item.get(name))
        return named.index(wanted) if wanted in named else None

    return _fitting


def long_form(value: Any, key: str) -> Any:
    """Return a short value in its long form, a mapping with one key."""
    is_short = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    return {key: value} if is_short else value


def without_other_sources(base: Any, own: Any) -> Any:
    """Return a cell without its source where the profile names one itself: a cell has one."""
    if isinstance(base, dict) and isinstance(own, dict) and set(own) & set(SOURCES):
        return {key: value for key, value in base.items() if key not in SOURCES}
    return base


def without_moved(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return a wide table without the columns the profile names in another group."""
    left = {key: value for key, value in base.items() if _ALTERNATIVES.get(key) not in own}
    for group in COLUMN_GROUPS:
        elsewhere = {
            name for other in COLUMN_GROUPS if other != group for name in _named(own.get(other))
        }
        if group in left and elsewhere:
            left[group] = _kept(left[group], elsewhere)
    return left


def _named(group: Any) -> list[Any]:
    """Every column a group names, in whichever form."""
    if not isinstance(group, dict):
        return listed(group or [])
    return [
        name
        for key, value in group.items()
        for name in (value if isinstance(value, list) else [key])
    ]


def _kept(group: Any, gone: set[Any]) -> Any:
    if isinstance(group, list):
        return [name for name in group if name not in gone]
    if not isinstance(group, dict):
        return group
    return {
        key: [name for name in value if name not in gone] if isinstance(value, list) else value
        for key, value in group.items()
        if isinstance(value, list) or key not in gone
    }


def without_refilled(
    base: dict[str, Any], own: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a mapping without the targets the profile fills in another way, and the profile's."""
    mine = {key: set(own.get(key) or {}) for key in _FILLING}
    anew = {*mine["columns"], *mine["constants"], *listed(own.get("same_names") or [])}
    same = listed(base.get("same_names") or [])
    result = dict(base)
    kept = [name for name in same if name not in anew]
    if own.get("same_names") is not None:
        own = own | {"same_names": [*kept, *listed(own["same_names"])]}
    elif same:
        result["same_names"] = kept
    columns = dict(base.get("columns") or {})
    columns |= {name: name for name in same if name in mine["columns"]}
    result["columns"] = {k: v for k, v in columns.items() if k not in anew - mine["columns"]}
    constants = base.get("constants") or {}
    result["constants"] = {k: v for k, v in constants.items() if k not in anew - mine["constants"]}
    return result, own


def form_of(value: Any) -> str:
    """Return in which form a group of a wide table names its columns."""
    if not isinstance(value, dict):
        return "list"
    return "stage" if any(isinstance(inner, list) for inner in value.values()) else "column"
