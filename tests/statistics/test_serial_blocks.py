"""Blocks of consecutive batches: as long as a memory lasts, whole lots, and a test that holds."""

import numpy as np
import pytest

from assets.statistics.resampling.permutation import cluster_keys, p_value, permuted_positions
from assets.statistics.resampling.serial_blocks import (
    autocorrelation,
    block_lengths,
    consecutive_blocks,
    correlation_length,
)


def wandering(rng: np.random.Generator, memory: float, size: int) -> np.ndarray:
    series = rng.normal(size=size)
    for batch in range(1, size):
        series[batch] += memory * series[batch - 1]
    return series


def test_autocorrelation_of_a_case_worked_by_hand() -> None:
    # Beside its mean: -1, 1, -1, 1; lag 1 sums to -3, lag 2 to 2, the squares to 4.
    values = np.array([0.0, 2.0, 0.0, 2.0])
    assert autocorrelation(values, 1) == -0.75
    assert autocorrelation(values, 2) == 0.5
    assert autocorrelation(np.array([0.0, 2.0, np.nan, 2.0, 0.0]), 1) < 0
    for nothing in (np.full(5, np.nan), np.ones(5), np.empty(0)):
        assert autocorrelation(nothing, 1) == 0.0
    assert autocorrelation(values, 4) == autocorrelation(values, 0) == 0.0


def test_a_longer_memory_gives_longer_blocks_and_none_allows_single_batches() -> None:
    rng = np.random.default_rng(1)
    noise, short, long = (wandering(rng, memory, 800) for memory in (0.0, 0.5, 0.9))
    assert correlation_length(noise) == 0
    assert 1 <= correlation_length(short) < correlation_length(long) <= 80
    assert block_lengths(noise[:, None]) == [10, 1]
    assert block_lengths(np.column_stack([noise, long])) == [2 * correlation_length(long)]
    assert block_lengths(np.empty((800, 0))) == block_lengths(np.full((800, 1), np.nan)) == [10, 1]


def test_blocks_join_whole_lots_and_reach_across_no_border() -> None:
    border = np.repeat([7, 3], 12)
    lot = np.repeat(np.arange(8), 3)
    joined = consecutive_blocks(border, lot, 5)
    assert joined.tolist() == [2] * 6 + [3] * 6 + [0] * 6 + [1] * 6
    # What is left at the end joins the block before, and one that is too short stays alone.
    assert consecutive_blocks(np.zeros(7, int), np.arange(7), 3).tolist() == [0] * 3 + [1] * 4
    assert consecutive_blocks(np.zeros(2, int), np.arange(2), 9).tolist() == [0, 0]
    assert consecutive_blocks(border, lot, 1) is lot


def test_lots_that_take_turns_are_joined_in_the_order_they_began() -> None:
    lot = np.array([5, 5, 1, 5, 1, 1, 9, 9, 9, 2, 9, 2])
    joined = consecutive_blocks(np.zeros(12, int), lot, 6)
    assert joined.tolist() == [0] * 6 + [1] * 6


@pytest.mark.parametrize(("length", "least", "most"), [(1, 30, 100), (50, 0, 14)])
def test_blocks_keep_the_level_that_single_batches_lose(length: int, least: int, most: int) -> None:
    """Two series of memory 0.9 that have nothing to do with each other, a hundred times."""
    rng, called = np.random.default_rng(2), 0
    lots = np.arange(600)
    for run in range(100):
        one, other = (wandering(rng, 0.9, 600) for _ in range(2))
        border = np.zeros(600, dtype=np.int64)
        cluster = consecutive_blocks(border, lots, length)
        keys = cluster_keys(int(cluster.max()) + 1, 99, run)
        drawn = other[permuted_positions(border, cluster, keys)] @ one
        called += p_value(abs(float(other @ one)), np.abs(drawn)) <= 0.05
    assert least <= called <= most
