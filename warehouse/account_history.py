"""The accounts of deliveries, kept: what was received and refused as it stood after each of them.

An account is of the files as they lie there at the moment, so the next one replaces it; a look back
must say what was said then. The working file therefore keeps, beside the table of the moment, each
row with the instants from which and until which it stood. Rows have no key: they are compared
whole, provenance apart.
"""

from datetime import datetime

import polars as pl

from data_contracts.catalogue import contract
from data_contracts.contract import Contract
from warehouse.connection import transaction
from warehouse.relations import exists, incoming
from warehouse.store import Warehouse

SCHEMA = "kept_accounts"  # of the working file alone; no analyst's tables
_DIFFERENCE = """
CREATE OR REPLACE TEMP TABLE {name} AS
SELECT {columns} FROM {some} EXCEPT ALL SELECT {columns} FROM {others}
"""
_CLOSE = """
UPDATE {kept} SET until_at = $at WHERE rowid IN (
    SELECT k.number FROM (
        SELECT {columns}, rowid AS number, row_number() OVER (PARTITION BY {columns}) AS copy
        FROM {kept} WHERE until_at IS NULL
    ) AS k
    INNER JOIN (
        SELECT {columns}, row_number() OVER (PARTITION BY {columns}) AS copy FROM gone
    ) AS g ON k.copy = g.copy AND {same}
)
"""
# Of the rows that are alike, as many are new as there are more of them.
_ADD = """
INSERT INTO {kept} BY NAME
SELECT i.* EXCLUDE (copy), $at AS since_at, NULL::TIMESTAMP AS until_at
FROM (SELECT *, row_number() OVER (PARTITION BY {columns}) AS copy FROM incoming) AS i
INNER JOIN (
    SELECT {columns}, row_number() OVER (PARTITION BY {columns}) AS copy FROM added
) AS a ON i.copy = a.copy AND {same_added}
"""


def known_account(
    warehouse: Warehouse, table: str, account: pl.DataFrame, at: datetime, as_of: datetime | None
) -> pl.DataFrame:
    """Keep an account, and return the one that stood at an instant.

    Args:
        warehouse: The working warehouse.
        table: ``schema.table`` under contract that the account is of.
        account: The account of what lies there now.
        at: When that was delivered, UTC.
        as_of: UTC; by default the account itself is returned. Before the first delivery the first
            account stands.
    """
    described = contract(table)
    kept = f"{SCHEMA}.{described.table}"
    columns = ", ".join(f'"{name}"' for name in described.compared_columns)
    names = {"kept": kept, "columns": columns, "same": _same(described, "k", "g")}
    names |= {"same_added": _same(described, "i", "a")}
    now = {"some": "incoming", "others": f"(FROM {kept} WHERE until_at IS NULL)"}
    with warehouse.connection() as opened, transaction(opened):
        if not exists(opened, kept):
            opened.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            opened.execute(_created(described, kept))
        with incoming(opened, account.select(described.column_names)):
            opened.execute(_DIFFERENCE.format(name="added", columns=columns, **now))
            now = {"some": now["others"], "others": now["some"]}
            opened.execute(_DIFFERENCE.format(name="gone", columns=columns, **now))
            opened.execute(_CLOSE.format(**names), {"at": at})
            opened.execute(_ADD.format(**names), {"at": at})
        opened.execute("DROP TABLE temp.added; DROP TABLE temp.gone")
    if as_of is None:
        return account
    stood = (
        f"SELECT * EXCLUDE (since_at, until_at) FROM {kept} WHERE "
        f"(since_at <= $as_of OR since_at = (SELECT min(since_at) FROM {kept})) "
        "AND (until_at IS NULL OR until_at > $as_of)"
    )
    return warehouse.query(stood, {"as_of": as_of})


def _created(described: Contract, kept: str) -> str:
    """The table's own columns, without its rules: they hold for one account, not for all."""
    columns = ", ".join(f'"{c.name}" {c.physical_type}' for c in described.columns)
    return f"CREATE TABLE {kept} ({columns}, since_at TIMESTAMP, until_at TIMESTAMP)"


def _same(described: Contract, one: str, other: str) -> str:
    pairs = (f'{one}."{n}" IS NOT DISTINCT FROM {other}."{n}"' for n in described.compared_columns)
    return " AND ".join(pairs)
