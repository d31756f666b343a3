"""How much a Parquet file claims to hold, read from its footer before a page is unpacked.

A file of some kilobytes can claim any number of equal rows. Here belong the counting and the kinds
of column that no table holds; reading the rows is in ``delivered_files`` and in DuckDB.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Any

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
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(path)
        columns = metadata.num_columns
        if columns <= MOST_COLUMNS:
            _chunks(metadata)
            return metadata
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SourceError(
            f"{path} is not a complete Parquet file ({reason}); it may be truncated. Deliver it "
            "again."
        ) from error
    raise SourceError(
        f"{path} has {columns:,} columns; at most {MOST_COLUMNS:,} are read. Deliver the columns "
        "that are needed, or one row a value."
    )


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
