"""On which scale of time an interval is told, and lives begun before the records are taken."""

import numpy as np
import polars as pl
import pytest

from assets.statistics.reliability.weibull import weibull_fit
from assets.time_to_failure.lives.equipment_use import equipment_use
from assets.time_to_failure.lives.lives import BREAKDOWN, breakdown_spells
from assets.time_to_failure.replacement.evidence_scale import hours_per_batch
from assets.time_to_failure.replacement.todays_plan import Ends, Today
from benchmarks.time_scale_study import (
    SCALE_BATCHES,
    SCALE_H,
    SHAPE,
    as_if_new,
    begun_before,
    phases_at,
    worn_by,
)
from tests.time_to_failure.conftest import event_frame
from tests.time_to_failure.test_findings import found_in


def interval_of(tables: dict[str, pl.DataFrame]) -> dict[str, object]:
    rows = tables["finding.replacement_intervals"].filter(event="breakdown", origin="maintenance")
    assert rows.height == 1
    return rows.row(0, named=True)


@pytest.mark.parametrize("scale", ["hours", "batches"])
def test_an_interval_is_told_on_the_scale_that_wears(scale):
    """Where the pace changes from life to life only one scale knows the law, and it is taken."""
    for seed in range(2):
        tables = found_in(*worn_by(scale, seed, presses=8))
        row = interval_of(tables)
        assert (row["time_scale"], row["scales_compared"]) == (scale, 2)
        assert scale in str(row["scale_reason"])
        truth = SCALE_H if scale == "hours" else SCALE_BATCHES
        assert row["scale_low"] < truth * 1.05
        assert row["scale_high"] > truth * 0.95
        assert row["verdict"] == "renew_earlier"
        assert f"Least cost at {row['optimal_interval']:,.0f} {scale}" in str(row["reason"])
        curve = tables["finding.replacement_curves"].filter(event="breakdown")
        assert set(curve["time_scale"]) == {scale}
        assert curve["cost_per_batch_usd"].min() == pytest.approx(
            row["cost_per_batch_optimal_usd"], rel=0.02
        )


def test_what_an_interval_in_hours_costs_is_told_per_batch():
    """Breakdowns over batches, both on record, are about what today leaves per batch."""
    phases, events = worn_by("hours", 1, presses=8)
    row = interval_of(found_in(phases, events))
    spells = breakdown_spells(equipment_use(phases), events)
    pace = hours_per_batch(spells)["compression", "maintenance", "whole equipment"]
    assert row["time_per_batch"] == pace
    recorded = events.filter(pl.col("event") == BREAKDOWN).height / phases.height
    assert row["events_per_batch_today"] == pytest.approx(recorded, rel=0.1)
    assert row["breakdowns_recorded"] == 96


@pytest.mark.parametrize("seed", [1, 2])
def test_lives_begun_before_the_records_enter_at_their_age_and_recover_the_law(seed):
    """Shape 3: as if new at the first record it comes out near 1.5, below the interval's end."""
    phases, events = begun_before(seed)
    tables = found_in(phases, events)
    row = interval_of_part(tables)
    assert row["time_scale"] == "hours"  # nobody counted the batches before the records
    assert row["lives"] == row["lives_truncated"] == phases["equipment_id"].n_unique()
    assert row["lives_unknown"] == 0
    assert row["shape_low"] < SHAPE < row["shape_high"]
    assert row["scale_low"] < SCALE_H < row["scale_high"]
    assert f"entered at the age known, not as new: {row['lives']:,} lives." in str(row["reason"])
    assert weibull_fit(as_if_new((phases, events))).shape_high < 2.0
    in_batches = tables["finding.weibull_fits"].filter(
        event="breakdown", origin="part_change", time_scale="batches"
    )
    assert in_batches.select("lives", "lives_unknown").row(0) == (0, row["lives"])


def interval_of_part(tables: dict[str, pl.DataFrame]) -> dict[str, object]:
    rows = tables["finding.replacement_intervals"].filter(event="breakdown", origin="part_change")
    return rows.row(0, named=True)


def test_lives_of_unknown_age_are_left_out_and_counted_not_taken_as_new():
    """The same presses, but of most nobody knows when their filter was put in."""
    phases, events = begun_before(1)
    units = phases["equipment_id"].unique().sort()
    is_dropped = (pl.col("event") == "part_change") & (pl.col("equipment_id") > units[9])
    row = interval_of_part(found_in(phases, events.filter(~is_dropped)))
    assert (row["lives"], row["lives_unknown"]) == (10, units.len() - 10)
    assert f"age in hours is not on record: {units.len() - 10} lives." in str(row["reason"])


def test_failed_batches_of_lives_begun_before_the_records_are_followed_in_hours():
    """Maintained 240 h before: batches at ages 240, 264 and 288, the second of which failed."""
    phases = phases_at({"PRS-1": [0.0, 24.0, 48.0]})
    events = event_frame(("PRS-1", "maintenance", -10.0, None, 0.0))
    found = found_in(phases, events, failed={1})["finding.weibull_fits"].filter(
        event="failed_batch:failure", origin="maintenance"
    )
    by_scale = {row["time_scale"]: row for row in found.iter_rows(named=True)}
    assert by_scale["batches"]["lives"] == 0
    assert by_scale["batches"]["lives_unknown"] == 1
    hours = by_scale["hours"]
    assert (hours["lives"], hours["lives_truncated"], hours["events"]) == (1, 1, 1)
    assert hours["exposure"] == pytest.approx(49.0)


def test_todays_plan_of_lives_seen_late_by_hand():
    """At 30 all that is seen is renewed, but longer plans are on record: 50 is the first told."""
    ends = Ends(np.array([30.0, 50.0, 60.0]), np.full(3, True), np.array([0.0, 40.0, 40.0]))
    assert Today(ends).quantile(0.1) == 50
    assert Today(ends).quantile(0.9) == 60


def test_todays_plan_of_lives_seen_late_is_not_taken_too_long():
    """Plans of 50 to 150 hours, seen from any age on: short ones are missed, the median is 100."""
    rng = np.random.default_rng(4)
    plans, entries = rng.uniform(50, 150, 4_000), rng.uniform(0, 150, 4_000)
    is_seen = plans > entries
    ages, seen_at = plans[is_seen], entries[is_seen]
    assert np.median(ages) > 106
    found = Today(Ends(ages, np.full(ages.size, True), seen_at)).interval
    assert found == pytest.approx(100, abs=2.5)


def test_without_any_life_of_known_age_nothing_is_weighed():
    phases, events = begun_before(2)
    tables = found_in(phases, events.filter(pl.col("event") == BREAKDOWN))
    assert tables["finding.replacement_intervals"].is_empty()
    fits = tables["finding.weibull_fits"]
    assert fits["origin"].unique().to_list() == ["first_record"]
    assert fits["note"].str.contains("a trend over the records, not over an age").all()
