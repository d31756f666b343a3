"""The section on time to failure: a worn plant, and a source that records no equipment events."""

import re

import numpy as np
import polars as pl
import pytest

from assets.time_to_failure.findings import LifeRecords, findings
from benchmarks.time_to_failure_study import UNITS, planted_floor
from data_contracts.assumptions import load_built_in
from reports.claims import evaluate
from tests.reports.whole_report import render


def section(plant, phases, events):
    names = [f"{unit}-{n:05d}" for unit in UNITS for n in range(250)]
    batches = pl.DataFrame({"batch_id": names, "campaign_id": names})
    outcomes = pl.DataFrame(
        {"batch_id": names, "outcome": "failure", "is_failure": np.arange(len(names)) % 40 == 7}
    )
    records = LifeRecords(phases, events, batches, outcomes)
    tables = findings(records, load_built_in("tablets"), seed=1, is_quick=True)
    for name, table in tables.items():
        plant.put(name, table)
    plant.put("evidence.claims", evaluate(plant.query))
    html = render(plant)
    found = re.search(r'<section id="time-to-failure">.*?</section>', html, re.S)
    assert found
    words = " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())
    return words, html, tables


def test_a_worn_plant_has_curves_intervals_and_a_verdict(signal_plant):
    floor = planted_floor(np.random.default_rng(8), 3.0, 40.0, 55.0, 250)
    words, html, tables = section(signal_plant, *floor)
    row = tables["finding.replacement_intervals"].filter(event="breakdown").row(0, named=True)
    assert row["verdict"] == "renew_earlier"
    assert "renew earlier" in words
    assert row["reason"].split(";")[0] in words
    assert '"survival_curve[compression/whole equipment]"' in html
    assert '"replacement_cost[compression/whole equipment/breakdown]"' in html
    assert "not computed" not in words


def test_a_source_without_equipment_events_gets_a_sentence(bare_plant):
    phases, events = planted_floor(np.random.default_rng(8), 3.0, 40.0, 55.0, 5)
    words, html, _ = section(bare_plant, phases.clear(), events.clear())
    assert "The source records no equipment events or no phases on equipment" in words
    assert "survival_curve[" not in html


@pytest.mark.parametrize("plant", ["signal_plant", "bare_plant"])
def test_a_warehouse_without_these_tables_says_so(plant, request):
    html = render(request.getfixturevalue(plant))
    assert "no life could be followed" in html


def test_evidence_in_hours_is_told_in_hours_with_the_lives_begun_before_the_records(bare_plant):
    """Four presses maintained when new, seen from two weeks on, and never maintained again."""
    phases, events = planted_floor(np.random.default_rng(8), 3.0, 40.0, 55.0, 250)
    opened = phases["started_at"].sort()[phases.height // 8]
    maintained = events.filter(pl.col("event") == "maintenance").unique("equipment_id")
    first = maintained.with_columns(occurred_at=pl.lit(phases["started_at"].min()))
    broken = events.filter((pl.col("event") == "breakdown") & (pl.col("occurred_at") > opened))
    late = phases.filter(pl.col("started_at") >= opened)
    words, _, tables = section(bare_plant, late, pl.concat([first, broken]))
    row = tables["finding.replacement_intervals"].filter(event="breakdown").row(0, named=True)
    assert (row["time_scale"], row["lives_truncated"]) == ("hours", 4)
    assert "4 begun before the records" in words
    assert "per 1,000 h" in words
    assert "Only in hours are enough ages at the event on record" in words
