"""Holds between two steps: how long, who failed, and whether longer holds fail more often."""

from datetime import timedelta

import polars as pl
import pytest

from assets.time_to_failure.curves.hold_times import hold_times
from data_contracts.tables import table
from tests.time_to_failure.conftest import PHASES, day

BATCHES = 80


def held(failed):
    """Blended for an hour, held for 1, 2, ... hours, compressed; every batch its own campaign."""
    rows, names = [], [f"B{n:02d}" for n in range(BATCHES)]
    for n, name in enumerate(names):
        pressed = day(n) + timedelta(hours=2 + n)
        steps = (("blending", day(n)), ("compression", pressed))
        rows += [
            (name, 3, step, "run", None, None, at, at + timedelta(hours=1)) for step, at in steps
        ]
    outcomes = pl.DataFrame({"batch_id": names, "outcome": "failure"}).with_columns(
        is_failure=pl.Series([n in failed for n in range(BATCHES)])
    )
    batches = pl.DataFrame({"batch_id": names}).with_columns(campaign_id=pl.lit(None, pl.String))
    return hold_times(pl.DataFrame(rows, schema=PHASES, orient="row"), outcomes, batches)


def test_hold_times_count_the_quarter_held_longest():
    """Of the 20 held longest 10 failed, of the 60 others 3."""
    (row,) = held({*range(60, 80, 2), 5, 25, 45}).rows(named=True)
    assert (row["hold"], row["batches"], row["failures"]) == ("blending to compression", 80, 13)
    assert row["median_h"] == pytest.approx(40.5)
    assert row["failure_share_longest_quarter"] == 0.5
    assert row["failure_share_others"] == 0.05
    assert row["share_difference"] == pytest.approx(0.45)
    assert row["verdict"] == "longer_is_riskier"
    assert row["hazard_ratio_per_doubling"] == pytest.approx(2 ** row["shape"])
    assert row["p_adjusted"] == row["p_value"]


def test_hold_times_without_enough_failures_are_a_sentence():
    (row,) = held({79}).rows(named=True)
    assert row["verdict"] == "too_few_events"
    assert row["shape"] is None
    assert row["reason"].startswith("1 failures among 80 batches")


def test_no_phases_make_no_rows():
    phases, outcomes, batches = map(table, ("core.phases", "core.outcomes", "core.batches"))
    assert hold_times(phases, outcomes, batches).is_empty()
