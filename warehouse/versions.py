"""Raw history: which delivered records are new versions, and which say nothing new.

Exports are delivered again and again, late and corrected. A record is identified by its contract
key; its content hash says what it said. A delivery adds a version where the record then in force
(the latest received no later) said something else, so an identical redelivery adds nothing, a
correction adds a version, and a correction taken back adds another. ``received_at`` must therefore
belong to the delivery (the file), not to the clock of the run that reads it.
"""

from dataclasses import dataclass

import polars as pl

from data_contracts.contract import Contract
from warehouse.connection import Connection
from warehouse.relations import incoming

DIVIDED_BY = " / "  # between the columns of a key in words

_NEW_VERSIONS = """
CREATE OR REPLACE TEMP TABLE new_versions AS
WITH known AS (
    SELECT *, false AS is_incoming FROM {table}
    UNION ALL BY NAME
    SELECT *, true AS is_incoming FROM incoming
),
compared AS (
    SELECT
        *,
        lag(content_hash) OVER in_time AS hash_before,
        row_number() OVER (
            PARTITION BY {key}, content_hash, received_at
            ORDER BY is_incoming, source_file, source_row
        ) AS copy
    FROM known
    WINDOW in_time AS (
        PARTITION BY {key}
        ORDER BY received_at NULLS FIRST, is_incoming, source_file, source_row
    )
)
SELECT * FROM compared
WHERE is_incoming AND copy = 1 AND content_hash IS DISTINCT FROM hash_before
"""
_ABSENT = """
SELECT concat_ws('{divided_by}', {key}) AS record_key,
    last(source_file ORDER BY received_at, ingested_at) AS source_file,
    max(received_at) AS last_received_at
FROM {table} AS kept
ANTI JOIN incoming USING ({key})
GROUP BY {key}
"""
_COUNTS = """
SELECT
    (SELECT count(*) FROM incoming),
    (SELECT count(*) FROM new_versions),
    (
        SELECT count(*) FROM (
            SELECT DISTINCT {key} FROM new_versions
            EXCEPT SELECT DISTINCT {key} FROM {table}
        )
    )
"""


@dataclass(frozen=True, slots=True)
class Versions:
    """What a delivery added to a raw table.

    Attributes:
        received: Records delivered.
        new: Records whose key had never been delivered.
        identical: Records that say what was already known.
        changed: Records that add a version to a known key.
    """

    received: int
    new: int
    identical: int
    changed: int


def append(connection: Connection, contract: Contract) -> Versions:
    """Append what is new in the relation ``incoming`` to a raw table.

    Args:
        connection: Inside a transaction; ``incoming`` has the contract's columns.
        contract: A raw table with a key and ``content_hash``, ``received_at``, ``source_file``,
            ``source_row``.
    """
    names = {"table": contract.name, "key": ", ".join(f'"{name}"' for name in contract.key)}
    _fill_key(connection, contract)
    connection.execute(_NEW_VERSIONS.format(**names))
    received, added, new = connection.execute(_COUNTS.format(**names)).fetchall()[0]
    columns = ", ".join(f'"{name}"' for name in contract.column_names)
    connection.execute(
        f"INSERT INTO {contract.name} BY NAME SELECT {columns} FROM new_versions "
        f"ORDER BY {names['key']}, received_at, source_file, source_row"
    )
    connection.execute("DROP TABLE new_versions")
    return Versions(received, new, received - added, added - new)


def absent(connection: Connection, contract: Contract, present: pl.DataFrame) -> pl.DataFrame:
    """Find the records of a raw table that a delivery, already appended, does not hold.

    Args:
        connection: Where the table is.
        contract: A raw table with a key.
        present: The delivery's records.

    Returns:
        One row per key: record_key (its columns divided by ``DIVIDED_BY``), source_file and
        last_received_at of the last version.
    """
    key = ", ".join(f'"{name}"' for name in contract.key)
    distinct = f"SELECT count(*) FROM (SELECT DISTINCT {key} FROM {contract.name})"
    kept = connection.execute(distinct).fetchall()[0][0]
    names = {"table": contract.name, "key": key, "divided_by": DIVIDED_BY}
    limit = " LIMIT 0" if kept == present.height else ""  # which is so most nights
    with incoming(connection, present.select(contract.key)):
        return connection.sql(_ABSENT.format(**names) + limit).pl()


def _fill_key(connection: Connection, contract: Contract) -> None:
    """Give versions kept from before a column joined the key the value it stands for."""
    for column in contract.columns:
        if column.is_key and column.default is not None:
            connection.execute(
                f'UPDATE {contract.name} SET "{column.name}" = ? WHERE "{column.name}" IS NULL',
                [column.default],
            )
