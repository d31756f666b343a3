import numpy as np
import pytest

from assets.statistics.dependence import design_effect, share_interval
from assets.statistics.intervals import wilson
from assets.statistics.regression.clustered_regression import clustered_slopes


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


def test_a_share_over_lots_has_the_interval_of_its_effective_counts() -> None:
    """Thirty lots of ten that stand or fall together are worth thirty batches, not 300."""
    lot = np.repeat(np.arange(30), 10)
    event = np.isin(lot, np.arange(6))
    low, high = share_interval(event, lot)
    alone = wilson(6, 30)
    assert (low, high) == pytest.approx(alone, abs=0.01)
    assert share_interval(event, np.arange(300)) == pytest.approx(wilson(60, 300), abs=1e-3)
    # Nothing happened: how much lots would tie cannot be seen, and is not taken to be nothing.
    none = np.zeros(300, dtype=bool)
    assert share_interval(none, lot)[1] == pytest.approx(wilson(0, 300 / 1.3)[1])
