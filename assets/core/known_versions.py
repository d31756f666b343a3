"""The SQL that takes from raw history what was known as of a date, written from the contracts.

A core table that copies a raw one keeps, per key, the last received of the versions known at
``$as_of``, and of that version each value only if it was known by then. In the first load of a
table a version counts from its own known-at; in later deliveries from the later of that and its
receipt. Everything this takes stands in the contracts: keys, which column says when a value became
known, and which records belong to a batch.
"""

from collections.abc import Iterable

from data_contracts.catalogue import contract
from data_contracts.contract import Column, Contract

RECENCY = ("received_at", "ingested_at", "source_file", "source_row")
BATCHES = "core.batches"
READINGS = "evidence.reading_history"
# Two systems' clocks, and local time taken for UTC, differ by less than a day.
DELIVERED_BY = "coalesce(received_at + INTERVAL 1 DAY, 'infinity'::TIMESTAMP)"

_READING_INSTANTS = f"""
SELECT
    greatest(max(latest_at), max(last_received_at) FILTER (
        last_received_at > (SELECT min(first_received_at) FROM {READINGS})
    )) AS instant_at,
    max(latest_at) AS any_at, 0 AS given, 0 AS late
FROM {READINGS}
"""


def known_versions_sql(table: str, *, of_any_batch: bool = False) -> str:
    """Return the SELECT of a core table that holds the known versions of a raw one.

    Args:
        table: ``core.<table>``; the raw table of that name is read, and ``core.batches`` where a
            record names a batch. Records of batches nobody delivered are left out.
        of_any_batch: Whether records of those are taken too, and ``core.batches`` is not read.

    Returns:
        One SELECT over the contract's columns with the parameter ``$as_of``.
    """
    raw = contract(f"raw.{contract(table).table}")
    columns = [column for column in raw.columns if not column.is_provenance]
    known_from = list(dict.fromkeys(c.known_at for c in columns if c.known_at))
    conditions = [
        *([f"coalesce({_first(known_from)} <= $as_of, TRUE)"] if known_from else []),
        _received(raw),
        *([] if of_any_batch else _of_known_batches(raw)),
    ]
    first = _record_known_at(raw)
    selected = ",\n    ".join(_value(column, first) for column in columns)
    condition = "\n    AND ".join(conditions)
    recency = ", ".join(f"{name} DESC" for name in RECENCY)
    return (
        f"SELECT\n    {selected}\nFROM {raw.name}\nWHERE {condition}\nQUALIFY row_number() OVER "
        f"(PARTITION BY {', '.join(raw.key)} ORDER BY {recency}) = 1"
    )


def latest_instant_sql(raw_tables: Iterable[str], *, with_readings: bool = False) -> str:
    """Return a query of ``latest_at``: the latest instant in the data, null where there is none.

    It is the default as-of date. Receipt counts only after the first load of a table: old records
    loaded for the first time are no news, a correction of them is. Planned instants are no news,
    and neither is one that lies after its delivery: a slip of the pen. Where more than a tenth do,
    what stamped the files is no clock of the plant (a simulated one may lie ahead), and all count.

    Args:
        raw_tables: The tables with a history of their own.
        with_readings: Whether readings count too, by ``evidence.reading_history``.
    """
    parts = [_READING_INSTANTS] if with_readings else []
    for raw in map(contract, raw_tables):
        instants = [column.name for column in raw.columns if _is_news(column)]
        possible = [f"max({name}) FILTER ({name} <= {DELIVERED_BY})" for name in instants]
        received = f"max(received_at) FILTER (run_id <> ({_first_load(raw)}))"
        every = ", ".join(["NULL::TIMESTAMP", *(f"max({name})" for name in instants)])
        given = " + ".join(["0", *(f"count({name})" for name in instants)])
        late = [f"count(*) FILTER ({name} > {DELIVERED_BY})" for name in instants]
        parts.append(
            f"SELECT greatest({', '.join([*possible, received])}) AS instant_at, "
            f"greatest({every}) AS any_at, {given} AS given, {' + '.join(['0', *late])} AS late "
            f"FROM {raw.name}"
        )
    latest = "CASE WHEN 10 * sum(late) > sum(given) THEN max(any_at) ELSE max(instant_at) END"
    return f"SELECT {latest} AS latest_at FROM ({' UNION ALL '.join(parts)})"


def unknown_batches_sql(raw_tables: Iterable[str]) -> str:
    """Return a query of ``table_name``, ``records``: received keys that name no received batch.

    Received at ``$as_of``, that is, or in the first load of the table.
    """
    batches = f"SELECT batch_id FROM raw.batches WHERE {_received(contract('raw.batches'))}"
    parts = [
        f"SELECT '{raw.table}' AS table_name, "
        f"count(DISTINCT ({', '.join(dict.fromkeys(['batch_id', *raw.key]))})) AS records "
        f"FROM {raw.name} WHERE {_received(raw)} AND batch_id NOT IN ({batches})"
        for raw in map(contract, raw_tables)
        if "batch_id" in raw.column_names and raw.table != "batches"
    ]
    return " UNION ALL ".join(parts)


def _is_news(column: Column) -> bool:
    is_instant = column.physical_type == "TIMESTAMP"
    return is_instant and not column.is_provenance and not column.is_planned


def _received(raw: Contract) -> str:
    return f"(run_id = ({_first_load(raw)}) OR received_at <= $as_of)"


def _first_load(raw: Contract) -> str:
    return f"SELECT arg_min(run_id, ingested_at) FROM {raw.name}"


def _record_known_at(raw: Contract) -> str | None:
    """Name the column that says when a record as such was known: that of its key."""
    return raw.column(raw.key[0]).known_at


def _first(instants: list[str]) -> str:
    return instants[0] if len(instants) == 1 else f"coalesce({', '.join(instants)})"


def _of_known_batches(raw: Contract) -> list[str]:
    if "batch_id" not in raw.column_names:
        return []
    known = f"batch_id IN (SELECT batch_id FROM {BATCHES})"
    return [known if raw.column("batch_id").is_required else f"(batch_id IS NULL OR {known})"]


def _value(column: Column, record_known_at: str | None) -> str:
    """Select a column: its value where known at ``$as_of``, else its default or null."""
    name, known_at = column.name, column.known_at
    if known_at is None or known_at == record_known_at:
        return name
    if name == known_at:
        return f"CASE WHEN {name} <= $as_of THEN {name} END AS {name}"
    by_then = f"coalesce({known_at} <= $as_of, TRUE)"
    if column.needs_instant:
        by_then = f"({known_at} <= $as_of OR {record_known_at} IS NULL)"
    otherwise = f" ELSE '{column.default}'" if column.default is not None else ""
    return f"CASE WHEN {by_then} THEN {name}{otherwise} END AS {name}"
