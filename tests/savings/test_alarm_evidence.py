"""What alarms and verdicts support: deflated as measured, nothing where the signal is a rule."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.stats import beta

from assets.savings.arithmetic.break_even import alarm_prices
from assets.savings.business_case import business_case
from assets.savings.programme.detectability import sequential_batches
from assets.savings.records.alarm_evidence import AlarmCounts, AlarmEvidence
from assets.savings.uncertainty.draws import Draws
from data_contracts.assumptions import Assumptions, with_overrides


def test_alarms_are_drawn_from_counts_deflated_as_measured(assumptions: Assumptions) -> None:
    """6 of 9 failures that come by threes count as 2 of 3; 14 of 270 alarms by twos as 7 of 135."""
    counts = AlarmCounts("failure", 5, 9, 6, 270, 14, 3.0, 2.0)
    drawn = Draws(assumptions, "base", 40_000, 1)
    tails = [0.05, 0.5, 0.95]
    caught = np.quantile(counts.sensitivity(drawn), tails)
    assert caught == pytest.approx(beta.ppf(tails, 0.5 + 2, 0.5 + 1), abs=0.01)
    wrong = np.quantile(counts.false_alarm_rate(drawn), tails)
    assert wrong == pytest.approx(beta.ppf(tails, 0.5 + 7, 0.5 + 128), abs=0.002)


def test_counts_together_are_as_clustered_as_the_worse_of_them() -> None:
    found = AlarmCounts("failure", 3, 4, 1, 90, 5, 1.2, 2.5).plus(
        AlarmCounts("failure", 4, 5, 3, 80, 4, 1.9, 1.1)
    )
    assert found == AlarmCounts("failure", 3, 9, 4, 170, 9, 1.9, 2.5)


def test_a_signal_that_is_a_rule_carries_no_alert(assumptions, records_of):
    records = records_of()
    by_rule = records.verdicts.with_columns(
        route=pl.when(verdict="process_signal").then(pl.lit("rule"))
    )
    by_model = records.verdicts.with_columns(
        route=pl.when(verdict="process_signal").then(pl.lit("margin_model"))
    )
    refusals = [
        AlarmEvidence.from_tables(
            verdicts, records.alarm_counts, alarm_prices(assumptions, records.alarm_counts)
        ).at("failure", 5)
        for verdicts in (by_rule, by_model)
    ]
    assert str(refusals[0].refusal).startswith("The signal at gate 5 is a rule; no model")
    assert refusals[1].refusal is None


def test_the_last_gate_before_the_result_is_the_verdicts_own(assumptions, records_of):
    records = records_of()
    evidence = AlarmEvidence.from_tables(
        records.verdicts, records.alarm_counts, alarm_prices(assumptions, records.alarm_counts)
    )
    assert evidence.primary_gate("failure") == 5
    assert evidence.primary_gate("unheard_of") is None


def test_batches_on_record_are_as_many_as_they_amount_to(assumptions, records_of, alarms_of):
    """400 batches at a design effect of 1.5; that is what a later proof is measured against.

    Nearly all failures are caught and rescued, so that a proof is possible at all.
    """
    sure = ["addressable_share=1", "rescue_effectiveness=1"]
    sure += [f"rescuable_share_gate_{gate}=1" for gate in range(1, 8)]
    records = replace(records_of(), alarm_counts=alarms_of((9, 9, 9)))
    case = business_case(with_overrides(assumptions, sure), records, draws=1_000, seed=1)
    assert case.counts.effective_batches == pytest.approx(400 / 1.5)
    (row,) = case.detectability.filter(test="sequential").iter_rows(named=True)
    rates = row["failure_prob_before"], row["failure_prob_after"]
    assert rates[1] < rates[0] / 3
    assert row["batches"] == sequential_batches(*rates, 400 / 1.5)
    assert row["batches"] > sequential_batches(*rates, 400)
