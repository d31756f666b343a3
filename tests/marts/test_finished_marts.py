"""The marts of finished runs: alarms as counted, joins that hold, words in the database."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from assets.marts.defs import SQL
from data_contracts.catalogue import contract, contract_names
from warehouse.paths import Home
from warehouse.select_file import read_select


@pytest.fixture(params=["plant_home", "tabletting_home"])
def published(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file as an analyst opens it: DuckDB's client, read-only, nothing set."""
    home: Path = request.getfixturevalue(request.param)
    with duckdb.connect(Home(home).published_file, read_only=True) as opened:
        yield opened


def test_flagged_batches_are_those_the_alarm_counts_count(published) -> None:
    """Replayed, they must be the detected and false alarms of the study at the risk that pays."""
    needed = (
        *("core.batches", "core.outcomes", "core.outcome_definitions"),
        *("feature.batch_gates", "model.verdicts"),
    )
    with duckdb.connect() as opened:
        for schema in ("core", "feature", "model", "economics"):
            opened.execute(f"CREATE SCHEMA {schema}")
        for name in (*needed, "model.predictions", "model.batch_scores", "economics.alarm_prices"):
            rows = published.sql(f"FROM {name}").arrow()  # noqa: F841
            opened.execute(f"CREATE TABLE {name} AS FROM rows")
        opened.execute("DELETE FROM model.batch_scores")
        replayed = opened.execute(
            "SELECT outcome, gate, count(*) FILTER (WHERE result = 'failed'), "
            "count(*) FILTER (WHERE result = 'good') "
            f"FROM ({read_select(SQL / 'flagged_batches.sql')}\n) GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    counted = published.execute(
        "SELECT outcome, gate, sum(detected)::BIGINT, sum(false_alarms)::BIGINT "
        "FROM model.alarm_counts AS c JOIN model.verdicts AS v USING (outcome, gate) "
        "JOIN economics.alarm_prices AS a USING (gate, alarm_budget, least_prob) "
        "WHERE v.verdict = 'process_signal' "
        "GROUP BY ALL HAVING sum(detected) + sum(false_alarms) > 0 ORDER BY ALL"
    ).fetchall()
    assert replayed == counted
    assert len(counted) > 0


def test_what_a_column_joins_is_there(published) -> None:
    """Every value of a column that joins another table is in it."""
    strays = {}
    for name in contract_names():
        for column in contract(name).columns:
            for target in column.joins:
                table, _, key = target.rpartition(".")
                sql = (
                    f'SELECT count(*) FROM {name} WHERE "{column.name}" IS NOT NULL '
                    f'AND "{column.name}" NOT IN (SELECT "{key}" FROM {table})'
                )
                (count,) = published.execute(sql).fetchall()[0]
                if count:
                    strays[f"{name}.{column.name} -> {target}"] = count
    assert strays == {}


def test_a_mart_is_found_by_its_name_alone_with_its_words(published) -> None:
    names = [row[0] for row in published.execute("SHOW TABLES").fetchall()]
    assert names == sorted(contract(name).table for name in contract_names("mart"))
    for name in names:
        assert (
            published.execute(f"SELECT count(*) FROM {name}").fetchall()
            == published.execute(f"SELECT count(*) FROM mart.{name}").fetchall()
        )
    told = dict(
        published.execute(
            "SELECT column_name, comment FROM duckdb_columns() "
            "WHERE table_name = 'batches' AND schema_name = 'main'"
        ).fetchall()
    )
    assert told["disposition"] == (
        "Decision of the quality unit; pending until it has decided. "
        "Values: released, rejected, reworked, pending."
    )
    assert told["batch_size"] == "Planned size of the batch. Unit: dosage units. At least 0."
    (words,) = published.execute(
        "SELECT comment FROM duckdb_views() WHERE view_name = 'failures'"
    ).fetchall()[0]
    assert words.endswith("Key: batch_id, outcome.")


def test_costs_add_up_to_the_ledger(published) -> None:
    costs = published.execute(
        "SELECT (SELECT sum(cost_usd) FROM failures), (SELECT sum(cost_usd) FROM batches), "
        "(SELECT sum(amount_usd) FROM economics.copq_ledger)"
    ).fetchall()[0]
    assert costs[0] == costs[1] == costs[2] > 0


def test_batches_are_all_there_and_agree_with_the_outcomes(published) -> None:
    counts = published.execute(
        "SELECT (SELECT count(*) FROM batches), (SELECT count(*) FROM core.batches), "
        "(SELECT count(*) FROM batches WHERE is_failure), "
        "(SELECT count(DISTINCT batch_id) FROM failures), "
        "(SELECT count(*) FROM batches WHERE result = 'pending'), "
        "(SELECT count(DISTINCT batch_id) FROM open_batches)"
    ).fetchall()[0]
    assert counts[0] == counts[1] > 0
    assert counts[2] == counts[3] > 0
    assert counts[4] <= counts[5]  # a batch may have failed by one outcome and wait for another
