"""When two tables are the same: a hash of their contents.

Every row is written as JSON over the compared columns (provenance is left out), each JSON text is
hashed with MD5, and the hashes are added up as numbers. A sum does not depend on the order of rows,
on threads or on how a file is laid out, yet changes with every value, every null and every repeated
row; the number of rows and the column names are part of the hash too.
"""

import hashlib
from dataclasses import dataclass

from data_contracts.contract import Contract
from warehouse.connection import Connection

# Rows and the two halves of their hashes, summed: those of a table are the sums of its parts'. The
# hash is asked for once: one a half is computed twice, and takes most of the time.
SUMS = (
    "count(*), sum((md5_number(line) >> 64)::UBIGINT), "
    "sum((md5_number(line) & 18446744073709551615::UHUGEINT)::UBIGINT)"
)


@dataclass(frozen=True, slots=True)
class Written:
    """What a table holds after a write: how many rows, and the hash of its contents."""

    rows: int
    content_hash: str


def relation_hash(connection: Connection, relation: str, columns: tuple[str, ...]) -> str:
    """Hash the contents of a table, view or subquery.

    Args:
        connection: Where the relation is known.
        relation: SQL that may follow ``FROM``.
        columns: Columns that count.

    Returns:
        32 hexadecimal digits, equal for equal contents.
    """
    row = connection.execute(f"SELECT {SUMS} FROM ({lines_sql(relation, columns)})").fetchone()
    return digest((*columns, *(row or ())))


def lines_sql(relation: str, columns: tuple[str, ...], kept: str = "") -> str:
    """Return a SELECT of one ``line`` of text per row, over which ``SUMS`` may be taken.

    Args:
        relation: SQL that may follow ``FROM``.
        columns: Columns that count.
        kept: Further columns to select, each followed by a comma.
    """
    fields = ", ".join(f'"{name}" := "{name}"' for name in columns)
    return f"SELECT {kept} to_json(struct_pack({fields}))::VARCHAR AS line FROM {relation}"


def table_hash(connection: Connection, contract: Contract) -> str:
    """Hash the contents of a table under contract, provenance apart."""
    return relation_hash(connection, described(connection, contract), contract.compared_columns)


def described(connection: Connection, contract: Contract) -> str:
    """Return a table as SQL that may follow ``FROM``, with every column of its contract.

    One that an earlier version did not write is null.
    """
    held_columns = {row[0] for row in connection.execute(f"DESCRIBE {contract.name}").fetchall()}
    added = "".join(
        f', NULL::{column.physical_type} AS "{column.name}"'
        for column in contract.columns
        if column.name not in held_columns
    )
    return f"(SELECT *{added} FROM {contract.name})" if added else contract.name


def held(connection: Connection, contract: Contract) -> Written:
    """Return what a table under contract holds now."""
    rows = connection.execute(f"SELECT count(*) FROM {contract.name}").fetchall()[0][0]
    return Written(rows, table_hash(connection, contract))


def digest(parts: tuple[object, ...]) -> str:
    """Return 32 hexadecimal digits that stand for a sequence of values."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:32]
