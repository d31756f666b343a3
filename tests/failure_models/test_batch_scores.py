"""Kept models: the same scores as the fit they were kept from, nothing fitted, nothing altered."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from assets.failure_models import freezing
from assets.failure_models.batch_scores import score_tables
from assets.failure_models.frozen_model import AlteredModelError, frozen_models
from assets.failure_models.study import run_study
from assets.failure_models.study_inputs import StudyInputs, StudySettings
from assets.failure_models.study_tables import table

Line = Callable[..., StudyInputs]
Tables = dict[str, pl.DataFrame]


def known_until(inputs: StudyInputs, last: int) -> StudyInputs:
    """The same line when the results of batches after ``last`` were still to come."""
    is_early = pl.col("batch_id").str.slice(1).cast(pl.Int64) < last
    outcomes = inputs.outcomes.with_columns(is_failure=pl.when(is_early).then("is_failure"))
    margins = inputs.outcome_margins.filter(is_early)
    return replace(inputs, outcomes=outcomes, outcome_margins=margins)


def scored(boosters: pl.DataFrame, inputs: StudyInputs) -> Tables:
    rows = score_tables(boosters, inputs.gate_values, inputs.dictionary, inputs.batch_gates)
    return {name: table(name, own) for name, own in rows.items()}


@pytest.fixture(scope="module")
def later(line: Line, gates: Line) -> StudyInputs:
    return gates(line(seed=3), 1, 4, 5)


@pytest.fixture(scope="module")
def studied(later: StudyInputs, quick: StudySettings) -> Tables:
    return run_study(known_until(later, 400), replace(quick, with_contrast=False))


@pytest.fixture(scope="module")
def night(studied: Tables, later: StudyInputs) -> Tables:
    return scored(studied["model.boosters"], later)


def test_what_the_model_was_not_fitted_on_is_scored_at_every_gate(night: Tables) -> None:
    scores = night["model.batch_scores"]
    assert scores.group_by("gate").len().sort("gate").rows() == [(1, 100), (4, 100), (5, 100)]
    assert scores["batch_id"].min() == "B0400"


def test_scores_rank_the_failures_that_followed(night: Tables, later: StudyInputs) -> None:
    from assets.statistics.discrimination import auc

    at_gate = night["model.batch_scores"].filter(pl.col("gate") == 5)
    seen = at_gate.join(later.outcome_margins.select("batch_id", "margin"), on="batch_id")
    lowest = seen["margin"].to_numpy() < np.quantile(seen["margin"].to_numpy(), 0.2)
    assert auc(seen["failure_prob"].to_numpy(), lowest) > 0.65
    assert set(at_gate["foretold"]) <= {"good", "failed", "undecided"}
    assert at_gate["verdict"].unique().to_list() == ["process_signal"]


def test_only_a_process_signal_is_explained_and_by_its_cause(night: Tables) -> None:
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
    assert both["failure_prob"].to_numpy() == pytest.approx(both["failure_prob_later"].to_numpy())


def test_models_are_text_with_a_hash_and_an_altered_one_is_refused(studied: Tables) -> None:
    boosters = studied["model.boosters"]
    assert boosters.filter(pl.col("format") == "xgboost_json")["part"].to_list() == [
        "trees/dissolution_min_pct"
    ]
    assert boosters["content"].str.starts_with("{").all()
    assert boosters["sha256"].str.len_chars().eq(64).all()
    altered = boosters.with_columns(content=pl.col("content").str.replace("0", "1"))
    with pytest.raises(AlteredModelError, match=r"lotwise run"):
        list(frozen_models(altered))


def test_a_kept_model_is_the_model_that_was_kept(
    line: Line, gates: Line, quick: StudySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scores from text equal scores from the objects they were written from."""
    kept = []
    original = freezing.freeze
    monkeypatch.setattr(
        "assets.failure_models.study.freeze", lambda one: kept.append(original(one)) or kept[-1]
    )
    inputs = gates(line(seed=3, with_margins=False, failure_rate=0.12, effect=2.5), 5)
    early = known_until(inputs, 400)
    boosters = run_study(early, replace(quick, with_contrast=False))["model.boosters"]
    (read,) = frozen_models(boosters)
    assert read.numbers == kept[0].numbers
    labels = scored(boosters, inputs)["model.batch_scores"]
    assert labels.height == 100
    assert labels["expected_margin"].is_null().all()
