"""The label's own model: a cause among many columns, and one that no margin knows of."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators.label_logistic import (
    label_contributions,
    label_fit,
    label_scores,
)
from assets.failure_models.estimators.ladder import climb
from assets.failure_models.study import prepare, run_study

Line = Callable[..., StudyInputs]
CAUSE = "parameter.g07_0"


def off_margin(inputs: StudyInputs, share: float = 0.09) -> StudyInputs:
    """The line with failures by the highest values of one parameter, whatever the margin is."""
    risk = (
        inputs.gate_values.filter(feature=CAUSE)
        .with_columns(risk=pl.col("value") + pl.Series(np.random.default_rng(5).normal(size=500)))
        .select("batch_id", is_failure=pl.col("risk") > pl.col("risk").quantile(1 - share))
    )
    return replace(inputs, outcomes=inputs.outcomes.drop("is_failure").join(risk, on="batch_id"))


@pytest.fixture(scope="module")
def inputs(line: Line, gates: Line) -> StudyInputs:
    return gates(off_margin(line(seed=4, effect=0.0)), 4, 5)


@pytest.fixture(scope="module")
def task(inputs: StudyInputs) -> Task:
    return next(one for one in prepare(inputs, seed=1)[0] if one.is_primary)


@pytest.fixture(scope="module")
def tables(inputs: StudyInputs, quick: StudySettings) -> dict[str, pl.DataFrame]:
    return run_study(inputs, quick)


def test_nearly_all_of_the_weight_goes_to_the_cause(task: Task) -> None:
    """Forty columns more that say nothing: evenly shared, few failures would be spent on them."""
    rng = np.random.default_rng(6)
    noise = rng.normal(size=(500, 40))
    place = task.matrix.columns.index(CAUSE)
    values = np.column_stack([task.matrix.values[:, [place]], noise])
    names = [CAUSE, *(f"parameter.n{i:02d}" for i in range(40))]
    wide = replace(task, matrix=replace(task.matrix, values=values, columns=names, features=names))
    fold = wide.folds[-1]
    weight = np.abs(label_fit(wide, wide.view_of(fold), fold.train).features.coefficients)
    assert weight[0] > 0.75 * weight.sum()


def test_label_scores_are_parts_that_add_up_and_are_fixed_before_results(task: Task) -> None:
    scores = label_scores(task)
    rows, place = task.tested, task.matrix.columns.index(CAUSE)
    parts = label_contributions(task, scores)
    within = scores.score[rows] - parts.sum(axis=1)
    for fold in task.folds:  # what is left is one intercept per fold
        assert np.ptp(within[np.isin(rows, fold.test)]) == pytest.approx(0.0, abs=1e-9)
    assert parts[:, place].std() > 0.5 * scores.score[rows].std()
    assert np.isfinite(scores.prediction.probability[rows]).all()
    label = task.panel.label.copy()
    label[task.folds[-1].test] = 1 - label[task.folds[-1].test]
    turned = label_scores(replace(task, panel=replace(task.panel, label=label)))
    assert np.array_equal(turned.score[rows], scores.score[rows])


def test_a_cause_that_moves_failures_and_not_the_margin_is_found_by_the_label(
    tables: dict[str, pl.DataFrame],
) -> None:
    by_gate = {row["gate"]: row for row in tables["model.verdicts"].iter_rows(named=True)}
    primary = by_gate[5]
    assert (primary["verdict"], primary["route"]) == ("process_signal", "label_model")
    assert primary["model_used"] == "penalised_logistic"
    assert primary["auc"] > 0.7
    assert "of the log loss of the failures that product identity leaves" in primary["reason"]
    # An earlier gate has the test of its margins alone.
    assert by_gate[4]["verdict"] == "no_signal"
    leader = tables["finding.drivers"].row(0, named=True)
    assert CAUSE in leader["members"].split(",")
    assert leader["direction"] == "higher"


def test_the_headline_is_that_of_the_model_the_verdict_rests_on(
    tables: dict[str, pl.DataFrame],
) -> None:
    rungs = tables["model.validations"].filter(gate=5, validation="rolling_origin")
    by_model = dict(rungs.select("model", "auc").rows())
    (verdict,) = tables["model.verdicts"].filter(gate=5).rows(named=True)
    assert verdict["auc"] == by_model["penalised_logistic"] > by_model["lines_on_margins"]


def test_on_label_rests_on_no_margin(task: Task) -> None:
    ladder = climb(task, with_contrast=False)
    assert ladder.model_used == "lines_and_trees_on_margins"
    turned = ladder.on_label()
    assert (turned.margins, turned.spread, turned.model_used) == (None, None, "penalised_logistic")
    assert turned.predictions is ladder.predictions
    assert turned.labels is ladder.labels is not None
    assert turned.used.model == "penalised_logistic"
