"""When two tables are the same: a hash of their contents.

Every row is written as JSON over the compared columns (provenance is left out), each JSON text is
hashed with MD5, and the hashes are added up as numbers. A sum does not depend on the order of rows,
on threads or on how a file is laid out, yet changes with every value, every null and every repeated
row; the number of rows and the column names are part of the hash too.
"""

import hashlib

from data_contracts.contract import Contract
from warehouse.connection import Connection


def relation_hash(connection: Connection, relation: str, columns: tuple[str, ...]) -> str:
    """Hash the contents of a table, view or subquery.

    Args:
        connection: Where the relation is known.
        relation: SQL that may follow ``FROM``.
        columns: Columns that count.

    Returns:
        32 hexadecimal digits, equal for equal contents.
    """
    fields = ", ".join(f'"{name}" := "{name}"' for name in columns)
    row = connection.execute(
        f"SELECT count(*), sum(md5_number_lower(line)), sum(md5_number_upper(line)) "
        f"FROM (SELECT to_json(struct_pack({fields}))::VARCHAR AS line FROM {relation})"
    ).fetchone()
    return digest((*columns, *(row or ())))


def table_hash(connection: Connection, contract: Contract) -> str:
    """Hash the contents of a table under contract, provenance apart."""
    return relation_hash(connection, contract.name, contract.compared_columns)


def digest(parts: tuple[object, ...]) -> str:
    """Return 32 hexadecimal digits that stand for a sequence of values."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:32]
