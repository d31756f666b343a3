"""The studies on foreign plants, on a table each whose answer is known."""

import polars as pl

from benchmarks.leak_study import summary as leak_summary
from benchmarks.power_study import summary as power_summary
from benchmarks.studies.leak_marks import COPY, leak_marks
from benchmarks.studies.power_marks import power_marks


def test_half_of_all_failures_are_found_as_the_self_test_says() -> None:
    row = power_marks("half_of_failures", 1, 2)
    assert row["is_found"]
    assert row["is_first"]
    assert (row["trials"], row["stated_found"]) == (2, 2)
    assert power_summary(pl.DataFrame([row]))["is_within"].item()


def test_a_copy_of_the_result_is_asked_about_and_nothing_is_built_on_it() -> None:
    row = leak_marks(COPY, 1)
    assert row["is_asked"]
    assert not row["is_named_anywhere"]
    assert not row["is_priced"]
    unanswered = {"verdict_answered": "", "cause_leads_answered": ""}
    counted = leak_summary(pl.DataFrame([row | unanswered]))
    assert counted.row(0)[1:5] == (1, 1, 0, 0)
