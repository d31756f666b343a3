"""How much a Parquet file claims to hold, read from its footer before a page is unpacked.

A file of some kilobytes can claim any number of equal rows. Here belong the counting and the kinds
of column that no table holds, and the reading of a few columns; readings are read by DuckDB.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts.errors import SourceError
from data_contracts.untrusted.limits import (
    LARGEST_COLUMN_CHUNK_BYTES,
    LARGEST_PARQUET_BYTES,
    MOST_COLUMNS,
    MOST_PARQUET_CELLS,
    MOST_READINGS_PER_BYTE,
    MOST_READINGS_UNDOUBTED,
)


def require_whole(path: Path) -> Any:
    """Return the metadata of a Parquet file (``pyarrow.parquet.FileMetaData``).

    Raises:
        SourceError: The file is empty, truncated or no Parquet at all.
    """
    import pyarrow.parquet as pq

    with _readable(path):
        metadata = pq.read_metadata(path)
        columns = metadata.num_columns
        if columns <= MOST_COLUMNS:
            _chunks(metadata)
            return metadata
    raise SourceError(
        f"{path} has {columns:,} columns; at most {MOST_COLUMNS:,} are read. Deliver the columns "
        "that are needed, or one row a value."
    )


def parquet_columns(path: Path) -> list[str]:
    """Return the names of a file's columns, the outermost of nested ones.

    Raises:
        SourceError: The file is not whole, or has a kind of column nobody knows.
    """
    metadata = require_whole(path)
    with _readable(path):
        return list(metadata.schema.to_arrow_schema().names)


def columns_of_numbers(path: Path) -> frozenset[str]:
    """Return the names of a file's columns of numbers.

    Raises:
        SourceError: The file is not whole, or has a kind of column nobody knows.
    """
    from pyarrow import types

    return _columns_of(path, types.is_integer, types.is_floating, types.is_decimal)


def columns_of_instants(path: Path) -> frozenset[str]:
    """Return the names of a file's columns of instants or dates.

    Raises:
        SourceError: The file is not whole, or has a kind of column nobody knows.
    """
    from pyarrow import types

    return _columns_of(path, types.is_timestamp, types.is_date)


def _columns_of(path: Path, *kinds: Callable[[Any], bool]) -> frozenset[str]:
    metadata = require_whole(path)
    with _readable(path):
        schema = metadata.schema.to_arrow_schema()
        return frozenset(f.name for f in schema if any(is_kind(f.type) for is_kind in kinds))


def column_types(path: Path) -> str:
    """Return the types of a file's columns as one text, equal for files that read alike."""
    metadata = require_whole(path)
    with _readable(path):
        return " ".join(f"{f.name} {f.type}" for f in metadata.schema.to_arrow_schema())


def read_parquet_columns(path: Path, columns: Sequence[str]) -> pl.DataFrame:
    """Read columns of a file by the reader of Arrow, whose errors on damaged pages are errors.

    That of polars ends the program instead, with a page of its inner calls.

    Raises:
        SourceError: A page is damaged, or a column does not hold one value a cell.
    """
    import pyarrow.parquet as pq

    with _readable(path):
        table = pq.read_table(path, columns=list(columns), use_threads=False)
        _require_flat(path, table.schema)
        return pl.DataFrame(pl.from_arrow(table))


def _require_flat(path: Path, schema: Any) -> None:
    """Check that every cell of an Arrow schema is one text, number or instant."""
    from pyarrow import types

    for field in schema:
        kind = field.type.value_type if types.is_dictionary(field.type) else field.type
        is_flat = types.is_primitive(kind) or types.is_null(kind) or types.is_decimal128(kind)
        is_text = types.is_string(kind) or types.is_large_string(kind) or types.is_binary(kind)
        if types.is_duration(kind) or not (is_flat or is_text or types.is_large_binary(kind)):
            raise SourceError(
                f"{path}: the column '{field.name}' holds {kind}; a cell must be one text, number "
                "or instant. Deliver it flat: a list as one row a value, a duration as a number."
            )


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Say of a file that cannot be read what to do about it."""
    import pyarrow as pa

    broken = (pa.ArrowException, pl.exceptions.PolarsError, OSError, ValueError, OverflowError)
    try:
        yield
    except (*broken, MemoryError, NotImplementedError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SourceError(
            f"{path} is not a complete Parquet file ({reason}); it may be truncated or damaged. "
            "Deliver it again."
        ) from error


def require_modest_parquet(path: Path, columns: Collection[str]) -> None:
    """Check that columns of a Parquet file can become a frame in bounded memory.

    Args:
        path: The file.
        columns: The columns that are read.

    Raises:
        SourceError: They claim too many cells, or too many bytes when unpacked.
    """
    metadata = require_whole(path)
    cells = metadata.num_rows * max(1, len(columns))
    unpacked = sum(size for name, size in _chunks(metadata) if name in columns)
    if metadata.num_rows < 0 or cells > MOST_PARQUET_CELLS:
        raise SourceError(
            f"{path} says it has {metadata.num_rows:,} rows of {len(columns)} columns that are "
            f"read; at most {MOST_PARQUET_CELLS:,} cells become one table. Split the file, or look "
            "into what wrote it."
        )
    if unpacked > LARGEST_PARQUET_BYTES:
        raise SourceError(
            f"{path} says it holds {unpacked:,} bytes when unpacked; at most "
            f"{LARGEST_PARQUET_BYTES:,} are read. Split the file, or look into what wrote it."
        )


def require_modest_readings(path: Path) -> None:
    """Check that a Parquet file of sensor readings, which is streamed, is no bomb.

    Raises:
        SourceError: It claims more readings than so few bytes can hold, or a part of it would be
            unpacked to more than memory has.
    """
    metadata = require_whole(path)
    size = path.stat().st_size
    allowed = MOST_READINGS_UNDOUBTED + MOST_READINGS_PER_BYTE * size
    if not 0 <= metadata.num_rows <= allowed:
        raise SourceError(
            f"{path} says it has {metadata.num_rows:,} readings in {size:,} bytes, which no "
            "instrument records. Look into what wrote it, and deliver it again."
        )
    largest = max((size for _, size in _chunks(metadata)), default=0)
    if largest > LARGEST_COLUMN_CHUNK_BYTES:
        raise SourceError(
            f"{path} has a part of {largest:,} bytes when unpacked; at most "
            f"{LARGEST_COLUMN_CHUNK_BYTES:,} are read. Write it in smaller row groups."
        )


def _chunks(metadata: Any) -> list[tuple[str, int]]:
    """Return each column chunk: its outermost column, and its bytes when unpacked."""
    found = []
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group)
        for place in range(rows.num_columns):
            chunk = rows.column(place)
            found.append(
                (chunk.path_in_schema.partition(".")[0], abs(chunk.total_uncompressed_size))
            )
    return found
