"""Alerts keep to their stages, and no failure is sold to two of them."""

from dataclasses import replace

import polars as pl
import pytest

from assets.savings.business_case import business_case
from assets.savings.records.alarm_evidence import AlarmCounts
from assets.savings.records.business_records import BusinessRecords
from assets.savings.uncertainty.draws import Draws
from data_contracts.assumptions import Assumptions


def _with_signal_at_two(records: BusinessRecords, detected: int) -> BusinessRecords:
    """Add a process signal at gate 2, where the weighing alert stands."""
    is_two = (pl.col("outcome") == "failure") & (pl.col("gate") == 2)
    verdicts = records.verdicts.with_columns(
        verdict=pl.when(is_two).then(pl.lit("process_signal")).otherwise("verdict")
    )
    counted = records.alarm_counts.filter(pl.col("gate") == 4).with_columns(
        gate=pl.lit(2, pl.Int64), detected=pl.lit(detected, pl.Int64)
    )
    alarms = pl.concat([records.alarm_counts, counted])
    return replace(records, verdicts=verdicts, alarm_counts=alarms)


def _alerts(assumptions: Assumptions, records: BusinessRecords) -> dict[str, dict]:
    case = business_case(assumptions, records, draws=2_000, seed=1)
    own = case.levers.filter((pl.col("kind") == "alert") & (pl.col("outcome") == "failure"))
    return {row["lever"].partition(".")[0]: row for row in own.iter_rows(named=True)}


@pytest.mark.parametrize(("detected", "carried"), [(9, "weighing_alert"), (1, "alert_and_rescue")])
def test_one_alert_is_carried_out_and_the_other_told_why(
    assumptions, records_of, detected, carried
):
    rows = _alerts(assumptions, _with_signal_at_two(records_of(), detected))
    assert [name for name, row in rows.items() if row["basis"] == "evidence"] == [carried]
    (refused,) = (row for row in rows.values() if row["basis"] == "refused")
    assert refused["reason"].startswith("It foresees the same failures as ")
    assert "which failures both would catch is not counted" in refused["reason"]


def test_an_alert_stays_within_its_stages(assumptions, records_of):
    alone = replace(assumptions, levers=(assumptions.levers[0],))
    assert alone.levers[0].stages == (3, 4, 5)
    rows = _alerts(alone, _with_signal_at_two(records_of(), detected=9))
    assert rows["alert_and_rescue"]["gate"] in alone.levers[0].stages


def test_an_alert_of_early_stages_gains_nothing_from_a_late_signal(assumptions, records_of):
    early = replace(assumptions.levers[0], stages=(1, 2))
    row = _alerts(replace(assumptions, levers=(early,)), records_of())["alert_and_rescue"]
    assert (row["basis"], row["gate"]) == ("refused", 2)


def test_different_counts_under_one_name_have_draws_of_their_own(assumptions):
    drawn = Draws(assumptions, "base", 500, 1)
    few, many = AlarmCounts("failure", 4, 9, 2, 90, 4), AlarmCounts("failure", 4, 9, 8, 90, 4)
    assert (few.sensitivity(drawn) < many.sensitivity(drawn)).mean() > 0.95
    assert few.false_alarm_rate(drawn) is many.false_alarm_rate(drawn)
    assert "sensitivity.failure.4 (2 of 9)" in drawn.uncertain()
