"""Profiles that fetch rows from where none can be had, or hold what no profile may hold."""

from collections.abc import Callable

from tests.bad_inputs.ground import RUN, BadInput, Ground
from tests.bad_inputs.profile_cases import at, swapped

Spoil = Callable[[Ground], object]


def instead(entry: str) -> Spoil:
    """Let the results come from elsewhere."""
    return swapped("path: results.csv", entry)


def delta_log(text: str) -> Spoil:
    """Let the results be a Delta table with such a log."""

    def _spoil(ground: Ground) -> None:
        log = ground.data / "lake" / "_delta_log"
        log.mkdir(parents=True)
        (log / f"{0:020d}.json").write_text(text)
        ground.swap("path: results.csv", "path: lake, format: delta")

    return _spoil


CASES = [
    BadInput(
        "connection_nobody_set", instead("connection: nowhere, table: t"), "nothing says", RUN
    ),
    BadInput("password_in_a_profile", instead("connection: a, table: t, password: x"), "holds no"),
    BadInput(
        "address_in_a_profile", instead("connection: 'postgresql://u:p@h/d', table: t"), "no addr"
    ),
    BadInput("two_questions", instead("connection: a, table: t, query: SELECT 1"), "exactly one"),
    BadInput("no_question", instead("connection: a"), "exactly one"),
    BadInput(
        "source_query_that_deletes", instead("connection: a, query: DELETE FROM t"), "one SELECT"
    ),
    BadInput(
        "two_statements", instead("connection: a, query: 'SELECT 1; DROP TABLE t'"), "one SELECT"
    ),
    BadInput(
        "table_that_is_a_statement", instead("connection: a, table: 't; DROP TABLE u'"), "no table"
    ),
    BadInput("timeout_without_end", instead("connection: a, table: t, timeout: .inf"), "finite"),
    BadInput("cast_nobody_knows", instead("connection: a, table: t, casts: {v: blob}"), "blob"),
    BadInput(
        "watermark_that_is_a_mapping",
        instead("connection: a, table: t, watermark: {a: b}"),
        "watermark",
    ),
    BadInput("key_of_lists", instead("connection: a, table: t, key: [[a]]"), "key"),
    BadInput("bucket_that_climbs", at("'s3://../etc/passwd'"), "no bucket"),
    BadInput("object_that_climbs", at("'s3://plant/../../etc/passwd'"), "stay below"),
    BadInput("secret_in_a_bucket", at("'s3://key:secret@plant/x.csv'"), "no place in a profile"),
    BadInput("scheme_nobody_knows", at("'file:///etc/passwd'"), "s3://bucket/path"),
    BadInput("web_address", at("'https://example.com/x.csv'"), "s3://bucket/path"),
    BadInput("bucket_alone", at("'s3://plant'"), "names no file"),
    BadInput("delta_that_is_a_file", at("results.csv, format: delta"), "is no Delta table"),
    BadInput("delta_outside", at("../lake, format: delta"), "stay below"),
    BadInput("delta_of_many", at("'lake*', format: delta"), "one folder"),
    BadInput("delta_log_empty", delta_log(""), "lake"),
    BadInput("delta_log_of_nothing_known", delta_log('{"a": 1}\n'), "lake"),
    BadInput("delta_log_that_is_no_json", delta_log("\x00\xff{"), "lake"),
    BadInput("delta_log_deep", delta_log("[" * 100_000), "lake"),
]
