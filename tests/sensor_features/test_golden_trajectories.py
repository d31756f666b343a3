"""The golden trajectory: made of what was known, warped where time says little."""

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from assets.sensor_features import golden
from assets.sensor_features.golden import Envelope, warped_deviation
from assets.sensor_features.registry import STEPS

START = datetime(2024, 1, 5)  # noqa: DTZ001
PROGRESS = np.linspace(0, 1, STEPS)


def trajectories(**changes: Any) -> pl.DataFrame:
    """Twelve batches in January, one in March; the same course but for a level of their own."""
    rows = []
    for number in range(13):
        is_late = number == 12
        course = 50 + 20 * PROGRESS + 0.5 * np.sin(number)
        rows.append(
            {
                "batch_id": f"B{number:02d}",
                "unit_procedure": "drying",
                "phase": "drying",
                "tag": "outlet_c",
                "month": date(2024, 3, 1) if is_late else date(2024, 1, 1),
                "known_at": START + timedelta(days=60 if is_late else number),
                "trajectory": course.tolist(),
                "gap_fraction": 0.0,
                "repeated_instants": 0,
            }
            | (changes if is_late else {})
        )
    return pl.DataFrame(rows)


def batches(**changes: Any) -> pl.DataFrame:
    frame = pl.DataFrame({"batch_id": [f"B{number:02d}" for number in range(13)]})
    described = {
        "product": pl.lit("P"),
        "disposition": pl.lit("released"),
        "dispositioned_at": pl.lit(START + timedelta(days=40)),
    }
    return frame.with_columns(**(described | changes))


def golden_distances(
    rows: pl.DataFrame, described: pl.DataFrame
) -> tuple[pl.DataFrame, list[Envelope]]:
    """Compare all months at once, trajectories in memory."""
    usable = rows.filter(pl.col("trajectory").is_not_null())
    courses = usable["trajectory"].list.to_array(STEPS).to_numpy()
    sets = golden.golden_sets(usable, described)
    return golden.golden_distances(
        usable, [one for month in sets.values() for one in month], lambda at: courses[at]
    )


def last(found: pl.DataFrame) -> dict[str, Any]:
    return found.filter(pl.col("batch_id") == "B12").row(0, named=True)


def test_a_batch_on_the_way_of_good_ones_is_near_and_another_is_far() -> None:
    near, envelopes = golden_distances(trajectories(), batches())
    assert last(near)["golden_distance"] < 2
    assert last(near)["golden_batches"] == 12
    assert [e.month for e in envelopes] == [date(2024, 3, 1)]
    late = (50 + 20 * np.maximum(PROGRESS - 0.3, 0)).tolist()
    far, _ = golden_distances(trajectories(trajectory=late), batches())
    assert last(far)["golden_distance"] > 5
    assert last(far)["golden_deviation_max"] > last(far)["golden_distance"]


def test_only_batches_released_before_the_month_are_good() -> None:
    january, _ = golden_distances(trajectories(), batches())
    assert january.height == 1, "nothing was known when January began"
    unknown = batches(dispositioned_at=pl.lit(START + timedelta(days=100)))
    assert golden_distances(trajectories(), unknown)[0].is_empty()
    rejected = batches(disposition=pl.lit("rejected"))
    assert golden_distances(trajectories(), rejected)[0].is_empty()


def test_later_batches_move_no_history() -> None:
    earlier, _ = golden_distances(trajectories().head(12), batches())
    later, _ = golden_distances(trajectories(), batches())
    assert earlier.is_empty()
    assert set(later["batch_id"]) == {"B12"}


def test_a_product_is_compared_with_itself_where_enough_is_known() -> None:
    number = pl.col("batch_id").str.tail(2).cast(pl.Int64)
    other = pl.when(number < 4).then(pl.lit("Q")).otherwise(pl.lit("P"))
    found, envelopes = golden_distances(trajectories(), batches(product=other))
    assert (last(found)["golden_batches"], envelopes[0].product) == (8, "P")
    few = pl.when(number < 5).then(pl.lit("Q")).otherwise(pl.lit("P"))
    found, envelopes = golden_distances(trajectories(), batches(product=few))
    assert (last(found)["golden_batches"], envelopes[0].product) == (12, None)


def test_a_phase_that_stood_still_is_warped() -> None:
    course = 50 + 20 * np.clip(PROGRESS * 1.1, 0, 1)
    by_progress, _ = golden_distances(trajectories(trajectory=course.tolist()), batches())
    stood = trajectories(trajectory=course.tolist(), gap_fraction=0.2)
    warped, _ = golden_distances(stood, batches())
    assert last(warped)["golden_distance"] < last(by_progress)["golden_distance"]


def test_warping_follows_a_delay_and_no_further_than_its_window() -> None:
    centre, spread = np.zeros(STEPS), np.ones(STEPS)
    centre[10] = 5.0
    delayed = np.roll(centre, 2)
    assert warped_deviation(delayed, centre, spread).max() == pytest.approx(0)
    assert warped_deviation(np.roll(centre, 8), centre, spread).max() == pytest.approx(5)


def test_one_unit_more_of_a_coarse_sensor_is_no_hundred_spreads() -> None:
    number = pl.col("batch_id").str.tail(2).cast(pl.Int64)
    coarse = trajectories().with_columns(
        trajectory=pl.when(number.is_in([3, 12]))
        .then(pl.lit([7.0] * STEPS))
        .otherwise(pl.lit([6.0] * STEPS))
    )
    assert 1 < last(golden_distances(coarse, batches())[0])["golden_distance"] < 30


def test_no_trajectory_and_no_spread_have_no_distance() -> None:
    none = trajectories(trajectory=None)
    assert "B12" not in golden_distances(none, batches())[0]["batch_id"].to_list()
    flat = trajectories().with_columns(trajectory=pl.lit([1.0] * STEPS))
    assert last(golden_distances(flat, batches())[0])["golden_distance"] is None


def test_many_sets_at_once_are_each_set_by_itself() -> None:
    rng = np.random.default_rng(3)
    courses = np.round(rng.normal(50, 5, (200, STEPS)), 1)
    courses[[3, 7]] = np.nan
    none = np.empty(0, np.int64)
    sets = [
        golden.GoldenSet(START.date(), ("u", "p", f"t{n}"), None, rng.permutation(200)[:n], none)
        for n in (8, 9, 31, 60, 7)
    ]
    found = golden.golden_envelopes(sets, lambda at: courses[at])
    assert found[-1] is None, "under eight good batches"
    for one, envelope in zip(sets[:-1], found[:-1], strict=True):
        good = courses[one.good]
        good = good[~np.isnan(good).any(axis=1)]
        centre = np.median(good, axis=0)
        spread = 1.4826 * np.median(np.abs(good - centre), axis=0)
        floor = 0.2 * max(spread.mean(), good.std(axis=0).mean())
        assert envelope is not None
        assert envelope.batches == len(good)
        assert (envelope.centre == centre).all()
        assert (envelope.spread == np.maximum(spread, floor)).all()
