"""Mappings of a file with a row per batch: batches, materials, parameters and results."""

import re
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from assets.sources.drafting.batch_columns import BatchColumns, MaterialColumns, Quantity
from assets.sources.drafting.draft_text import entry, indented
from assets.sources.drafting.looking.dates import date_format
from assets.sources.drafting.looking.joins import Keyed

Mappings = dict[str, list[list[str]]]
"""Lines of every mapping by table, without ``raw.``."""
GUESS = "guess"
_DISPENSED: dict[str, object] = {"stage": 2}


def batch_mappings(
    columns: BatchColumns, lookups: Mapping[str, tuple[Keyed, str]], *, is_first: bool
) -> Mappings:
    """Write the mappings of one file.

    Args:
        columns: Its columns.
        lookups: Columns of batches that stand in another file: target to file and column.
        is_first: Whether batches are described by this file.
    """
    mappings: Mappings = {}
    if is_first:
        mappings["batches"] = [_batches(columns, lookups)]
    for material in columns.materials:
        for table, lines in _material(columns, material).items():
            mappings.setdefault(table, []).extend(lines)
    own = columns.keyed
    parameters = [q for q in columns.quantities if not q.is_result]
    results = [q for q in columns.quantities if q.is_result]
    head = [f"file: {own.look.name}", entry("columns", {"batch_id": own.cell})]
    if parameters:
        mappings["parameters"] = [[*head, *quantity_lines(parameters)]]
    if results:
        fixed = [entry("constants", {"sample_no": 1})]
        mappings["lab_results"] = [[*head, *fixed, *quantity_lines(results)]]
    return mappings


def distinct_batches(keyed: Keyed) -> list[str]:
    """Write the batches of a file with many rows for each: one per id, in the order they occur."""
    order = entry("production_order", {"row_number": True}, f"{GUESS}: rows stand in time")
    return [
        f"file: {keyed.look.name}",
        "distinct: true",
        "columns:",
        *indented([entry("batch_id", keyed.key), order], 2),
        entry("constants", {"started_at_precision": "order"}),
    ]


def quantity_lines(quantities: Iterable[Quantity], *, has_stage: bool = True) -> list[str]:
    """Write an ``unpivot`` section: a line per column."""
    lines = ["unpivot:  # names, stages, units and reporting limits are guesses by name and value"]
    for quantity in quantities:
        said: dict[str, object] = {}
        if quantity.name != quantity.column:
            said["name"] = quantity.name
        if has_stage:
            said["stage"] = quantity.stage
        if quantity.unit is not None:
            said["unit"] = quantity.unit
        if quantity.is_text:
            said["is_text"] = True
        if quantity.limit is not None:
            said["reporting_limit"] = f"{quantity.limit.limit:g}"
            if quantity.limit.is_measured:
                said["limit_is_measured"] = True
        lines.append(f"  {entry(quantity.column, _numbers_plain(said))}")
    return lines


def _numbers_plain(said: dict[str, object]) -> dict[str, object]:
    """Limits are numbers, and stand without quotes."""
    limit = said.get("reporting_limit")
    return said if limit is None else said | {"reporting_limit": float(str(limit))}


def _batches(columns: BatchColumns, lookups: Mapping[str, tuple[Keyed, str]]) -> list[str]:
    key, look = columns.keyed.key, columns.keyed.look
    is_number = key in look.header and _is_whole(look.numbers(key))
    order: object = key if is_number else {"row_number": True}
    why = "ids rise with time" if is_number else "rows stand in the order of production"
    cells = [
        entry("batch_id", columns.keyed.cell),
        entry("production_order", order, f"{GUESS}: {why}"),
    ]
    constants: dict[str, object] = {}
    for target, column in columns.targets.items():
        form = columns.dates.get(target)
        values = short_units(look.frame[column].drop_nulls().unique().sort().to_list())
        if target == "strength" and values:
            note = f"{GUESS}: one strength written in two ways"
            cells.append(entry(target, {"column": column, "values": values}, note))
        elif form is None or form.format is None:
            cells.append(entry(target, column))
        else:
            said: dict[str, object] = {"column": column, "format": form.format}
            if form.months:
                said["months"] = list(form.months)
            note = f"{GUESS}: day before month" if form.is_ambiguous else ""
            cells.append(entry(target, said, note))
        if target == "started_at" and form is not None and not form.has_day:
            constants["started_at_precision"] = "month"
    if "started_at" not in {*columns.targets, *lookups}:
        constants["started_at_precision"] = "order"
    for target, (other, column) in lookups.items():
        lookup: dict[str, object] = {"file": other.look.name, "own": key}
        if other.key != key:
            lookup["other"] = other.key
        found: dict[str, object] = {"column": column, "lookup": lookup}
        form = date_format(other.look.frame[column]) if target.endswith("_at") else None
        if form is not None and form.format is not None:
            found |= {"format": form.format} | (
                {"months": list(form.months)} if form.months else {}
            )
        cells.append(entry(target, found, GUESS))
    lines = [f"file: {look.name}", "columns:", *indented(cells, 2)]
    return [*lines, entry("constants", constants)] if constants else lines


def _is_whole(numbers: pl.Series) -> bool:
    return numbers.null_count() == 0 and bool((numbers == numbers.floor()).all())


def short_units(values: Sequence[str]) -> dict[str, str]:
    """Return texts whose unit is cut short beside others: 10M beside 5MG is 10MG.

    Examples:
        >>> short_units(["10M", "5MG", "20M"]), short_units(["5MG", "10MG"])
        ({'10M': '10MG', '20M': '20MG'}, {})
    """
    parts = {text: re.fullmatch(r"([\d.,]+)\s*([A-Za-z]+)", text) for text in values}
    units = {match.group(2) for match in parts.values() if match is not None}
    longer = {
        unit: whole
        for unit in units
        for whole in sorted(units)
        if whole != unit and whole.startswith(unit)
    }
    return {
        text: f"{match.group(1)}{longer[match.group(2)]}"
        for text, match in parts.items()
        if match is not None and match.group(2) in longer
    }


def _material(columns: BatchColumns, material: MaterialColumns) -> Mappings:
    file = f"file: {columns.keyed.look.name}"
    cells: dict[str, object] = {"lot": material.lot}
    constants: dict[str, object] = {"material": material.material}
    if material.supplier is None:
        constants["supplier"] = "not_stated"
    else:
        cells = {"supplier": material.supplier, **cells}
    lots = [file, "distinct: true", entry("columns", cells), entry("constants", constants)]
    used = [
        file,
        entry("columns", {"batch_id": columns.keyed.cell, **cells}),
        entry("constants", {**constants, **_DISPENSED}),
    ]
    found: Mappings = {"material_lots": [lots], "material_usage": [used]}
    if material.attributes:
        lines = quantity_lines(material.attributes, has_stage=False)
        found["material_attributes"] = [[*lots, *lines]]
    return found
