"""Interventional values: by hand, against Shapley's definition, and in what they add up to."""

from itertools import permutations

import numpy as np
import pytest

from assets.failure_models.contrasts.contrast import MarginModel, by_label, by_margins
from assets.failure_models.contrasts.explanations import explanation
from assets.failure_models.contrasts.interventional_values import of_line, of_pairs, of_trees
from assets.failure_models.estimators import boosted_trees
from assets.failure_models.estimators.failure_probability import margin_failure_probability
from assets.failure_models.estimators.margin_trees import TreeFit
from assets.statistics.lines.line_fit import LineFit
from assets.statistics.lines.pair_terms import PairTerms
from assets.statistics.regression.penalised_logistic import LogisticFit


def by_definition(predict, own, background):
    """Shapley's mean over all orders and all background rows, as in Lundberg et al. (2020)."""
    values, orders = np.zeros(own.size), list(permutations(range(own.size)))
    for row in background:
        for order in orders:
            mixed = row.copy()
            before = predict(mixed[None, :])[0]
            for column in order:
                mixed[column] = own[column]
                after = predict(mixed[None, :])[0]
                values[column] += (after - before) / (len(orders) * len(background))
                before = after
    return values


@pytest.fixture(scope="module")
def trees():
    rng = np.random.default_rng(7)
    design = rng.normal(size=(300, 3))
    left = design[:, 0] * design[:, 1] + (design[:, 2] > 0.5)
    binned = boosted_trees.BinnedDesigns(design)
    booster = boosted_trees.fit_margin_trees(binned, np.arange(300), left, seed=1)
    return TreeFit(np.array([0, 1, 2]), 0.8, booster), design


def test_trees_have_the_values_of_the_definition(trees):
    fit, design = trees
    background = design[:12].astype(np.float32).astype(float)
    own = design[200].astype(np.float32).astype(float)
    expected = by_definition(fit.predict, own, background)
    assert of_trees(fit, own, background) == pytest.approx(expected, abs=1e-5)


def test_squares_and_products_have_the_values_of_the_definition():
    pairs = PairTerms(
        np.array([0, 1]), np.array([1, 1]), np.array([0.3, -1.0]), np.array([2.0, -0.5])
    )
    rng = np.random.default_rng(3)
    own, background = rng.normal(size=3), rng.normal(size=(9, 3))
    expected = by_definition(pairs.predict, own, background)
    assert of_pairs(pairs, own, background) == pytest.approx(expected)


def test_a_line_by_hand():
    """Slope 2 at 3 above a background of mean 1 is 4; the other column has no slope."""
    background = np.array([[0.0, 5.0], [2.0, 7.0]])
    assert of_line(np.array([2.0, 0.0]), np.array([3.0, 9.0]), background).tolist() == [4.0, 0.0]


def test_values_of_margins_add_up_to_the_risk_beyond_that_of_good_batches(trees):
    fit, design = trees
    pool = np.random.default_rng(1).normal(size=200)
    lines = LineFit(np.array([-1.0, 0.0, 0.5]), 0.2, np.zeros(3), pool)
    pairs = PairTerms(np.array([0]), np.array([2]), np.zeros(1), np.array([0.3]))
    model = MarginModel("hardness", lines, pairs, fit, pool, 1.7)
    reached = np.full(2, np.nan)
    own, background = np.array([2.5, -0.3, 0.1]), design[:40]
    found = by_margins([model, model], np.array([2.0, 1.0]), own, background, reached)
    assert found.base + found.contribution.sum() == pytest.approx(found.value, abs=1e-4)
    usual, reached = model.predict(background).mean(), model.predict(own[None, :])[0]
    expected = [margin_failure_probability(np.array([e + reached]), pool)[0] for e in (2.0, 1.0)]
    assert found.value == pytest.approx(1.7 * sum(expected))
    assert found.contribution[0] > 0  # the margin falls with the first column
    assert reached < usual


def test_of_a_failed_batch_only_what_it_failed_is_explained():
    """Two margins, a column each: whichever failed leaves the other's column nothing."""
    pool = np.random.default_rng(1).normal(size=200)
    none = PairTerms(np.array([], int), np.array([], int), np.array([]), np.array([]))
    models = [
        MarginModel(name, LineFit(slopes, 0.0, np.zeros(2), pool), none, TreeFit.none(), pool, 1.0)
        for name, slopes in (("assay", np.array([-1.0, 0.0])), ("hardness", np.array([0.0, -1.0])))
    ]
    own, background, expected = np.array([1.0, 2.0]), np.zeros((20, 2)), np.array([2.0, 2.0])

    def contrast(*reached):
        return by_margins(models, expected, own, background, np.array(reached))

    every = contrast(0.5, 0.5)
    assert (every.contribution > 0).all()
    assert every.contribution[1] > every.contribution[0]
    first = contrast(-0.1, 0.5)
    assert first.contribution.tolist() == [every.contribution[0], 0.0]
    assert (first.explains, contrast(np.nan, -1.0).explains) == ("assay", "hardness")
    both = contrast(-0.1, -1.0)
    assert (both.explains, every.explains, contrast(np.nan, np.nan).explains) == (
        "assay, hardness", None, None,
    )  # fmt: skip
    assert both.value == every.value == pytest.approx(every.base + every.contribution.sum())


def test_a_model_of_the_label_adds_up_in_log_odds():
    fit = LogisticFit(np.zeros(2), np.ones(2), np.array([1.5, -0.5]), -3.0)
    own, background = np.array([2.0, 1.0]), np.array([[0.0, 0.0], [1.0, 2.0]])
    found = by_label(fit, own, background)
    assert found.contribution.tolist() == [1.5 * 1.5, 0.0]
    assert found.value == pytest.approx(fit.log_odds(own[None, :])[0])


def test_rows_are_handed_on_as_a_shap_explanation():
    import shap

    lines = [
        {"title": "Torque", "contribution": 0.3, "value": 4.0, "base_value": 0.1},
        {"title": "Moisture", "contribution": -0.05, "value": None, "base_value": 0.1},
    ]
    found = explanation(lines)
    assert isinstance(found, shap.Explanation)
    assert found.values.tolist() == [0.3, -0.05]
    assert found.feature_names == ["Torque", "Moisture"]
    assert float(found.base_values + found.values.sum()) == pytest.approx(0.35)
