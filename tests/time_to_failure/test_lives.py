"""Lives from records: what starts a clock, what ends a spell, what is not known."""

import polars as pl
import pytest

from assets.time_to_failure.lives.equipment_use import equipment_use
from assets.time_to_failure.lives.failed_batches import batches_of_lives, failure_spells, merged
from assets.time_to_failure.lives.lives import WHOLE, breakdown_spells
from assets.time_to_failure.lives.strata import breakdown_strata, failure_strata, is_season_locked
from data_contracts.catalogue import contract
from tests.time_to_failure.conftest import OUTCOMES, event_frame, phase_frame


def spells_since(phases, events, origin="maintenance"):
    return breakdown_spells(equipment_use(phases), events).filter(pl.col("origin") == origin)


def test_lives_of_a_press_by_hand(floor):
    rows = spells_since(*floor).select(
        "life", "ended_by", "entry_batches", "exit_batches", "entry_h", "exit_h", "part"
    )
    assert rows.rows() == [
        # before the first maintenance the age is unknown
        (0, "renewal", None, None, None, None, "turret"),
        # maintained until day 2.0: batches of days 2, 3 and 4, broken down at 4.5
        (1, "breakdown", 0.0, 3.0, 0.0, 60.0, "turret"),
        # repaired until day 4.75: days 5, 6 and 7, maintained again at 7.5
        (2, "renewal", 0.0, 3.0, 0.0, 66.0, "turret"),
        # from day 7.75: days 8 and 9, and then the records end with the last batch, 9 d 4 h
        (3, "end_of_records", 0.0, 2.0, 0.0, pytest.approx(34.0), "turret"),
    ]


def test_the_clock_of_recurrent_breakdowns_is_never_set_back(floor):
    phases, events = floor
    rows = spells_since(phases, events, "first_record")
    assert rows.select("ended_by", "entry_batches", "exit_batches").rows() == [
        ("breakdown", 0.0, 5.0),
        ("end_of_records", 5.0, 10.0),
    ]


def test_a_repair_without_renewal_lets_the_clock_run_on():
    events = event_frame(
        ("PRS-1", "maintenance", 0.5, None, 0.0), ("PRS-1", "breakdown", 3.5, None, 0.0)
    )
    rows = spells_since(phase_frame([float(n) for n in range(7)]), events)
    assert rows.select("ended_by", "entry_batches", "exit_batches").rows()[1:] == [
        ("breakdown", 0.0, 3.0),
        ("end_of_records", 3.0, 6.0),
    ]


def test_equipment_maintained_before_the_records_enters_at_its_age():
    events = event_frame(("PRS-1", "maintenance", -10.0, None, 0.0))
    phases = phase_frame([0.0, 1.0, 2.0])
    (row,) = spells_since(phases, events).iter_rows(named=True)
    assert (row["entry_h"], row["entry_batches"]) == (240.0, None)
    by_scale = {each.time_scale: each for each in breakdown_strata(spells_since(phases, events))}
    assert (by_scale["hours"].lives, by_scale["hours"].lives_truncated) == (1, 1)
    assert (by_scale["batches"].lives, by_scale["batches"].lives_unknown) == (0, 1)


def test_a_breakdown_before_the_first_batch_ends_above_its_entry():
    events = event_frame(
        ("PRS-1", "maintenance", 0.5, None, 0.0), ("PRS-1", "breakdown", 0.6, None, 0.0)
    )
    rows = spells_since(phase_frame([0.0, 1.0, 2.0]), events)
    assert rows.filter(pl.col("ended_by") == "breakdown").select(
        "entry_batches", "exit_batches"
    ).row(0) == (0.0, 0.5)


def test_parts_have_their_own_lives_and_an_unnamed_event_concerns_all_of_them():
    events = event_frame(
        ("PRS-1", "maintenance", 1.5, "turret", 0.0),
        ("PRS-1", "maintenance", 2.5, "feeder", 0.0),
        ("PRS-1", "maintenance", 4.5, None, 0.0),
        ("PRS-1", "breakdown", 6.5, "feeder", 0.0),
    )
    rows = spells_since(phase_frame([float(n) for n in range(9)]), events)
    renewed = rows.filter(pl.col("life") > 0).group_by("part").len().sort("part").rows()
    assert renewed == [("feeder", 3), ("turret", 2)]  # the breakdown cuts the feeder's last life
    assert rows.filter(pl.col("ended_by") == "breakdown")["part"].to_list() == ["feeder"]


def test_failed_batches_by_age(floor):
    phases, events = floor
    use = equipment_use(phases)
    spells = breakdown_spells(use, events)
    batches = batches_of_lives(spells, use)
    assert batches["exit_batches"].to_list() == [1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 2.0]
    outcomes = pl.DataFrame(
        [
            (name, "failure", None if n == 8 else n in (3, 6))
            for n, name in enumerate(phases["batch_id"])
        ],
        schema=OUTCOMES,
        orient="row",
    )
    failures = failure_spells(batches, outcomes)
    rows = merged(failures).select("life", "entry_batches", "exit_batches", "is_event")
    assert rows.rows() == [
        (1, 0.0, 2.0, True),
        (1, 2.0, 3.0, False),
        (2, 0.0, 2.0, True),
        (2, 2.0, 3.0, False),
        (3, 1.0, 2.0, False),  # the result of the batch before is still pending
    ]
    by_scale = {each.time_scale: each.risk for each in failure_strata(failures, spells)}
    assert by_scale["batches"].events == 2
    assert by_scale["batches"].exposure == 7.0


def test_renewals_by_the_calendar_are_told_from_those_by_use():
    half_years = pl.Series([f"20{y}-0{m}-15" for y in (20, 21, 22) for m in (1, 7)])
    assert is_season_locked(half_years.str.to_datetime())
    scattered = pl.Series(["2020-01-15", "2020-03-02", "2020-04-20", "2020-06-30", "2020-10-05"])
    assert not is_season_locked(scattered.str.to_datetime())
    assert not is_season_locked(pl.Series([], dtype=pl.Datetime("us")))


def test_two_parts_changed_at_one_instant_have_a_life_each():
    """Punches and dies changed on day 2, dies alone on day 5; the press breaks once, on day 6."""
    events = event_frame(
        ("PRS-1", "part_change", 1.5, "punches", 0.0),
        ("PRS-1", "part_change", 1.5, "dies", 6.0),
        ("PRS-1", "part_change", 4.5, "dies", 0.0),
        ("PRS-1", "breakdown", 5.5, "punches", 0.0),
        ("PRS-1", "breakdown", 5.5, "dies", 0.0),
    )
    phases = phase_frame([float(n) for n in range(8)])
    rows = spells_since(phases, events, "part_change").select(
        "part", "life", "ended_by", "exit_batches", "exit_h"
    )
    assert rows.rows() == [
        ("dies", 0, "renewal", None, None),
        ("dies", 1, "renewal", 3.0, 66.0),  # from day 1.75, when the dies were in
        ("dies", 2, "breakdown", 1.0, 24.0),
        ("dies", 2, "end_of_records", 3.0, pytest.approx(64.0)),
        ("punches", 0, "renewal", None, None),
        ("punches", 1, "breakdown", 4.0, 96.0),
        ("punches", 1, "end_of_records", 6.0, pytest.approx(136.0)),
    ]
    whole = spells_since(phases, events, "first_record")
    assert whole["ended_by"].to_list() == ["breakdown", "end_of_records"]


def test_an_event_that_names_no_part_stands_as_the_contract_writes_it():
    assert contract("core.equipment_events").column("part").default == WHOLE
