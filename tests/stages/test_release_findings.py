"""Steps of the wait, lead times, stock and record exceptions, worked out by hand."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from assets.stages.release.lead_times_by_test import lead_times_by_test
from assets.stages.release.quarantine_stock import quarantine_stock
from assets.stages.release.record_exceptions import record_exceptions
from assets.stages.release.release_steps import release_steps
from assets.stages.release.review_queue import review_queue
from data_contracts.tables import table

START = datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def at(hours):
    return None if hours is None else START + timedelta(hours=hours)


def batches(*spans, size=1000.0):
    """Batches by the hours of their end and disposition."""
    return table(
        "core.batches",
        [
            {
                "batch_id": f"B{i}", "production_order": i, "cluster_id": f"B{i}", "product": "P1",
                "batch_size": size, "ended_at": at(ended), "dispositioned_at": at(decided),
                "disposition": "pending" if decided is None else "released",
            }
            for i, (ended, decided) in enumerate(spans, 1)
        ],
    )  # fmt: skip


def results(*rows):
    return table(
        "core.lab_results",
        [
            {
                "batch_id": batch, "stage": 6, "test": test, "sample_no": 1, "value": 1.0,
                "sampled_at": at(sampled), "resulted_at": at(resulted),
            }
            for batch, test, sampled, resulted in rows
        ],
    )  # fmt: skip


def deviations(*rows):
    return table(
        "core.deviations",
        [
            {
                "deviation_id": f"D{i}", "batch_id": batch, "stage": 4,
                "opened_at": at(opened), "closed_at": at(closed),
            }
            for i, (batch, opened, closed) in enumerate(rows)
        ],
    )  # fmt: skip


MADE = batches((0, 100), (0, 60), (0, None))
TESTED = results(
    ("B1", "assay", 0, 10), ("B1", "water", 0, 40), ("B2", "assay", 0, 20), ("B2", "water", 0, 20),
    ("B3", "assay", 0, 30), ("B3", "water", 0, 30),
)  # fmt: skip
FILED = deviations(("B1", 5, 70), ("B3", 5, None))


def test_release_steps_share_the_wait():
    found = {row["step"]: row for row in release_steps(MADE, TESTED, FILED).iter_rows(named=True)}
    assert [found[s]["mean_h"] for s in ("testing", "deviation", "review", "total")] == [
        30.0, 15.0, 35.0, 80.0,
    ]  # fmt: skip
    assert found["deviation"]["batches_held"] == 1
    assert found["review"]["share"] == pytest.approx(70 / 160)
    assert [found[s]["open_batches"] for s in ("testing", "deviation", "review", "total")] == [
        0, 1, 0, 1,
    ]  # fmt: skip


def test_release_steps_without_instants_give_no_row():
    assert release_steps(batches((None, None)), TESTED, FILED).is_empty()
    assert release_steps(MADE, table("core.lab_results"), FILED).is_empty()


def test_open_batches_are_tested_when_they_have_what_their_product_has():
    """Five batches of P1 have four tests, those of P2 one: B7 waits for its review."""
    made = batches(*[(0, 100)] * 6, (0, None)).with_columns(
        product=pl.when(pl.col("production_order") > 5).then(pl.lit("P2")).otherwise("product")
    )
    tested = results(
        *[(f"B{i}", test, 0, 30) for i in range(1, 6) for test in ("a", "b", "c", "d")],
        *[(f"B{i}", "a", 0, 30) for i in (6, 7)],
    )
    steps = release_steps(made, tested, deviations())
    assert dict(steps.select("step", "open_batches").rows())["review"] == 1


def test_results_after_the_disposition_did_not_hold_it():
    late = results(("B1", "assay", 0, 200), ("B2", "assay", 0, 20))
    found = {r["step"]: r for r in release_steps(MADE, late, deviations()).iter_rows(named=True)}
    assert [found[s]["share"] for s in ("testing", "review")] == [120 / 160, 40 / 160]


def test_a_batch_decided_nobody_knows_when_is_not_open():
    lost = batches((0, 100), (0, None)).with_columns(disposition=pl.lit("released"))
    tested = results(("B1", "assay", 0, 10), ("B2", "assay", 0, 10))
    steps = release_steps(lost, tested, deviations())
    assert steps["open_batches"].to_list() == [0, 0, 0, 0]
    queue = review_queue(lost, tested, deviations(), table("finding.record_exceptions"))
    assert not queue["is_open"].any()
    assert quarantine_stock(lost)["entered"].sum() == 1


def test_lead_times_by_test_say_what_the_last_one_costs():
    found = {r["test"]: r for r in lead_times_by_test(MADE, TESTED).iter_rows(named=True)}
    assert (found["water"]["batches_last"], found["water"]["gain_h"]) == (3, 10.0)
    # assay came last with water twice, so its absence would gain nothing
    assert (found["assay"]["batches_last"], found["assay"]["gain_h"]) == (2, 0.0)
    assert found["water"]["median_h"] == 30.0


def test_quarantine_stock_averages_what_waits():
    """Of January: one batch all of its 744 hours from the first, one half of them."""
    found = quarantine_stock(batches((0, 744), (372, 800)))
    january, february = found.iter_rows(named=True)
    assert january["waiting_batches"] == pytest.approx(1.5)
    assert january["waiting_units"] == pytest.approx(1500)
    assert (january["entered"], january["decided"]) == (2, 0)
    assert february["waiting_batches"] == pytest.approx(1.0, abs=1e-4)
    assert february["decided"] == 2  # the one that ends the record, too


def test_quarantine_stock_of_a_record_that_ends_with_a_month():
    last = quarantine_stock(batches((0, 700), (372, 744))).row(-1, named=True)
    assert (last["month_start"], last["decided"]) == (START.replace(month=2), 1)


def parameters(count=25, **changed):
    rows = [
        {
            "batch_id": f"B{i}", "stage": 3, "parameter": name, "value": 50.0, "unit": "%",
            "recorded_at": at(10), "nor_low": 40.0, "nor_high": 60.0,
        }
        for i in range(1, count + 1)
        for name in ("speed", "moisture")
    ]  # fmt: skip
    return [r | changed.get(f"{r['batch_id']}_{r['parameter']}", {}) for r in rows]


def exceptions():
    made = batches(*[(20, None if i == 25 else 100) for i in range(1, 26)])
    filed = parameters(
        B2_speed={"value": 61.0}, B3_speed={"recorded_at": at(40)}, B1_moisture={"value": 41.0}
    )
    filed = [r for r in filed if (r["batch_id"], r["parameter"]) != ("B25", "moisture")]
    phases = [
        {
            "batch_id": f"B{i}", "stage": stage, "unit_procedure": "u", "phase": f"p{stage}",
            "started_at": at(begin), "ended_at": at(begin + 5),
        }
        for i in range(1, 26)
        for stage, begin in ((3, 5), (4, 2 if i == 4 else 12))
    ]  # fmt: skip
    weighings = [
        {
            "batch_id": f"B{i}", "material": "api", "weighing_no": 1, "target": 10.0,
            "actual": 10.06 if i == 5 else 10.01, "unit": "kg", "tolerance_pct": 0.5,
        }
        for i in range(1, 26)
    ]  # fmt: skip
    found = record_exceptions(
        made,
        table("core.phases", phases),
        table("core.parameters", filed),
        table("core.weighings", weighings),
        deviations(("B6", 70, 80)),
        table("feature.sensor_phase_features"),
    )
    return made, found


def test_record_exceptions_are_the_planted_ones():
    _, found = exceptions()
    told = found.select("batch_id", "kind", "stage", "item").sort("batch_id").rows()
    assert told == [
        ("B2", "outside_nor", 3, "speed"),
        ("B25", "missing_entry", 3, "moisture"),
        ("B3", "late_entry", 3, "speed"),
        ("B4", "step_order", 4, "p4"),
        ("B5", "reconciliation", 2, "api/1"),
        ("B6", "late_entry", 4, "D0"),
    ]
    late = found.filter(batch_id="B3")
    assert late["value"].item() == 30.0
    assert late["reason"].item() == "Recorded 30.0 h after the stage ended."


def test_record_exceptions_of_no_records_are_none():
    names = ("phases", "parameters", "weighings", "deviations")
    absent = {name: table(f"core.{name}") for name in names}
    features = table("feature.sensor_phase_features")
    assert record_exceptions(MADE, sensor_phase_features=features, **absent).is_empty()


def test_review_queue_puts_the_rarest_first_and_the_clean_last():
    made, found = exceptions()
    tested = results(*[(f"B{i}", "assay", 20, 30) for i in range(1, 26)])
    queue = review_queue(made, tested, table("core.deviations"), found)
    waiting = queue.filter("is_open").row(0, named=True)
    assert (waiting["batch_id"], waiting["rank"]) == ("B25", 1)
    decided = queue.filter(~pl.col("is_open")).sort("rank")
    # late entries have two of 25 batches, every other kind one
    assert decided["batch_id"].head(5).to_list() == ["B2", "B4", "B5", "B3", "B6"]
    assert decided["rarity"][0] == pytest.approx(4.643856)
    clean = decided.filter(batch_id="B1").row(0, named=True)
    assert (clean["exceptions"], clean["review_h"]) == (0, 70.0)
