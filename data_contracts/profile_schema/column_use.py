"""Which columns of a delivered file a profile reads, and where in the profile.

The importer refuses a source that lacks one of these columns, and reports the columns it delivers
beyond them.
"""

from collections.abc import Iterable, Iterator

from data_contracts.catalogue import contract
from data_contracts.expressions import columns_of
from data_contracts.profile_schema.files import SourceFile
from data_contracts.profile_schema.mapping import Mapping

Use = tuple[str, str]  # a column, and the place in the profile that reads it


def read_columns(file: SourceFile, mappings: Iterable[Mapping]) -> dict[str, str]:
    """Return the columns read of a delivered file, each with a place that reads it.

    Derived columns stand for the delivered columns they are computed from; a column that may be
    absent is left out.
    """
    uses = [use for mapping in mappings for use in _mapping_uses(mapping, file.name)]
    uses += _file_uses(file)
    reads: dict[str, str] = {}
    for column, where in uses:
        if column not in file.derived_names:
            reads.setdefault(column, where)
    return reads


def text_columns(file: SourceFile, mappings: Iterable[Mapping]) -> frozenset[str]:
    """Return the columns of a delivered file that become texts of a raw table as they are."""
    found = set[str]()
    for mapping in mappings:
        described = contract(mapping.table)
        for cell in mapping.cells:
            if cell.lookup is not None:
                sides = {mapping.file: cell.lookup.own, cell.lookup.file: cell.lookup.other}
                found |= {column for name, column in sides.items() if name == file.name}
            elif mapping.file == file.name and cell.column is not None:
                is_text = described.column(cell.target).physical_type == "VARCHAR"
                found |= {cell.column} if is_text else set()
        if mapping.file == file.name:
            found |= {wide.column for wide in mapping.unpivot if wide.value_column == "level"}
    return frozenset(found)


def _mapping_uses(mapping: Mapping, file: str) -> Iterator[Use]:
    if mapping.file == file:
        for column, where, is_optional in mapping.delivered_columns():
            if not is_optional:
                yield column, where
        if mapping.condition is not None:
            yield from _expression_uses(mapping.condition, mapping.where)
    for cell, lookup in (pair for own in mapping.cells for pair in own.looked_up()):
        if lookup.file == file:
            yield lookup.other, cell.where
            if cell.column is not None:
                yield cell.column, cell.where


def _file_uses(file: SourceFile) -> Iterator[Use]:
    for derived in file.derived:
        yield from _expression_uses(derived.expression, derived.where)
    for rule in file.missing:
        yield from ((column, rule.where) for column in rule.columns)
        if rule.when is not None:
            yield from _expression_uses(rule.when, rule.where)


def _expression_uses(text: str, where: str) -> Iterator[Use]:
    yield from ((column, where) for column in columns_of(text, where))
