"""What the study of open batches counts, by hand: which alarms came before the cost had doubled."""

import polars as pl

from benchmarks.open_batches_study import (
    _at_best,
    _in_time,
    failing_batches,
    flagged_at_any_gate,
    flagged_at_last_gate,
    sunk_cost_usd,
)
from data_contracts.assumptions import load_built_in


def test_an_alarm_is_in_time_while_less_than_twice_the_cost_of_the_origin_is_sunk() -> None:
    """Origin at 2, where 10 are sunk: gate 3 (15) is in time, gate 4 (20) is not."""
    sunk = {1: 0.0, 2: 10.0, 3: 15.0, 4: 20.0, 5: 30.0, 6: 40.0, 7: 50.0}
    failed = [
        (batch, outcome, True) for batch in ("B1", "B2", "B3") for outcome in ("failure", "m")
    ]
    outcomes = pl.DataFrame(
        [*failed, ("B4", "failure", False), ("B4", "m", False), ("B9", "failure", True)],
        schema=["batch_id", "outcome", "is_failure"], orient="row",
    )  # fmt: skip
    alarms = [("B1", 3), ("B1", 4), ("B2", 4), ("B4", 3), ("B9", 3)]
    findings = pl.DataFrame(
        [(batch, gate, True) for batch, gate in alarms] + [("B3", 3, False)],
        schema=["batch_id", "gate", "is_alarm"], orient="row",
    )  # fmt: skip
    failing = failing_batches(outcomes, pl.Series(["B1", "B2", "B3", "B4"]))
    assert failing == {"B1", "B2", "B3"}
    assert flagged_at_any_gate(findings) & failing == {"B1", "B2"}
    assert flagged_at_last_gate(findings) == 4
    assert _in_time(outcomes, failing, findings, sunk, {"m": 2}) == 1


def test_whoever_knows_the_true_risk_is_counted_by_hand() -> None:
    """Of twenty batches the fifth and the first by risk fail: the first alone is in a twentieth."""
    late = pl.Series([f"B{place}" for place in range(1, 21)])
    risk = {batch: 1 - place / 20 for place, batch in enumerate(late)}
    assert _at_best(risk, late, {"B1", "B5"}, 5) == {
        "oracle_caught": 2, "oracle_in_budget": 1, "oracle_flags_for_half": 1,
    }  # fmt: skip
    assert _at_best(risk, late, set(), 5)["oracle_flags_for_half"] == 0


def test_cost_is_sunk_gate_by_gate() -> None:
    sunk = sunk_cost_usd(load_built_in("tablets"))
    assert list(sunk) == [1, 2, 3, 4, 5, 6, 7]
    assert list(sunk.values()) == sorted(sunk.values())
    assert sunk[7] > sunk[1]
