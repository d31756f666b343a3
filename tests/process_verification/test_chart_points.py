"""Points: in the order in which they became known, and never otherwise in hindsight."""

from datetime import timedelta

import numpy as np
import polars as pl
from polars.testing import assert_frame_equal

from tests.process_verification.verified_records import (
    START,
    batches,
    noise,
    plan_of,
    records,
    results,
    tables_of,
)

COUNT = 120


def plant(late=()):
    values = noise(COUNT, seed=4)
    values[80:] += 3
    rows = results(values, low=90.0, high=110.0)
    for at in late:
        rows[at]["resulted_at"] = rows[at + 10]["resulted_at"]
    return rows


def test_what_a_chart_said_on_a_day_it_still_says():
    rows = plant(late=(60, 61, 95))
    made = records(batches=batches(COUNT), lab_results=rows)
    plan = plan_of(made)
    whole = tables_of(made, plan)
    for at in (75, 90, 107):
        known = sorted(row["resulted_at"] for row in rows)[at]
        then = records(
            batches=batches(COUNT), lab_results=[row for row in rows if row["resulted_at"] <= known]
        )
        before = tables_of(then, plan)
        for name in ("finding.chart_points", "finding.chart_signals", "finding.chart_moves"):
            told = whole[name]
            if "known_at" in told.columns:
                told = told.filter(pl.col("known_at") <= known)
            else:
                places = before["finding.chart_signals"].select("chart_id", "place", "watch")
                told = told.join(places, on=["chart_id", "place", "watch"], how="semi")
            assert_frame_equal(told, before[name], check_row_order=False)


def test_a_point_nobody_noted_the_day_of_stands_where_it_was_made():
    rows, made = plant(), batches(COUNT)
    for at in (90, 95):
        rows[at] |= {"sampled_at": None, "resulted_at": None}
        made[at] |= {"started_at": None, "ended_at": None}
    kept = records(batches=made, lab_results=rows)
    points = tables_of(kept, plan_of(kept))["finding.chart_points"].sort("place")
    assert points["batch_id"].to_list() == [row["batch_id"] for row in made]
    assert points["known_at"].null_count() == 2


def test_limits_of_single_values_are_those_of_the_baseline():
    values = noise(COUNT, seed=2)
    made = records(batches=batches(COUNT), lab_results=results(values))
    points = tables_of(made, plan_of(made))["finding.chart_points"].sort("place")
    assert points["phase"].to_list() == ["I"] * 50 + ["II"] * 70
    width = points["upper"][0] - points["centre"][0]
    base = values[:50]
    assert np.isclose(points["centre"][0], base.mean())
    assert 0.85 * 3 * base.std(ddof=1) < width < 1.3 * 3 * base.std(ddof=1)
    assert points["upper"].n_unique() == 1


def test_samples_of_a_batch_are_one_point_with_their_spread():
    one, two = results(noise(60, 1)), results(noise(60, 2))
    for row in two:
        row["sample_no"] = 2
    made = records(batches=batches(60), lab_results=[*one, *two])
    point = tables_of(made, plan_of(made))["finding.chart_points"].sort("place").row(0, named=True)
    first, second = one[0]["value"], two[0]["value"]
    assert np.isclose(point["value"], (first + second) / 2)
    assert np.isclose(point["spread"], abs(first - second) / np.sqrt(2))
    assert point["subgroup_size"] == 2


def test_events_are_gaps():
    on = [3, 5, 12, 13, 30, 34, 50, 55]
    deviations = [
        {
            "deviation_id": f"D{at}",
            "batch_id": f"B{at:04}",
            "category": "weighing",
            "opened_at": batches(60)[at]["started_at"],
        }
        for at in on
    ]
    made = records(batches=batches(60), deviations=deviations)
    points = tables_of(made, plan_of(made))["finding.chart_points"].sort("place")
    assert points["value"].to_list() == [1, 6, 0, 16, 3, 15, 4]
    assert points["batch_id"].to_list() == [f"B{at:04}" for at in on[1:]]
    assert points["phase"].to_list() == ["I"] * 5 + ["II"] * 2


def test_counts_are_shares_with_limits_of_their_own_size():
    rng = np.random.default_rng(1)
    sizes = rng.integers(1_000, 4_000, 80)
    inspections = [
        {
            "batch_id": f"B{at:04}",
            "defect_class": "chipped",
            "rejected": int(rng.binomial(size, 0.02)),
            "inspected": int(size),
            "stage": 5,
        }
        for at, size in enumerate(sizes)
    ]
    made = records(batches=batches(80), inspections=inspections)
    points = tables_of(made, plan_of(made))["finding.chart_points"].sort("place")
    smallest, largest = int(sizes.argmin()), int(sizes.argmax())
    wide = points["upper"] - points["centre"]
    assert np.isclose(wide[smallest] / wide[largest], np.sqrt(sizes[largest] / sizes[smallest]))


def test_what_names_no_stage_is_charted_as_of_none():
    rows = [
        {
            "batch_id": row["batch_id"],
            "inspected_at": row["ended_at"],
            "defect_class": "cracked",
            "inspected": 1000,
            "rejected": 10 + at % 5,
        }
        for at, row in enumerate(batches(60))
    ]
    made = records(batches=batches(60), inspections=rows)
    plan = plan_of(made)
    assert plan.select("chart", "stage").rows() == [("laney_p", 0)]
    assert tables_of(made, plan)["finding.chart_points"].height == 60


def test_a_failure_known_late_moves_nothing_that_was_said_before():
    failed = [*range(4, 100, 12), *range(100, 120, 2)]
    known = {at: START + timedelta(days=2 * at + 5) for at in range(COUNT)}
    known[28] = known[64]
    known[104] = known[112]
    outcomes = [
        {
            "batch_id": row["batch_id"],
            "outcome": "failure",
            "is_failure": at in failed,
            "known_at": known[at],
            "status": "known",
        }
        for at, row in enumerate(batches(COUNT))
    ]
    made = records(batches=batches(COUNT), outcomes=outcomes)
    plan = plan_of(made)
    whole = tables_of(made, plan)["finding.chart_points"]
    assert whole.height == len(failed) - 1
    # No batch is counted twice: events and what lies between them are what was made.
    assert whole["value"].sum() + whole.height <= failed[-1] - failed[0] + 2
    for day in (known[80], known[108], known[111]):
        then = records(
            batches=batches(COUNT), outcomes=[row for row in outcomes if row["known_at"] <= day]
        )
        before = tables_of(then, plan)["finding.chart_points"]
        assert_frame_equal(whole.filter(pl.col("known_at") <= day), before)
