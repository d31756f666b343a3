"""A random intercept: its share of the variance, and least squares once it is taken out."""

import numpy as np
import pytest

from assets.statistics.regression.random_intercept import intraclass_correlation, quasi_demeaned


def test_intraclass_correlation_of_a_known_law():
    rng = np.random.default_rng(2)
    cluster = np.arange(3_000) // 5
    shared = rng.normal(0, 1, 600)[cluster] + rng.normal(0, 1, 3_000)
    assert intraclass_correlation(shared, cluster) == pytest.approx(0.5, abs=0.06)
    assert intraclass_correlation(rng.normal(size=3_000), cluster) < 0.05


def test_quasi_demeaning_is_generalised_least_squares():
    """Least squares of what is left equals the estimate weighted by the inverse variance."""
    rng = np.random.default_rng(3)
    cluster = np.array([0, 0, 0, 1, 1, 2])
    design = np.column_stack([np.ones(6), rng.normal(size=6)])
    target = rng.normal(size=(6, 1))
    correlation = 0.4
    variance = correlation * (cluster[:, None] == cluster) + (1 - correlation) * np.eye(6)
    weighted = design.T @ np.linalg.inv(variance)
    expected = np.linalg.solve(weighted @ design, weighted @ target)
    within, moved = (quasi_demeaned(table, cluster, correlation) for table in (design, target))
    assert np.linalg.lstsq(within, moved, rcond=None)[0] == pytest.approx(expected)
