"""Which batches had the event that is their failure, by hand."""

import polars as pl
import pytest

from assets.core.defining_events import event_measurements
from assets.core.margins import outcome_margins
from assets.core.outcomes import outcome_definitions, outcomes
from data_contracts.profile_schema.outcomes import Outcome
from data_contracts.profile_schema.rule_names.defining_events import (
    is_defining,
    listed_events,
    rule_of,
)

FILTER = "deviation.filter_integrity_failure"
BREAKDOWN = "equipment.breakdown.filtration"


def by_events(*names: str) -> Outcome:
    return Outcome("integrity", "Filter fails", False, rule_of(names), (), 5, (), (), "here", names)


@pytest.fixture
def records(table, day):
    """Five batches of two days each on one filter; the last awaits its disposition."""
    batches = table(
        "core.batches",
        *(
            {
                "batch_id": f"B{n}",
                "production_order": n,
                "cluster_id": f"B{n}",
                "disposition": "pending" if n == 5 else "released",
                "dispositioned_at": None if n == 5 else day(2 * n + 10),
                "ended_at": day(2 * n + 1),
            }
            for n in range(1, 6)
        ),
    )
    phases = table(
        "core.phases",
        *(
            {
                "batch_id": f"B{n}",
                "stage": 4,
                "unit_procedure": unit,
                "phase": "run",
                "equipment_id": name,
                "started_at": day(2 * n),
                "ended_at": day(2 * n + 1),
            }
            for n in range(1, 6)
            for unit, name in (("filtration", "FLT-1"), ("filling", "FIL-1"))
        ),
    )
    deviations = table(
        "core.deviations",
        {
            "deviation_id": "D1",
            "batch_id": "B2",
            "category": "filter_integrity_failure",
            "opened_at": day(4.5),
        },
        {
            "deviation_id": "D2",
            "equipment_id": "FLT-1",
            "category": "filter_integrity_failure",
            "opened_at": day(6.5),
        },
        {"deviation_id": "D3", "batch_id": "B4", "category": "label_count", "opened_at": day(8.5)},
    )
    events = table(
        "core.equipment_events",
        {"equipment_id": "FLT-1", "event": "breakdown", "occurred_at": day(2.5), "part": "seal"},
        {"equipment_id": "FLT-1", "event": "breakdown", "occurred_at": day(2.5), "part": "housing"},
        {"equipment_id": "FLT-1", "event": "breakdown", "occurred_at": day(3.5)},
        {"equipment_id": "FIL-1", "event": "breakdown", "occurred_at": day(8.5)},
    )
    return {
        "batches": batches,
        "phases": phases,
        "deviations": deviations,
        "equipment_events": events,
    }


def test_a_batch_fails_by_the_event_on_it_or_on_its_equipment(records, day):
    outcome = by_events(FILTER)
    measured = event_measurements([FILTER], **records)
    rows = outcomes([outcome], records["batches"], measured, outcome_margins([outcome], measured))
    decided = dict(rows.select("batch_id", "is_failure").iter_rows())
    assert decided == {"B1": False, "B2": True, "B3": True, "B4": False, "B5": None}
    known = dict(rows.select("batch_id", "known_at").iter_rows())
    assert (known["B1"], known["B2"], known["B3"]) == (day(12), day(4.5), day(6.5))
    assert rows.filter(batch_id="B5")["status"].item() == "pending"


def test_an_event_of_equipment_counts_while_a_batch_is_on_it(records):
    """Two parts at once are one breakdown; between batches it concerns none of them."""
    measured = event_measurements([BREAKDOWN, "equipment.breakdown"], **records)
    counts = measured.pivot("quantity", index="batch_id", values="value").sort("batch_id")
    assert counts[BREAKDOWN].to_list() == [1.0, 0.0, 0.0, 0.0]
    assert counts["equipment.breakdown"].to_list() == [1.0, 0.0, 0.0, 1.0]


def test_a_source_without_such_records_measured_nothing(records):
    bare = records | {"deviations": records["deviations"].clear()}
    measured = event_measurements([FILTER], **bare)
    assert measured.is_empty()
    outcome = by_events(FILTER)
    rows = outcomes([outcome], records["batches"], measured, outcome_margins([outcome], measured))
    assert set(rows["status"]) == {"not_measured", "pending"}


def test_without_dispositions_a_batch_is_good_once_it_has_ended(records):
    batches = records["batches"].with_columns(
        disposition=pl.lit(None, pl.String),
        dispositioned_at=pl.lit(None, pl.Datetime("us")),
        ended_at=pl.when(pl.col("batch_id") != "B4").then("ended_at"),
    )
    measured = event_measurements([FILTER], **records | {"batches": batches})
    assert measured["batch_id"].to_list() == ["B1", "B2", "B3", "B5"]


def test_outcome_definitions_name_their_events():
    row = outcome_definitions([by_events(FILTER, BREAKDOWN)]).row(0, named=True)
    assert row["rule"] == f'"{FILTER}" > 0 OR "{BREAKDOWN}" > 0'
    assert listed_events(row["defining_events"]) == (FILTER, BREAKDOWN)
    assert listed_events(None) == ()


def test_a_name_means_its_kind_and_what_is_below_it():
    assert is_defining(BREAKDOWN, ["equipment.breakdown"])
    assert not is_defining("equipment.breakdown", [BREAKDOWN])
    assert not is_defining("deviation.filter_integrity_failure_late", [FILTER])
