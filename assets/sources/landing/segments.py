"""Rows written to a Parquet file as they come, a batch at a time, so that memory stays bounded.

What DuckDB and polars would read differently is made alike here: an instant becomes one in UTC
without a zone, a decimal or a time of day becomes text.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from assets.sources.landing.watermarks import Watermark, last_of
from data_contracts.errors import SourceError
from data_contracts.untrusted.limits import LARGEST_PARQUET_BYTES, MOST_PARQUET_CELLS

if TYPE_CHECKING:
    import pyarrow as pa


_GROUP_ROWS: Final = 65_536
_GROUP_BYTES: Final = 16 << 20


class RowBatches(Protocol):
    """Rows in batches of Arrow."""

    @property
    def schema(self) -> "pa.Schema":
        """The columns."""

    def __iter__(self) -> "Iterator[pa.RecordBatch]":
        """Give the batches."""


@dataclass(frozen=True)
class Bounds:
    """How much is written.

    Attributes:
        becomes_frame: Whether the rows become a frame, which bounds cells and bytes.
        columns: How many of the columns are read then.
        most_rows: After so many rows reading stops; None reads all.
    """

    becomes_frame: bool
    columns: int
    most_rows: int | None = None


@dataclass(frozen=True)
class Segment:
    """The rows of one reading, in a file.

    Attributes:
        file: The Parquet file.
        rows: How many rows it has.
        last: The largest watermark among them; None without rows or without a watermark.
        is_whole: Whether all rows were read.
    """

    file: Path
    rows: int
    last: Watermark | None
    is_whole: bool


def write_segment(
    batches: RowBatches,
    file: Path,
    watermark: Sequence[str],
    bounds: Bounds,
    casts: Mapping[str, str],
    where: str,
) -> Segment:
    """Write rows to a new Parquet file.

    Args:
        batches: The rows.
        file: Where they go.
        watermark: Columns whose largest values are noted.
        bounds: How much is written.
        casts: Columns the database wrote as text, and what they are.
        where: What is read, for messages.

    Raises:
        SourceError: There are more rows than a frame takes, a column is of a kind that no table
            holds, a text is not what it should be, or a watermark is blank.
    """
    import pyarrow.parquet as pq

    schema = _flat_schema(batches.schema, casts, where)
    file.parent.mkdir(parents=True, exist_ok=True)
    rows, size, last = 0, 0, None
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for flat in _larger(_flat(batch, schema, where) for batch in batches):
            if bounds.most_rows is not None and rows + flat.num_rows > bounds.most_rows:
                writer.write_batch(flat.slice(0, bounds.most_rows - rows))
                return Segment(file, bounds.most_rows, None, is_whole=False)
            rows, size = rows + flat.num_rows, size + flat.nbytes
            if bounds.becomes_frame:
                _require_modest(rows, size, bounds.columns, where)
            writer.write_batch(flat)
            if watermark and (own := last_of(flat, watermark, where)) is not None:
                last = own if last is None else max(last, own)
    return Segment(file, rows, last, is_whole=True)


def _larger(batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
    """Join small batches: each becomes a row group, and thousands of them are slow to read."""
    import pyarrow as pa

    held, rows, size = list["pa.RecordBatch"](), 0, 0
    for batch in batches:
        held.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= _GROUP_ROWS or size >= _GROUP_BYTES:
            yield pa.concat_batches(held)
            held, rows, size = [], 0, 0
    if held:
        yield pa.concat_batches(held)


def _flat_schema(schema: "pa.Schema", casts: Mapping[str, str], where: str) -> "pa.Schema":
    import pyarrow as pa

    meant = {
        "number": pa.float64(),
        "money": pa.float64(),
        "instant": pa.timestamp("us"),
        "flag": pa.bool_(),
    }
    types = [meant.get(casts.get(f.name, "")) or _flat_type(f, where) for f in schema]
    return pa.schema(list(zip(schema.names, types, strict=True)))


def _flat_type(field: "pa.Field", where: str) -> "pa.DataType":
    """The type a column is written as.

    Raises:
        SourceError: It lost precision or a zone on the way, or is nothing a table holds.
    """
    import pyarrow as pa
    from pyarrow import types

    kind = field.type
    if types.is_timestamp(kind) and kind.tz is not None:
        return pa.timestamp("us")
    is_number = types.is_integer(kind) or types.is_float64(kind) or types.is_boolean(kind)
    if is_number or types.is_date(kind) or types.is_string(kind) or types.is_large_string(kind):
        return kind
    is_text = types.is_decimal(kind) or types.is_time(kind) or types.is_null(kind)
    if is_text or getattr(kind, "extension_name", "") == "arrow.opaque":
        return pa.string()
    raise SourceError(
        f"{where}: the column '{field.name}' comes as {kind}, which no table holds as it is. Have "
        "the database write it ('casts', or a CAST in a query), or name it under 'ignored'."
    )


def _flat(batch: "pa.RecordBatch", schema: "pa.Schema", where: str) -> "pa.RecordBatch":
    import pyarrow as pa

    columns = []
    for own, field in zip(batch.columns, schema, strict=True):
        try:
            columns.append(_as(field.type, own))
        except pa.ArrowInvalid as error:
            raise SourceError(
                f"{where}: the column '{field.name}' holds what is no {field.type}: "
                f"{str(error).splitlines()[0][:200]}. Correct 'casts', or leave such rows out by a "
                "query."
            ) from None
    return pa.record_batch(columns, schema=schema)


def _as(kind: "pa.DataType", own: "pa.Array") -> "pa.Array":
    import pyarrow as pa
    from pyarrow import types

    column = own.storage if isinstance(own, pa.ExtensionArray) else own
    if column.type == kind:
        return column
    if types.is_timestamp(kind):
        is_text = types.is_string(column.type) or types.is_large_string(column.type)
        zoned = column.cast(pa.timestamp("us", "UTC")) if is_text else column
        return zoned.cast(kind, safe=False)  # beyond a microsecond it is cut, as everywhere here
    return column.cast(kind)


def _require_modest(rows: int, size: int, columns: int, where: str) -> None:
    if rows * max(1, columns) > MOST_PARQUET_CELLS or size > LARGEST_PARQUET_BYTES:
        raise SourceError(
            f"{where}: more than {rows - 1:,} rows of {columns} columns that are read; at most "
            f"{MOST_PARQUET_CELLS:,} cells and {LARGEST_PARQUET_BYTES:,} bytes become one table. "
            "Read less by a query, or name columns under 'ignored'."
        )
