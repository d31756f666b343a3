"""Columns some files name otherwise: read under their own name, known by the profile's."""

from collections.abc import Collection
from pathlib import Path

import polars as pl

from data_contracts.errors import SourceError
from data_contracts.profile_schema.files import SourceFile


def as_delivered(described: SourceFile, wanted: Collection[str]) -> Collection[str]:
    """Return the columns wanted of a file, by all names they may have in it."""
    if not described.renamed:
        return wanted
    others = (new for new, known in described.renamed.items() if known in wanted)
    return frozenset((*wanted, *others))


def by_known_names(
    path: Path, described: SourceFile, frame: pl.DataFrame, header: list[str]
) -> tuple[pl.DataFrame, list[str]]:
    """Return a file's rows and header by the names the profile knows its columns by.

    Raises:
        SourceError: The file has a column by both its names.
    """
    known = described.known_names(header)
    twice = sorted({name for name in known if known.count(name) > 1})
    if twice:
        raise SourceError(
            f"{path} has '{twice[0]}' by its old name and by a new one ({described.where}, "
            "'renamed'); export one of the two columns."
        )
    return frame.rename(dict(described.renamed), strict=False), known
