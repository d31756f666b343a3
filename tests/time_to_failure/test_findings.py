"""All tables of a run, under contract, for plants with much, little and nothing on record."""

import numpy as np
import polars as pl
import pytest

from assets.time_to_failure.findings import LifeRecords, findings
from assets.time_to_failure.replacement.costs import replacement_costs
from data_contracts.assumptions import load_built_in
from data_contracts.tables import key, table
from tests.time_to_failure.conftest import EVENTS, OUTCOMES, PHASES, event_frame, phase_frame

ASSUMPTIONS = load_built_in("tablets")


def found_in(
    phases: pl.DataFrame,
    events: pl.DataFrame,
    failed: set[int] | None = None,
    severity: str = "lost",
) -> dict[str, pl.DataFrame]:
    """Every table, none with two rows of one key."""
    names = phases["batch_id"].unique().sort().to_list()
    outcomes = pl.DataFrame(
        [(name, "failure", n in (failed or set())) for n, name in enumerate(names)],
        schema=OUTCOMES,
        orient="row",
    )
    batches = pl.DataFrame(
        {"batch_id": names, "campaign_id": [f"C{n // 4}" for n in range(len(names))]},
        schema={"batch_id": pl.String, "campaign_id": pl.String},
    )
    definition = {"outcome": "failure", "title": "F", "is_proxy": False, "rule": "x"}
    stages = {"first_known_stage": 6, "last_gate_before": 5, "severity": severity}
    definitions = table("core.outcome_definitions", [definition | stages])
    records = LifeRecords(phases, events, batches, outcomes, definitions)
    tables = findings(records, ASSUMPTIONS, seed=1, is_quick=True)
    for name, found in tables.items():
        assert not found.select(key(name)).is_duplicated().any()
    return tables


def press(lives: list[tuple[int, bool]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A press with lives of so many batches, each ended by a breakdown or by plan."""
    events, at = [("PRS-1", "maintenance", -0.5, None, 0.0)], 0
    for batches, is_broken in lives:
        at += batches
        if is_broken:
            events.append(("PRS-1", "breakdown", at - 0.5, None, 0.0))
        events.append(("PRS-1", "maintenance", at - 0.5, None, 0.0))
    return phase_frame([-1.0, *(float(n) for n in range(at + 3))]), event_frame(*events)


def breakdowns(tables: dict[str, pl.DataFrame], name: str) -> dict[str, object]:
    rows = tables[name].filter(
        (pl.col("event") == "breakdown")
        & (pl.col("time_scale") == "batches")
        & (pl.col("origin") == "maintenance")
    )
    return rows.row(0, named=True)


@pytest.fixture(scope="module")
def worn():
    """A press that wears out: sixty lives, broken down near 30 batches unless renewed at 36."""
    rng = np.random.default_rng(5)
    ages = np.round(30 * rng.weibull(4.0, 60)).astype(int).clip(1)
    return found_in(*press([(min(int(age), 36), age < 36) for age in ages]))


def test_weibull_fits_hold_the_law_of_a_worn_press(worn):
    fit = breakdowns(worn, "finding.weibull_fits")
    assert fit["status"] == "fitted"
    assert fit["shape_low"] < 4.0 < fit["shape_high"]
    assert fit["scale_low"] < 30.0 < fit["scale_high"]
    assert fit["rate"] == pytest.approx(fit["events"] / fit["exposure"])


def test_replacement_intervals_of_a_worn_press_are_shortened(worn):
    row = breakdowns(worn, "finding.replacement_intervals")
    assert row["verdict"] == "renew_earlier"
    assert row["todays_interval"] == 36.0
    assert row["optimal_interval_low"] <= row["optimal_interval"] <= row["optimal_interval_high"]
    assert row["optimal_interval_high"] < 30.0
    assert row["saving_per_batch_usd_low"] > 0
    assert row["events_per_batch_optimal"] < row["events_per_batch_today"]
    assert row["breakdowns_recorded"] == row["events"]
    assert row["breakdowns_avoided_recorded_low"] <= row["breakdowns_avoided_recorded"]
    assert 0 < row["breakdowns_avoided_recorded"] <= row["breakdowns_avoided_recorded_high"]
    assert f"of {row['events']}." in row["reason"]


def test_replacement_curves_reach_the_least_cost(worn):
    row = breakdowns(worn, "finding.replacement_intervals")
    curve = worn["finding.replacement_curves"].filter(event="breakdown")
    least = curve["cost_per_batch_usd"].min()
    assert curve.height == 60
    assert least == pytest.approx(row["cost_per_batch_optimal_usd"], rel=0.02)


def test_a_breakdown_that_renews_nothing_leaves_no_count_on_the_recorded_batches():
    """The same worn press with one more breakdown, repaired and not maintained."""
    rng = np.random.default_rng(5)
    ages = np.round(30 * rng.weibull(4.0, 60)).astype(int).clip(1)
    phases, events = press([(min(int(age), 36), age < 36) for age in ages])
    events = pl.concat([events, event_frame(("PRS-1", "breakdown", 1.5, None, 0.0))])
    row = breakdowns(found_in(phases, events), "finding.replacement_intervals")
    assert row["verdict"] == "renew_earlier"
    assert row["breakdowns_recorded"] is None
    assert row["breakdowns_avoided_recorded"] is None
    assert "because a breakdown left the equipment as worn as it was" in row["reason"]


@pytest.mark.parametrize("severity", ["reworked", "deviated", "out_of_trend", "late"])
def test_no_replacement_interval_is_priced_by_batches_that_were_not_lost(severity):
    """The same failures at the end of every life: lost they have a price, else none."""
    rng = np.random.default_rng(7)
    worn_out = {10 * life + at for life in range(20) for at in (8, 9) if rng.random() < 0.7}
    records = press([(10, False)] * 20)
    prices = ["planned_cost_usd", "event_cost_usd", "cost_basis", "optimal_interval",
              "cost_per_batch_optimal_usd", "saving_per_batch_usd"]  # fmt: skip
    lost, kept = (found_in(*records, failed=worn_out, severity=each) for each in ("lost", severity))
    is_batch = pl.col("event") == "failed_batch:failure"
    priced, unpriced = (
        each["finding.replacement_intervals"].filter(is_batch) for each in (lost, kept)
    )
    assert priced.height == unpriced.height > 0
    assert priced.select(prices[:3]).null_count().row(0) == (0, 0, 0)
    assert set(priced["verdict"]).isdisjoint({"not_priced", "too_few_events"})
    assert unpriced.select(prices).null_count().row(0) == (unpriced.height,) * len(prices)
    assert unpriced["verdict"].unique().to_list() == ["not_priced"]
    assert unpriced["reason"].str.starts_with("No batch is lost by this outcome").all()
    assert unpriced["shape"].equals(priced["shape"])
    assert lost["finding.replacement_curves"].filter(is_batch).height
    assert kept["finding.replacement_curves"].filter(is_batch).is_empty()


def test_a_press_without_wear_runs_to_failure():
    rng = np.random.default_rng(6)
    ages = np.ceil(25 * rng.weibull(0.6, 40)).astype(int).clip(1)
    tables = found_in(*press([(min(int(age), 40), age < 40) for age in ages]))
    row = breakdowns(tables, "finding.replacement_intervals")
    assert row["verdict"] == "run_to_failure"
    assert row["optimal_interval"] is None
    assert row["run_to_failure_share"] > 0.9
    assert str(row["reason"]).startswith("Run to failure is best")


@pytest.mark.parametrize("broken", [0, 1, 2])
def test_weibull_fits_of_few_breakdowns_are_a_sentence(broken):
    tables = found_in(*press([(10 + n, n < broken) for n in range(8)]))
    fit = breakdowns(tables, "finding.weibull_fits")
    assert fit["events"] == broken
    assert fit["status"] == ("no_events" if broken == 0 else "too_few_events")
    assert fit["rate_high"] > 0
    assert fit["shape"] is None
    row = breakdowns(tables, "finding.replacement_intervals")
    assert row["verdict"] == "too_few_events"
    assert "Nothing speaks against today's interval" in row["reason"]
    assert tables["finding.hazard_models"]["note"].str.contains("too few").all()
    curve = tables["finding.survival_curves"].filter(origin="maintenance", event="breakdown")
    assert curve["survival"].min() < 1.0 if broken else curve["survival"].min() == 1.0


def test_weibull_fits_need_breakdowns_at_two_ages():
    tables = found_in(*press([(10, True)] * 6))
    fit = breakdowns(tables, "finding.weibull_fits")
    assert fit["shape"] is None
    assert "one age" in fit["note"]


@pytest.mark.parametrize("failed", [set(), {3}, {3, 9}, set(range(200))])
def test_few_and_only_failed_batches(failed):
    tables = found_in(*press([(10, False)] * 4), failed=failed)
    rows = tables["finding.weibull_fits"].filter(event="failed_batch:failure")
    assert rows["note"].str.len_chars().min() > 10
    assert rows.filter(time_scale="batches", origin="maintenance")["lives"].item() == 5


@pytest.mark.parametrize(
    ("phases", "events"),
    [
        (pl.DataFrame(schema=PHASES), pl.DataFrame(schema=EVENTS)),
        (phase_frame([0.0, 1.0, 2.0]), pl.DataFrame(schema=EVENTS)),
        (pl.DataFrame(schema=PHASES), event_frame(("PRS-1", "breakdown", 1.0, None, 0.0))),
    ],
    ids=["nothing", "no events", "no phases"],
)
def test_a_source_without_equipment_records_says_so(phases, events):
    tables = found_in(phases, events)
    (row,) = tables["finding.weibull_fits"].iter_rows(named=True)
    assert row["status"] == "no_records"
    assert "no equipment events or no phases" in row["note"]
    assert tables["finding.replacement_intervals"].is_empty()


def test_the_same_records_give_the_same_tables(worn):
    rng = np.random.default_rng(5)
    ages = np.round(30 * rng.weibull(4.0, 60)).astype(int).clip(1)
    again = found_in(*press([(min(int(age), 36), age < 36) for age in ages]))
    for name in ("finding.replacement_intervals", "finding.replacement_curves"):
        assert again[name].equals(worn[name])


def test_costs_come_from_the_assumptions():
    breakdown = replacement_costs(ASSUMPTIONS, "breakdown")
    batch = replacement_costs(ASSUMPTIONS, "failed_batch:failure")
    assert breakdown is not None
    assert batch is not None
    assert breakdown.event == pytest.approx(25_000 + 0.1 * batch.event)
    assert breakdown.pair_low[0] > breakdown.planned > breakdown.pair_high[0]
    assert replacement_costs(load_built_in("sterile_injectable"), "breakdown") is None
