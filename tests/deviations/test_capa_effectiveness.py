"""Corrective actions as interrupted series: intervals cover, runs of bad luck are not success."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from assets.deviations.capa_effectiveness import capa_effectiveness
from assets.deviations.interrupted_series import Series, rate_change
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform, empty

START = datetime(2021, 1, 1, tzinfo=UTC).replace(tzinfo=None)
DAY = timedelta(days=1)


def _series(draws, ratio, spread):
    """Thirty months before and twenty after; the variance is ``spread`` times the mean."""
    period = np.arange(-30.0, 20.0)
    exposure = draws.integers(10, 25, period.size).astype(float)
    mean = exposure * 0.25 * np.where(period >= 0, ratio, 1.0)
    if spread > 1:
        mean = draws.gamma(mean / (spread - 1), spread - 1)
    return Series(period, draws.poisson(mean).astype(float), exposure)


@pytest.mark.parametrize("spread", [1.0, 2.5])
def test_the_interval_covers_with_and_without_overdispersion(spread):
    draws, covered = np.random.default_rng(11), 0
    for _ in range(200):
        change = rate_change(_series(draws, 0.5, spread))
        covered += change.low <= 0.5 <= change.high
    # The dispersion is never taken below one, so without overdispersion the interval may be wider.
    assert 181 <= covered <= (200 if spread == 1.0 else 197)


def test_few_events_are_counted_exactly():
    change = rate_change(Series(np.arange(-4.0, 4.0), np.array([1, 0, 1, 0, 0, 0, 0, 0.0]),
                                np.full(8, 10.0)))  # fmt: skip
    assert (change.method, change.ratio, change.low) == ("counts", 0.0, 0.0)
    assert change.high > 1


@pytest.mark.parametrize("counts", [[0, 0, 0, 0, 0, 0], [1, 2]])
def test_nothing_to_compare_is_no_number(counts):
    period = np.arange(len(counts)) - len(counts) // 2
    series = Series(period.astype(float), np.array(counts, float), np.ones(len(counts)))
    assert rate_change(series).method == "none"


def _plant(days, capa_days):
    batches = pl.DataFrame(
        {
            "batch_id": [f"B{i}" for i in range(900)],
            "production_order": range(900),
            "started_at": [START + DAY * 2 * i for i in range(900)],
            "cluster_id": "x",
        }
    )
    deviations = pl.DataFrame(
        {
            "deviation_id": [f"D{i}" for i in range(len(days))],
            "category": "jam",
            "severity": "minor",
            "capa_id": ["C1" if i == 0 else None for i in range(len(days))],
            "description": "Press jammed",
            "opened_at": [START + DAY * float(d) for d in days],
        },
        schema_overrides={"capa_id": pl.String},
    )
    opened, effective = capa_days
    capas = pl.DataFrame(
        {
            "capa_id": ["C1", "C2"],
            "title": ["Reduce jams", "Unused"],
            "opened_at": [START + DAY * opened] * 2,
            "effective_at": [START + DAY * effective if effective else None] * 2,
            "description": "",
        },
        schema_overrides={"effective_at": pl.Datetime("us")},
    )
    named = {"capas": capas, "deviations": deviations, "batches": batches}
    return {name: conform(frame, contract(f"core.{name}")) for name, frame in named.items()}


def test_an_action_that_worked_is_shown():
    draws = np.random.default_rng(2)
    days = [*draws.uniform(0, 900, 120), *draws.uniform(960, 1790, 15)]
    rows = capa_effectiveness(**_plant(days, (900, 960)))
    conform(rows, contract("finding.capa_effectiveness"))
    worked, unnamed = rows.rows(named=True)
    assert worked["verdict"] == "fewer_after"
    assert worked["ratio_high"] < 1
    assert "regression to the mean" in worked["reason"]
    assert unnamed["verdict"] == "too_short"
    assert "names this action" in unnamed["reason"]


def test_a_run_that_ended_by_itself_is_no_success():
    draws = np.random.default_rng(5)
    days = [*draws.uniform(0, 810, 12), *draws.uniform(810, 900, 14), *draws.uniform(960, 1790, 12)]
    row = capa_effectiveness(**_plant(days, (900, 960))).row(0, named=True)
    assert row["verdict"] == "no_change_shown"
    assert row["ratio"] < row["ratio_without_run_up"]


def test_an_action_filed_after_it_took_effect_counts_no_deviation_twice():
    days = np.random.default_rng(6).uniform(0, 1790, 100)
    row = capa_effectiveness(**_plant(days, (1200, 600))).row(0, named=True)
    assert 90 <= row["deviations_before"] + row["deviations_after"] <= 100
    assert row["batches_before"] + row["batches_after"] <= 900


def test_an_action_not_in_force_and_no_actions_at_all():
    rows = capa_effectiveness(**_plant([1.0, 2.0], (900, None)))
    assert rows["verdict"].to_list() == ["not_in_force", "too_short"]
    tables = {name: empty(contract(f"core.{name}")) for name in ("capas", "deviations", "batches")}
    assert capa_effectiveness(**tables).is_empty()
