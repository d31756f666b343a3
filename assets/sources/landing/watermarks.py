"""Where a reading of rows ended, so that the next one goes on there.

A watermark is the largest value of its columns, the first counting most. Here belong its finding in
batches of rows and its form as text; the SQL that goes on from it is in ``database_queries``.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, Self

from data_contracts.errors import SourceError

if TYPE_CHECKING:
    import pyarrow as pa

_ALLOWED: Final = "whole numbers, texts, dates or instants with a zone"


@dataclass(frozen=True, order=True)
class Watermark:
    """The last values read.

    Attributes:
        values: One per column: a whole number, or a text, a date or an instant in UTC as text.
        kinds: ``number``, ``text``, ``date`` or ``instant``, one per column.
    """

    values: tuple[int | str, ...]
    kinds: tuple[str, ...]

    def as_json(self, columns: Sequence[str]) -> str:
        """Return it as it is kept in the warehouse."""
        pairs = zip(columns, self.kinds, self.values, strict=True)
        return json.dumps({name: {kind: value} for name, kind, value in pairs}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str, columns: Sequence[str]) -> Self | None:
        """Return a kept watermark, None where it is one of other columns."""
        kept = json.loads(text)
        if list(kept) != list(columns):
            return None
        pairs = [next(iter(one.items())) for one in kept.values()]
        return cls(tuple(value for _, value in pairs), tuple(kind for kind, _ in pairs))


def last_of(batch: "pa.RecordBatch", columns: Sequence[str], where: str) -> Watermark | None:
    """Return the largest values of the watermark's columns in a batch, None where it has no rows.

    Args:
        batch: Rows, instants in UTC without a zone.
        columns: The watermark's columns.
        where: What is read, for messages.

    Raises:
        SourceError: A value is blank or of a kind that does not order rows.
    """
    import pyarrow.compute as pc

    if batch.num_rows == 0:
        return None
    for name in columns:
        if batch.column(name).null_count:
            raise SourceError(
                f"{where}: the watermark '{name}' is blank in some rows, which a later run would "
                "never read. Choose a column that is always filled, or leave such rows out by a "
                "query."
            )
    place = int(
        pc.select_k_unstable(batch, 1, [(name, "descending") for name in columns])[0].as_py()
    )
    return Watermark(*zip(*(_written(batch, name, place, where) for name in columns), strict=True))


def _written(batch: "pa.RecordBatch", name: str, place: int, where: str) -> tuple[int | str, str]:
    value: Any = None
    try:
        value = batch.column(name)[place].as_py()
    except (OverflowError, ValueError):
        raise SourceError(
            f"{where}: the watermark '{name}' holds an instant no calendar has (infinity). Leave "
            "such rows out by a query."
        ) from None
    match value:
        case bool() | float():
            pass
        case int():
            return value, "number"
        case str():
            return value, "text"
        case datetime():
            return value.replace(tzinfo=UTC).isoformat(), "instant"
        case date():
            return value.isoformat(), "date"
    kind = batch.schema.field(name).type
    raise SourceError(
        f"{where}: the watermark '{name}' is of type {kind}; rows are ordered by {_ALLOWED}. "
        "Choose another column, or cast it in a query."
    )
