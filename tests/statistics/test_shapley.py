"""Shapley credits of a chain: they add up to the whole and are the average over all orders."""

from itertools import permutations

import numpy as np
import pytest

from assets.statistics.shapley import shapley_credits


def _joint(alone: list[np.ndarray], left: list[np.ndarray]) -> np.ndarray:
    """Walk one stream through the chain, each member on what is left to it."""
    reached, total = np.ones_like(alone[0]), np.zeros_like(alone[0])
    for worth, share in zip(alone, left, strict=True):
        total += reached * worth
        reached *= share
    return total


@pytest.fixture(scope="module")
def five() -> tuple[list[np.ndarray], list[np.ndarray]]:
    rng = np.random.default_rng(5)
    alone = [rng.normal(1e5, 4e4, 1_000) for _ in range(5)]
    return alone, [rng.random(1_000) for _ in range(5)]


def test_credits_add_up_to_the_whole_chain(five):
    alone, left = five
    assert np.allclose(sum(shapley_credits(alone, left)), _joint(alone, left), rtol=1e-9, atol=1e-6)


def test_shapley_is_the_average_over_all_orders_of_joining(five):
    alone, left = five
    alone, left = alone[:4], left[:4]
    expected = [np.zeros(1_000) for _ in alone]
    orders = list(permutations(range(4)))
    for order in orders:
        joined: list[int] = []
        before = np.zeros(1_000)
        for member in order:
            joined = sorted([*joined, member])
            now = _joint([alone[i] for i in joined], [left[i] for i in joined])
            expected[member] += (now - before) / len(orders)
            before = now
    for found, wanted in zip(shapley_credits(alone, left), expected, strict=True):
        assert np.allclose(found, wanted, rtol=1e-9, atol=1e-6)


def test_two_who_would_each_do_it_all_share_it():
    """Half each: 10 x 1/2 and 10 x 1/2 x 1/2 in the chain; 3.75 each by Shapley."""
    (ten, five), (none, half) = np.array([[10.0], [5.0]]), np.array([[0.0], [0.5]])
    assert np.ravel(shapley_credits([ten] * 2, [none] * 2)) == pytest.approx([5.0, 5.0])
    assert np.ravel(shapley_credits([five] * 2, [half] * 2)) == pytest.approx([3.75, 3.75])


def test_more_members_than_the_quadrature_takes_are_refused():
    many = [np.ones(2)] * 7
    with pytest.raises(ValueError, match="at most 6"):
        shapley_credits(many, many)
