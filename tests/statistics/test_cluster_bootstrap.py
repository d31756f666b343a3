import numpy as np
import pytest

from assets.statistics.resampling.cluster_bootstrap import (
    cluster_weights,
    percentile_interval,
    weighted_ratio,
)


def test_batches_of_a_cluster_are_drawn_together() -> None:
    cluster = np.repeat([5, 2, 9], [3, 1, 2])
    weights = cluster_weights(cluster, 200, np.random.default_rng(1))
    assert weights.shape == (200, 6)
    for code in (5, 2, 9):
        own = weights[:, cluster == code]
        assert (own == own[:, :1]).all()
    first_of_each = weights[:, [0, 3, 4]]
    assert (first_of_each.sum(axis=1) == 3).all()


def test_the_interval_of_a_clustered_mean_covers() -> None:
    """60 lots of 4 with a lot effect: nominal 95% covers; single batches would not."""
    rng = np.random.default_rng(11)
    cluster, covered, naive = np.repeat(np.arange(60), 4), 0, 0
    for _ in range(100):
        value = rng.normal(size=60)[cluster] + 0.5 * rng.normal(size=240)
        for code, single in ((cluster, False), (np.arange(240), True)):
            weights = cluster_weights(code, 400, rng)
            low, high = percentile_interval(weighted_ratio(value, np.ones(240), weights))
            hit = low <= 0 <= high
            naive += hit * single
            covered += hit * (not single)
    assert covered >= 88
    assert naive < 80


def test_undefined_resamples_are_left_out() -> None:
    assert percentile_interval(np.r_[np.nan, np.arange(101.0)]) == pytest.approx((2.5, 97.5))
    assert np.isnan(percentile_interval(np.full(50, np.nan))).all()
    assert np.isnan(weighted_ratio(np.ones(2), np.zeros(2), np.ones((1, 2))))[0]
