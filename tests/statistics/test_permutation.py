from itertools import permutations
from math import log10

import numpy as np
import pytest

from assets.statistics.resampling import permutation
from assets.statistics.resampling.permutation import (
    SharedDraws,
    cluster_keys,
    log10_arrangements,
    p_value,
    permuted,
    permuted_positions,
)


def test_strings_move_whole_and_stay_in_their_block() -> None:
    block = np.array([0, 0, 0, 0, 0, 1, 1])
    cluster = np.array([0, 0, 1, 1, 2, 3, 4])
    positions = permuted_positions(block, cluster, cluster_keys(5, 2000, seed=1))
    seen = {tuple(row[:5]) for row in positions}
    parts = [(0, 1), (2, 3), (4,)]
    assert seen == {sum(order, ()) for order in permutations(parts)}
    assert {tuple(row[5:]) for row in positions} == {(5, 6), (6, 5)}


def test_a_string_in_pieces_is_laid_where_its_batches_were() -> None:
    # Two lots made in turns: swapping them swaps the outcomes of the turns.
    positions = permuted_positions(
        np.zeros(4, dtype=int), np.array([0, 1, 0, 1]), cluster_keys(2, 200, seed=1)
    )
    assert {tuple(row) for row in positions} == {(0, 1, 2, 3), (1, 0, 3, 2)}


def test_p_value_of_a_case_worked_by_hand() -> None:
    # Three lots of one batch, outcomes and scores 3 2 1: the sum of products, 14, is the largest of
    # the six arrangements (14 13 13 11 11 10), so p tends to 1/6.
    outcome = score = np.array([3.0, 2.0, 1.0])
    exact = [float(np.array(order) @ score) for order in permutations(outcome)]
    assert sorted(exact, reverse=True) == [14, 13, 13, 11, 11, 10]
    draws = SharedDraws(clusters=3, draws=20_000, seed=3)
    null = draws.over(np.zeros(3, dtype=int), np.arange(3), lambda at: outcome[at] @ score)
    assert p_value(14.0, null) == pytest.approx(1 / 6, abs=0.01)
    assert p_value(13.0, null) == pytest.approx(3 / 6, abs=0.01)


def test_p_value_counts_the_observed_arrangement() -> None:
    assert p_value(5.0, np.array([1.0, 2.0, 3.0, 4.0])) == pytest.approx(1 / 5)
    assert p_value(0.0, np.array([1.0, 2.0, 3.0, 4.0])) == 1.0


def test_arrangements_count_distinct_patterns_only() -> None:
    block, cluster = np.zeros(4, dtype=int), np.arange(4)
    assert log10_arrangements(block, cluster, np.arange(4.0)) == pytest.approx(log10(24))
    assert log10_arrangements(block, cluster, np.array([1.0, 0, 0, 0])) == pytest.approx(log10(4))
    assert log10_arrangements(block, cluster, np.zeros(4)) == 0.0


def test_level_under_the_null_with_dependent_lots() -> None:
    """Lots of five with a shared effect in outcome and score: 5% of tests at 5%."""
    rng = np.random.default_rng(7)
    lots, size, tests = 24, 5, 300
    cluster = np.repeat(np.arange(lots), size)
    draws = SharedDraws(lots, 199, seed=5)
    (positions,) = draws.parts(np.zeros(cluster.size, dtype=int), cluster)
    hits = 0
    for _ in range(tests):
        outcome, score = (
            rng.normal(size=lots)[cluster] + rng.normal(size=cluster.size) for _ in range(2)
        )
        hits += p_value(float(outcome @ score), outcome[positions] @ score) <= 0.05
    assert 4 <= hits <= 28  # 99% binomial band of 300 at 5%


def test_draws_are_the_same_however_few_are_held_at_a_time(monkeypatch):
    cluster = np.repeat(np.arange(40), 3)
    block = np.repeat([0, 1], 60)
    whole = permuted_positions(block, cluster, cluster_keys(40, 70, seed=2))
    for held in (30, 1_000_000):
        monkeypatch.setattr(permutation, "FEWEST_HELD", held)
        monkeypatch.setattr(permutation, "POSITIONS_HELD", 1)
        kept, made_again = SharedDraws(40, 70, 2), SharedDraws(40, 70, 2, kept_bytes=0)
        for _ in range(2):  # kept ones are looked at again, others made again
            assert np.array_equal(np.concatenate(list(kept.parts(block, cluster))), whole)
            assert np.array_equal(np.concatenate(list(made_again.parts(block, cluster))), whole)
        values = np.arange(120.0)
        assert np.array_equal(permuted(values, block, cluster, 70, seed=2), values[whole])
