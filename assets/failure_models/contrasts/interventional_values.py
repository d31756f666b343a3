"""Interventional SHAP values of one batch against a background of batches, exact.

The value of a column is what putting the batch's own value in place of a background batch's changes
in the prediction, over all orders in which columns could be put there and all background batches.

Source: Lundberg et al. (2020), Nature Machine Intelligence 2, 56-67, section "Interventional"; for
lines and products in closed form from Shapley (1953).
"""

from typing import Any

import numpy as np

from assets.failure_models.contrasts.explanations import import_shap
from assets.failure_models.estimators.margin_trees import TreeFit
from assets.statistics.array_types import FloatArray
from assets.statistics.lines.pair_terms import PairTerms


def of_line(coefficients: FloatArray, own: FloatArray, background: FloatArray) -> FloatArray:
    """Values of a linear model.

    Args:
        coefficients: Per column.
        own: Per column, the batch's value.
        background: (batches, columns).

    Examples:
        >>> of_line(np.array([2.0]), np.array([3.0]), np.array([[0.0], [2.0]])).tolist()
        [4.0]
    """
    return np.asarray(coefficients * (own - background.mean(axis=0)))


def of_pairs(pairs: PairTerms, own: FloatArray, background: FloatArray) -> FloatArray:
    """Values of a sum of products of two columns; a square counts whole to its column.

    Args:
        pairs: The products.
        own: Per column, the batch's value.
        background: (batches, columns).

    Examples:
        >>> one = PairTerms(np.array([0]), np.array([1]), np.zeros(1), np.ones(1))
        >>> of_pairs(one, np.array([2.0, 4.0]), np.zeros((3, 2))).tolist()
        [4.0, 4.0]
    """
    values = np.zeros(own.size)
    for first, second, slope in zip(pairs.first, pairs.second, pairs.coefficients, strict=True):
        before, after = background[:, first], background[:, second]
        # Half of what each change adds beside the other column's old and new value.
        values[first] += slope * np.mean((own[first] - before) * (own[second] + after)) / 2
        values[second] += slope * np.mean((own[second] - after) * (own[first] + before)) / 2
    return values


def of_trees(trees: TreeFit, own: FloatArray, background: FloatArray) -> FloatArray:
    """Values of boosted trees, by shap's TreeExplainer; zero where there are none."""
    values = np.zeros(own.size)
    if trees.booster is not None:
        seen = trees.columns
        values[seen] = trees.share * _of_booster(trees.booster, own[seen], background[:, seen])
    return values


def _of_booster(booster: Any, own: FloatArray, background: FloatArray) -> FloatArray:
    import_shap()
    import shap

    # The trees compare in single precision: a value between two roundings must go the same way.
    explainer = shap.TreeExplainer(
        booster, background.astype(np.float32), feature_perturbation="interventional"
    )
    found = explainer.shap_values(own[None, :].astype(np.float32), check_additivity=False)
    values: FloatArray = np.asarray(found, dtype=float)[0]
    return values
