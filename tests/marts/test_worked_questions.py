"""Twenty-one worked questions: each gives an answer that makes sense, from every client tried."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assets.marts.worked_questions import WorkedQuestion, worked_questions
from warehouse.paths import Home
from warehouse.published_copy.published import open_published

ROOT = Path(__file__).parents[2]
QUESTIONS = worked_questions()
Rows = list[dict[str, Any]]
Query = Callable[[str], Any]


def increasing(*values: float) -> bool:
    return list(values) == sorted(values)


def rates_lie_within_their_ranges(rows: Rows, query: Query) -> None:
    assert sum(row["batches"] for row in rows) == query(
        "SELECT count(*) FROM batches WHERE is_failure IS NOT NULL"
    )
    assert all(
        increasing(0, row["rate_low"], row["failure_rate"], row["rate_high"], 1) for row in rows
    )


def quarters_hold_every_batch(rows: Rows, query: Query) -> None:
    assert sum(row["batches"] + row["pending"] for row in rows) == query(
        "SELECT count(*) FROM batches WHERE result <> 'not_measured'"
    )
    dated = [row["quarter"] for row in rows if row["quarter"] is not None]
    assert dated == sorted(set(dated))
    assert {day.month for day in dated} <= {1, 4, 7, 10}


def every_failure_is_decided_outside_a_limit(rows: Rows, query: Query) -> None:
    assert sum(row["failures"] for row in rows) == query("SELECT count(*) FROM failures")
    assert all(row["worst_margin"] <= row["median_margin"] <= 0 for row in rows)


def drivers_are_ranked_with_their_effects(rows: Rows, query: Query) -> None:
    assert len(rows) == query("SELECT count(*) FROM drivers") > 0
    assert all(increasing(row["effect_low"], row["effect"], row["effect_high"])
               for row in rows if row["effect"] is not None)  # fmt: skip
    assert all(row["window_low"] <= row["window_high"]
               for row in rows if None not in (row["window_low"], row["window_high"]))  # fmt: skip


def near_misses_are_good_and_closest_first(rows: Rows, query: Query) -> None:
    assert len(rows) == 20
    assert increasing(*(row["margin"] for row in rows))
    assert rows[0]["margin"] == query("SELECT min(margin) FROM batches WHERE result = 'good'") >= 0


def campaigns_name_each_failure(rows: Rows, query: Query) -> None:
    named = [batch for row in rows for batch in row["failed_batches"].split(", ")]
    assert len(named) == len(set(named))
    assert len(named) == query(
        "SELECT count(*) FROM batches WHERE is_failure AND campaign_id IS NOT NULL"
    )
    assert all(0 < row["failures"] <= row["batches"] for row in rows)


def a_good_batch_comes_before_most(rows: Rows, query: Query) -> None:
    assert [row["after"] for row in rows] == ["a failure", "a good batch"]
    firsts = query("SELECT count(DISTINCT product) FROM batches WHERE is_failure IS NOT NULL")
    known = query("SELECT count(*) FROM batches WHERE is_failure IS NOT NULL")
    assert sum(row["batches"] for row in rows) == known - firsts


def a_capable_test_has_few_outside(rows: Rows, query: Query) -> None:
    assert increasing(*(row["ppk"] for row in rows))
    limited = query("SELECT count(*) FROM results WHERE is_within_spec IS NOT NULL")
    assert (len(rows) > 0) == (limited > 0)
    assert all(row["outside"] == 0 for row in rows if row["ppk"] > 2)


def shifts_are_largest_first(rows: Rows, query: Query) -> None:
    shifts = [abs(row["shift"]) for row in rows]
    assert shifts == sorted(shifts, reverse=True)
    assert all((row["later_mean"] > row["earlier_mean"]) == (row["shift"] > 0) for row in rows)
    assert 0 < len(rows) <= 20


def open_batches_begin_with_alarms(rows: Rows, query: Query) -> None:
    assert len(rows) == query("SELECT count(*) FROM open_batches")
    alarms = [bool(row["is_alarm"]) for row in rows]
    assert alarms == sorted(alarms, reverse=True)
    assert all((row["failure_prob"] is None) or row["verdict"] for row in rows)


def failed_batches_are_all_listed(rows: Rows, query: Query) -> None:
    assert len(rows) == query("SELECT count(*) FROM failures") > 0
    confirmed = sum(row["confirmed_causes"] is not None for row in rows)
    assert confirmed <= sum(row["deviations"] > 0 for row in rows)


def failures_without_a_cause_are_a_part(rows: Rows, query: Query) -> None:
    assert sum(row["batches"] for row in rows) >= query(
        "SELECT count(DISTINCT batch_id) FROM failures"
    )
    assert all(
        row["without_a_deviation"] <= row["without_a_cause"] <= row["batches"] for row in rows
    )


def decisions_come_after_manufacture(rows: Rows, query: Query) -> None:
    assert sum(row["batches"] for row in rows) == query(
        "SELECT count(*) FROM batches WHERE ended_at IS NOT NULL AND dispositioned_at IS NOT NULL"
    )
    assert all(increasing(0, row["median_days"], row["days_90th"], row["longest_days"])
               for row in rows)  # fmt: skip


def what_was_released_outside_is_outside(rows: Rows, query: Query) -> None:
    for row in rows:
        low, high = row["spec_low"], row["spec_high"]
        assert (low is not None and row["value"] < low) or (
            high is not None and row["value"] > high
        )


def flags_come_before_results(rows: Rows, query: Query) -> None:
    assert len(rows) == query("SELECT count(*) FROM failures")
    assert sum(row["was_flagged"] for row in rows) == query(
        "SELECT count(DISTINCT (batch_id, outcome)) FROM flagged_batches "
        "JOIN outcomes USING (outcome) WHERE result = 'failed' AND is_headline"
    )
    assert all(row["lead_time_days"] is None or row["lead_time_days"] > 0 for row in rows)


def alarms_are_right_or_false_or_pending(rows: Rows, query: Query) -> None:
    assert sum(row["alarms"] for row in rows) == query("SELECT count(*) FROM flagged_batches") > 0
    assert all(row["alarms"] == row["right_alarms"] + row["false_alarms"] + row["pending"]
               for row in rows)  # fmt: skip


def every_outcome_has_a_verdict_and_a_reason(rows: Rows, query: Query) -> None:
    assert len(rows) == query("SELECT count(*) FROM core.outcome_definitions")
    assert rows[0]["is_headline"]
    assert all(row["reason"].endswith(".") and row["failures"] <= row["batches"] for row in rows)


def costs_are_those_of_the_ledger(rows: Rows, query: Query) -> None:
    assert sum(row["cost_usd"] for row in rows) == query("SELECT sum(cost_usd) FROM batches")
    assert all(0 < row["avoidable_cost_usd"] <= row["cost_usd"] for row in rows)


def refused_levers_claim_nothing(rows: Rows, query: Query) -> None:
    assert len(rows) == query("SELECT count(*) FROM economics.levers")
    assert all(row["savings_usd_per_year"] == 0 for row in rows if row["basis"] == "refused")
    assert all(row["reason"] for row in rows)
    assert all(increasing(*(row[f"savings_{p}usd_per_year"] for p in ("p10_", "", "p90_")))
               for row in rows)  # fmt: skip


def the_programme_is_that_of_the_scenarios(rows: Rows, query: Query) -> None:
    (row,) = rows
    assert row["savings_usd_per_year"] == query(
        "SELECT p50 FROM economics.scenarios WHERE scenario = 'base' AND lever = 'all' "
        "AND measure = 'annual_savings_usd'"
    )
    assert row["is_quick"] is True


def relevant_features_are_seldom_false_and_have_their_reason(rows: Rows, query: Query) -> None:
    assert len(rows) == query("SELECT least(count(*), 50) FROM relevance WHERE is_relevant")
    assert all(row["false_discovery_rate"] <= 0.05 for row in rows)
    assert all(row["reason"] for row in rows)


def ancestors_have_failures_of_their_own(rows: Rows, query: Query) -> None:
    most = query("SELECT count(*) FROM batches WHERE result = 'failed'")
    assert all(1 < row["failures"] <= min(row["batches"], most) for row in rows)
    assert all(row["mean_share"] is None or 0 <= row["mean_share"] <= 1 for row in rows)


SENSE = (
    rates_lie_within_their_ranges, quarters_hold_every_batch,
    every_failure_is_decided_outside_a_limit, drivers_are_ranked_with_their_effects,
    near_misses_are_good_and_closest_first, campaigns_name_each_failure,
    a_good_batch_comes_before_most, a_capable_test_has_few_outside, shifts_are_largest_first,
    open_batches_begin_with_alarms, failed_batches_are_all_listed,
    failures_without_a_cause_are_a_part, decisions_come_after_manufacture,
    what_was_released_outside_is_outside, flags_come_before_results,
    alarms_are_right_or_false_or_pending, every_outcome_has_a_verdict_and_a_reason,
    costs_are_those_of_the_ledger, refused_levers_claim_nothing,
    the_programme_is_that_of_the_scenarios,
    relevant_features_are_seldom_false_and_have_their_reason, ancestors_have_failures_of_their_own,
)  # fmt: skip


def test_each_worked_question_is_one() -> None:
    assert [question.number for question in QUESTIONS] == list(range(1, len(SENSE) + 1))
    assert all(question.text.endswith("?") for question in QUESTIONS)
    assert all(question.sql.splitlines()[1].startswith("-- Asked by: ") for question in QUESTIONS)


def test_the_page_for_analysts_lists_them_in_order() -> None:
    page = (ROOT / "docs" / "ask_it.md").read_text(encoding="utf-8")
    files = [f"assets/marts/questions/{q.number:02d}_{q.name}.sql" for q in QUESTIONS]
    listed = [f"1. [{q.text}](../{file})" for q, file in zip(QUESTIONS, files, strict=True)]
    assert [line for line in page.splitlines() if line.startswith("1. ")] == listed


def test_questions_ask_the_marts_alone() -> None:
    """So that they run on an export, which need not hold anything else."""
    for question in QUESTIONS:
        sql = "\n".join(line for line in question.sql.splitlines() if not line.startswith("--"))
        assert "core." not in sql, question.name
        assert "economics." not in sql, question.name


@pytest.fixture(params=["plant_home", "tabletting_home"])
def home(request: pytest.FixtureRequest) -> Path:
    finished: Path = request.getfixturevalue(request.param)
    return finished


@pytest.mark.parametrize(
    ("question", "makes_sense"),
    list(zip(QUESTIONS, SENSE, strict=True)),
    ids=lambda one: getattr(one, "name", ""),
)
def test_a_question_has_an_answer_that_makes_sense(
    home: Path, question: WorkedQuestion, makes_sense: Callable[[Rows, Query], None]
) -> None:
    with open_published(Home(home)) as published:
        rows = published.answer(question.sql).to_dicts()
        makes_sense(rows, lambda sql: published.query(sql).item())


def plain_python(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(file, read_only=True) as opened:
        return opened.execute(sql).fetchall()


def test_questions_run_over_adbc(home: Path) -> None:
    """As DuckDB's ADBC driver, which comes with its wheel, gives them to any Arrow client."""
    manager = pytest.importorskip("adbc_driver_manager.dbapi")
    driver = pytest.importorskip("adbc_driver_duckdb").driver_path()
    file = Home(home).published_file
    with manager.connect(
        driver=driver, entrypoint="duckdb_adbc_init",
        db_kwargs={"path": str(file), "access_mode": "READ_ONLY"}, autocommit=True,
    ) as opened, opened.cursor() as cursor:  # fmt: skip
        for question in QUESTIONS:
            cursor.execute(question.sql)
            asked = cursor.fetch_arrow_table()
            assert asked.num_rows == len(plain_python(file, question.sql)), question.name


def test_questions_run_from_duckdb_s_own_client(home: Path) -> None:
    client = Path(sys.executable).with_name("duckdb")
    file = Home(home).published_file
    asked = [question.sql.rstrip().rstrip(";") for question in QUESTIONS]
    ran = subprocess.run(
        [client, "-readonly", "-csv", "-noheader", str(file)],
        input="\n".join(f"SELECT count(*) FROM ({sql}\n);" for sql in asked),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    counts = [int(line) for line in ran.stdout.split()]
    assert counts == [len(plain_python(file, sql)) for sql in asked]


def test_an_example_is_printed_with_its_answer(plant_home: Path, lotwise) -> None:
    listed = lotwise("sql", "--examples").stdout.splitlines()
    assert listed == [f"{question.number:>2}  {question.text}" for question in QUESTIONS]
    ran = lotwise("sql", "--example", "12", "--home", plant_home)
    assert ran.stdout.startswith(QUESTIONS[11].sql)
    assert "│ without_a_cause │" in ran.stdout
    refused = lotwise("sql", "--example", "99", "--home", plant_home, check=False)
    assert (refused.returncode, "1 to 22" in refused.stderr) == (2, True)
    both = lotwise("sql", "SELECT 1", "--example", "1", "--home", plant_home, check=False)
    assert (both.returncode, "Give one query" in both.stderr) == (2, True)
