"""When a kept model may raise no alarms: age, drift, calibration, budget, approval."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import cast

import numpy as np
import polars as pl
import pytest

from assets.failure_models.scoring.frozen_model import FrozenModel
from assets.failure_models.scoring.model_standing import (
    StandingEvidence,
    _replaced,
    age_days,
    stop_reason,
    watched,
)
from assets.run_settings import ModelLimits

LIMITS = ModelLimits()
START = datetime.fromisoformat("2026-01-01")
STEADY = StandingEvidence(
    drift=0.4, relation=0.1, results=0.2, calibration=1.0, budget=1.0, scored=90, known=80
)


def said(prob: np.ndarray, failed: np.ndarray, alarm: np.ndarray | None = None) -> pl.DataFrame:
    """Forecasts with their results, in lots of five."""
    count = prob.size
    return pl.DataFrame(
        {
            "entry": np.arange(count),
            "cluster": np.arange(count) // 5,
            "failure_prob": prob,
            "expected_margin": np.zeros(count),
            "margin": np.random.default_rng(9).normal(size=count),
            "is_alarm": np.zeros(count, dtype=bool) if alarm is None else alarm,
            "alarm_budget": 0.05,
            "is_failure": failed,
            "known_at": [START + timedelta(days=i) for i in range(count)],
        }
    )


@pytest.fixture(scope="module")
def tried() -> pl.DataFrame:
    prob = np.random.default_rng(1).beta(1, 20, 100)
    return said(prob, np.zeros(100, dtype=bool))


def fresh(seed: int, count: int = 100) -> np.ndarray:
    return np.random.default_rng(seed).beta(1, 20, count)


def test_a_steady_model_is_in_force(tried: pl.DataFrame) -> None:
    prob = fresh(2)
    came = np.random.default_rng(3).random(100) < prob
    seen = watched(said(prob, came), tried, LIMITS, 1)
    assert stop_reason(seen, 100.0, LIMITS) is None
    assert (seen.scored, seen.known) == (100, 100)


def test_age_alone_stops_it() -> None:
    assert stop_reason(STEADY, 400.0, LIMITS) is None
    assert stop_reason(STEADY, 401.0, LIMITS) == "it is 401 days old, and 400 are allowed"


def test_age_is_by_batches_else_by_the_clock() -> None:
    """Fitted on a batch of 1 January and asked 30 days on; else kept for 450 days by the clock."""
    model = SimpleNamespace(gate=5, numbers={"fitted_on": ["B1", "B2"]})
    gates = pl.DataFrame(
        {"batch_id": ["B1", "B2", "B3"], "gate": 5}
        | {"gate_at": [START - timedelta(days=9), START, START + timedelta(days=20)]}
    )
    now = START + timedelta(days=450)

    def age(gates: pl.DataFrame, as_of: datetime | None) -> dict[str, object]:
        return age_days(cast(FrozenModel, model), gates, as_of, START, now)

    assert age(gates, START + timedelta(days=30)) == {"age_days": 30.0, "first_kept_at": None}
    undated = gates.with_columns(gate_at=pl.lit(None, pl.Datetime))
    by_clock = {"age_days": 450.0, "first_kept_at": START}
    assert age(undated, None) == age(undated, now) == by_clock
    assert "it is 450 days old" in str(stop_reason(STEADY, 450.0, LIMITS))


def test_scores_from_elsewhere_stop_it(tried: pl.DataFrame) -> None:
    seen = watched(said(np.minimum(fresh(4) * 8, 0.9), np.zeros(100, bool)), tried, LIMITS, 1)
    assert "(drift:" in str(stop_reason(seen, 1.0, LIMITS))


def test_results_that_no_longer_follow_what_it_expects_stop_it() -> None:
    """What an input does to the margin grows, while inputs, mean and alarms are as they were."""
    rng = np.random.default_rng(7)

    def judged(slope: float) -> pl.DataFrame:
        expected, noise = rng.normal(size=(2, 200))
        frame = said(np.full(200, 0.05), np.zeros(200, bool))
        return frame.with_columns(
            expected_margin=pl.Series(expected), margin=pl.Series(slope * expected + noise)
        )

    before, as_before, steeper = judged(1.0), judged(1.0), judged(1.8)
    assert stop_reason(watched(as_before, before, LIMITS, 1), 1.0, LIMITS) is None
    reason = str(stop_reason(watched(steeper, before, LIMITS, 1), 1.0, LIMITS))
    assert "results no longer follow what it expects" in reason
    assert "(relation:" in reason


def test_failures_that_were_not_foretold_stop_it(tried: pl.DataFrame) -> None:
    seen = watched(said(fresh(5), np.arange(100) % 4 == 0), tried, LIMITS, 1)
    assert "(calibration: evidence" in str(stop_reason(seen, 1.0, LIMITS))


def test_alarms_far_beyond_the_budget_stop_it(tried: pl.DataFrame) -> None:
    alarm = np.arange(100) % 10 < 6
    seen = watched(said(fresh(6), np.zeros(100, bool), alarm), tried, LIMITS, 1)
    assert "(alarm budget: evidence" in str(stop_reason(seen, 1.0, LIMITS))


def test_nothing_said_yet_is_nothing_against_it(tried: pl.DataFrame) -> None:
    seen = watched(tried.head(0), tried, LIMITS, 1)
    assert stop_reason(seen, 1.0, LIMITS) is None


def test_only_a_stopped_version_makes_its_successor_wait() -> None:
    row = {"replaces": None, "reason": "old"}
    old = {("f", 5, "m-1"): row | {"model_version": "m-1", "state": "stopped"}}
    assert _replaced(old, ("f", 5), "m-2") == old["f", 5, "m-1"]
    assert _replaced(old, ("f", 4), "m-2") is None
    fine = {("f", 5, "m-1"): row | {"model_version": "m-1", "state": "in_force"}}
    assert _replaced(fine, ("f", 5), "m-2") is None
    approved = old | {("f", 5, "m-2"): row | {"model_version": "m-2", "state": "in_force"}}
    assert _replaced(approved, ("f", 5), "m-2") is None
