import numpy as np
import pytest

from assets.statistics.clustered_regression import clustered_slopes
from assets.statistics.dependence import design_effect


def test_failures_that_come_by_whole_lots_count_as_lots() -> None:
    label, cluster = np.repeat(np.r_[np.ones(5), np.zeros(95)], 4), np.repeat(np.arange(100), 4)
    assert design_effect(label, cluster) == pytest.approx(4.0, rel=0.02)


def test_scattered_failures_count_as_themselves() -> None:
    label = np.zeros(400)
    label[::20] = 1
    assert design_effect(label, np.repeat(np.arange(100), 4)) == pytest.approx(1.0, abs=0.1)


def test_degenerate_cases_have_no_inflation() -> None:
    assert design_effect(np.zeros(10), np.arange(10)) == 1.0
    assert design_effect(np.r_[1.0, np.zeros(9)], np.zeros(10, dtype=int)) == 1.0
    assert design_effect(np.empty(0), np.empty(0, dtype=int)) == 1.0


def test_clustered_slopes_widen_with_clusters_and_keep_the_estimate() -> None:
    rng = np.random.default_rng(1)
    cluster = np.repeat(np.arange(50), 6)
    x = rng.normal(size=50)[cluster][:, None]
    y = 2 * x[:, 0] + rng.normal(size=50)[cluster] + 0.2 * rng.normal(size=300)
    together, apart = clustered_slopes(x, y, cluster), clustered_slopes(x, y, np.arange(300))
    assert together.estimate == pytest.approx(apart.estimate)
    assert together.high[0] - together.low[0] > 1.8 * (apart.high[0] - apart.low[0])
    assert together.low[0] < 2 < together.high[0]


def test_one_cluster_bounds_nothing() -> None:
    found = clustered_slopes(np.arange(9.0)[:, None], np.arange(9.0), np.zeros(9, dtype=int))
    assert found.low[0] == -np.inf
    assert found.high[0] == np.inf
