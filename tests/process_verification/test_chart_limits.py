"""Limits have a life: fixed, frozen, fixed anew after a change that is recorded or that stays."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from data_contracts.verification_plan.entries import PlannedChange, PlannedChart, VerificationPlan
from tests.process_verification.verified_records import (
    batches,
    noise,
    plan_of,
    records,
    results,
    tables_of,
)

CHART = PlannedChart(
    "lab_result", "assay_pct", None, "auto", 50, 1.0, False, None, "every batch", None, None, None
)
CHANGE = PlannedChange("B0100", "new granulator", "J. Berg", date(2022, 7, 1), ())
PLAN = VerificationPlan(
    "P1", "J. Berg", None, None, 1.0, True, (CHART,), (CHANGE,), Path("p1.yaml")
)


def limits_of(values, plans=()):
    made = records(batches=batches(len(values)), lab_results=results(values))
    return tables_of(made, plan_of(made, plans=plans), plans=plans)["finding.chart_limits"]


def test_limits_are_fixed_from_the_baseline_and_then_frozen():
    values = noise(90)
    first = limits_of(values).row(0, named=True)
    moved = values.copy()
    moved[50:] += 0.5
    second = limits_of(moved).row(0, named=True)
    for column in ("centre", "lower", "upper", "fixed_at", "level_width", "run_length"):
        assert first[column] == second[column]
    assert (first["from_batch"], first["fixed_place"], first["to_batch"]) == ("B0000", 50, "B0089")
    assert first["fixed_by"] == "lotwise, by the rule of the draft"


def test_limits_are_as_wide_as_the_next_value_of_so_short_a_baseline_needs():
    # Student's t with 49 degrees of freedom at 0.99865, times the root of 1 + 1/50.
    row = limits_of(noise(90)).row(0, named=True)
    assert (row["upper"] - row["centre"]) / row["sigma"] == pytest.approx(3.192, abs=5e-4)
    assert (row["centre"] - row["lower"]) / row["sigma"] == pytest.approx(3.192, abs=5e-4)


def test_limits_at_the_usual_size_are_frozen_too():
    def inspected(later):
        return [
            {
                "batch_id": row["batch_id"],
                "stage": 5,
                "inspected_at": row["ended_at"],
                "defect_class": "cracked",
                "inspected": 1000 + at % 3 if at < 50 else later,
                "rejected": 10 + at % 5,
            }
            for at, row in enumerate(batches(160))
        ]

    frozen = []
    for later in (1000, 4000):
        made = records(batches=batches(160), inspections=inspected(later))
        plans = (
            replace(
                PLAN,
                charts=(replace(CHART, source="inspection", quantity="cracked"),),
                changes=(),
                rebaselines_itself=False,
            ),
        )
        limits = tables_of(made, plan_of(made, plans=plans), plans=plans)["finding.chart_limits"]
        frozen.append(limits.select("centre", "lower", "upper").row(0))
    assert frozen[0] == frozen[1]


def test_a_baseline_that_is_not_full_promises_nothing():
    limits = limits_of(noise(45)).row(0, named=True)
    assert limits["phase"] == "II"  # few batches: the draft takes a baseline of twenty
    plan = replace(PLAN, changes=())
    limits = limits_of(noise(45), plans=(plan,)).row(0, named=True)
    assert (limits["phase"], limits["level_width"]) == ("I", None)
    assert limits["not_applicable"] == "45 of 50 points of the baseline are known"


def test_a_recorded_change_is_a_new_baseline():
    values = np.concatenate([noise(100), noise(100, seed=2, centre=120.0)])
    first, second = limits_of(values, plans=(PLAN,)).sort("version").iter_rows(named=True)
    assert (first["to_batch"], second["from_batch"]) == ("B0099", "B0100")
    assert second["baseline_from_place"] == 101
    assert second["fixed_place"] == 150
    assert second["centre"] == pytest.approx(values[100:150].mean())
    said = "recorded change: new granulator (decided by J. Berg, 2022-07-01)"
    assert (second["reason"], second["fixed_by"]) == (said, "p1.yaml, owner J. Berg, not approved")


def test_a_change_holds_where_its_first_batch_was_not_measured():
    values = np.concatenate([noise(100), noise(100, seed=2, centre=120.0)])
    rows = [row for row in results(values) if row["batch_id"] not in ("B0100", "B0101")]
    made = records(batches=batches(200), lab_results=rows)
    again = replace(CHANGE, from_batch="B0101", reason="new screen")
    plans = (replace(PLAN, changes=(CHANGE, again), rebaselines_itself=False),)
    limits = tables_of(made, plan_of(made, plans=plans), plans=plans)["finding.chart_limits"]
    assert limits.sort("version")["from_batch"].to_list() == ["B0000", "B0102"]
    reason = limits.sort("version")["reason"][1]
    assert "new granulator" in reason
    assert "new screen" in reason


def test_a_step_that_stays_is_a_new_baseline_once_it_is_known():
    values = np.concatenate([noise(100), noise(150, seed=2, centre=104.0)])
    found = limits_of(values).sort("version")
    assert found.height == 2
    first, second = found.iter_rows(named=True)
    # The baseline is of batches after the step; the version holds from when that was known.
    assert 101 <= second["baseline_from_place"] <= 110
    assert second["from_place"] == second["fixed_place"] + 1 == first["to_place"] + 1
    assert second["centre"] == pytest.approx(104.0, abs=0.5)
    assert second["reason"].startswith("a step began between B0")
    kept = replace(PLAN, changes=(), rebaselines_itself=False)
    assert limits_of(values, plans=(kept,)).height == 1


def test_batches_of_the_baseline_beyond_its_limits_are_named():
    values = noise(80)
    values[20] = 115.0
    assert limits_of(values).row(0, named=True)["beyond_limits"] == "B0020"
