"""Phases united into their unit procedure: against the statistics of all readings together."""

import numpy as np
import polars as pl
import pytest

from assets.gate_features.observed.phase_union import over_unit_procedures
from assets.gate_features.observed.sensors import sensor_features, statistic_columns


def phase_row(name, readings, known_at, **statistics):
    return {
        "batch_id": "B1",
        "stage": 3,
        "unit_procedure": "granulation",
        "phase": name,
        "tag": "impeller_power_kw",
        "unit": "kW",
        "readings": len(readings),
        "mean": float(np.mean(readings)),
        "sd": float(np.std(readings, ddof=1)),
        "minimum": float(np.min(readings)),
        "maximum": float(np.max(readings)),
        "median": float(np.median(readings)),
        "first": readings[0],
        "last": readings[-1],
        "month": known_at.date().replace(day=1),
        "known_at": known_at,
        **statistics,
    }


@pytest.fixture
def phases(table, hours):
    dry, wet = [1.0, 2.0, 3.0], [10.0, 14.0, 12.0, 18.0, 16.0]
    return table(
        "feature.sensor_phase_features",
        phase_row(
            "wet_mass", wet, hours(3), time_outside_nor_h=0.25, gap_fraction=0.3, duration_h=1.0
        ),
        phase_row(
            "dry_mix", dry, hours(1), time_outside_nor_h=0.5, gap_fraction=0.0, duration_h=0.5
        ),
    ), dry + wet


def test_what_composes_equals_the_statistics_of_all_readings(phases, hours):
    frame, readings = phases
    united = over_unit_procedures(frame, statistic_columns()).to_dicts()[0]
    assert united["mean"] == pytest.approx(np.mean(readings))
    assert united["sd"] == pytest.approx(np.std(readings, ddof=1))
    assert (united["minimum"], united["maximum"]) == (1.0, 18.0)
    assert (united["first"], united["last"]) == (1.0, 16.0)
    assert united["time_outside_nor_h"] == pytest.approx(0.75)
    assert united["gap_fraction"] == pytest.approx(0.2)  # 0.3 h of 1.5 h
    assert united["known_at"] == hours(3)
    assert united["area_outside_nor"] is None


def test_what_does_not_compose_is_that_of_the_phase_with_most_readings(phases):
    united = over_unit_procedures(phases[0], statistic_columns()).to_dicts()[0]
    assert united["median"] == 14.0


def test_a_tag_of_two_phases_is_one_series_of_features(phases, table, gates):
    built = sensor_features(phases[0], table("core.sensor_tags"))
    means = built.values.filter(pl.col("feature") == "sensor.granulation.impeller_power_kw.mean")
    assert means.height == 1
