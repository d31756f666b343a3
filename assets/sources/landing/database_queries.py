"""The SELECT sent to a database: its columns written so that nothing is lost, and where to go on.

Drivers change values on the way: over ODBC a double arrives as single precision, an instant as a
clock without a zone and a truth as '0' or '1'. So the database itself is asked to write what a
driver would spoil. PostgreSQL was tried; the SQL for SQL Server and Oracle is written from their
manuals.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from assets.sources.landing.watermarks import Watermark
from data_contracts.errors import SourceError
from data_contracts.profile_schema.origins.databases import DatabaseRows

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS: Final = "lotwise_rows"
_WRITTEN: Final[Mapping[str, Mapping[str, str]]] = {
    "postgresql": {
        "number": "{0}::text::varchar(40)",
        "money": "{0}::numeric::text::varchar(40)",
        # Infinity has no calendar date; as text it is refused, where to_char would blank it.
        "instant": "(CASE WHEN isfinite({0}) THEN to_char({0} AT TIME ZONE 'UTC', "
        '\'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\') ELSE {0}::text END)::varchar(40)',
        "flag": "(CASE WHEN {0} THEN 'true' WHEN NOT {0} THEN 'false' END)::varchar(5)",
        "text": "{0}::text",
    },
    "sqlserver": {
        "number": "CONVERT(varchar(40), {0}, 3)",
        "instant": "CONVERT(varchar(40), {0} AT TIME ZONE 'UTC', 127)",
        "flag": "CASE {0} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END",
        "text": "CAST({0} AS nvarchar(4000))",
    },
    "oracle": {
        "number": "TO_CHAR({0}, 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''')",
        "instant": 'TO_CHAR(SYS_EXTRACT_UTC({0}), \'YYYY-MM-DD"T"HH24:MI:SS.FF6"Z"\')',
        "flag": "CASE {0} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END",
        "text": "TO_CHAR({0})",
    },
}

# A watermark's value as the database reads it.
_LITERALS: Final[Mapping[str, Mapping[str, str]]] = {
    "postgresql": {"instant": "{0}::timestamptz", "date": "{0}::date", "text": "{0}"},
    "sqlserver": {"instant": "CONVERT(datetimeoffset, {0}, 127)"},
    "oracle": {"instant": "TO_TIMESTAMP_TZ({0}, 'YYYY-MM-DD\"T\"HH24:MI:SS.FFTZH:TZM')"},
}


def probe_sql(rows: DatabaseRows) -> str:
    """Return a SELECT of no rows, which shows the columns."""
    return f"SELECT * FROM {_relation(rows)} WHERE 1 = 0"


def rows_sql(
    rows: DatabaseRows,
    names: Sequence[str],
    casts: Mapping[str, str],
    dialect: str | None,
    after: Watermark | None,
    *,
    is_ordered: bool,
) -> str:
    """Return the SELECT whose rows are landed.

    Args:
        rows: What the profile asks for.
        names: The columns that are read; those nobody reads do not leave the database.
        casts: Which of them the database writes, and how (see ``casts_of``).
        dialect: The database's SQL; None where it is not known.
        after: Only rows after this one; None for all.
        is_ordered: Whether the rows shall come in the order of the watermark.

    Raises:
        SourceError: A column must be written by a database whose SQL is not known.
    """
    columns = ", ".join(
        f"{_expression(rows, name, casts[name], dialect)} AS {_quoted(name)}"
        if name in casts
        else _quoted(name)
        for name in names
    )
    condition = "" if after is None else f" WHERE {_after(rows, after, dialect)}"
    order = ", ".join(_quoted(name) for name in rows.watermark)
    by = f" ORDER BY {order}" if is_ordered and order else ""
    return f"SELECT {columns} FROM {_relation(rows)}{condition}{by}"


def casts_of(rows: DatabaseRows, schema: "pa.Schema", names: Sequence[str]) -> dict[str, str]:
    """Return how the database shall write the columns a driver would spoil.

    Args:
        rows: What the profile asks for.
        schema: All columns as the driver gives them.
        names: The columns that are read.

    Raises:
        SourceError: A column comes as a kind that loses something, and nothing is said about it.
    """
    return {name: cast for name in names if (cast := _cast(rows, schema, name))}


def _relation(rows: DatabaseRows) -> str:
    return f"{rows.table} {_ROWS}" if rows.table else f"({rows.query}\n) {_ROWS}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cast(rows: DatabaseRows, schema: "pa.Schema", name: str) -> str | None:
    """How the database shall write a column; None where the driver brings it as it is."""
    from pyarrow import types

    field = schema.field(name)
    if name in rows.casts:
        return rows.casts[name]
    kind, known = field.type, (field.metadata or {}).get(b"POSTGRESQL:type", b"").decode()
    if known == "money":  # comes as whole cents
        return "money"
    if types.is_timestamp(kind) and kind.tz is None:
        raise SourceError(
            f"{rows.where}: '{name}' of {rows.spoken} comes as a clock without a zone. Say what it "
            f"is under 'casts': {{{name}: instant}} where the database keeps its zone or it is "
            f"UTC, {{{name}: text}} where it is local (the 'timezone' of its cell then says whose)."
        )
    if types.is_float32(kind) or types.is_float16(kind):
        # Single precision may be the driver's doing; written as text by the database, it is exact.
        return "number"
    if known:
        return "text" if not _is_plain(kind) else None
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        raise SourceError(
            f"{rows.where}: '{name}' of {rows.spoken} holds bytes; name it under 'ignored', or "
            "cast it in a query."
        )
    return None


def _is_plain(kind: "pa.DataType") -> bool:
    from pyarrow import types

    is_number = types.is_integer(kind) or types.is_float64(kind) or types.is_boolean(kind)
    is_text = types.is_string(kind) or types.is_large_string(kind) or types.is_null(kind)
    is_numeric = getattr(kind, "extension_name", "") == "arrow.opaque" and (
        getattr(kind, "type_name", "") == "numeric"
    )
    return is_number or is_text or is_numeric or types.is_date(kind) or types.is_timestamp(kind)


def _expression(rows: DatabaseRows, name: str, cast: str, dialect: str | None) -> str:
    forms = _WRITTEN.get(dialect or "")
    if forms is None:
        raise SourceError(
            f"{rows.where}: '{name}' of {rows.spoken} must be written by the database as "
            f"{cast}, and its SQL is not known. Say 'dialect:' (postgresql, sqlserver or "
            "oracle), or cast the column to text in a query."
        )
    return forms[cast].format(_quoted(name))


def _after(rows: DatabaseRows, after: Watermark, dialect: str | None) -> str:
    """The condition that leaves rows after a watermark, the first column counting most."""
    columns, values = [], []
    for name, value, kind in zip(rows.watermark, after.values, after.kinds, strict=True):
        own = _quoted(name)
        is_text = kind == "text" and dialect == "postgresql"
        columns.append(f'{own} COLLATE "C"' if is_text else own)  # as rows were compared here
        values.append(_literal(rows, name, value, kind, dialect))
    if dialect == "postgresql":
        return f"({', '.join(columns)}) > ({', '.join(values)})"
    steps = []
    for last, (column, value) in enumerate(zip(columns, values, strict=True)):
        equal = [f"{columns[i]} = {values[i]}" for i in range(last)]
        steps.append(" AND ".join([*equal, f"{column} > {value}"]))
    return " OR ".join(f"({step})" for step in steps)


def _literal(
    rows: DatabaseRows, name: str, value: int | str, kind: str, dialect: str | None
) -> str:
    if kind == "number":
        return str(int(value))
    form = _LITERALS.get(dialect or "", {}).get(kind)
    if form is None:
        raise SourceError(
            f"{rows.where}: the watermark '{name}' is a {kind}. Outside PostgreSQL a run goes on "
            "from whole numbers, such as an identity column, or from instants that are cast; take "
            "such a column, or leave 'watermark' out to read all rows in every run."
        )
    return form.format("'" + str(value).replace("'", "''") + "'")
