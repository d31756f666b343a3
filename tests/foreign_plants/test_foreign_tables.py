"""The foreign tables are what their kinds promise, and their truth is the one enumerated."""

from pathlib import Path

import numpy as np
import pytest

from assets.sources.inspection import inspect_source
from benchmarks.foreign_plants.kinds import KINDS, foreign_table
from benchmarks.foreign_plants.sources import write_source
from benchmarks.foreign_plants.table import Parameter, expected_auc
from data_contracts.profile import load_profile

SHARES = dict.fromkeys(KINDS, (0.025, 0.075))


def recorded(table):
    return {each.name: each.values for each in table.parameters}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_keeps_its_promises(kind):
    table = foreign_table(kind, 3)
    columns = len(table.parameters) + len(table.categories)
    assert 600 <= table.batches <= 1000
    assert 15 <= columns <= 46
    low, high = SHARES[kind]
    assert low < float(table.risk(recorded(table)).mean()) < high
    assert {*table.causes, *table.inert, *table.copies} <= {
        *(each.name for each in table.parameters),
        *table.categories,
    }
    again = foreign_table(kind, 3)
    assert np.array_equal(table.result, again.result)
    assert np.array_equal(table.rejected, again.rejected)


@pytest.mark.parametrize("kind", ["linear", "u_shape", "regime", "interaction", "heavy_tails"])
def test_a_cause_has_the_oracle_auc_asked_for(kind):
    for seed in (1, 2, 3):
        assert 0.79 < foreign_table(kind, seed).oracle_auc < 0.91


def test_what_acts_on_nothing_prevents_nothing():
    table = foreign_table("early_reading", 1)
    (inert,), (cause,) = table.inert, table.causes
    middle = np.quantile(table.parameter(inert).values, [0.2, 0.8])
    assert table.prevented(inert, *middle) == 0.0
    low, high = np.quantile(table.parameter(cause).values, [0.0, 0.8])
    assert table.prevented(cause, low, high) > 0.0


def test_prevented_failures_are_those_of_a_redraw():
    """By redrawing the noise 4,000 times the failures prevented come out as enumerated."""
    table = foreign_table("linear", 2)
    (cause,) = table.causes
    column = table.parameter(cause)
    sign = 1 if np.corrcoef(column.values, table.result)[0, 1] < 0 else -1
    cut = float(np.quantile(column.values, 0.8 if sign > 0 else 0.2))
    window = (-np.inf, cut) if sign > 0 else (cut, np.inf)
    z = (column.values - column.values.mean()) / column.values.std()
    held = (column.held(*window) - column.values.mean()) / column.values.std()
    slope = np.polyfit(z, table.result, 1)[0]
    rng = np.random.default_rng(0)
    noise = 1.5 * rng.normal(size=(4000, table.batches))
    before = (100 + slope * z + noise < table.spec_low).mean()
    after = (100 + slope * held + noise < table.spec_low).mean()
    assert table.prevented(cause, *window) == pytest.approx(before - after, abs=0.006)


def test_held_values_keep_their_rank_and_stay_inside():
    values = np.array([-3.0, -1.0, 0.0, 1.0, 3.0])
    column = Parameter("x", 3, values, np.zeros(5), 1.0)
    held = column.held(-1.0, 1.0)
    assert (np.diff(held) > 0).all()
    assert held.min() > -1.0
    assert held.max() < 1.0
    assert held[2] == pytest.approx(0.0)
    assert np.allclose(column.held(-np.inf, np.inf), values)


def test_expected_auc_of_a_true_risk():
    assert expected_auc(np.full(10, 0.3)) == 0.5
    # One batch fails surely, one never: every pair is ordered.
    assert expected_auc(np.array([0.0, 1.0])) == 1.0
    risk = np.array([0.1, 0.6])
    ordered, reverse = 0.6 * 0.9, 0.1 * 0.4
    assert expected_auc(risk) == pytest.approx(ordered / (ordered + reverse))


def test_a_foreign_source_is_accepted_whole(tmp_path: Path):
    for kind in ("confounded_by_lots", "missing_not_at_random"):
        folder = tmp_path / kind
        profile = load_profile(str(write_source(foreign_table(kind, 2), folder)))
        report = inspect_source(profile, folder)
        assert report.is_acceptable
        assert sum(table.quarantined for table in report.tables) == 0
