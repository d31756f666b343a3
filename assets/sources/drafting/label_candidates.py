"""Columns that may say what became of a batch: listed with their values, never decided upon."""

from collections.abc import Iterable
from typing import Final

from assets.sources.drafting.batch_columns import may_be_label
from assets.sources.drafting.looking.looks import FileLook

FEWEST: Final = 2
MOST: Final = 6


def label_candidates(looks: Iterable[tuple[FileLook, Iterable[str]]]) -> list[str]:
    """Return a line per column with few values: file, column, values and how many rows have each.

    Args:
        looks: Files with a row per batch, and their columns that are nothing else for certain.
    """
    lines = []
    for look, columns in looks:
        for column in columns:
            counts = look.frame[column].drop_nulls().value_counts(sort=True)
            most = FEWEST if look.is_numeric(column) else MOST
            if not FEWEST <= counts.height <= most and not may_be_label(look, column):
                continue
            blank = look.frame[column].null_count()
            values = [f"{value} {count}" for value, count in counts.iter_rows()]
            values += [f"blank {blank}"] if blank else []
            lines.append(f"{look.pattern}, {column}: {', '.join(values)}")
    return lines
