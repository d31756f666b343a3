"""The SELECT that makes any delivered layout look like ``raw.sensor_readings``.

Here belong its layers (rows, derived columns, conditions, look-ups, clocks, long form) and the
rules a reading must keep.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assets.sources.files.record_places import EXCEL_ERRORS
from assets.sources.readings.reading_cells import NUMBER, ReadingCells
from assets.sources.readings.scans import FILE_NUMBER, Scans, scan_sql
from assets.sources.readings.sql_text import literal, quoted
from data_contracts.catalogue import contract
from data_contracts.profile_schema.mapping import READINGS
from data_contracts.profile_schema.mapping import Mapping as ProfileMapping
from data_contracts.untrusted.limits import EARLIEST_INSTANT, LATEST_INSTANT

TEXT_TARGETS = ("equipment_id", "batch_id", "quality")
_NO_READINGS = (
    "SELECT NULL::VARCHAR AS equipment_id, NULL::VARCHAR AS batch_id, NULL::VARCHAR AS tag, "
    "NULL::TIMESTAMP AS recorded_at, NULL::DOUBLE AS value, NULL::VARCHAR AS quality WHERE false"
)


@dataclass(frozen=True)
class Feeding:
    """One mapping of files to readings, with all that is known of the files.

    Attributes:
        mapping: How the files feed ``raw.sensor_readings``.
        scans: The files.
        cells: How its cells are written.
    """

    mapping: ProfileMapping
    scans: Scans
    cells: ReadingCells


def rows_sql(feeding: Feeding, *, with_rows: bool) -> str:
    """Return a SELECT over the rows that are records, derived columns and row numbers added."""
    columns = feeding.cells.columns
    places = with_rows or feeding.cells.needs_numbers
    sql = scan_sql(columns.described, feeding.scans, with_rows=places)
    for name, derived in columns.derived():
        sql = f"SELECT *, {derived} AS {quoted(name)} FROM ({sql})"
    if feeding.mapping.condition is not None:
        text = f"({feeding.mapping.condition}) IS TRUE"
        sql = f"SELECT * FROM ({sql}) WHERE {columns.expression(text, feeding.mapping.where)}"
    if feeding.cells.needs_numbers:
        order = f"row_number() OVER (ORDER BY {FILE_NUMBER}, source_row)"
        sql = f"SELECT *, {order} AS {NUMBER} FROM ({sql})"
    return sql


def delivered_readings_sql(feeding: Feeding, *, with_rows: bool = False) -> str:
    """Return SQL that makes delivered files long, before anything is refused.

    Args:
        feeding: The mapping and its files.
        with_rows: Whether ``source_file`` and ``source_row`` are given too (slower).

    Returns:
        A SELECT with equipment_id, batch_id, tag, quality (text), recorded_text and value_text
        (as delivered, null where blank), and fault (the text column that holds an Excel error), one
        row per reading.
    """
    mapping, cells = feeding.mapping, feeding.cells
    rows = f"({cells.joined(rows_sql(feeding, with_rows=with_rows))})"
    place = ["source_file", "source_row"] if with_rows else []
    filled = {cell.target: cells.sql(cell) for cell in mapping.cells}
    fixed = [f"{filled.get(target, 'NULL')}::VARCHAR AS {target}" for target in TEXT_TARGETS]
    fixed += [f"{filled.get('recorded_at', 'NULL')} AS recorded_text", *place]
    fixed.append(f"{_fault(feeding, filled)} AS fault")
    if not mapping.unpivot:
        columns = [*fixed, f"{filled['tag']}::VARCHAR AS tag", f"{filled['value']} AS value_text"]
        return f"SELECT {', '.join(columns)} FROM {rows}"
    wide = [
        f"{cells.columns.number(column.column)} AS {quoted(column.name)}"
        for column in mapping.unpivot
    ]
    names = ", ".join(quoted(column.name) for column in mapping.unpivot)
    return (
        f"FROM (SELECT {', '.join([*fixed, *wide])} FROM {rows}) "
        f"UNPIVOT INCLUDE NULLS (value_text FOR tag IN ({names}))"
    )


def _fault(feeding: Feeding, filled: Mapping[str, str]) -> str:
    """The first text of a reading that is an Excel error: it would pass as a name."""
    if feeding.cells.columns.described.format != "xlsx":
        return "NULL::VARCHAR"
    errors = ", ".join(literal(error) for error in EXCEL_ERRORS)
    whens = " ".join(
        f"WHEN {filled[target]} IN ({errors}) THEN '{target}'"
        for target in ("tag", *TEXT_TARGETS)
        if target in filled
    )
    return f"CASE {whens} END" if whens else "NULL::VARCHAR"


def readings_sql(parts: Sequence[str], *, is_clean: bool) -> str:
    """Return SQL for ``raw.sensor_readings``: every delivered reading that keeps the contract.

    Args:
        parts: One SELECT per mapping, from ``delivered_readings_sql``.
        is_clean: Whether nothing is refused, which saves asking every reading again.
    """
    if not parts:
        return _NO_READINGS
    kept = "" if is_clean else f" WHERE {_rule_sql()} IS NULL"
    return " UNION ALL BY NAME ".join(
        f"(SELECT equipment_id, batch_id, tag, {_RECORDED_AT} AS recorded_at, {_VALUE} AS value, "
        f"coalesce(quality, 'good') AS quality FROM ({part}){kept})"
        for part in parts
    )


def counting_sql(parts: Sequence[str]) -> str:
    """Return SQL that counts readings received and refused, over all mappings."""
    counted = " UNION ALL ".join(
        f"SELECT count(*) AS received, count({_rule_sql()}) AS refused FROM ({part})"
        for part in parts
    )
    sums = "sum(received)::BIGINT AS received, sum(refused)::BIGINT AS refused"
    return f"SELECT {sums} FROM ({counted})"


def refused_sql(part: str) -> str:
    """Return SQL that lists the refused readings in the columns of ``quarantine.records``.

    Args:
        part: A SELECT from ``delivered_readings_sql`` with rows.
    """
    column = f"split_part({_rule_sql()}, ' ', 1)"
    rule = f"split_part({_rule_sql()}, ' ', 2)"
    return (
        f"SELECT {literal(READINGS)} AS table_name, source_file, source_row, "
        f"{column} AS column_name, {rule} AS rule, "
        f"CASE {column} WHEN 'value' THEN value_text::VARCHAR "
        "WHEN 'recorded_at' THEN recorded_text::VARCHAR WHEN 'quality' THEN quality "
        "WHEN 'tag' THEN tag WHEN 'equipment_id' THEN equipment_id "
        "WHEN 'batch_id' THEN batch_id END AS value, "
        f"{column} || ' breaks the rule ' || {rule} AS reason, "
        "to_json({equipment_id: equipment_id, batch_id: batch_id, tag: tag, recorded_at: "
        "recorded_text::VARCHAR, value: value_text::VARCHAR, quality: quality})::VARCHAR AS record "
        f"FROM ({part}) WHERE {_rule_sql()} IS NOT NULL ORDER BY source_file, source_row, tag"
    )


_RECORDED_AT = "TRY_CAST(recorded_text AS TIMESTAMP)"
_EARLIEST, _LATEST = (f"TIMESTAMP '{limit}'" for limit in (EARLIEST_INSTANT, LATEST_INSTANT))
_VALUE = "TRY_CAST(value_text AS DOUBLE)"


def _rule_sql() -> str:
    """The first rule a reading breaks, as 'column rule', or null."""
    qualities = contract(READINGS).column("quality").valid_values or ("good", "uncertain", "bad")
    listed = ", ".join(literal(str(quality)) for quality in qualities)
    return (
        "CASE WHEN fault IS NOT NULL THEN fault || ' excel_error' "
        "WHEN recorded_text IS NULL THEN 'recorded_at required' "
        f"WHEN {_RECORDED_AT} IS NULL THEN 'recorded_at type' "
        f"WHEN {_RECORDED_AT} NOT BETWEEN {_EARLIEST} AND {_LATEST} THEN 'recorded_at range' "
        "WHEN equipment_id IS NULL THEN 'equipment_id required' "
        "WHEN tag IS NULL THEN 'tag required' "
        f"WHEN value_text IS NOT NULL AND {_VALUE} IS NULL THEN 'value type' "
        f"WHEN quality NOT IN ({listed}) THEN 'quality valid_values' END"
    )
