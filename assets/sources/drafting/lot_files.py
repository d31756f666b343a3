"""Mappings of a file with a row per lot of one material, named after that material."""

from collections.abc import Iterable
from pathlib import Path

from assets.sources.drafting.batch_columns import Quantity, is_number_like
from assets.sources.drafting.batch_files import GUESS, Mappings, quantity_lines
from assets.sources.drafting.contract_files import ContractFile
from assets.sources.drafting.draft_text import entry
from assets.sources.drafting.looking.glossary import LOT_KEYS, unit_of
from assets.sources.drafting.looking.looks import FileLook
from assets.sources.drafting.looking.names import attribute_name, snake_case, unit_in_brackets
from assets.sources.drafting.looking.reporting_limits import reporting_limit


def lot_key(look: FileLook) -> str | None:
    """Return the column that names a lot where every row is a lot, else None."""
    names = {snake_case(column): column for column in look.header}
    key = next((names[name] for name in LOT_KEYS if name in names), None)
    is_unique = key is not None and look.frame[key].n_unique() == look.frame.height > 0
    return key if is_unique else None


def attributes_of(look: FileLook, key: str) -> list[Quantity]:
    """Return the numeric columns of a file of lots as attributes."""
    found = []
    for column in look.header:
        if column == key or not is_number_like(look, column):
            continue
        name = attribute_name(column)
        unit = unit_in_brackets(column) or unit_of(name)
        limit = reporting_limit(name, look.numbers(column))
        found.append(Quantity(column, name, 1, unit, limit, is_text=False, is_result=True))
    return found


def material_of(look: FileLook, others: Iterable[ContractFile]) -> str:
    """Return the material a file is about: its name, spelt as records of materials spell it."""
    stem = Path(look.pattern).stem
    for other in others:
        column = "material" if "material" in other.same else other.renamed.get("material")
        if column is not None:
            known = other.look.frame[column].drop_nulls().unique().to_list()
            spelt = [text for text in known if snake_case(text) == snake_case(stem)]
            if spelt:
                return str(min(spelt))
    return snake_case(stem)


def lot_mappings(look: FileLook, key: str, material: str, attributes: list[Quantity]) -> Mappings:
    """Write the mappings of a file with a row per lot."""
    constants: dict[str, object] = {"material": material, "supplier": "not_stated"}
    lots = [
        f"file: {look.name}",
        entry("columns", {"lot": key}),
        entry("constants", constants, GUESS),
    ]
    found: Mappings = {"material_lots": [lots]}
    if attributes:
        found["material_attributes"] = [[*lots, *quantity_lines(attributes, has_stage=False)]]
    return found
