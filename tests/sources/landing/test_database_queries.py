"""The SELECT that is sent, per database; and the largest watermark of rows in any order."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from assets.sources.landing.database_queries import casts_of, probe_sql, rows_sql
from assets.sources.landing.watermarks import Watermark, last_of
from data_contracts.errors import SourceError
from data_contracts.profile_schema.origins.databases import DatabaseRows

NAMES = ("id", "value", "at")
ODBC = pa.schema([("id", pa.int64()), ("value", pa.float32()), ("at", pa.timestamp("us"))])
ADBC = pa.schema([("id", pa.int64()), ("value", pa.float64()), ("at", pa.timestamp("us", "UTC"))])


def rows_of(
    *watermark: str,
    casts: dict[str, str] | None = None,
    table: str | None = "mes.t",
    query: str | None = None,
) -> DatabaseRows:
    return DatabaseRows("plant", table, query, watermark, (), casts or {}, None, 600, "p.yaml")


def sent(
    rows: DatabaseRows, schema: pa.Schema, dialect: str | None, after: Watermark | None = None
) -> str:
    casts = casts_of(rows, schema, NAMES)
    return rows_sql(rows, NAMES, casts, dialect, after, is_ordered=False)


def test_postgresql_brings_its_types_as_they_are() -> None:
    expected = 'SELECT "id", "value", "at" FROM mes.t lotwise_rows'
    assert sent(rows_of(), ADBC, "postgresql") == expected


def test_a_query_stands_in_brackets_of_its_own_lines() -> None:
    rows = rows_of(table=None, query="SELECT 1 AS id -- one")
    assert probe_sql(rows) == "SELECT * FROM (SELECT 1 AS id -- one\n) lotwise_rows WHERE 1 = 0"


@pytest.mark.parametrize(
    ("dialect", "number", "instant"),
    [
        (
            "postgresql",
            '"value"::text::varchar(40)',
            (
                '(CASE WHEN isfinite("at") THEN to_char("at" AT TIME ZONE \'UTC\', '
                '\'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\') ELSE "at"::text END)::varchar(40)'
            ),
        ),
        (
            "sqlserver",
            'CONVERT(varchar(40), "value", 3)',
            "CONVERT(varchar(40), \"at\" AT TIME ZONE 'UTC', 127)",
        ),
        (
            "oracle",
            "TO_CHAR(\"value\", 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''')",
            'TO_CHAR(SYS_EXTRACT_UTC("at"), \'YYYY-MM-DD"T"HH24:MI:SS.FF6"Z"\')',
        ),
    ],
)
def test_the_database_writes_what_a_driver_would_spoil(
    dialect: str, number: str, instant: str
) -> None:
    columns = f'"id", {number} AS "value", {instant} AS "at"'
    rows = rows_of(casts={"at": "instant"})
    assert sent(rows, ODBC, dialect) == f"SELECT {columns} FROM mes.t lotwise_rows"


def test_a_database_nobody_knows_writes_nothing() -> None:
    with pytest.raises(SourceError, match="Say 'dialect:'"):
        sent(rows_of(casts={"at": "instant"}), ODBC, None)


def test_a_clock_without_a_zone_is_asked_about() -> None:
    with pytest.raises(SourceError, match=r"a clock without a zone.*\{at: instant\}"):
        sent(rows_of(), ODBC, "postgresql")


AFTER = Watermark((datetime(2024, 3, 1, tzinfo=UTC).isoformat(), 7), ("instant", "number"))


@pytest.mark.parametrize(
    ("dialect", "condition"),
    [
        ("postgresql", '("at", "id") > (\'2024-03-01T00:00:00+00:00\'::timestamptz, 7)'),
        (
            "sqlserver",
            (
                "(\"at\" > CONVERT(datetimeoffset, '2024-03-01T00:00:00+00:00', 127)) OR "
                '("at" = CONVERT(datetimeoffset, \'2024-03-01T00:00:00+00:00\', 127) AND "id" > 7)'
            ),
        ),
        (
            "oracle",
            (
                "(\"at\" > TO_TIMESTAMP_TZ('2024-03-01T00:00:00+00:00', "
                "'YYYY-MM-DD\"T\"HH24:MI:SS.FFTZH:TZM')) OR "
                "(\"at\" = TO_TIMESTAMP_TZ('2024-03-01T00:00:00+00:00', "
                '\'YYYY-MM-DD"T"HH24:MI:SS.FFTZH:TZM\') AND "id" > 7)'
            ),
        ),
    ],
)
def test_a_later_run_asks_for_rows_behind_the_last(dialect: str, condition: str) -> None:
    rows = rows_of("at", "id", casts={"at": "instant"})
    assert sent(rows, ADBC, dialect, AFTER).endswith(f"lotwise_rows WHERE {condition}")


def test_a_text_of_the_database_stays_a_text() -> None:
    rows, after = rows_of("id"), Watermark(("x' OR '1'='1",), ("text",))
    asked = sent(rows, ADBC, "postgresql", after)
    assert asked.endswith("""WHERE ("id" COLLATE "C") > ('x'' OR ''1''=''1')""")
    with pytest.raises(SourceError, match="Outside PostgreSQL"):
        sent(rows, ADBC, "sqlserver", after)


def test_the_largest_watermark_is_found_in_rows_of_any_order() -> None:
    batch = pa.record_batch(
        {
            "day": [date(2024, 3, 2), date(2024, 3, 1), date(2024, 3, 2)],
            "name": ["a", "z", "b"],
        }
    )
    last = last_of(batch, ("day", "name"), "here")
    assert last == Watermark(("2024-03-02", "b"), ("date", "text"))
    kept = last.as_json(("day", "name"))
    assert Watermark.from_json(kept, ("day", "name")) == last
    assert Watermark.from_json(kept, ("name",)) is None


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (pa.array([1.5, 2.5]), "is of type double; rows are ordered by whole numbers"),
        (pa.array([1, None]), "is blank in some rows"),
        (pa.array([2**62, 2**62], pa.timestamp("us")), "no calendar has"),
    ],
)
def test_what_orders_no_rows(column: pa.Array, told: str) -> None:
    with pytest.raises(SourceError, match=told):
        last_of(pa.record_batch({"n": column}), ("n",), "here")
