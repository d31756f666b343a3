"""The controller's questions: each answered, and the worst year judged against chance."""

import polars as pl
import pytest

from assets.savings.records.controller_answers import (
    controller_answers,
    failures_by_year,
    regression_answer,
    worst_year_prob,
)


def _years(*counts: tuple[int, int, int]) -> pl.DataFrame:
    return pl.DataFrame(counts, schema=["year", "batches", "failures"], orient="row")


def test_worst_year_by_hand():
    """Two years of two batches, pooled rate 1/2: no year of two failures is (3/4)^2."""
    assert worst_year_prob(_years((2024, 2, 0), (2025, 2, 2))) == pytest.approx(1 - (3 / 4) ** 2)


def test_worst_year_with_unequal_sizes():
    """Rate 1/4; as bad as 1 of 2 means at least 1 of 2 or at least 1 of 1 (half, rounded up)."""
    found = worst_year_prob(_years((2024, 2, 1), (2025, 2, 0)))
    assert found == pytest.approx(1 - (9 / 16) ** 2)


def test_a_bad_year_stands_out_and_a_usual_one_does_not():
    assert worst_year_prob(_years((2024, 200, 2), (2025, 200, 20))) < 0.02
    assert worst_year_prob(_years((2024, 200, 5), (2025, 200, 7))) > 0.5
    assert worst_year_prob(_years((2024, 200, 0), (2025, 200, 0))) == 1


def test_answer_names_the_worst_year():
    said = regression_answer(_years((2024, 200, 5), (2025, 200, 7)))
    assert said.startswith("No: all 2 years count. The worst, 2025, had 7 of 200")


@pytest.mark.parametrize("years", [_years(), _years((2024, 200, 5))])
def test_fewer_than_two_years(years):
    assert "no two years to compare" in regression_answer(years)


def test_without_a_failure_no_year_is_the_worst():
    said = regression_answer(_years((2024, 71, 0), (2025, 60, 0)))
    assert said == "No: all 2 years count, and no batch failed in any of them."


def test_every_question_is_answered(assumptions, records_of):
    records = records_of()
    by_year = failures_by_year(records.batches, records.priced_failures)
    assert by_year.rows() == [(2024, 201, 12), (2025, 199, 0)]
    table = controller_answers(assumptions, records.baseline, by_year)
    answers = dict(table.select("question", "answer").iter_rows())
    assert len(answers) == 10
    assert answers["Who approved the baseline?"].startswith("Not approved yet")
    assert answers["Nominal or real money?"].startswith("Real, constant prices")
    assert answers["Before or after tax?"] == "Before tax."
    assert "2024-01-01 to 2025-12-29; 400 batches" in answers["Is the baseline period frozen?"]
    assert "12 of 201 batches failed" in answers["Was the worst year chosen as the baseline?"]
    count = len(assumptions.parameters)
    assert answers["What do they rest on?"] == (
        f"Of {count} numbers 0 measured, {count - 1} assumed, 1 claimed by a source."
    )


def test_without_dates(assumptions, records_of):
    records = records_of(dated=False)
    by_year = failures_by_year(records.batches, records.priced_failures)
    assert by_year.height == 0
    assert controller_answers(assumptions, records.baseline, by_year).height == 10
