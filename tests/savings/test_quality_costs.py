"""Counts of the records times a price each, by hand: 4 batches on record, 200 a year."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from assets.savings.records.baseline import Baseline
from assets.savings.records.quality_costs import days_under_investigation, quality_costs
from data_contracts.assumptions import load_built_in, with_overrides
from tests.savings.recorded_books import rows

TABLETS = load_built_in("tablets")
DAY = timedelta(days=1)
START = datetime.fromisoformat("2026-03-01T00:00")
BATCHES = rows(
    "core.batches",
    *(
        {"batch_id": batch, "production_order": 1, "cluster_id": batch, "line": line}
        | {"disposition": said}
        for batch, line, said in [
            ("B1", "L1", "rejected"),
            ("B2", "L1", "reworked"),
            ("B3", "L2", "released"),
            ("B4", "L1", "released"),
        ]
    ),
)
# On line L1 days 0 to 10 and 5 to 12 overlap and 11 to 12 lies within them: 12 days. On L2 3 days,
# one without a batch 2 days; one is still open, one is not critical.
DEVIATIONS = rows(
    "core.deviations",
    *(
        {"deviation_id": f"D{number}", "batch_id": batch, "severity": severity}
        | {"opened_at": START + opened * DAY}
        | {"closed_at": None if closed is None else START + closed * DAY}
        for number, (batch, severity, opened, closed) in enumerate(
            [
                ("B1", "critical", 0, 10),
                ("B2", "critical", 5, 12),
                ("B4", "critical", 11, 12),
                ("B3", "critical", 0, 3),
                (None, "critical", 0, 2),
                ("B3", "critical", 4, None),
                ("B3", "minor", 0, 40),
                ("B1", "minor", 0, 40),
            ]
        )
    ),
)
RECORDS = {
    "deviations": DEVIATIONS,
    "lab_results": pl.DataFrame({"batch_id": ["B1", "B1", "B2"]}),
    "inspections": pl.DataFrame({"batch_id": ["B1", "B1", "B2"]}),
}
FOUND = Baseline(1, 4, {"failure": 1}, {}, 200.0, "a period", is_proxy=False)
FAILED = pl.Series("batch_id", ["B1"])


def test_days_of_one_line_count_once():
    assert days_under_investigation(DEVIATIONS, BATCHES) == pytest.approx(12 + 3 + 2)
    assert days_under_investigation(DEVIATIONS.clear(), BATCHES) == 0


def test_quality_costs_by_hand():
    """Fifty years' worth of what 4 batches show: 200 a year over 4 on record."""
    found = quality_costs(TABLETS, FOUND, BATCHES, FAILED, RECORDS)
    shown = found.select("category", "paf", "events", "price_usd", "base_usd_per_year").sort(
        "category"
    )
    assert shown.rows() == [
        ("critical_deviations", "internal_failure", 5.0, 20000.0, 50 * 5 * 20000.0),
        ("inspection", "appraisal", 2.0, 600.0, 50 * 2 * 600.0),
        # B1 failed: its days 0 to 10 are in the ledger, and leave 5 to 12 of B2 on its line.
        ("investigation_days", "internal_failure", 12.0, 500.0, 50 * 12 * 500.0),
        ("laboratory", "appraisal", 3.0, 50.0, 50 * 3 * 50.0),
        ("minor_deviations", "internal_failure", 1.0, 1000.0, 50 * 1000.0),
        ("prevention", "prevention", 1.0, 150000.0, 150000.0),
        ("rework", "internal_failure", 1.0, 25000.0, 50 * 25000.0),
    ]
    laboratory = found.filter(category="laboratory").row(0, named=True)
    assert (laboratory["low_usd_per_year"], laboratory["high_usd_per_year"]) == (3000, 18000)
    assert laboratory["cost_basis"] == "placeholder"


def test_nothing_of_a_failed_batch_is_priced_a_second_time():
    """Were every batch priced as failed, the ledger would hold all that went wrong with them."""
    found = quality_costs(TABLETS, FOUND, BATCHES, BATCHES["batch_id"], RECORDS)
    of_no_batch = found.filter(paf="internal_failure").select("category", "events")
    assert sorted(of_no_batch.rows()) == [("critical_deviations", 1.0), ("investigation_days", 2.0)]


def test_a_stated_price_is_the_plants_and_a_set_without_prices_has_no_rows():
    own = with_overrides(TABLETS, ["laboratory_result_usd=80"])
    found = quality_costs(own, FOUND, BATCHES, FAILED, RECORDS)
    assert found.filter(category="laboratory")["cost_basis"].item() == "assumption"
    named = load_built_in("sterile_injectable")
    assert "prevention_usd_per_year" not in named.parameters
    assert quality_costs(named, FOUND, BATCHES, FAILED, RECORDS).is_empty()


def test_what_is_not_on_record_has_no_row():
    nothing = {name: frame.clear() for name, frame in RECORDS.items()}
    released = BATCHES.with_columns(disposition=pl.lit("released"))
    found = quality_costs(TABLETS, FOUND, released, FAILED, nothing)
    assert found["category"].to_list() == ["prevention"]
