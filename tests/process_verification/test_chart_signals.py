"""Signals: when it began, what else moved then, where it leads."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from scipy.stats import norm

from assets.process_verification.signals.time_to_limit import course
from assets.statistics.charts.sequential.onset import Onset
from tests.process_verification.verified_records import (
    batches,
    noise,
    plan_of,
    records,
    results,
    tables_of,
)

COUNT, BEGIN = 160, 110


def usage(supplier_of, lot_of):
    """One lot of one supplier a batch."""
    return [
        {
            "batch_id": row["batch_id"],
            "material": "api",
            "supplier": supplier_of(at),
            "lot": lot_of(at),
            "used_at": row["started_at"],
            "stage": 2,
        }
        for at, row in enumerate(batches(COUNT))
    ]


@pytest.fixture(scope="module")
def stepped():
    """A step of six sigma with the first batch of a new supplier; lots change all the time."""
    scatter = [0.3, -0.8, 1.1, -0.2, 0.6, -1.2, 0.1, 0.9, -0.6, -0.4, 0.7, -0.5, 0.2]
    values = 100 + np.resize(scatter, COUNT)
    values[BEGIN:] += 6.0
    made = records(
        batches=batches(COUNT),
        lab_results=results(values, low=90.0, high=112.0),
        phases=[
            {
                "batch_id": row["batch_id"],
                "stage": 4,
                "unit_procedure": "compression",
                "phase": "production",
                "equipment_id": f"PRS-{at % 2}",
                "shift": "early",
                "started_at": row["started_at"],
                "ended_at": row["ended_at"],
            }
            for at, row in enumerate(batches(COUNT))
        ],
    )
    return tables_of(
        made,
        plan_of(made),
        usage(lambda at: "S-NEW" if at >= BEGIN else "S-OLD", lambda at: f"A{at // 6:03}"),
        [
            {
                "equipment_id": "PRS-0",
                "event": "maintenance",
                "occurred_at": batches(COUNT)[40]["started_at"] + timedelta(hours=1),
                "part": "whole equipment",
            }
        ],
    )


def test_a_step_is_found_with_its_beginning(stepped):
    first = stepped["finding.chart_signals"].sort("place").row(0, named=True)
    assert BEGIN < first["place"] <= BEGIN + 15
    assert (first["watch"], first["direction"]) == ("level", "up")
    assert first["onset_low_place"] <= BEGIN + 1 <= first["onset_high_place"]
    assert first["onset_high_place"] - first["onset_low_place"] <= 12
    assert first["batches"] == first["place"] - first["onset_place"] + 1
    assert "moved up, since B01" in first["statement"]
    assert first["level_now"] == pytest.approx(106, abs=0.8)


def test_chart_moves_are_held_against_how_often_it_moves(stepped):
    first = stepped["finding.chart_signals"].sort("place").row(0, named=True)
    assert first["moved"] == "supplier of api (S-OLD to S-NEW)"
    moves = stepped["finding.chart_moves"].filter(
        pl.col("place") == first["place"], pl.col("watch") == "level"
    )
    found = {row["factor"]: row for row in moves.iter_rows(named=True)}
    width = found["supplier of api"]["interval_batches"]
    assert found["supplier of api"]["p_value"] == pytest.approx(width / (first["place"] - 1))
    assert found["lot of api"]["moves"] >= 17
    assert found["lot of api"]["p_adjusted"] > 0.5
    assert found["equipment of compression"]["p_adjusted"] == 1.0
    assert found["maintenance of PRS-0"]["moves_in_interval"] == 0


def test_an_event_is_held_against_when_batches_were_made_not_when_results_came():
    made = batches(COUNT)
    rows = results(np.where(np.arange(COUNT) < BEGIN, 0.0, 6.0) + noise(COUNT))
    for row in rows:
        row["resulted_at"] += timedelta(days=30)
    kept = records(
        batches=made,
        lab_results=rows,
        phases=[
            {
                "batch_id": row["batch_id"],
                "stage": 4,
                "unit_procedure": "compression",
                "phase": "production",
                "equipment_id": "PRS-0",
                "started_at": row["started_at"],
                "ended_at": row["ended_at"],
            }
            for row in made
        ],
    )
    event = {
        "equipment_id": "PRS-0",
        "event": "part_change",
        "occurred_at": made[BEGIN]["started_at"] - timedelta(hours=2),
    }
    moves = tables_of(kept, plan_of(kept), events=[event])["finding.chart_moves"]
    first = moves.sort("place").row(0, named=True)
    assert (first["factor"], first["moves_in_interval"]) == ("part_change of PRS-0", 1)


def test_signals_of_one_change_are_one_episode(stepped):
    signals = stepped["finding.chart_signals"].filter(pl.col("watch") == "level").sort("place")
    assert signals.height >= 2
    assert signals["episode"].to_list()[:2] == [1, 1]


def test_a_drift_reaches_its_limit_when_it_does():
    rng = np.random.default_rng(1)
    values = rng.normal(100, 1, 80)
    values[50:] += 0.1 * np.arange(1, 31)
    found = course(values, Onset("drift", 1.0, 50, 45, 55, 1, 3.0), 90.0, 106.0)
    # Three above where it was after thirty batches: three more to go, thirty batches.
    assert found.to_limit[0] < 30 < found.to_limit[2]
    assert found.to_limit[1] == pytest.approx(30, abs=6)
    assert found.outside_before < 1e-6 < found.outside_now[1] < 0.01


def test_a_step_has_no_pace_and_a_spread_has_no_direction():
    values = np.concatenate([noise(50, 1), noise(30, 2, scale=3.0)])
    step = course(values, Onset("step", 1.0, 50, 45, 55, 1, 3.0), 90.0, 110.0)
    assert (step.slope, step.to_limit) == (None, (None, None, None))
    spread = course(values, Onset("spread", 1.0, 50, 45, 55, 1, 3.0), 90.0, 110.0)
    assert spread.outside_before < 1e-6
    assert spread.outside_now[1] > 1e-5


def test_a_wider_spread_of_samples_is_told_at_the_spread_since():
    scale = np.r_[np.full(100, 0.3), np.full(60, 2.0)]
    parts = [100 + noise(160, no, centre=0.0) * scale for no in (1, 2, 3)]
    rows = [
        row | {"sample_no": no}
        for no, part in enumerate(parts)
        for row in results(part, low=96.0, high=104.0)
    ]
    made = records(batches=batches(160), lab_results=rows)
    found = tables_of(made, plan_of(made))["finding.chart_signals"]
    last = found.filter(pl.col("watch") == "spread", pl.col("shape") == "step").row(-1, named=True)
    since = np.mean(parts, axis=0)[last["onset_place"] - 1 : last["place"]]
    away = abs(last["nearer_limit"] - since.mean()) / since.std(ddof=1)
    assert last["outside_now"] == pytest.approx(norm.sf(away))
    assert last["slope_per_batch"] is None


def test_deviations_of_batches_on_no_record_are_charted():
    days = [*range(5, 200, 8), *range(200, 240)]
    deviations = [
        {
            "deviation_id": f"D{at:03}",
            "batch_id": None if at % 3 else "of another site",
            "category": "power",
            "opened_at": batches(1)[0]["started_at"] + timedelta(days=day),
        }
        for at, day in enumerate(days)
    ]
    made = records(batches=batches(COUNT), deviations=deviations)
    found = tables_of(made, plan_of(made))
    assert found["finding.chart_points"].height == len(days) - 1
    assert "came closer together" in found["finding.chart_signals"]["statement"][0]
    known = {row["batch_id"] for row in batches(COUNT)}
    assert set(found["finding.chart_points"]["batch_id"]) <= known


def test_nothing_is_said_to_be_a_cause(stepped):
    said = " ".join(stepped["finding.chart_signals"]["statement"])
    assert "cause" not in said
