"""The only ``duckdb.connect``: one context manager, opened late and closed early.

While a file is open for writing no other process can open it, not even for reading, so a
connection lives for one read or one transaction, or for one run. Here belong opening, its limits,
and the translation of DuckDB's errors into plain words; what runs on one is said elsewhere.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir

import duckdb

from data_contracts.errors import FileHeldError, WarehouseError

Connection = duckdb.DuckDBPyConnection
MEMORY_LIMIT = "1.5GB"
# Whoever only reads writes nothing into the home, not even what does not fit the memory.
_READING_LIMITS: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": MEMORY_LIMIT,
    "temp_directory": str(Path(gettempdir()) / "lotwise-reading"),
}
# What a question needs none of; locked together with access to files.
_LOCKED = (
    "python_enable_replacements",
    "autoinstall_known_extensions",
    "autoload_known_extensions",
    "allow_community_extensions",
)


@contextmanager
def connect(file: Path, spill_dir: Path, memory_limit: str = MEMORY_LIMIT) -> Iterator[Connection]:
    """Open a DuckDB file for writing, creating it where it is missing, and close it at the end.

    Args:
        file: DuckDB file.
        spill_dir: Where DuckDB puts what does not fit its memory limit.
        memory_limit: DuckDB's limit on its own buffers, such as ``1.5GB``.

    Raises:
        WarehouseError: The file is open in another process, is no DuckDB file, or a statement
            run on the connection failed.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with plain_errors(file), _opened(str(file), spill_dir, memory_limit) as connection:
        yield connection


@contextmanager
def connect_in_memory(spill_dir: Path, memory_limit: str = MEMORY_LIMIT) -> Iterator[Connection]:
    """Open DuckDB without a file, to read Parquet files while no warehouse needs to be open.

    Raises:
        WarehouseError: A statement failed.
    """
    with plain_errors(spill_dir), _opened(":memory:", spill_dir, memory_limit) as connection:
        yield connection


@contextmanager
def _opened(database: str, spill_dir: Path, memory_limit: str) -> Iterator[Connection]:
    spill_dir.mkdir(parents=True, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": str(spill_dir),
        "threads": os.cpu_count() or 1,
    }
    connection = duckdb.connect(database, config=config)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


@contextmanager
def connect_read_only(file: Path) -> Iterator[Connection]:
    """Open a finished DuckDB file for reading under a snapshot of its own.

    The file is attached to a database in memory: DuckDB keeps one instance per path and process,
    so a plain connect in a process that still reads the copy before would return the old data.

    Raises:
        WarehouseError: The file cannot be opened for reading or a statement failed.
    """
    with plain_errors(file):
        connection = duckdb.connect(config=_READING_LIMITS)
        try:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(f"ATTACH {quoted(str(file))} AS warehouse (READ_ONLY)")
            connection.execute("USE warehouse")
            yield connection
        finally:
            connection.close()


def lock_for_questions(connection: Connection, readable: Sequence[str]) -> None:
    """Put a connection for reading under DuckDB's own locks, for questions of strangers.

    Nothing outside the attached file can then be read, written, attached, loaded or installed but
    the files named; no Python variable is seen; and no setting can be changed again.

    Args:
        connection: One of ``connect_read_only``.
        readable: Absolute paths of the files its views read.
    """
    for setting in _LOCKED:
        connection.execute(f"SET {setting} = false")
    listed = ", ".join(map(quoted, readable))
    connection.execute(f"SET allowed_paths = [{listed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Make everything inside happen whole or not at all."""
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def plain_errors(file: Path | str) -> Iterator[None]:
    """Turn DuckDB's errors into one sentence that names the file and the way out.

    Raises:
        FileHeldError: Another process holds the file.
        WarehouseError: In place of any other DuckDB error.
    """
    try:
        yield
    except duckdb.IOException as error:
        if "Could not set lock" in str(error):
            raise FileHeldError(
                f"{file} is held open by another process. Close it there, or read the published "
                f"copy instead: it is never locked. DuckDB says: {_first_sentence(error)}"
            ) from error
        raise WarehouseError(
            f"{file} cannot be read or written: {_first_sentence(error)}"
        ) from error
    except duckdb.Error as error:
        raise WarehouseError(f"{file}: {str(error).strip()}") from error


def quoted(text: str) -> str:
    """Return a text as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def _first_sentence(error: Exception) -> str:
    return str(error).partition(". ")[0].partition("\n")[0]
