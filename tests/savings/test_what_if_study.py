"""The study of named windows, three small plants: questions, truths and counts are all made."""

import polars as pl
import pytest

from benchmarks.studies.what_if_marks import marks
from benchmarks.what_if_study import report, summary

EFFORT = {"resamples": 20, "reruns": 1, "batches": 300}


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    worlds = ("null_plant", "linear", "copied_result")
    return pl.DataFrame([row for world in worlds for row in marks(world, 3, **EFFORT)])


def test_every_question_is_answered_or_refused_for_a_reason(
    rows: pl.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rows.group_by("world").len().sort("world").rows() == [
        ("copied_result", 3),
        ("linear", 3),
        ("null_plant", 2),
    ]
    answered = rows.filter(code="")
    assert answered.height >= 3
    assert (answered["low_90"] <= answered["prevented"]).all()
    assert (answered["prevented"] <= answered["high_90"]).all()
    # Without any path into a result nothing can be prevented, and every bound is at least that.
    null = rows.filter(pl.col("world") == "null_plant", pl.col("code") == "")
    assert set(null["truth"]) <= {0.0}
    # A copy of the result is not spoken of.
    copies = rows.filter(pl.col("world") == "copied_result", pl.col("question") == 0)
    assert copies["code"].to_list() == ["outcome_or_leak"]
    report(rows)
    assert "all foreign kinds" in capsys.readouterr().out


def test_coverage_is_counted_by_hand() -> None:
    counted = summary(
        pl.DataFrame(
            {
                "world": ["plant"] * 4 + ["linear"],
                "code": ["", "", "", "few_inside", ""],
                "covers_90": [True, True, False, None, True],
                "covers_95": [True, True, True, None, True],
                "bound": [1.0, 1.0, None, None, 2.0],
                "bound_holds": [True, False, None, None, True],
                "seconds": [1.0] * 5,
            }
        )
    )
    plant = counted.row(0, named=True)
    assert (plant["questions"], plant["answered"], plant["covered_90"]) == (4, 3, 66.7)
    assert (plant["covered_95"], plant["bounds"], plant["bounds_hold"]) == (100.0, 2, 50.0)
    assert counted["world"].to_list() == ["plant", "linear", "all foreign kinds"]
