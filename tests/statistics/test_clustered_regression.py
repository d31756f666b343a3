"""Slopes with intervals over clusters, together and one column at a time."""

import tracemalloc

import numpy as np
import pytest

from assets.statistics.regression.clustered_regression import clustered_slopes, separate_slopes

RNG = np.random.default_rng(4)
CLUSTER = np.repeat(np.arange(40), 5)
DESIGN = RNG.normal(size=(200, 3)) + RNG.normal(size=(40, 3))[CLUSTER]
TARGET = DESIGN @ [0.5, 0.0, -1.0] + RNG.normal(size=40)[CLUSTER] + RNG.normal(size=200)


def test_columns_one_by_one_are_regressions_of_one_column() -> None:
    design = DESIGN.copy()
    design[::7, 1] = np.nan
    target = TARGET.copy()
    target[3::11] = np.nan
    found = separate_slopes(design, target, CLUSTER, 0.9)
    for j in range(3):
        rows = np.isfinite(design[:, j]) & np.isfinite(target)
        alone = clustered_slopes(design[rows][:, [j]], target[rows], CLUSTER[rows], 0.9)
        assert found.estimate[j] == pytest.approx(alone.estimate[0])
        assert found.low[j] == pytest.approx(alone.low[0])
        assert found.high[j] == pytest.approx(alone.high[0])


def test_a_column_that_says_nothing_has_no_slope() -> None:
    found = separate_slopes(np.ones((200, 1)), TARGET, CLUSTER)
    assert found.estimate.tolist() == [0.0]
    assert found.low.tolist() == [-np.inf]


def test_intervals_over_clusters_cover_where_plain_ones_do_not() -> None:
    """A column and errors that both come in lots: the interval holds 0 in about 95 of 100 draws."""
    held = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        column, error = rng.normal(size=(2, 40))[:, CLUSTER] + 0.3 * rng.normal(size=(2, 200))
        found = separate_slopes(column[:, None], error, CLUSTER)
        held += bool(found.low[0] <= 0 <= found.high[0])
    assert 89 <= held <= 100


def test_batches_that_are_each_their_own_lot_take_no_table_of_batches_by_lots() -> None:
    rng = np.random.default_rng(5)
    tracemalloc.start()
    separate_slopes(rng.normal(size=(10_000, 2)), rng.normal(size=10_000), np.arange(10_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6  # such a table is 800 MB
