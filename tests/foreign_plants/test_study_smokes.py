"""The studies on foreign plants, on a table each whose answer is known."""

import polars as pl

from assets.failure_models.dataset.study_inputs import StudySettings
from benchmarks.genealogy_study import summary as genealogy_summary
from benchmarks.leak_study import summary as leak_summary
from benchmarks.power_study import summary as power_summary
from benchmarks.studies.genealogy_marks import genealogy_marks
from benchmarks.studies.leak_marks import COPY, leak_marks
from benchmarks.studies.power_marks import power_marks
from pipelines.replay.analysis import ReplayEffort

FEW = ReplayEffort(
    StudySettings(
        permutations=199, resamples=20, refits=3, threads=1, with_contrast=False, with_models=False
    )
)


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


def test_a_cause_in_grandparent_lots_leads() -> None:
    rows = pl.DataFrame([genealogy_marks(seed, FEW) for seed in (1001, 1002, 1003)])
    counted = genealogy_summary(rows).row(0, named=True)
    assert (counted["plants"], counted["signal"], counted["leads"]) == (3, 3, 3)
    assert rows["clusters"].min() >= 10  # joined by ancestors, and not into one
