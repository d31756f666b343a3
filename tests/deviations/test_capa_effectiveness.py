"""Corrective actions: those that worked are shown, runs of bad luck are not success."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from assets.deviations.capa_effectiveness import capa_effectiveness
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform, empty

START = datetime(2021, 1, 1, tzinfo=UTC).replace(tzinfo=None)
DAY = timedelta(days=1)


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
