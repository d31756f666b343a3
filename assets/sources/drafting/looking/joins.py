"""Which rows of different files belong together, and which columns say the same thing twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from assets.sources.drafting.looking.glossary import BATCH_ID
from assets.sources.drafting.looking.looks import FileLook
from assets.sources.drafting.looking.names import snake_case

ROW_NUMBER: Final = ""
FEWEST_SHARED: Final = 20  # batches two columns have in common before they can be copies
FEWEST_DISTINCT: Final = 3
ALIKE: Final = 0.99  # share of shared batches on which a copy agrees
_TINY: Final = 1e-9


@dataclass(frozen=True)
class Keyed:
    """A file whose rows name a batch.

    Attributes:
        look: The file.
        key: Column that names the batch; ``ROW_NUMBER`` where none does and a row is a batch.
        is_unique: Whether a row is a batch.
    """

    look: FileLook
    key: str
    is_unique: bool

    @property
    def cell(self) -> object:
        """Return how a mapping fills the batch's id."""
        return {"row_number": True} if self.key == ROW_NUMBER else self.key

    def per_batch(self) -> pl.DataFrame:
        """Return one row per batch with the columns that are the same on all its rows."""
        if self.is_unique:
            return self.look.frame
        others = [name for name in self.look.header if name != self.key]
        counted = self.look.frame.group_by(self.key).agg(pl.col(others).n_unique())
        same = [name for name in others if (counted[name] == 1).all()]
        return self.look.frame.group_by(self.key).agg(pl.col(same).first())


@dataclass(frozen=True)
class Copy:
    """A column that repeats another on nearly every batch.

    Attributes:
        column: The column.
        of: File it repeats.
        other: Column of that file.
    """

    column: str
    of: str
    other: str


def keyed_files(looks: Sequence[FileLook]) -> list[Keyed]:
    """Return the files whose rows name a batch: those with a row per batch first, widest first."""
    found = [_keyed(look, key) for look in looks if (key := _named_key(look)) is not None]
    if not found:  # nothing is called a batch: what tells the rows of a file apart may name one
        found = [_keyed(look, key) for look in looks if (key := _first_column(look)) is not None]
    return sorted(found, key=lambda one: (not one.is_unique, -len(one.look.header)))


def _keyed(look: FileLook, key: str) -> Keyed:
    return Keyed(look, key, is_unique=look.frame[key].n_unique() == look.frame.height)


def _named_key(look: FileLook) -> str | None:
    names = {snake_case(column): column for column in look.header}
    key = next((names[name] for name in BATCH_ID if name in names), None)
    is_filled = key is not None and look.frame[key].count() == look.frame.height > 0
    return key if is_filled else None


def _first_column(look: FileLook) -> str | None:
    """A first column that is different on every row, and no measurement, names the row."""
    first = look.header[0] if look.header else None
    if first is None or look.frame.height < FEWEST_SHARED:
        return None
    is_id = look.frame[first].str.contains(r"^[\w./ -]*\d[\w/-]*$").all()
    has_point = look.frame[first].str.contains(r"^-?\d*\.\d+$").any()
    is_unique = look.frame[first].n_unique() == look.frame.height
    return first if is_id and not has_point and is_unique else None


def copies(first: Keyed, other: Keyed) -> list[Copy]:
    """Return the columns of one file that repeat a column of another, batch by batch."""
    left, right = first.per_batch(), other.per_batch()
    joined = right.select(pl.col(other.key).alias("__key"), pl.all().exclude(other.key)).join(
        left.select(
            pl.col(first.key).alias("__key"), pl.all().exclude(first.key).name.prefix("1 ")
        ),
        on="__key",
        how="inner",
    )
    found = []
    for column in right.columns:
        if column == other.key or joined[column].n_unique() < FEWEST_DISTINCT:
            continue
        twin = next(
            (name for name in left.columns if name != first.key and _same(joined, column, name)),
            None,
        )
        if twin is not None:
            found.append(Copy(column, first.look.name, twin))
    return found


def _same(joined: pl.DataFrame, column: str, name: str) -> bool:
    a, b = joined[column], joined[f"1 {name}"]
    both = a.is_not_null() & b.is_not_null()
    shared = int(both.sum())
    if shared < min(FEWEST_SHARED, joined.height) or shared == 0:
        return False
    x, y = a.cast(pl.Float64, strict=False), b.cast(pl.Float64, strict=False)
    is_equal = (a == b) | ((x - y).abs() <= _TINY).fill_null(value=False)
    return int((is_equal & both).sum()) >= ALIKE * shared
