"""Copies of the result are asked about whatever their shape; causes are not, however clear."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from assets.failure_models.study import open_questions
from assets.leak_questions.likeness import forward_auc, forward_fits
from assets.statistics.prediction_quality.discrimination import auc
from tests.leak_questions.conftest import BATCHES, Records, margin_of, refused

Make = Callable[..., Records]


def noisy(rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
    """Noise of one twentieth of the values' own spread."""
    return values + 0.05 * values.std() * rng.normal(size=values.size)


@pytest.mark.parametrize(
    "shape",
    [lambda m: 7 * m + 80, lambda m: (m + 4) ** 2, lambda m: 1 / (m + 8), lambda m: np.exp(m / 3)],
    ids=["straight", "squared", "inverse", "exponential"],
)
def test_leak_questions_call_a_copy_of_any_shape_a_near_copy(
    records: Make,
    margin: np.ndarray,
    rng: np.random.Generator,
    shape: Callable[[np.ndarray], np.ndarray],
) -> None:
    copy = noisy(rng, shape(margin))
    made = records(margin, {"hardness": copy, "speed": rng.normal(size=BATCHES)})
    (row,) = made.asked().rows(named=True)
    assert (row["feature"], row["likeness"]) == ("parameter.hardness", "near_copy")
    assert row["margin_quantity"] == "dissolution_min_pct"
    assert 0.98 < row["forward_r2"] <= 1
    assert row["forward_auc"] > 0.98
    assert row["question"].startswith("Hardness alone foretells")
    assert (
        "of the later variation of the margin of dissolution min pct, as a copy of the result"
        in (row["question"])
    )
    assert "'measured_before_result: {hardness: {who: ..., why: ...}}'" in row["question"]


def test_clear_physics_is_asked_about_as_something_that_may_be_physics(
    records: Make, margin: np.ndarray, rng: np.random.Generator
) -> None:
    """Of the margin's variation 85% is the setting's."""
    setting = margin / margin.std() + np.sqrt(0.15 / 0.85) * rng.normal(size=BATCHES)
    (row,) = records(margin, {"setting": setting}).asked().rows(named=True)
    assert row["likeness"] == "follows_result"
    assert row["forward_r2"] == pytest.approx(0.85, abs=0.05)
    assert "or clear physics. Is it measured before the result exists" in row["question"]


@pytest.mark.parametrize("with_margins", [True, False], ids=["margins", "labels"])
def test_noise_and_an_ordinary_cause_raise_no_question(records: Make, with_margins: bool) -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        cause = rng.normal(size=BATCHES)
        margin = -0.75 * cause + rng.normal(size=BATCHES)
        margin -= np.quantile(margin, 0.05)
        assert auc(cause, margin < 0) == pytest.approx(0.87, abs=0.08)
        columns = {f"noise_{i}": rng.normal(size=BATCHES) for i in range(10)}
        levels = [f"L{code}" for code in rng.integers(0, 4, BATCHES)]
        made = records(
            margin, {"cause": cause, "shift": levels, **columns}, with_margins=with_margins
        )
        assert made.asked().is_empty()


@pytest.mark.parametrize("with_margins", [True, False], ids=["margins", "labels"])
def test_a_category_that_is_the_decision_ranks_failures(
    records: Make, margin: np.ndarray, rng: np.random.Generator, with_margins: bool
) -> None:
    station = ["rework" if failed else f"line {i % 2}" for i, failed in enumerate(margin < 0)]
    made = records(margin, {"station": station}, with_margins=with_margins)
    (row,) = made.asked().rows(named=True)
    assert (row["likeness"], row["forward_auc"]) == ("ranks_failures", 1.0)
    assert row["question"].startswith(
        "Station alone ranks later failures of 'rejected batches' with AUC 1.00, as the decision "
        "itself, or clear physics."
    )


def test_what_is_missing_where_batches_failed_gives_the_decision_away(
    records: Make, margin: np.ndarray, rng: np.random.Generator
) -> None:
    packed = np.where(margin < 0, np.nan, rng.normal(size=BATCHES))
    assert records(margin, {"packed": packed}).likeness() == {"parameter.packed": "ranks_failures"}
    at_random = np.where(rng.random(BATCHES) < 0.3, np.nan, rng.normal(size=BATCHES))
    assert records(margin, {"packed": at_random}).likeness() == {}


def test_what_tells_the_product_apart_is_no_copy(
    records: Make, margin: np.ndarray, rng: np.random.Generator
) -> None:
    product = rng.integers(0, 3, BATCHES)
    size = product + 0.1 * rng.normal(size=BATCHES)
    made = records(margin + 9.0 * product, {"size": size}, product=product)
    assert made.likeness() == {}
    assert records(margin + 9.0 * product, {"size": size}).likeness() != {}


def test_an_answer_is_taken_down_and_the_question_stays(
    records: Make, margin: np.ndarray, rng: np.random.Generator
) -> None:
    made = records(margin, {"api.hardness": noisy(rng, margin), "weight": noisy(rng, margin)})
    made = replace(
        made,
        dictionary=made.dictionary.with_columns(quantity=pl.Series(["api.hardness", "weight"])),
    )
    rows = {row["quantity"]: row for row in made.asked({"hardness": ("A. Smith", "at the press")})
            .iter_rows(named=True)}  # fmt: skip
    told = rows["api.hardness"]
    assert (told["is_answered"], told["answered_by"], told["answer"]) == (
        True,
        "A. Smith",
        "at the press",
    )
    open_one = rows["weight"]
    assert (open_one["is_answered"], open_one["answered_by"]) == (False, None)


def test_refused_features_and_outcomes_decided_at_once_are_not_asked_about(
    records: Make, margin: np.ndarray, rng: np.random.Generator
) -> None:
    made = records(margin, {"hardness": noisy(rng, margin)})
    named = refused("failure", "parameter.hardness")
    assert replace(made, refused_features=named).asked().is_empty()
    at_once = made.outcome_definitions.with_columns(last_gate_before=pl.lit(0))
    assert replace(made, outcome_definitions=at_once).asked().is_empty()


def test_a_question_is_open_at_every_gate_from_the_columns_own_on(
    records: Make, margin: np.ndarray, rng: np.random.Generator
) -> None:
    made = records(margin, {"copy": noisy(rng, margin), "physics": margin + 0.4 * rng.normal(
        size=BATCHES)})  # fmt: skip
    asked = made.asked()
    assert [open_questions(asked, "failure", gate) for gate in (1, 6)] == [
        [],
        asked.sort("forward_r2", descending=True)["question"].to_list(),
    ]
    for gate in (2, 3, 4, 5):
        assert len(open_questions(asked, "failure", gate)) == 2
    assert open_questions(asked, "other", 5) == []
    answers = dict.fromkeys(("copy", "physics"), ("A. Smith", "at the press"))
    assert open_questions(made.asked(answers), "failure", 5) == []


def test_a_fit_is_held_to_later_batches_alone() -> None:
    rng = np.random.default_rng(3)
    column, product = rng.normal(size=(200, 1)), np.zeros(200, dtype=int)
    results = np.column_stack([2 * column[:, 0], rng.normal(size=200), np.full(200, np.nan)])
    share, fitted = forward_fits(column, results, product)
    assert share[0] == pytest.approx(1.0)
    assert share[1] < 0.1
    assert np.isnan(share[2])
    assert np.isnan(fitted[:100]).all()
    assert fitted[100:, 0] == pytest.approx(results[100:, 0], abs=0.05)
    # Late results that turn round are not foretold, whatever a fit on all batches would say.
    turned = np.where(np.arange(200) < 100, 1.0, -1.0)[:, None] * column
    assert forward_fits(column, turned, product)[0][0] < 0
    assert np.isnan(forward_fits(column[:59], results[:59], product[:59])[0]).all()


def test_a_rank_takes_its_direction_from_earlier_batches() -> None:
    label = np.tile(np.r_[1.0, np.zeros(9)], 20)
    assert forward_auc(label, label) == forward_auc(-label, label) == 1.0
    score = np.where(np.arange(200) < 100, label, -label)
    assert forward_auc(score, label) == 0.0
    few = np.where(np.arange(200) < 150, label, 0.0)[:190]
    assert np.isnan(forward_auc(few[-80:], few[-80:]))  # too few later failures
    assert np.isnan(forward_auc(np.full(200, np.nan), label))


def test_forty_tables_of_noise_raise_hardly_a_question(records: Make) -> None:
    asked = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        margin = margin_of(rng)[:200]
        columns = {f"noise_{i}": rng.normal(size=200) for i in range(8)}
        asked += records(margin - margin.min() - 0.7, columns).asked().height
    assert asked == 0
