"""Penalised logistic regression against scikit-learn, and where scikit-learn gives up."""

import numpy as np
import pytest

from assets.statistics.regression.penalised_logistic import FAILURES_PER_DEGREE, fit_logistic
from assets.statistics.regression.result_history import decaying_means


def failures(rows: int = 400, columns: int = 12) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(rows, columns))
    chance = 1 / (1 + np.exp(2.5 - 1.5 * values[:, 0]))
    return values, (rng.random(rows) < chance).astype(float)


def test_logistic_is_that_of_scikit_learn_at_the_same_penalty() -> None:
    from sklearn.linear_model import LogisticRegression

    values, label = failures()
    fit = fit_logistic(values, label)
    standard = (values - fit.centre) / fit.scale
    chance = fit.predict(values)
    # The gradient of the penalised likelihood vanishes: X'(y - p) = penalty * coefficients.
    gradient = standard.T @ (label - chance)
    penalty = float(gradient @ fit.coefficients / (fit.coefficients @ fit.coefficients))
    reference = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=5000).fit(standard, label)
    assert fit.coefficients == pytest.approx(reference.coef_[0], abs=1e-4)
    assert chance == pytest.approx(reference.predict_proba(standard)[:, 1], abs=1e-4)


def test_logistic_spends_no_more_than_its_failures_afford() -> None:
    values, label = failures(columns=60)
    fit = fit_logistic(values, label)
    standard = (values - fit.centre) / fit.scale
    gradient = standard.T @ (label - fit.predict(values))
    penalty = float(gradient @ fit.coefficients / (fit.coefficients @ fit.coefficients))
    information = np.linalg.eigvalsh(standard.T @ standard) * label.mean() * (1 - label.mean())
    spent = (information / (information + penalty)).sum()
    assert spent == pytest.approx(label.sum() / FAILURES_PER_DEGREE, rel=0.05)


def test_logistic_with_one_class_says_the_base_rate() -> None:
    values, _ = failures(rows=49)
    fit = fit_logistic(values, np.zeros(49))
    assert fit.predict(values) == pytest.approx(np.full(49, 0.01))


def test_logistic_survives_separation_missing_values_and_constants() -> None:
    rng = np.random.default_rng(4)
    values = np.column_stack([np.r_[np.zeros(50), np.ones(10)], np.full(60, 7.0)])
    values[rng.random((60, 2)) < 0.2] = np.nan
    chance = fit_logistic(values, np.r_[np.zeros(50), np.ones(10)]).predict(values)
    assert np.isfinite(chance).all()
    assert ((chance > 0) & (chance < 1)).all()


def test_emphasis_silences_a_column_and_even_emphasis_changes_nothing() -> None:
    values, label = failures()
    plain = fit_logistic(values, label)
    assert fit_logistic(values, label, 0.0, np.ones(12)).coefficients == pytest.approx(
        plain.coefficients
    )
    alone = fit_logistic(values, label, 0.0, np.r_[1.0, np.zeros(11)])
    assert np.flatnonzero(alone.coefficients).tolist() == [0]
    assert alone.coefficients[0] > plain.coefficients[0]
    none = fit_logistic(values, label, 0.0, np.zeros(12))
    assert none.predict(values) == pytest.approx(np.full(400, label.mean()), abs=1e-3)


def test_newton_arrives_where_full_steps_overshoot_one_way_and_back_again() -> None:
    """Failures in stretches, on two decaying means of themselves: whole steps never settle."""
    margin = np.random.default_rng(1).normal(size=1000)
    for batch in range(1, 1000):
        margin[batch] += 0.9 * margin[batch - 1]
    label = (margin < np.quantile(margin, 0.08)).astype(float)
    values = np.column_stack([each[:, 0] for each in decaying_means(label[:, None], (10, 40))])
    fit = fit_logistic(values, label)
    assert fit.predict(values).sum() == pytest.approx(label.sum(), rel=1e-6)
    assert 1.5 < fit.coefficients[0] < 3
