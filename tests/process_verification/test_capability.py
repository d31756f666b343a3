"""Capability beside stability, with the law the values follow."""

import numpy as np
import polars as pl
import pytest

from tests.process_verification.verified_records import (
    batches,
    noise,
    plan_of,
    records,
    results,
    tables_of,
)


def found(values, **said):
    made = records(batches=batches(len(values)), lab_results=results(values, **said))
    return {
        row["period"]: row
        for row in tables_of(made, plan_of(made))["finding.capability"].iter_rows(named=True)
    }


def test_a_normal_process_has_the_index_of_the_hand():
    values = noise(200)
    row = found(values, low=94.0, high=106.0)["present limits"]
    by_hand = min(values.mean() - 94, 106 - values.mean()) / (3 * values.std(ddof=1))
    assert row["ppk"] == pytest.approx(by_hand)
    assert row["ppk_lower"] < row["ppk"]
    assert (row["method"], row["standing"]) == ("normal", "capable_stable")


def test_a_drifting_process_is_said_to_drift():
    row = found(noise(180) + np.linspace(0, 5, 180), low=90.0, high=112.0)["2022"]
    assert row["stability_ratio"] > 2
    assert row["standing"].endswith("drifting")
    assert "not of what comes" in row["note"]


def test_a_day_nobody_noted_leaves_the_years():
    made = batches(200)
    rows = results(noise(200), low=94.0, high=106.0)
    made[60] |= {"started_at": None, "ended_at": None}
    rows[60] |= {"sampled_at": None, "resulted_at": None}
    kept = records(batches=made, lab_results=rows)
    table = tables_of(kept, plan_of(kept))["finding.capability"]
    years = table.filter(pl.col("period") != "present limits")
    assert years["period"].to_list() == ["2022", "2023"]
    assert years["points"].sum() == 200


def test_a_skewed_process_is_told_by_another_law():
    values = np.exp(noise(200, centre=0.0, scale=0.6))
    row = found(values, high=8.0)["present limits"]
    assert row["method"].startswith("Box-Cox")
    # The logarithm is normal: (log 8 - mean) over three sigma of it.
    assert row["ppk"] == pytest.approx(np.log(8) / 1.8, rel=0.15)


def test_censored_results_are_told_by_likelihood():
    true = noise(100, centre=0.10, scale=0.03)
    values = np.maximum(true, 0.09)
    censoring = ["left" if value == 0.09 else "none" for value in values]
    row = found(values, high=0.25, censoring=censoring)["present limits"]
    assert row["method"].startswith("likelihood")
    # What the results beyond the limit really were is known here, and would have given:
    complete = (0.25 - true.mean()) / (3 * true.std(ddof=1))
    assert row["ppk"] == pytest.approx(complete, rel=0.2)


def test_each_year_has_a_row_and_few_points_say_so():
    rows = found(noise(200), low=94.0, high=106.0)
    assert set(rows) == {"present limits", "2022", "2023"}
    assert rows["2022"]["points"] + rows["2023"]["points"] == 200
    assert rows["2023"]["method"] == "normal"


def test_without_a_limit_there_is_no_capability():
    assert found(noise(100)) == {}
    made = records(batches=batches(60), lab_results=results([100.0, 101.0] * 30, high=99.0))
    row = tables_of(made, plan_of(made))["finding.capability"].filter(
        pl.col("period") == "present limits"
    )
    assert row["outside_points"].item() == 60
