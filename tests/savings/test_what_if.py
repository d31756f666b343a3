"""Windows somebody names, on records of known truth: answers that hold it, and every refusal."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from assets.savings.what_if import held_effect as module
from assets.savings.what_if.answer import WhatIfAnswer, answer
from assets.savings.what_if.conditions import parse_condition
from assets.savings.what_if.held_effect import HeldEffect, held_effect
from assets.savings.what_if.joint_records import joint_records
from assets.savings.what_if.parameters import asked_parameters, meaning_refusal
from assets.savings.what_if.refusal import RefusalCode
from assets.savings.windows.negative_controls import CONTROLS
from data_contracts.assumptions import Assumptions, load_built_in
from data_contracts.errors import UsageError
from pipelines.terminal.what_if_lines import answer_json, answer_lines
from tests.savings.asked_records import (
    BATCHES,
    DRYER,
    asked_business_records,
    asked_tables,
    truth,
)

Tables = dict[str, pl.DataFrame]
EFFORT = {"resamples": 20, "seed": 1}


@pytest.fixture(scope="module")
def tables() -> Tables:
    return asked_tables()


def held(tables: Tables, *texts: str) -> HeldEffect:
    conditions = [parse_condition(text) for text in texts]
    parameters = asked_parameters(conditions, tables["dictionary"], "window")
    return held_effect(tables, "failure", parameters, **EFFORT)


def windows_of(*texts: str) -> dict:
    conditions = [parse_condition(text) for text in texts]
    return {f"parameter.{each.name}": each.window for each in conditions}


def test_the_answer_holds_what_the_window_truly_prevents(tables: Tables) -> None:
    found = held(tables, "moisture_pct in [-0.8, 0.8]")
    assert found.refusal is None
    assert found.effect is not None
    expected = truth(windows_of("moisture_pct in [-0.8, 0.8]"))
    assert expected > 0.01
    assert found.effect.expected.low < expected < found.effect.expected.high
    wide = found.effect.expected.at_95
    assert wide.low < found.effect.expected.low < found.effect.expected.high < wide.high
    assert (wide.high - wide.low) / (wide.value - found.effect.expected.low) == pytest.approx(
        2 * 1.960 / 1.645, rel=1e-3
    )
    inside = np.mean(np.abs(values_of(tables, "parameter.moisture_pct")) <= 0.8)
    assert found.inside_share == pytest.approx(inside)


def test_windows_held_at_once_prevent_no_failure_twice(tables: Tables) -> None:
    texts = ("moisture_pct <= 0.5", "force_kn <= 0.5")
    alone = [held(tables, text).effect for text in texts]
    together = held(tables, *texts).effect
    assert together is not None
    assert all(one is not None for one in alone)
    expected = truth(windows_of(*texts))
    sum_of_truths = sum(truth(windows_of(text)) for text in texts)
    # What one window saves, the other cannot save again.
    assert expected < 0.9 * sum_of_truths
    assert together.expected.low < expected < together.expected.high
    sum_alone = sum(one.expected.value for one in alone if one is not None)
    assert together.expected.value < sum_alone
    assert "force below 0.5 and moisture below 0.5" in together.sentence
    again = held(tables, *reversed(texts)).effect
    assert again is not None
    assert again.expected == together.expected


def test_a_parameter_that_only_goes_with_the_cause_prevents_nothing(tables: Tables) -> None:
    found = held(tables, "speed_rpm <= 0.3")
    assert found.effect is not None
    assert found.effect.expected.low < 0 < found.effect.expected.high


def values_of(tables: Tables, feature: str) -> np.ndarray:
    return tables["gate_values"].filter(feature=feature)["value"].to_numpy()


def with_values(tables: Tables, change: pl.Expr, feature: str) -> Tables:
    own = pl.col("feature") == feature
    changed = pl.when(own).then(change).otherwise("value")
    return tables | {"gate_values": tables["gate_values"].with_columns(value=changed)}


def refused(tables: Tables, *texts: str) -> tuple[RefusalCode, str]:
    refusal = held(tables, *texts).refusal
    assert refusal is not None
    return refusal.code, refusal.reason


def test_a_window_beyond_the_records_is_refused(tables: Tables) -> None:
    code, reason = refused(tables, "moisture_pct in [20, 25]")
    assert code == RefusalCode.OUTSIDE_RECORDS
    assert "between 20 and 25 no batch was ever made. Is it stated in another unit?" in reason


def test_a_window_that_holds_every_batch_changes_nothing(tables: Tables) -> None:
    code, reason = refused(tables, "moisture_pct in [-50, 50]")
    assert code == RefusalCode.NOTHING_MOVES
    assert f"Each of the {BATCHES} batches" in reason


def test_a_window_with_hardly_a_batch_inside_is_refused(tables: Tables) -> None:
    low = float(np.sort(values_of(tables, "parameter.moisture_pct"))[-12])
    code, reason = refused(tables, f"moisture_pct >= {low}")
    assert code == RefusalCode.FEW_INSIDE
    assert reason.startswith(f"Only 12 of {BATCHES} batches were made inside; 20 is the least.")


def test_a_machine_on_which_nothing_was_made_inside_is_named(tables: Tables) -> None:
    """Once the dryer is changed all values are five higher: only the old one made any inside."""
    ids = tables["batches"]["batch_id"].to_list()
    shift = pl.when(pl.col("batch_id").is_in(ids[BATCHES // 2 :])).then(5.0).otherwise(0.0)
    moved = with_values(tables, pl.col("value") + shift, "parameter.moisture_pct")
    dryer = moved["gate_values"].filter(feature=DRYER)
    alternating = dryer.with_columns(
        level=pl.when(pl.col("batch_id").is_in(ids[BATCHES // 2 :]))
        .then(pl.lit("new"))
        .otherwise(pl.lit("old"))
    )
    kept = moved["gate_values"].filter(pl.col("feature") != DRYER)
    code, reason = refused(
        moved | {"gate_values": pl.concat([kept, alternating])}, "moisture_pct <= 1"
    )
    assert code == RefusalCode.FEW_INSIDE
    # The period is told first: its last third was made wholly on the new one.
    assert "33% of batches fewer than 5 of the same period were made inside" in reason


def test_parts_are_told_apart_by_product_period_season_and_machine(tables: Tables) -> None:
    parameters = asked_parameters(
        [parse_condition("moisture_pct <= 1")], tables["dictionary"], "window"
    )
    joint = joint_records(tables, "failure", parameters)
    assert joint is not None
    assert {"product", "period", "season", "Dryer"} == set(joint.parts)
    assert np.bincount(joint.parts["period"]).tolist() == [300, 300, 300]
    assert np.bincount(joint.parts["Dryer"]).tolist() == [450, 450]
    assert set(joint.parts["season"]) == {0, 1, 2, 3}


def test_failures_that_no_result_shows_are_not_spoken_of(tables: Tables) -> None:
    """Every failure is one of another reason: no margin is below zero."""
    above = tables["outcome_margins"].with_columns(margin=pl.col("margin").abs() + 0.01)
    code, reason = refused(tables | {"outcome_margins": above}, "moisture_pct <= 1")
    assert code == RefusalCode.NO_MARGIN
    assert reason.startswith("Only 0 of ")


def test_too_few_failures_are_said(tables: Tables) -> None:
    ids = tables["outcomes"].filter("is_failure")["batch_id"].to_list()[5:]
    kept = ~pl.col("batch_id").is_in(ids)
    few = tables | {name: tables[name].filter(kept) for name in ("outcomes", "outcome_margins")}
    code, reason = refused(few, "moisture_pct <= 0.5")
    assert code == RefusalCode.TOO_FEW_RECORDS
    assert reason.startswith("5 failures among")


def test_no_result_with_a_margin_is_said(tables: Tables) -> None:
    none = tables | {"outcome_margins": tables["outcome_margins"].clear()}
    assert refused(none, "moisture_pct <= 1")[0] == RefusalCode.NO_MARGIN


def test_a_stand_in_that_claims_a_saving_is_doubt(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the stand-in the parameter itself, the path would claim it: so it is told to."""
    assert held(tables, "moisture_pct <= 0.3").refusal is None
    itself = dict.fromkeys(CONTROLS, lambda records, seed: records)
    monkeypatch.setattr(module, "CONTROLS", itself)
    refusal = held(tables, "moisture_pct <= 0.3").refusal
    assert refusal is not None
    assert refusal.code == RefusalCode.CONTROL_CLAIMS
    assert refusal.is_doubt


@pytest.mark.parametrize(
    ("name", "last_gate", "acting_gate", "code"),
    [
        ("sensor.press.copy_of_assay", 5, 5, RefusalCode.OUTCOME_OR_LEAK),
        ("force_kn", 3, 3, RefusalCode.KNOWN_TOO_LATE),
        ("force_kn", 5, 3, RefusalCode.KNOWN_TOO_LATE),
        ("moisture_pct", 5, 5, None),
    ],
)
def test_what_a_parameter_is_and_when_it_is_known_refuse_it(
    name: str, last_gate: int, acting_gate: int, code: RefusalCode | None, tables: Tables
) -> None:
    parameters = asked_parameters([parse_condition(f"{name} <= 1")], tables["dictionary"], "window")
    refusal = meaning_refusal(
        parameters,
        "failure",
        last_gate,
        acting_gate,
        tables["withheld_features"],
        tables["refused_features"],
    )
    assert (None if refusal is None else refusal.code) == code


def test_an_answer_is_priced_as_a_lever_of_the_run(tables: Tables) -> None:
    assumptions = load_built_in("tablets")
    found = answer(
        [parse_condition("moisture_pct <= 0.3")],
        "window",
        assumptions,
        asked_business_records(tables),
        tables["refused_features"],
        draws=2_000,
        resamples=20,
        seed=1,
    )
    assert (found.outcome, found.verdict, found.lever.kind) == ("failure", "no_signal", "window")
    assert found.batches_per_year == pytest.approx(180, abs=0.5)
    assert found.worth is not None
    assert found.worth.adherence == (0.7, 0.85, 0.95)
    effect = found.held.effect
    assert effect is not None
    low, middle, high = found.worth.figures["prevented_failures_per_year"]
    assert low is not None
    assert middle is not None
    assert high is not None
    # Adherence takes about a sixth, doubt about what nobody records hardly moves the middle.
    assert 0.6 < middle / (effect.expected.value * found.batches_per_year) < 1.05
    assert low < middle < high
    saved = found.worth.figures["annual_savings_usd"][1]
    net = found.worth.figures["annual_net_savings_usd"][1]
    cost = found.worth.figures["annual_programme_cost_usd"][1]
    assert saved is not None
    assert net is not None
    assert cost is not None
    assert net == pytest.approx(saved - cost, rel=0.05)
    # Nobody of this plant has stated a price.
    assert not found.worth.is_own
    assert found.worth.asked_prices
    lines = "\n".join(answer_lines(found, 3))
    assert lines.startswith("What if moisture were held below 0.3 %, to prevent 'Any failure'?")
    assert "failures a year, 95% interval." in lines
    assert "Adherence assumed: 85% of batches can be held (70% to 95%)." in lines
    assert "No request for money yet: prices that came with lotwise carry" in lines
    assert "3 different questions" in lines
    said = answer_json(found, 3)
    assert (said["is_answered"], said["refusal"], said["verdict"]) == (True, None, "no_signal")
    assert said["held"][0] | {"low": None, "high": 0.3} == said["held"][0]
    pace = found.batches_per_year
    assert said["effect"]["prevented_low_90"] == pytest.approx(effect.expected.low * pace)
    assert json.loads(json.dumps(said))["worth"]["adherence"] == [0.7, 0.85, 0.95]


def test_what_the_records_have_no_outcome_or_lever_for_is_told(tables: Tables) -> None:
    assumptions = load_built_in("tablets")
    levers = tuple(each for each in assumptions.levers if each.kind != "window")

    records = asked_business_records(tables)
    late = records.outcome_definitions.with_columns(outcome=pl.lit("late"), severity=pl.lit("late"))
    both = pl.concat([records.outcome_definitions, late])

    def ask(prices: Assumptions, outcome: str | None = None) -> WhatIfAnswer:
        return answer(
            [parse_condition("moisture_pct <= 0.3")],
            "window",
            prices,
            replace(records, outcome_definitions=both),
            tables["refused_features"],
            outcome=outcome,
            draws=100,
            resamples=20,
            seed=1,
        )

    with pytest.raises(UsageError, match="no outcome 'failures'; the records have: failure"):
        ask(assumptions, "failures")
    with pytest.raises(UsageError, match="No batch is lost by 'late', so it has no price"):
        ask(assumptions, "late")
    with pytest.raises(UsageError, match="no lever of kind 'window' is declared"):
        ask(replace(assumptions, levers=levers))
