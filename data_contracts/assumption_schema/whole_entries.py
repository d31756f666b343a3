"""Reads an entry that says everything of a number: values, unit, owner, source, date, meaning."""

import re
from collections.abc import Mapping
from typing import Any

from data_contracts.assumption_schema.entries import (
    FIELDS,
    read_block,
    read_choice,
    read_date,
    read_ends,
    read_mapping,
    read_text,
)
from data_contracts.assumption_schema.model import ENDS, STAGES, Assumption
from data_contracts.assumption_schema.spans import check_span
from data_contracts.assumption_schema.units import DISTRIBUTIONS, KINDS, SIDES, UNITS
from data_contracts.errors import AssumptionError

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SPANS = (set(ENDS), {"by_gate"}, {"by_tier"})


def read_number(name: str, value: Any, where: str) -> dict[str, Assumption]:
    """Read one entry that says everything; an entry by gate or by tier gives one number each.

    Args:
        name: Name of the entry.
        value: The entry.
        where: Named in the error.

    Raises:
        AssumptionError: The entry lacks something, or says what cannot be.
    """
    if not _NAME.fullmatch(name):
        raise AssumptionError(f"{where}: a name is lower case with underscores; rename it.")
    given = set(read_mapping(value, where))
    span = next((keys for keys in _SPANS if keys & given), _SPANS[0])
    block = read_block(value, where, FIELDS | span)
    by = {"by_gate": STAGES, "by_tier": range(1, 4)}
    if span == _SPANS[0]:
        spans = {name: [block[end] for end in ENDS]}
    else:
        (key,) = span
        rows = read_block(block[key], f"{where}: {key}", {str(number) for number in by[key]})
        part = key.removeprefix("by_")
        spans = {f"{name}_{part}_{number}": rows[str(number)] for number in by[key]}
    return {each: _one(each, block, three, where) for each, three in spans.items()}


def _one(name: str, block: Mapping[str, Any], three: Any, where: str) -> Assumption:
    where = where if where.endswith(f": {name}") else f"{where} ({name})"
    low, base, high = read_ends(three, where)
    stated = read_choice(block, "distribution", DISTRIBUTIONS, where)
    one_value_of_many = low == high and ("by_gate" in block or "by_tier" in block)
    assumption = Assumption(
        name=name,
        low=low,
        base=base,
        high=high,
        unit=read_choice(block, "unit", frozenset(UNITS), where),
        distribution="fixed" if one_value_of_many else stated,
        owner=read_text(block, "owner", where),
        source=read_text(block, "source", where),
        as_of=read_date(block, where),
        kind=read_choice(block, "kind", KINDS, where),
        favourable=read_choice(block, "favourable", SIDES, where),
        description=read_text(block, "description", where),
    )
    check_span(assumption, where)
    return assumption
