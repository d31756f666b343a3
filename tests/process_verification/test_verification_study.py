"""The study on three plants: a promise kept through the product's own tables, an onset found."""

import numpy as np
import polars as pl

from assets.process_verification.charting.chart_points import chart_points
from assets.process_verification.verification import drawn_charts
from assets.statistics.charts.run_length.alarm_budget import promised_band
from benchmarks.studies.chart_plants import MONTHS, in_control
from benchmarks.studies.verified_plants import PLANTED, plan_of, records_of
from benchmarks.verification_study import power_row


def test_three_small_plants_keep_their_promise_and_nelsons_rules_do_not() -> None:
    signals = ruled = 0
    for seed in (1, 2, 3):
        records = records_of(in_control("skewed", np.random.default_rng([8, seed]), 20))
        plan = plan_of(records)
        assert plan.filter(pl.col("standing") == "charted").height == 20
        points = chart_points(drawn_charts(records, plan)).filter(pl.col("phase") == "II")
        signals += points.filter(pl.col("signal").is_not_null()).height
        ruled += points.filter(pl.col("rules").is_not_null()).height
    low, high = promised_band(3 * MONTHS, overdispersion=1.5)
    assert low <= signals <= high
    assert ruled > 10 * 3 * MONTHS


def test_planted_changes_are_found_with_their_beginning() -> None:
    rows = [power_row(kind, seed) for kind in PLANTED for seed in (1, 2, 3, 4)]
    found = [row for row in rows if row["delay"] is not None]
    assert len(found) >= 8
    assert sum(bool(row["is_held"]) for row in found) >= len(found) - 3
