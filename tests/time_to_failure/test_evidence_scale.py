"""On which scale of time an interval is told, and lives begun before the records are taken."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from assets.statistics.reliability.weibull import Spells, weibull_fit
from assets.time_to_failure.lives.equipment_use import equipment_use
from assets.time_to_failure.lives.lives import BREAKDOWN, breakdown_spells
from assets.time_to_failure.replacement.evidence_scale import hours_per_batch
from assets.time_to_failure.replacement.todays_plan import Ends, Today
from tests.time_to_failure.conftest import PHASES, START, event_frame
from tests.time_to_failure.test_findings import found_in

SHAPE, SCALE_H = 3.0, 1_000.0


def phases_at(hours: dict[str, list[float]]) -> pl.DataFrame:
    """One hour of compression at each of the given hours, by piece of equipment."""
    rows = [
        (f"{unit}-{n:05d}", 4, "compression", "run", unit, "early", START + timedelta(hours=at))
        for unit, starts in hours.items()
        for n, at in enumerate(starts)
    ]
    schema = {name: kind for name, kind in PHASES.items() if name != "ended_at"}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(ended_at=pl.col("started_at") + pl.duration(hours=1))


def worn_by(scale: str, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Eight presses whose pace changes from life to life, worn by hours or by batches run."""
    rng = np.random.default_rng(seed)
    starts: dict[str, list[float]] = {}
    events = []
    for unit in (f"PRS-{n}" for n in range(8)):
        at, starts[unit] = 0.0, []
        events.append((unit, "maintenance", -0.01, None, 0.0))
        starts[unit].append(-1.0)
        for _ in range(12):
            pace = float(np.exp(rng.normal(3.0, 0.8)))  # hours from batch to batch
            if scale == "hours":
                life = SCALE_H * rng.weibull(SHAPE)
                batches = max(1, int(life / pace))
            else:
                batches = max(1, round(40 * rng.weibull(SHAPE)))
                life = batches * pace
            starts[unit] += [at + pace * n + 0.1 for n in range(batches)]
            at += life + 0.2
            events.append((unit, "breakdown", at / 24, None, 0.0))
            at += 1.0
            events.append((unit, "maintenance", at / 24, None, 1.0))
            at += 2.0
        starts[unit].append(at)
    return phases_at(starts), event_frame(*events)


def interval_of(tables: dict[str, pl.DataFrame]) -> dict[str, object]:
    rows = tables["finding.replacement_intervals"].filter(event="breakdown", origin="maintenance")
    assert rows.height == 1
    return rows.row(0, named=True)


@pytest.mark.parametrize("scale", ["hours", "batches"])
def test_an_interval_is_told_on_the_scale_that_wears(scale):
    """Where the pace changes from life to life only one scale knows the law, and it is taken."""
    for seed in range(2):
        tables = found_in(*worn_by(scale, seed))
        row = interval_of(tables)
        assert (row["time_scale"], row["scales_compared"]) == (scale, 2)
        assert scale in str(row["scale_reason"])
        truth = SCALE_H if scale == "hours" else 40.0
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
    phases, events = worn_by("hours", 1)
    row = interval_of(found_in(phases, events))
    spells = breakdown_spells(equipment_use(phases), events)
    pace = hours_per_batch(spells)["compression", "maintenance", "whole equipment"]
    assert row["time_per_batch"] == pace
    recorded = events.filter(pl.col("event") == BREAKDOWN).height / phases.height
    assert row["events_per_batch_today"] == pytest.approx(recorded, rel=0.1)
    assert row["breakdowns_recorded"] == 96


def begun_before(seed: int, *, is_renewal_on_record: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Presses built in one of any times before the records, seen from hour 0 until they break.

    Those that broke before are not seen. Records go on for 1,500 hours, a batch every 20.
    """
    rng = np.random.default_rng(seed)
    starts, events = {}, []
    for n in range(400):
        unit, built, life = f"PRS-{n:03d}", -2_500 * rng.random(), SCALE_H * rng.weibull(SHAPE)
        ends = built + life
        if ends <= 1.0:
            continue
        starts[unit] = [20.0 * k for k in range(int(min(ends, 1_500) / 20) + 1)]
        if is_renewal_on_record:
            events.append((unit, "part_change", built / 24, "filter", 0.0))
        if ends < 1_500:
            events.append((unit, "breakdown", ends / 24, "filter", 0.0))
    return phases_at(starts), event_frame(*events)


@pytest.mark.parametrize("seed", [1, 2])
def test_lives_begun_before_the_records_enter_at_their_age_and_recover_the_law(seed):
    """Shape 3: as if new at the first record it comes out near 1.5, below the interval's end."""
    phases, events = begun_before(seed, is_renewal_on_record=True)
    tables = found_in(phases, events)
    row = interval_of_part(tables)
    assert row["time_scale"] == "hours"  # nobody counted the batches before the records
    assert row["lives"] == row["lives_truncated"] == phases["equipment_id"].n_unique()
    assert row["lives_unknown"] == 0
    assert row["shape_low"] < SHAPE < row["shape_high"]
    assert row["scale_low"] < SCALE_H < row["scale_high"]
    assert f"entered at the age known, not as new: {row['lives']:,} lives." in str(row["reason"])
    broken = events.filter(pl.col("event") == BREAKDOWN)["occurred_at"]
    ages = ((broken - START).dt.total_seconds() / 3600).to_numpy()
    still = np.full(phases["equipment_id"].n_unique() - ages.size, 1_500.0)
    exits = np.concatenate([ages, still])
    naive = weibull_fit(Spells(np.zeros(exits.size), exits, exits < 1_500))
    assert naive.shape_high < 2.0
    in_batches = tables["finding.weibull_fits"].filter(
        event="breakdown", origin="part_change", time_scale="batches"
    )
    assert in_batches.select("lives", "lives_unknown").row(0) == (0, row["lives"])


def interval_of_part(tables: dict[str, pl.DataFrame]) -> dict[str, object]:
    rows = tables["finding.replacement_intervals"].filter(event="breakdown", origin="part_change")
    return rows.row(0, named=True)


def test_lives_of_unknown_age_are_left_out_and_counted_not_taken_as_new():
    """The same presses, but of most nobody knows when their filter was put in."""
    phases, events = begun_before(1, is_renewal_on_record=True)
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
    phases, events = begun_before(2, is_renewal_on_record=False)
    tables = found_in(phases, events)
    assert tables["finding.replacement_intervals"].is_empty()
    fits = tables["finding.weibull_fits"]
    assert fits["origin"].unique().to_list() == ["first_record"]
    assert fits["note"].str.contains("a trend over the records, not over an age").all()
