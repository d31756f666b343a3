"""Outcomes beyond the disposition, by hand: late, repeated, out of trend, a class of deviation."""

import numpy as np
import polars as pl
import pytest

from assets.core.batch_facts import is_out_of_trend
from assets.core.margins import outcome_margins
from assets.core.outcome_inputs import RECORDS, read_by
from assets.core.outcomes import outcome_definitions, outcomes
from data_contracts.codes.records import OutcomeSeverity
from data_contracts.profile_schema.outcomes import Outcome


def declared(rule, severity=OutcomeSeverity.LATE, events=(), name="own"):
    return Outcome(name, name, False, rule, (), 7, (), (), "here", events, severity=severity)


@pytest.fixture
def decided(table, day):
    """Four batches; B1 took 3 days to release, B2 took 11, B3 was rejected, B4 is undecided."""
    ended = {"B1": 0, "B2": 2, "B3": 4, "B4": 6}
    decisions = {"B1": (3, "released"), "B2": (13, "released"), "B3": (5, "rejected")}
    batches = table(
        "core.batches",
        *(
            {
                "batch_id": name,
                "production_order": int(name[1]),
                "cluster_id": name,
                "ended_at": day(at),
                "disposition": decisions.get(name, (0, "pending"))[1],
                "dispositioned_at": day(decisions[name][0]) if name in decisions else None,
            }
            for name, at in ended.items()
        ),
    )

    def decide(outcome, **records):
        given = {name: records.get(name, table(f"core.{name}")) for name in RECORDS}
        measured = read_by([outcome], batches, given)
        rows = outcomes([outcome], batches, measured, outcome_margins([outcome], measured))
        return {row["batch_id"]: row for row in rows.iter_rows(named=True)}

    return decide


def test_a_release_is_late_by_the_hours_between_end_and_disposition(decided, day):
    rows = decided(declared("release_h > 240"))
    failed = {name: row["is_failure"] for name, row in rows.items()}
    assert failed == {"B1": False, "B2": True, "B3": False, "B4": None}
    assert rows["B2"]["known_at"] == day(13)
    assert rows["B4"]["status"] == "pending"


def test_a_unit_procedure_run_twice_is_a_repeat_whatever_its_phases(decided, table, day):
    """B1 coats twice; B2 has two phases of one coating; B3 was never coated; B4 is undecided."""
    runs = [("B1", "spray", 0), ("B1", "spray", 1), ("B2", "spray", 2), ("B2", "cool", 2.5)]
    runs += [("B4", "spray", 6)]
    phases = table(
        "core.phases",
        *(
            {"batch_id": b, "stage": 4, "unit_procedure": "coating", "phase": p}
            | {"equipment_id": "C", "started_at": day(at), "ended_at": day(at + 0.2)}
            for b, p, at in runs
        ),
    )
    rows = decided(declared('"repeats.coating" > 0'), phases=phases)
    failed = {name: row["is_failure"] for name, row in rows.items()}
    assert failed == {"B1": True, "B2": False, "B3": None, "B4": None}
    assert rows["B1"]["known_at"] == day(1)
    assert [rows[name]["status"] for name in ("B3", "B4")] == ["not_measured", "pending"]


def test_a_class_of_deviations_decides_whatever_their_category(decided, table, day):
    deviations = table(
        "core.deviations",
        {"deviation_id": "D1", "batch_id": "B1", "category": "label", "severity": "minor"}
        | {"opened_at": day(1)},
        {"deviation_id": "D2", "batch_id": "B2", "category": "label", "severity": "critical"}
        | {"opened_at": day(3)},
    )
    critical = declared('"deviation_class.critical" > 0', events=("deviation_class.critical",))
    rows = decided(critical, deviations=deviations)
    failed = {name: row["is_failure"] for name, row in rows.items()}
    assert failed == {"B1": False, "B2": True, "B3": False, "B4": None}


def test_a_rule_that_counts_is_known_when_the_batch_is_decided(decided, table, day):
    """One deviation of two at most may become three; that there is one is known from then on."""
    rows = [("D1", "B1", 1), ("D2", "B1", 2), ("D3", "B2", 3)]
    deviations = table(
        "core.deviations",
        *(
            {"deviation_id": name, "batch_id": batch, "category": "label", "severity": "minor"}
            | {"opened_at": day(at)}
            for name, batch, at in rows
        ),
    )
    kind = "deviation_class.minor"
    found = {
        most: decided(declared(f'"{kind}" > {most}', events=(kind,)), deviations=deviations)
        for most in (0, 1)
    }
    assert [found[0][batch]["known_at"] for batch in ("B1", "B2")] == [day(1), day(3)]
    assert [found[1][batch]["is_failure"] for batch in ("B1", "B2")] == [True, False]
    assert [found[1][batch]["known_at"] for batch in ("B1", "B2")] == [day(3), day(13)]


def test_a_next_value_is_out_of_trend_beyond_its_prediction_interval():
    """Thirty results 9, 10, 11 in turn: mean 10, s 0.8305; the interval reaches 2.79 (t of 29)."""
    values = np.array([9.0, 10.0, 11.0] * 10 + [12.7])
    assert np.isnan(is_out_of_trend(values)[:20]).all()
    assert is_out_of_trend(values)[20:].tolist() == [0.0] * 11
    assert is_out_of_trend(np.append(values[:-1], 12.9))[-1] == 1
    assert is_out_of_trend(np.append(values[:-1], 7.1))[-1] == 1


def test_false_trends_are_as_rare_as_stated():
    values = np.random.default_rng(1).normal(50, 3, 40_000)
    found = is_out_of_trend(values)[20:]
    assert np.nanmean(found) == pytest.approx(0.0027, abs=0.0008)  # 3 standard errors


def test_a_trend_is_of_one_product_and_its_test_gives_it_away(table, day):
    """A batch far off, of a product of which nothing else is known, is not measured."""
    levels = [9.0, 10.0, 11.0] * 8 + [15.0, 50.0]
    batches = table(
        "core.batches",
        *(
            {"batch_id": f"B{n:02}", "production_order": n, "cluster_id": f"B{n}"}
            | {"product": "Q" if n == 25 else "P"}
            for n in range(len(levels))
        ),
    )
    results = table(
        "core.lab_results",
        *(
            {"batch_id": f"B{n:02}", "stage": 6, "test": "assay", "sample_no": 1, "value": value}
            | {"censoring": "none", "resulted_at": day(n)}
            for n, value in enumerate(levels)
        ),
    )
    outcome = declared('"out_of_trend.assay" > 0', OutcomeSeverity.OUT_OF_TREND)
    records = {name: table(f"core.{name}") for name in RECORDS} | {"lab_results": results}
    measured = read_by([outcome], batches, records)
    rows = outcomes([outcome], batches, measured, outcome_margins([outcome], measured))
    assert rows.filter(pl.col("is_failure"))["batch_id"].to_list() == ["B24"]
    assert rows.filter(status="known").height == 5
    assert "assay" in outcome.defining_quantities


@pytest.fixture
def trend(table):
    """Judge results of one product by their trend: (value, known_at) in order of production."""

    def judge(*reported):
        names = [f"B{n:02}" for n in range(len(reported))]
        batches = table(
            "core.batches",
            *(
                {"batch_id": name, "production_order": n, "cluster_id": name, "product": "P"}
                for n, name in enumerate(names)
            ),
        )
        results = table(
            "core.lab_results",
            *(
                {"batch_id": name, "stage": 6, "test": "assay", "sample_no": 1, "value": value}
                | {"censoring": "none", "resulted_at": at}
                for name, (value, at) in zip(names, reported, strict=True)
            ),
        )
        outcome = declared('"out_of_trend.assay" > 0', OutcomeSeverity.OUT_OF_TREND)
        records = {name: table(f"core.{name}") for name in RECORDS} | {"lab_results": results}
        measured = read_by([outcome], batches, records)
        rows = outcomes([outcome], batches, measured, outcome_margins([outcome], measured))
        return dict(rows.select("batch_id", "is_failure").iter_rows())

    return judge


def test_a_trend_is_made_of_the_results_there_were_at_the_time(trend, day):
    """B20 is far off those before it, five of which were reported after it and were as far off."""
    usual = [(value, day(n)) for n, value in enumerate([9.0, 10.0, 11.0] * 7)]
    late = [(14.0, day(40 + n)) for n in range(5)]
    judged = trend(*late, *usual, (14.0, day(30)))
    assert judged["B26"] is True
    assert judged["B00"] is not None  # made first, known after twenty others
    # known before twenty others were, whatever was made before it
    assert (
        trend(*((v, day(50 + n)) for n, (v, _) in enumerate(usual)), (14.0, day(1)))["B21"] is None
    )


def test_without_instants_the_order_of_production_makes_the_trend(trend, day):
    undated = [(value, None) for value in [9.0, 10.0, 11.0] * 7]
    assert trend(*undated, (14.0, None))["B21"] is True
    assert trend((14.0, None), *undated)["B00"] is None
    assert trend(*((value, day(n)) for n, (value, _) in enumerate(undated)), (14.0, None))["B21"]


def coated(table, day, *runs):
    """Phases of one batch: unit procedure, phase, unit, day it started, days it took."""
    return table(
        "core.phases",
        *(
            {"batch_id": "B1", "stage": 4, "unit_procedure": procedure, "phase": phase}
            | {"equipment_id": unit, "started_at": day(at)}
            | {"ended_at": None if took is None else day(at + took)}
            for procedure, phase, unit, at, took in runs
        ),
    )


@pytest.mark.parametrize(
    ("runs", "is_repeated"),
    [
        # halves of a batch on two coaters at once, one after the other, and never closed
        ([("coating", "spray", "C1", 0, 0.5), ("coating", "spray", "C2", 0.1, 0.5)], False),
        ([("coating", "spray", "C1", 0, 0.5), ("coating", "spray", "C2", 0.6, 0.5)], False),
        ([("coating", "spray", "C1", 0, None), ("coating", "spray", "C2", 0.1, None)], False),
        # again on the same coater, beside another one, and on another one once it was tested
        ([("coating", "spray", "C1", 0, 0.5), ("coating", "spray", "C1", 0.6, 0.5)], True),
        (
            [
                ("coating", "spray", "C1", 0, 0.5),
                ("coating", "spray", "C2", 0.1, 0.5),
                ("coating", "spray", "C1", 1, 0.5),
            ],
            True,
        ),
        (
            [
                ("coating", "spray", "C1", 0, 0.5),
                ("sampling", "sample", "S", 0.6, 0.1),
                ("coating", "spray", "C2", 1, 0.5),
            ],
            True,
        ),
    ],
)
def test_a_phase_on_several_units_is_run_once(decided, table, day, runs, is_repeated):
    rows = decided(declared('"repeats.coating" > 0'), phases=coated(table, day, *runs))
    assert rows["B1"]["is_failure"] is is_repeated


def test_outcomes_are_ranked_by_what_they_cost():
    late = declared("release_h > 240", name="late")
    lost = declared("disposition = 'rejected'", OutcomeSeverity.LOST, name="lost")
    other = declared("disposition = 'reworked'", OutcomeSeverity.REWORKED, name="reworked")
    also = declared("failure_mode = 'cracks'", OutcomeSeverity.LOST, name="cracks")
    ranks = outcome_definitions([late, other, lost, also])
    assert dict(ranks.select("outcome", "severity_rank").iter_rows()) == {
        "lost": 1,
        "cracks": 2,
        "reworked": 3,
        "late": 4,
    }
