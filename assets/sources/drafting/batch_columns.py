"""What each column of a file with a row per batch most likely is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from assets.sources.drafting.looking.dates import DateFormat, date_format
from assets.sources.drafting.looking.glossary import (
    BATCH_TARGETS,
    LABEL_WORDS,
    LOT_SUFFIXES,
    PROCESS_STAGE,
    RESULT_FILES,
    RESULT_STAGE,
    RESULT_WORDS,
    SUPPLIER_SUFFIXES,
    stage_of,
    unit_of,
)
from assets.sources.drafting.looking.joins import Copy, Keyed
from assets.sources.drafting.looking.looks import FileLook
from assets.sources.drafting.looking.names import attribute_name, snake_case, unit_in_brackets
from assets.sources.drafting.looking.reporting_limits import ReportingLimit, reporting_limit

_CENSORED: Final = r"^[<>]=?\s*[\d.]+$"
MOST_LEVELS: Final = 30
MOST_LABELS: Final = 20


@dataclass(frozen=True)
class Quantity:
    """A column that is a test, a parameter or an attribute.

    Attributes:
        column: Delivered column.
        name: Its name in snake_case.
        stage: Stage at which it usually exists.
        unit: Its usual unit, None where its name does not tell.
        limit: Its likely reporting limit.
        is_text: Whether it holds categories.
        is_result: Whether it is a result rather than a parameter.
    """

    column: str
    name: str
    stage: int
    unit: str | None
    limit: ReportingLimit | None
    is_text: bool
    is_result: bool


@dataclass(frozen=True)
class MaterialColumns:
    """Columns about the lot of one material.

    Attributes:
        material: Its name, the beginning of its columns' names.
        lot: Column of the lot.
        supplier: Column of the supplier, None where there is none.
        attributes: Its analysis.
    """

    material: str
    lot: str
    supplier: str | None
    attributes: tuple[Quantity, ...]


@dataclass(frozen=True)
class BatchColumns:
    """The columns of a file with a row per batch, sorted by what they are.

    Attributes:
        keyed: The file.
        targets: Column of ``raw.batches`` to delivered column.
        dates: How those that are instants are written.
        materials: Columns about lots.
        quantities: Tests and parameters.
        ignored: Columns nobody can use as they are, with the reason.
    """

    keyed: Keyed
    targets: dict[str, str] = field(default_factory=dict)
    dates: dict[str, DateFormat] = field(default_factory=dict)
    materials: tuple[MaterialColumns, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    ignored: dict[str, str] = field(default_factory=dict)


def batch_columns(
    keyed: Keyed, repeated: Sequence[Copy], known: Mapping[str, Quantity], *, is_first: bool
) -> BatchColumns:
    """Sort the columns of a file with a row per batch.

    Args:
        keyed: The file.
        repeated: Columns that repeat one of the first file.
        known: Quantities of the first file by column.
        is_first: Whether batches are described by this file.
    """
    look = keyed.look
    targets = _targets(keyed) if is_first else {}
    dates = {
        target: form
        for target, column in targets.items()
        if target.endswith("_at") and (form := date_format(look.frame[column])) is not None
    }
    used = {keyed.key, *targets.values()}
    materials = _materials(look, used)
    for material in materials:
        used |= {material.lot, *([material.supplier] if material.supplier else [])}
        used |= {each.column for each in material.attributes}
    twins = {copy.column: copy for copy in repeated}
    quantities, ignored = [], {}
    for column in look.header:
        if column in used:
            continue
        twin = twins.get(column)
        if twin is not None and twin.other in known:
            quantities.append(_copied(look, column, known[twin.other]))
        elif twin is not None:
            ignored[column] = f"guess: the same as {twin.other} of {twin.of}, batch by batch"
        else:
            reason = _no_quantity(look, column)
            if reason is None:
                quantities.append(_quantity(look, column))
            else:
                ignored[column] = reason
    return BatchColumns(keyed, targets, dates, materials, tuple(quantities), ignored)


def with_distinct_names(columns: BatchColumns, taken: set[str]) -> BatchColumns:
    """Give every quantity a name of its own; those of earlier files keep theirs.

    Args:
        columns: The columns of one file.
        taken: Names given already; those of this file are added.
    """
    named = []
    for quantity in columns.quantities:
        own = [quantity.name, f"{columns.keyed.look.name}_{quantity.name}"]
        own += [f"{quantity.name}_{number}" for number in range(2, len(columns.quantities) + 3)]
        name = next(name for name in own if name not in taken)
        taken.add(name)
        named.append(replace(quantity, name=name))
    return replace(columns, quantities=tuple(named))


def may_be_label(look: FileLook, column: str) -> bool:
    """Tell whether a column is called like a decision and holds few values."""
    is_named = bool(set(snake_case(column).split("_")) & set(LABEL_WORDS))
    most = 2 if look.is_numeric(column) else MOST_LABELS
    return is_named and look.frame[column].drop_nulls().n_unique() <= most


def is_number_like(look: FileLook, column: str) -> bool:
    """Tell whether a column holds numbers, some perhaps as ``<0.05``."""
    filled = look.frame[column].count()
    numbers = look.numbers(column).count()
    censored = look.frame[column].str.contains(_CENSORED).sum()
    return filled > 0 and 2 * numbers >= filled and numbers + int(censored or 0) == filled


def _targets(keyed: Keyed) -> dict[str, str]:
    names = {snake_case(column): column for column in keyed.look.header if column != keyed.key}
    found: dict[str, str] = {}
    for target, usual in BATCH_TARGETS.items():
        column = next((names[name] for name in usual if name in names), None)
        is_instant = target.endswith("_at")
        if column is None or column in found.values():
            continue
        if is_instant and date_format(keyed.look.frame[column]) is None:
            continue
        if target == "batch_size" and not keyed.look.is_numeric(column):
            continue
        found[target] = column
    return found


def _materials(look: FileLook, used: set[str]) -> tuple[MaterialColumns, ...]:
    names = {snake_case(column): column for column in look.header if column not in used}
    found = []
    for name, column in names.items():
        match = re.fullmatch(rf"(.+)_({'|'.join(LOT_SUFFIXES)})", name)
        if match is None:
            continue
        material = match.group(1)
        own = {n: c for n, c in names.items() if n.startswith(f"{material}_") and c != column}
        suppliers = [own[f"{material}_{s}"] for s in SUPPLIER_SUFFIXES if f"{material}_{s}" in own]
        supplier = suppliers[0] if suppliers else None
        attributes = tuple(
            _attribute(look, c, n.removeprefix(f"{material}_"))
            for n, c in own.items()
            if c != supplier and is_number_like(look, c)
        )
        found.append(MaterialColumns(material, column, supplier, attributes))
    return tuple(found)


def _attribute(look: FileLook, column: str, name: str) -> Quantity:
    own = attribute_name(name)
    limit = reporting_limit(own, look.numbers(column))
    unit = unit_in_brackets(column) or unit_of(own)
    return Quantity(column, own, 1, unit, limit, is_text=False, is_result=True)


def _quantity(look: FileLook, column: str) -> Quantity:
    name = snake_case(column)
    is_text = not is_number_like(look, column)
    is_result = not is_text and (
        any(word in snake_case(look.name) for word in RESULT_FILES)
        or any(re.search(word, name) for word in RESULT_WORDS)
    )
    return Quantity(
        column=column,
        name=name,
        stage=stage_of(name, RESULT_STAGE if is_result else PROCESS_STAGE),
        unit="1" if is_text else unit_in_brackets(column) or unit_of(name),
        limit=None if is_text else reporting_limit(name, look.numbers(column)),
        is_text=is_text,
        is_result=is_result,
    )


def _copied(look: FileLook, column: str, twin: Quantity) -> Quantity:
    """A result another file has too: known no earlier, and named after the file it stands in."""
    return Quantity(
        column=column,
        name=f"{look.name}_file_{twin.name}",
        stage=twin.stage,
        unit=twin.unit,
        limit=twin.limit,
        is_text=twin.is_text,
        is_result=twin.is_result,
    )


def _no_quantity(look: FileLook, column: str) -> str | None:
    """Why a column is no quantity, None where it may be one."""
    cells = look.frame[column]
    if cells.count() == 0:
        return "guess: empty"
    if may_be_label(look, column):
        return "guess: it may say what became of the batch; declare an outcome with it, or map it"
    if is_number_like(look, column):
        return None
    if date_format(cells) is not None:
        return "guess: an instant; say under 'columns' what it is the instant of"
    if cells.n_unique() > MOST_LEVELS:
        return "guess: free text or names"
    return None
