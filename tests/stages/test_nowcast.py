"""The final count of failures, foretold from what was known at a date."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from assets.stages.release.nowcast import nowcast
from assets.stages.release.open_batches import (
    BatchWaits,
    final_failures,
    shortest_interval,
)
from benchmarks.studies.nowcast_plants import month_marks
from data_contracts.tables import table

START = datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def plant(count, *, decided_after, open_from):
    """A batch a day; every twentieth is rejected, 40 days later than the others are released."""
    rows = []
    for i in range(count):
        fails = i % 20 == 19
        ended = START + timedelta(days=i)
        decided = ended + timedelta(days=decided_after + 40 * fails)
        is_open = decided > START + timedelta(days=open_from)
        rows.append(
            {
                "batch_id": f"B{i:03d}", "production_order": i + 1, "cluster_id": f"B{i:03d}",
                "ended_at": ended, "dispositioned_at": None if is_open else decided,
                "disposition": "pending" if is_open else "rejected" if fails else "released",
            }
        )  # fmt: skip
    return table("core.batches", rows)


def test_nowcast_takes_batches_open_too_long_for_failures():
    """On day 180 two batches wait longer than any good one ever did."""
    found = nowcast(plant(180, decided_after=10, open_from=180), seed=1)
    may, june = (
        found.filter(what="failures", month_start=START.replace(month=m)).row(0, named=True)
        for m in (5, 6)
    )
    # ended 18 May (day 139): decided on day 189; 159 and 179 are of June
    assert (may["known"], may["still_open"]) == (0, 1)
    # 0.86 is less than nine draws of ten: neither end may be left out
    assert may["expected"] == pytest.approx(0.864, abs=0.001)
    assert (may["low"], may["high"]) == (0, 1)
    assert june["low"] <= 2 <= june["high"]
    released = found.filter(what="releases", month_start=START.replace(month=5)).row(0, named=True)
    assert released["expected"] + may["expected"] == pytest.approx(31)


def test_nowcast_leaves_out_batches_decided_nobody_knows_when():
    """A released batch whose date is lost does not wait longer and longer."""
    whole = plant(180, decided_after=10, open_from=180)
    is_lost = pl.col("batch_id").is_in(["B140", "B141", "B142"])
    lost = whole.with_columns(dispositioned_at=pl.when(~is_lost).then("dispositioned_at"))
    assert nowcast(lost, seed=1).equals(nowcast(whole.filter(~is_lost), seed=1))


def test_by_delay_is_not_told_where_no_older_failure_was_decided_so_soon():
    ended = np.arange(60.0)
    decided, is_failure = ended + 5, np.isin(ended, [10, 40])
    decided[10], decided[40] = 50.0, 50.0  # after 40 days and after 10
    waits = BatchWaits.as_known(ended, decided, is_failure, np.arange(60), 60.0)
    found = final_failures(waits, ended >= 30, seed=1)
    assert found is not None
    assert (found.known, found.by_delay) == (1, None)


def test_nowcast_of_few_decided_batches_foretells_nothing():
    found = nowcast(plant(25, decided_after=10, open_from=25), seed=1)
    assert found["expected"].null_count() == found.height == 2


def test_nowcast_without_instants_has_no_row():
    assert nowcast(table("core.batches"), seed=1).is_empty()


def test_the_shortest_interval_of_draws():
    counts = np.array([0] * 60 + [1] * 31 + [5] * 9)
    assert shortest_interval(counts, 0.9) == (0, 1)


def test_months_of_three_foreign_plants_hold():
    """A smoke of the study; its hundred months are on record."""
    rows = [row for seed in (1, 2, 3) for row in month_marks("foreign", seed)]
    assert sum(row["is_inside"] for row in rows) >= 11  # of 15, nominal 90%
