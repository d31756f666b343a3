"""Bad questions of a published warehouse, and bad places for an export of it."""

from tests.bad_inputs.ground import PUBLISHED, BadInput, Ground, as_delivered, put, sql


def export(out: str) -> tuple[str, ...]:
    return ("export", "--out", out, "--home", "{home}")


def published(ground: Ground) -> None:
    """A published warehouse with one small table."""
    import duckdb

    file = ground.home / "published" / "warehouse.duckdb"
    file.parent.mkdir(parents=True)
    with duckdb.connect(file) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS x")


QUERIES = [
    BadInput(
        "query_that_writes_a_file",
        published,
        "only SELECT|exactly one|read",
        sql("COPY (SELECT 1) TO '{folder}/owned.csv'"),
    ),
    BadInput(
        "query_that_exports_everything", published, "read", sql("EXPORT DATABASE '{folder}/owned'")
    ),
    BadInput(
        "query_that_makes_a_database", published, "read", sql("ATTACH '{folder}/owned.duckdb'")
    ),
    BadInput("query_that_deletes", published, "read", sql("DELETE FROM t")),
    BadInput(
        "query_that_explains_a_copy",
        published,
        "read",
        sql("EXPLAIN ANALYZE COPY (SELECT 1) TO '{folder}/owned.csv'"),
    ),
    BadInput(
        "query_of_two_statements",
        published,
        "one|read",
        sql("SELECT 1; COPY (SELECT 1) TO '{folder}/owned.csv'"),
    ),
    BadInput(
        "query_that_writes_its_profile",
        published,
        "read",
        sql("PRAGMA profiling_output='{folder}/owned'"),
    ),
    BadInput(
        "query_that_reads_a_file",
        published,
        r"reads the published warehouse alone.*small_plant\.yaml",
        sql("SELECT * FROM read_text('{profile}')"),
    ),
    BadInput(
        "query_that_switches_on_a_log",
        published,
        "enable_logging does more than read",
        sql("SELECT * FROM enable_logging(storage = 'file', storage_path = '{folder}/owned')"),
    ),
    BadInput(
        "query_that_loads_what_a_folder_holds",
        published,
        "read",
        sql("IMPORT DATABASE '{folder}'"),
    ),
    BadInput(
        "example_that_nobody_wrote",
        published,
        "1 to 22",
        ("sql", "--example", "-1", "--home", "{home}"),
    ),
    BadInput("query_and_example", published, "one query", (*sql("SELECT 1"), "--example", "1")),
    BadInput("query_that_is_blank", published, "quer", sql(" ")),
    BadInput("query_that_is_a_comment", published, "quer", sql("-- nothing")),
    BadInput("query_that_is_no_sql", published, "quer|read|syntax", sql("please")),
    BadInput("query_of_too_many_rows", published, "rows", sql("SELECT * FROM range(1000000000)")),
    BadInput(
        "query_100_000_brackets_deep",
        published,
        "quer|read|deep|memory|stack|syntax",
        sql("SELECT " + "(" * 50_000 + "1" + ")" * 50_000),
    ),
    BadInput(
        "query_of_a_text_of_3_gb",
        published,
        "memory|limit|large",
        sql("SELECT repeat('x', 3000000000)"),
    ),
]
EXPORTS = [
    BadInput("export_of_nothing", as_delivered, "lotwise run", export("{folder}/out")),
    BadInput("export_into_the_home", published, "home", export("{home}/out")),
    BadInput("export_over_the_home", published, "home", export("{folder}")),
    BadInput("export_over_records", published, "not empty", export("{data}")),
    BadInput("export_into_a_file", published, "no folder", export("{profile}")),
    BadInput("export_below_a_file", published, r"small_plant\.yaml", export("{profile}/out")),
    BadInput("export_where_nobody_may_write", published, "/proc", export("/proc/lotwise/out")),
    BadInput("export_to_10_000_letters", published, "a{40}", export("{folder}/" + "a" * 10_000)),
    BadInput(
        "export_of_another_file", published, "no warehouse of this version", export("{folder}/out")
    ),
    BadInput(
        "export_of_text", put(PUBLISHED, b"hello" * 1000), "warehouse", export("{folder}/out")
    ),
]
CASES = [*QUERIES, *EXPORTS]
