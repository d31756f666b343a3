"""Large tables of batches, written by difference: the batches whose rows changed, and no others.

The working file lists, of each batch of such a table, a hash of its rows as they were given and the
sums of their content hashes. A frame that is written is compared with the list batch by batch; rows
of batches that are as listed are neither written nor hashed again, and the hash of the whole is
added up. The list is believed only while the file is as this product left it (``table_states``).
"""

from collections.abc import Mapping

import polars as pl

from data_contracts.contract import Contract
from warehouse.connection import Connection
from warehouse.content_hash import SUMS, Written, digest, lines_sql
from warehouse.relations import exists, insert
from warehouse.table_lists.table_parts import BATCH_LIST, begin_whole
from warehouse.table_lists.table_states import noted

BATCH = "batch_id"
FEWEST_ROWS = 20_000  # below, writing whole costs less than comparing
LARGEST_CHANGE = 0.3  # share of the rows; beyond, the whole is written in order
_CREATE = f"""
CREATE TABLE IF NOT EXISTS main.{BATCH_LIST} (
    table_name VARCHAR, columns VARCHAR, part VARCHAR, version VARCHAR, row_count BIGINT,
    low HUGEINT, high HUGEINT
)
"""
_ENTER = f"""
INSERT INTO main.{BATCH_LIST} SELECT ?, ?, s.part, v.version, s.row_count, s.low, s.high
FROM (SELECT part, {SUMS} FROM ({{lines}}) GROUP BY part) AS s (part, row_count, low, high)
INNER JOIN versions AS v USING (part)
"""
_TOTAL = f"""
SELECT sum(row_count)::BIGINT, sum(low), sum(high) FROM main.{BATCH_LIST} WHERE table_name = ?
"""


def write_rows(
    connection: Connection, described: Contract, frame: pl.DataFrame, *, is_believed: bool
) -> Written | None:
    """Let a table hold a frame: a large one of batches by difference, any other whole.

    Args:
        connection: Inside a transaction.
        described: The table.
        frame: Its conformed rows, sorted or not.
        is_believed: Whether what the file lists of its tables may be believed.

    Returns:
        What the table holds, where that was found on the way.
    """
    if _is_by_batch(described, frame):
        return _write_by_batch(connection, described, frame, is_believed=is_believed)
    begin_whole(connection, described)
    insert(connection, described, frame)
    return None


def _is_by_batch(described: Contract, frame: pl.DataFrame) -> bool:
    """Every column must be compared, or the hashes would leave some out."""
    return (
        frame.height >= FEWEST_ROWS
        and described.key[:1] == (BATCH,)
        and described.compared_columns == described.column_names
    )


def _write_by_batch(
    connection: Connection, described: Contract, frame: pl.DataFrame, *, is_believed: bool
) -> Written:
    """Write only the batches that differ, or all where too many do or nothing is listed."""
    versions = _versions(frame)
    before = _listed(connection, described) if is_believed else None
    changed = versions if before is None else _changed(versions, before)
    if before is None or _rows_of(versions, changed) > LARGEST_CHANGE * frame.height:
        begin_whole(connection, described)
        connection.execute(_CREATE)
        changed = versions
        insert(connection, described, frame)
    elif changed.height:
        parts = changed.select("part").to_arrow()  # noqa: F841
        of_changed = "IN (SELECT part FROM parts)"
        connection.execute(f'DELETE FROM {described.name} WHERE "{BATCH}" {of_changed}')
        connection.execute(
            f"DELETE FROM main.{BATCH_LIST} WHERE table_name = ? AND part {of_changed}",
            [described.name],
        )
        insert(connection, described, frame.filter(pl.col(BATCH).is_in(changed["part"].implode())))
    if changed.height:
        _enter(connection, described, changed)
    return _total(connection, described)


def _versions(frame: pl.DataFrame) -> pl.DataFrame:
    """One row per batch: its rows, and two sums of their hashes, which no order changes.

    Zero and minus zero are one to a hash and two to the eye, so signs of zeros count apart.
    """
    signs = [
        (1 / pl.col(name) < 0).fill_null(value=False).alias(f"sign of {name}")
        for name, kind in frame.schema.items()
        if kind.is_float()
    ]
    signed = frame.with_columns(signs)
    hashes = {f"h{seed}": signed.hash_rows(seed) for seed in (1, 2)}
    return (
        pl.DataFrame({"part": frame[BATCH], **hashes})
        .group_by("part")
        .agg(pl.len().alias("rows"), pl.col(*hashes).sum())
        .with_columns(version=pl.concat_str("rows", *hashes, pl.lit(pl.__version__), separator=" "))
    )


def _listed(connection: Connection, described: Contract) -> Mapping[str, str] | None:
    """Version by batch, or None where the list does not stand for what the table holds."""
    if not exists(connection, f"main.{BATCH_LIST}") or not exists(connection, described.name):
        return None
    known = noted(connection, described)
    if known is None or known.holds != _total(connection, described):
        return None
    listed = f"SELECT part, version, columns FROM main.{BATCH_LIST} WHERE table_name = ?"
    rows = connection.execute(listed, [described.name]).fetchall()
    if {columns for *_, columns in rows} != {_columns(described)}:
        return None
    return {part: version for part, version, _ in rows}


def _changed(versions: pl.DataFrame, before: Mapping[str, str]) -> pl.DataFrame:
    """The batches that differ from the list, and those that are gone."""
    listed = pl.DataFrame({"part": [*before], "before": [*before.values()]})
    both = versions.join(listed, on="part", how="full", coalesce=True)
    return both.filter(pl.col("version").ne_missing(pl.col("before")))


def _rows_of(versions: pl.DataFrame, changed: pl.DataFrame) -> int:
    return int(versions.join(changed, on="part", how="semi")["rows"].sum())


def _enter(connection: Connection, described: Contract, changed: pl.DataFrame) -> None:
    versions = changed.select("part", "version").to_arrow()  # noqa: F841
    lines = lines_sql(described.name, described.compared_columns, f'"{BATCH}" AS part,')
    lines += f' WHERE "{BATCH}" IN (SELECT part FROM versions)'
    connection.execute(_ENTER.format(lines=lines), [described.name, _columns(described)])


def _total(connection: Connection, described: Contract) -> Written:
    rows, low, high = connection.execute(_TOTAL, [described.name]).fetchall()[0]
    return Written(rows or 0, digest((*described.compared_columns, rows or 0, low, high)))


def _columns(described: Contract) -> str:
    """What the list depends on in the contract."""
    return digest(tuple(f"{c.name} {c.physical_type} {c.is_required}" for c in described.columns))
