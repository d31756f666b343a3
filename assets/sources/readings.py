"""Sensor readings as SQL over the delivered files, read by DuckDB where they lie.

Readings are too many for frames. Here belongs the SQL that makes any delivered layout look like
``raw.sensor_readings`` and that finds what must be refused; running it is the caller's business.
Only text is made here.
"""

from collections.abc import Sequence
from pathlib import Path

from data_contracts.catalogue import contract
from data_contracts.expressions import columns_of, with_columns_as
from data_contracts.profile_schema.cells import Cell
from data_contracts.profile_schema.files import MissingRule, SourceFile
from data_contracts.profile_schema.mapping import READINGS, Mapping

Headers = dict[Path, list[str]]
"""Files by absolute path, with the names of their columns in order."""
TEXT_TARGETS = ("equipment_id", "batch_id", "quality")
_NO_READINGS = (
    "SELECT NULL::VARCHAR AS equipment_id, NULL::VARCHAR AS batch_id, NULL::VARCHAR AS tag, "
    "NULL::TIMESTAMP AS recorded_at, NULL::DOUBLE AS value, NULL::VARCHAR AS quality WHERE false"
)


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def delivered_readings_sql(
    mapping: Mapping, described: SourceFile, headers: Headers, *, with_rows: bool = False
) -> str:
    """Return SQL that makes delivered files long, before anything is refused.

    Args:
        mapping: How the files feed ``raw.sensor_readings``.
        described: What the profile says about the files.
        headers: The files, by absolute path, with the names of their columns.
        with_rows: Whether ``source_file`` and ``source_row`` are given too (slower); the row of a
            CSV file is its line, with the header as line 1.

    Returns:
        A SELECT with equipment_id, batch_id, tag, quality (text), recorded_text and value_text
        (as delivered, null where blank), one row per reading.
    """
    scan = _scan(described, headers, with_rows=with_rows)
    place = ["source_file", "source_row"] if with_rows else []
    cells = {cell.target: _cell_sql(cell, described) for cell in mapping.cells}
    fixed = [f"{cells.get(target, 'NULL')}::VARCHAR AS {target}" for target in TEXT_TARGETS]
    fixed += [f"{cells.get('recorded_at', 'NULL')} AS recorded_text", *place]
    condition = f" WHERE {mapping.condition}" if mapping.condition else ""
    if not mapping.unpivot:
        columns = [*fixed, f"{cells['tag']}::VARCHAR AS tag", f"{cells['value']} AS value_text"]
        return f"SELECT {', '.join(columns)} FROM {scan}{condition}"
    wide = [
        f"{_value_sql(column.column, described)} AS {quoted(column.name)}"
        for column in mapping.unpivot
    ]
    names = ", ".join(quoted(column.name) for column in mapping.unpivot)
    return (
        f"FROM (SELECT {', '.join([*fixed, *wide])} FROM {scan}{condition}) "
        f"UNPIVOT INCLUDE NULLS (value_text FOR tag IN ({names}))"
    )


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
        "WHEN 'recorded_at' THEN recorded_text::VARCHAR WHEN 'quality' THEN quality END AS value, "
        f"{column} || ' breaks the rule ' || {rule} AS reason, "
        "to_json({equipment_id: equipment_id, batch_id: batch_id, tag: tag, recorded_at: "
        "recorded_text::VARCHAR, value: value_text::VARCHAR, quality: quality})::VARCHAR AS record "
        f"FROM ({part}) WHERE {_rule_sql()} IS NOT NULL ORDER BY source_file, source_row, tag"
    )


_RECORDED_AT = "TRY_CAST(recorded_text AS TIMESTAMP)"
_VALUE = "TRY_CAST(value_text AS DOUBLE)"


def _rule_sql() -> str:
    """The first rule a reading breaks, as 'column rule', or null."""
    qualities = contract(READINGS).column("quality").valid_values or ("good", "uncertain", "bad")
    listed = ", ".join(literal(str(quality)) for quality in qualities)
    return (
        "CASE WHEN recorded_text IS NULL THEN 'recorded_at required' "
        f"WHEN {_RECORDED_AT} IS NULL THEN 'recorded_at type' "
        "WHEN equipment_id IS NULL THEN 'equipment_id required' "
        "WHEN tag IS NULL THEN 'tag required' "
        f"WHEN value_text IS NOT NULL AND {_VALUE} IS NULL THEN 'value type' "
        f"WHEN quality NOT IN ({listed}) THEN 'quality valid_values' END"
    )


def _scan(described: SourceFile, headers: Headers, *, with_rows: bool) -> str:
    if with_rows:
        scans = [_numbered(described, path, header) for path, header in headers.items()]
    elif described.format == "parquet":
        scans = [f"SELECT * FROM {_parquet(list(headers))}"]
    else:
        alike: dict[tuple[str, ...], list[Path]] = {}
        for path, header in headers.items():
            alike.setdefault(tuple(header), []).append(path)
        scans = [f"SELECT * FROM {_csv(described, f, header)}" for header, f in alike.items()]
    return f"({' UNION ALL BY NAME '.join(scans)})"


def _parquet(paths: Sequence[Path], options: str = "") -> str:
    return f"read_parquet({_listed(paths)}, union_by_name = true{options})"


def _csv(
    described: SourceFile, paths: Sequence[Path], header: Sequence[str], options: str = ""
) -> str:
    """Every cell as text; nothing is guessed, so a row of another shape is an error."""
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header)
    return (
        f"read_csv({_listed(paths)}, auto_detect = false, header = true, columns = {{{columns}}}, "
        f"delim = {literal(described.separator)}, quote = '\"', escape = '\"', "
        f"encoding = {literal(described.encoding)}{options})"
    )


def _listed(paths: Sequence[Path]) -> str:
    return "[" + ", ".join(literal(str(path)) for path in paths) + "]"


def _numbered(described: SourceFile, path: Path, header: Sequence[str]) -> str:
    """One file with the place of every row; a CSV file is read by one thread to keep its order."""
    if described.format == "parquet":
        row, scan = "file_row_number", _parquet([path], ", file_row_number = true")
    else:
        row, scan = "row_number() OVER ()", _csv(described, [path], header, ", parallel = false")
    return f"SELECT *, {literal(str(path))} AS source_file, {row} + 1 AS source_row FROM {scan}"


def _cell_sql(cell: Cell, described: SourceFile) -> str:
    if cell.constant is not None:
        return literal(cell.constant)
    if cell.expression is not None:
        return f"({cell.expression})"
    text = _text_sql(cell.column or "", described)
    if cell.values is not None:
        whens = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in cell.values.items())
        text = f"CASE {text} {whens} ELSE {text} END"
    if cell.format is not None:
        text = f"coalesce(try_strptime({text}, {literal(cell.format)})::VARCHAR, {text})"
    if cell.timezone is not None:
        zoned = f"timezone({literal(cell.timezone)}, TRY_CAST({text} AS TIMESTAMP))"
        text = f"coalesce(timezone('UTC', {zoned})::VARCHAR, {text})"
    return text


def _text_sql(column: str, described: SourceFile) -> str:
    """A delivered cell, trimmed, and null where it means blank; Parquet has its own nulls."""
    if described.format == "parquet":
        return quoted(column)
    blanks = ", ".join(literal(token) for token in ("", *described.null_tokens))
    trimmed = f"trim({quoted(column)})"
    return f"CASE WHEN {trimmed} IN ({blanks}) THEN NULL ELSE {trimmed} END"


def _number_sql(column: str, described: SourceFile) -> str:
    text = _text_sql(column, described)
    if described.format == "csv" and described.decimal == ",":
        text = f"replace(replace({text}, '.', ''), ',', '.')"
    return text


def _value_sql(column: str, described: SourceFile) -> str:
    """A delivered number, null where the profile calls it missing."""
    value = _number_sql(column, described)
    for rule in described.missing:
        if column in rule.columns:
            value = f"CASE WHEN {_missing_sql(rule, column, described)} THEN NULL ELSE {value} END"
    return value


def _missing_sql(rule: MissingRule, column: str, described: SourceFile) -> str:
    conditions = []
    if rule.when is not None:
        numbers = {
            name: f"TRY_CAST({_number_sql(name, described)} AS DOUBLE)"
            for name in columns_of(rule.when, rule.where)
        }
        conditions.append(f"coalesce({with_columns_as(rule.when, numbers)}, false)")
    if rule.equals:
        number = f"TRY_CAST({_number_sql(column, described)} AS DOUBLE)"
        values = ", ".join(f"TRY_CAST({literal(value)} AS DOUBLE)" for value in rule.equals)
        conditions.append(f"coalesce({number} IN ({values}), false)")
    return " AND ".join(conditions)
