"""Kept models: the same scores as the fit they were kept from, nothing fitted, nothing altered."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import numpy as np
import polars as pl
import pytest

from assets.failure_models.contrasts.batch_contributions import batch_contributions
from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.scoring import freezing
from assets.failure_models.scoring.batch_scores import score_tables
from assets.failure_models.scoring.frozen_model import (
    AlteredModelError,
    OutdatedModelError,
    frozen_models,
)
from assets.failure_models.study import run_study
from data_contracts.codes.records import Verdict
from data_contracts.tables import table
from tests.failure_models.test_investigation import card_inputs

Line = Callable[..., StudyInputs]
Tables = dict[str, pl.DataFrame]


def made_until(inputs: StudyInputs, last: int) -> StudyInputs:
    """The same line when batches from ``last`` on were still to be made."""
    is_early = pl.col("batch_id").str.slice(1).cast(pl.Int64) < last
    return replace(
        inputs,
        batch_gates=inputs.batch_gates.filter(is_early),
        outcomes=inputs.outcomes.filter(is_early),
        outcome_margins=inputs.outcome_margins.filter(is_early),
    )


def scored(
    boosters: pl.DataFrame, inputs: StudyInputs, pays_from: float = 0.0, severity: str = "lost"
) -> Tables:
    price = {"lever": "alert", "alarm_budget": 0.05, "break_even_prob": 0.0}
    price |= {"caught_failure_usd": 20_000.0, "false_alarm_usd": 0.0, "least_prob": pays_from}
    prices = table("economics.alarm_prices", [price | {"gate": gate} for gate in range(1, 8)])
    definitions = inputs.outcome_definitions.with_columns(severity=pl.lit(severity))
    features = (inputs.gate_values, inputs.dictionary, inputs.batch_gates)
    return score_tables(boosters, prices, *features, definitions)


def with_press(inputs: StudyInputs) -> StudyInputs:
    """A second press beside it: the rarer one among the first 400 batches, the usual one of all."""
    ids = [f"B{i:04d}" for i in range(500)]
    level = ["A" if i < 400 and i % 40 < 21 else "B" for i in range(500)]
    cells = {"batch_id": ids, "feature": "equipment.press.id", "gate": 2, "value": None}
    values = pl.DataFrame(cells | {"level": level}, schema=inputs.gate_values.schema)
    described = inputs.dictionary.head(1).with_columns(
        feature=pl.lit("equipment.press.id"), data_type=pl.lit("categorical")
    )
    return replace(
        inputs,
        gate_values=pl.concat([inputs.gate_values, values]),
        dictionary=pl.concat([inputs.dictionary, described]),
    )


@pytest.fixture(scope="module")
def later(line: Line, gates: Line) -> StudyInputs:
    return with_press(gates(line(seed=3), 1, 4, 5))


@pytest.fixture(scope="module")
def studied(later: StudyInputs, quick: StudySettings) -> Tables:
    return run_study(made_until(later, 400), quick)


@pytest.fixture(scope="module")
def night(studied: Tables, later: StudyInputs) -> Tables:
    return scored(studied["model.boosters"], later)


def test_what_the_model_was_not_fitted_on_is_scored_at_every_gate(night: Tables) -> None:
    scores = night["model.batch_scores"]
    assert scores.group_by("gate").len().sort("gate").rows() == [(1, 100), (4, 100), (5, 100)]
    assert scores["batch_id"].min() == "B0400"


def test_nothing_new_is_nothing_scored(studied: Tables, later: StudyInputs) -> None:
    found = scored(studied["model.boosters"], made_until(later, 400))
    assert all(frame.is_empty() for frame in found.values())


def test_scores_rank_the_failures_that_followed(night: Tables, later: StudyInputs) -> None:
    from assets.statistics.prediction_quality.discrimination import auc

    at_gate = night["model.batch_scores"].filter(pl.col("gate") == 5)
    seen = at_gate.join(later.outcome_margins.select("batch_id", "margin"), on="batch_id")
    lowest = seen["margin"].to_numpy() < np.quantile(seen["margin"].to_numpy(), 0.2)
    assert auc(seen["failure_prob"].to_numpy(), lowest) > 0.65
    assert set(at_gate["foretold"]) <= {"good", "failed", "undecided"}
    assert at_gate["verdict"].unique().to_list() == ["process_signal"]


def test_score_contributions_explain_only_a_process_signal_and_by_its_cause(night: Tables) -> None:
    shares = night["model.score_contributions"]
    assert set(shares["gate"]) == {4, 5}
    first = shares.filter((pl.col("gate") == 5) & (pl.col("rank") == 1))
    assert first["feature"].str.starts_with("parameter.g03").mean() > 0.6


def test_a_night_alone_says_what_a_night_with_others_says(
    studied: Tables, later: StudyInputs, night: Tables
) -> None:
    """Batches made later change nothing about a batch already scored."""
    until = later.batch_gates.filter(pl.col("production_order") <= 450)
    earlier = scored(studied["model.boosters"], replace(later, batch_gates=until))
    both = earlier["model.batch_scores"].join(
        night["model.batch_scores"], on=["outcome", "gate", "batch_id"], suffix="_later"
    )
    assert both.height == 150
    assert both["failure_prob"].to_list() == both["failure_prob_later"].to_list()
    assert both["is_alarm"].to_list() == both["is_alarm_later"].to_list()


def test_a_level_that_has_become_the_usual_one_keeps_its_column(
    studied: Tables, later: StudyInputs, night: Tables
) -> None:
    """Press A was the usual one when the models were kept; by the last batch press B is."""
    columns = list(frozen_models(studied["model.boosters"]))[-1].numbers["columns"]
    assert "equipment.press.id=B" in columns
    assert "equipment.press.id=A" not in columns
    until = later.batch_gates.filter(pl.col("production_order") <= 410)
    before = scored(studied["model.boosters"], replace(later, batch_gates=until))
    first = night["model.batch_scores"].filter(pl.col("batch_id") < "B0410")
    both = before["model.batch_scores"].join(first, on=["gate", "batch_id"], suffix="_later")
    assert both.height == 30
    assert both["failure_prob"].to_list() == both["failure_prob_later"].to_list()


def test_a_night_raises_the_alarms_that_were_priced(
    studied: Tables, later: StudyInputs, night: Tables
) -> None:
    """The threshold is that of the last hundred scores before a batch, in order of production."""
    tried = studied["model.predictions"].filter(pl.col("validation") == "rolling_origin")
    for model in frozen_models(studied["model.boosters"]):
        own = (pl.col("gate") == model.gate) & (pl.col("model") == model.model)
        new = night["model.batch_scores"].filter(own).sort("batch_id")
        past = tried.filter(own).sort("batch_id")["failure_prob"].to_list()
        for probability, threshold, is_alarm in new.select(
            "failure_prob", "threshold", "is_alarm"
        ).iter_rows():
            assert threshold == sorted(past[-100:])[95]  # above it five of a hundred and one fall
            is_finding = model.verdict == Verdict.PROCESS_SIGNAL
            assert is_alarm == (probability > threshold if is_finding else None)
            past.append(probability)


def test_what_is_foretold_lies_outside_the_undecided_zone(night: Tables) -> None:
    scores = night["model.batch_scores"]
    low, high = pl.col("undecided_low_prob"), pl.col("undecided_high_prob")
    prob = pl.col("failure_prob")
    assert scores.filter(low > high).is_empty()
    assert scores.filter((pl.col("foretold") == "good") & (prob > low)).is_empty()
    assert scores.filter((pl.col("foretold") == "failed") & (prob < high)).is_empty()
    inside = scores.filter((prob > low) & (prob < high))
    assert set(inside["foretold"]) == {"undecided"}
    assert set(scores["foretold"]) >= {"good", "undecided"}


def test_no_alarm_is_raised_at_a_risk_at_which_it_does_not_pay(
    studied: Tables, later: StudyInputs, night: Tables
) -> None:
    free = night["model.batch_scores"]
    pays_from = max(free.filter("is_alarm")["failure_prob"].to_list())
    dear = scored(studied["model.boosters"], later, pays_from)["model.batch_scores"]
    assert free["is_alarm"].sum() > 0
    assert dear["is_alarm"].sum() == 0
    assert dear["threshold"].min() == pays_from
    assert dear["failure_prob"].to_list() == free["failure_prob"].to_list()


@pytest.mark.parametrize("severity", ["reworked", "deviated", "out_of_trend", "late"])
def test_an_alarm_on_what_loses_no_batch_keeps_its_budget_alone(
    studied: Tables, later: StudyInputs, night: Tables, severity: str
) -> None:
    """What a lost batch costs says nothing of when to warn of a late one."""
    dear = scored(studied["model.boosters"], later, 1.0, severity)["model.batch_scores"]
    assert dear.equals(night["model.batch_scores"])
    assert dear["is_alarm"].sum() > 0


def test_a_batch_older_than_those_tried_is_held_against_its_own_past(
    studied: Tables, later: StudyInputs, night: Tables
) -> None:
    """Batch 450 is made before batch 300: what came after it is not its past."""
    moved = pl.when(pl.col("batch_id") == "B0450").then(299.5).otherwise("production_order")
    gates = later.batch_gates.with_columns(production_order=moved)
    turned = scored(studied["model.boosters"], replace(later, batch_gates=gates))
    tried = studied["model.predictions"].filter(
        (pl.col("gate") == 5)
        & (pl.col("model") == "lines_and_trees_on_margins")
        & (pl.col("batch_id") < "B0299")
    )
    (threshold,) = turned["model.batch_scores"].filter(
        (pl.col("gate") == 5) & (pl.col("batch_id") == "B0450")
    )["threshold"]
    past = tried.sort("batch_id")["failure_prob"].to_list()[-100:]
    assert threshold == sorted(past)[95]


def test_a_kept_booster_tells_plain_xgboost_its_features(studied: Tables) -> None:
    import xgboost as xgb

    models = {
        (model.outcome, model.gate): model for model in frozen_models(studied["model.boosters"])
    }
    trees = studied["model.boosters"].filter(pl.col("format") == "xgboost_json")
    assert trees.height > 0
    for row in trees.iter_rows(named=True):
        loaded = xgb.Booster(model_file=bytearray(row["content"].encode()))
        model = models[row["outcome"], row["gate"]]
        assert loaded.feature_names == model.tree_columns(row["part"].removeprefix("trees/"))
        assert set(loaded.get_score()) <= set(model.numbers["columns"])
        assert loaded.num_features() == len(set(loaded.feature_names)) > 0


def test_boosters_are_text_with_a_hash_and_an_altered_one_is_refused(studied: Tables) -> None:
    boosters = studied["model.boosters"]
    assert boosters.filter(pl.col("format") == "xgboost_json")["part"].to_list() == [
        "trees/dissolution_min_pct"
    ]
    assert boosters["content"].str.starts_with("{").all()
    assert boosters["sha256"].str.len_chars().eq(64).all()
    altered = boosters.with_columns(content=pl.col("content").str.replace("0", "1"))
    with pytest.raises(AlteredModelError, match=r"lotwise run"):
        list(frozen_models(altered))


def test_a_model_kept_by_another_version_is_refused_with_what_to_do(studied: Tables) -> None:
    """A number under another name, as an older version would have written it, with its own hash."""
    text = pl.col("content").str.replace('"risk_weight"', '"weights"', literal=True)
    older = studied["model.boosters"].with_columns(content=text)
    hashes = [sha256(each.encode()).hexdigest() for each in older["content"]]
    with pytest.raises(OutdatedModelError, match=r"another version of lotwise.*`lotwise run`"):
        list(frozen_models(older.with_columns(sha256=pl.Series(hashes))))


@pytest.mark.parametrize("with_margins", [True, False])
def test_a_kept_model_is_the_model_that_was_kept(
    line: Line,
    gates: Line,
    quick: StudySettings,
    monkeypatch: pytest.MonkeyPatch,
    with_margins: bool,
) -> None:
    """Scores from text equal scores from the objects they were written from."""
    kept = []
    original = freezing.freeze

    def keep(one: Any) -> Any:
        kept.append(original(one))
        return kept[-1]

    monkeypatch.setattr("assets.failure_models.study.freeze", keep)
    inputs = gates(line(seed=3, batches=250, with_margins=with_margins, failure_rate=0.12), 5)
    early = made_until(inputs, 220)
    boosters = run_study(early, quick)["model.boosters"]
    found = scored(boosters, inputs)
    scores = found["model.batch_scores"]
    assert scores.height == 30
    assert scores["expected_margin"].is_null().all() != with_margins
    monkeypatch.setattr("assets.failure_models.scoring.batch_scores.frozen_models", lambda _: kept)
    for name, own in scored(boosters, inputs).items():
        assert own.equals(found[name])


def test_good_contrasts_lead_with_the_planted_cause_in_most_failed_batches(
    studied: Tables,
) -> None:
    lines = studied["model.good_contrasts"]
    first = lines.filter(pl.col("rank") == 1)
    assert first.height >= 8
    led = first["features"].str.contains("parameter.g03", literal=True)
    assert led.mean() >= 0.6
    added = lines.group_by("batch_id").agg(
        (pl.col("contribution").sum() + pl.col("base_value").first()).alias("sum"),
        pl.col("predicted_value").first(),
    )
    assert added["sum"].to_list() == pytest.approx(added["predicted_value"].to_list(), abs=1e-4)


def test_good_contrasts_are_against_batches_known_by_the_gate(studied: Tables) -> None:
    assert studied["model.good_contrasts"]["good_batches"].is_between(20, 100).all()


def test_batch_contributions_explain_what_came_since_by_the_kept_model(
    studied: Tables, later: StudyInputs
) -> None:
    inputs = card_inputs(later)
    kept = (studied["model.good_contrasts"], studied["model.boosters"])
    found = batch_contributions(inputs, *kept, later.outcome_margins)
    failed = set(later.outcomes.filter("is_failure")["batch_id"])
    own = found.filter(explained_by="kept_model")
    beyond = later.outcome_margins.filter(pl.col("margin") < 0).group_by("batch_id")
    tests = dict(beyond.agg(pl.col("quantity").sort().str.join(", ")).iter_rows())
    for batch, told in own.select("batch_id", "explained_margins").unique().iter_rows():
        assert told == tests[batch]
    assert set(own["batch_id"]) == {batch for batch in failed if batch >= "B0400"}
    assert found.filter(explained_by="out_of_fold").height == studied["model.good_contrasts"].height
    added = own.group_by("batch_id").agg(
        (pl.col("contribution").sum() + pl.col("base_value").first()).alias("sum"),
        pl.col("predicted_value").first(),
    )
    assert added["sum"].to_list() == pytest.approx(added["predicted_value"].to_list(), abs=1e-4)


def test_batch_contributions_need_a_process_signal(studied: Tables, later: StudyInputs) -> None:
    silent = studied["model.boosters"].with_columns(verdict=pl.lit("no_signal"))
    nothing = studied["model.good_contrasts"].clear()
    margins = later.outcome_margins
    assert batch_contributions(card_inputs(later), nothing, silent, margins).is_empty()
