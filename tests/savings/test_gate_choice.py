"""Choosing a gate: what is priced comes from blocks the choice had not seen."""

import numpy as np
import polars as pl
import pytest

from assets.savings.business_case import business_case
from assets.savings.levers.gate_choice import forward_choice, net_usd
from assets.savings.records.alarm_evidence import AlarmCounts, AlarmEvidence

GATES = (3, 4)


def _evidence(counts: dict[int, list[tuple[int, int, int, int]]]) -> AlarmEvidence:
    """Evidence from (failures, detected, good, false) per gate and block."""
    periods = {
        ("failure", gate): {
            fold: AlarmCounts("failure", gate, *row) for fold, row in enumerate(rows, start=2)
        }
        for gate, rows in counts.items()
    }
    return AlarmEvidence({}, periods)


def test_counts_of_the_chosen_gate_come_from_later_blocks(assumptions):
    """Gate 3 leads after the first block and fails after it; gate 4 takes over, one block late."""
    evidence = _evidence(
        {
            3: [(4, 4, 60, 3), (4, 0, 60, 40), (4, 0, 60, 40)],
            4: [(4, 0, 60, 3), (4, 3, 60, 3), (4, 2, 60, 3)],
        }
    )
    alert = assumptions.levers[0]
    choice = forward_choice(assumptions, alert, evidence, "failure", GATES, 4)
    assert choice.alarms == AlarmCounts("failure", 4, 8, 2, 120, 43)
    assert "gate 3 in 1 block, then gate 4 in 1 block" in choice.sentence


def test_nothing_to_choose_with_one_gate_or_one_block(assumptions):
    alert = assumptions.levers[0]
    one_block = _evidence({3: [(4, 2, 60, 3)], 4: [(4, 2, 60, 3)]})
    assert forward_choice(assumptions, alert, one_block, "failure", GATES, 4).alarms is None
    three = _evidence({3: [(4, 2, 60, 3)] * 3})
    assert forward_choice(assumptions, alert, three, "failure", (3,), 3).alarms is None


def test_without_a_failure_in_unseen_blocks_nothing_is_priced(assumptions):
    """All failures lie in the block the choice was made on: their counts would flatter it."""
    evidence = _evidence(
        {
            3: [(4, 4, 60, 3), (0, 0, 60, 3), (0, 0, 60, 3)],
            4: [(4, 1, 60, 3), (0, 0, 60, 3), (0, 0, 60, 3)],
        }
    )
    choice = forward_choice(assumptions, assumptions.levers[0], evidence, "failure", GATES, 3)
    assert choice.alarms is None
    assert "no batch failed in the blocks that choice had not seen" in str(choice.refusal)


def test_a_choice_on_the_counts_it_prices_is_said(assumptions):
    evidence = _evidence({3: [(4, 2, 60, 3)], 4: [(4, 2, 60, 3)]})
    choice = forward_choice(assumptions, assumptions.levers[0], evidence, "failure", GATES, 4)
    assert choice.refusal is None
    assert choice.sentence.endswith("on the very counts it is priced on, which flatters it.")


def test_net_falls_with_false_alarms_and_rises_with_what_is_caught(assumptions):
    alert = assumptions.levers[0]

    def net(detected: int, false: int) -> float:
        return net_usd(assumptions, alert, AlarmCounts("failure", 4, 10, detected, 200, false))

    assert net(8, 5) > net(4, 5) > net(4, 60)


def test_the_choice_does_not_flatter(assumptions):
    """Two gates caught alike: the best in hindsight looks better than the rule does."""
    rng = np.random.default_rng(7)
    alert = assumptions.levers[0]
    gates = (4, 5)
    hindsight, forward = [], []
    for _ in range(60):
        evidence = _evidence(
            {g: [(5, int(rng.binomial(5, 0.4)), 60, 3) for _ in range(4)] for g in gates}
        )
        pooled = {
            g: sum(each.detected for each in evidence.periods["failure", g].values()) for g in gates
        }
        hindsight.append(max(pooled.values()) / 20)
        counts = forward_choice(assumptions, alert, evidence, "failure", gates, 4).alarms
        assert counts is not None
        forward.append(counts.detected / counts.failures)
    assert np.mean(hindsight) > 0.44
    assert np.mean(forward) == pytest.approx(0.4, abs=0.04)


def test_blocks_reach_the_lever_through_the_tables(assumptions, records_of):
    from dataclasses import replace

    records = records_of()
    rows = [
        ("failure", gate, 0.05, 0.56, fold, 3, hit, 90, 4, 1.0, 1.0)
        for gate, hit in ((3, 1), (4, 2), (5, 2))
        for fold in (2, 3, 4)
    ]
    periods = pl.DataFrame(
        rows,
        schema=[
            "outcome",
            "gate",
            "alarm_budget",
            "least_prob",
            "fold",
            "failures",
            "detected",
            "good_batches",
            "false_alarms",
            "sensitivity_design_effect",
            "false_alarm_design_effect",
        ],
        orient="row",
    )
    case = business_case(assumptions, replace(records, alarm_counts=periods), draws=2_000, seed=1)
    row = case.levers.filter(pl.col("outcome") == "failure").row(0, named=True)
    assert "among later batches" in row["reason"]
    assert "of 6 failures and 8 of 180 good batches were flagged" in row["reason"]
    assert "in blocks it had not seen" in row["reason"]
