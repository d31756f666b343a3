"""Levers on the same failures: chain and Shapley add up to the joint effect, overlaps once."""

from itertools import permutations

import numpy as np
import pytest

from assets.savings.arithmetic.portfolio import chain_shares, shapley_credits


def _joint(alone: list[np.ndarray], unresolved: list[np.ndarray]) -> np.ndarray:
    """Walk a single stream of failures through the levers, one after another."""
    left, total = np.ones_like(alone[0]), np.zeros_like(alone[0])
    for worth, share in zip(alone, unresolved, strict=True):
        total += left * worth
        left *= share
    return total


@pytest.fixture(scope="module")
def five() -> tuple[list[np.ndarray], list[np.ndarray]]:
    rng = np.random.default_rng(5)
    alone = [rng.normal(1e5, 4e4, 1_000) for _ in range(5)]
    return alone, [rng.random(1_000) for _ in range(5)]


def test_sum_over_levers_equals_the_joint_programme(five):
    alone, unresolved = five
    joint = _joint(alone, unresolved)
    chained = sum(v * s for v, s in zip(alone, chain_shares(unresolved), strict=True))
    assert np.allclose(chained, joint, rtol=1e-9, atol=1e-6)
    assert np.allclose(sum(shapley_credits(alone, unresolved)), joint, rtol=1e-9, atol=1e-6)


def test_shapley_is_the_average_over_all_orders_of_joining(five):
    alone, unresolved = five
    alone, unresolved = alone[:4], unresolved[:4]
    expected = [np.zeros(1_000) for _ in alone]
    orders = list(permutations(range(4)))
    for order in orders:
        joined: list[int] = []
        before = np.zeros(1_000)
        for member in order:
            joined = sorted([*joined, member])
            now = _joint([alone[i] for i in joined], [unresolved[i] for i in joined])
            expected[member] += (now - before) / len(orders)
            before = now
    for found, wanted in zip(shapley_credits(alone, unresolved), expected, strict=True):
        assert np.allclose(found, wanted, rtol=1e-9, atol=1e-6)


def test_two_levers_that_save_the_same_failures():
    """Both would save every failure alone: the chain credits the first, Shapley halves it."""
    alone = [np.array([10.0]), np.array([10.0])]
    unresolved = [np.array([0.0]), np.array([0.0])]
    assert [float(share[0]) for share in chain_shares(unresolved)] == [1.0, 0.0]
    assert [float(c[0]) for c in shapley_credits(alone, unresolved)] == pytest.approx([5.0, 5.0])
    # Half each: 10 x 1/2 and 10 x 1/2 x 1/2 in the chain; 3.75 each by Shapley.
    half = [np.array([0.5])] * 2
    credit = shapley_credits([np.array([5.0])] * 2, half)
    assert [float(c[0]) for c in credit] == pytest.approx([3.75, 3.75])


def test_more_levers_than_the_quadrature_takes_are_refused():
    many = [np.ones(2)] * 7
    with pytest.raises(ValueError, match="at most 6"):
        shapley_credits(many, many)


def test_single_simulated_failures_agree_with_the_shares():
    """Failures drawn one by one, each saved by the first lever that reaches it: never twice."""
    rng = np.random.default_rng(11)
    settled = [0.3, 0.5, 0.2]
    failures = 200_000
    reached = rng.random((failures, 3)) < settled
    first = np.where(reached.any(axis=1), reached.argmax(axis=1), -1)
    saved = [(first == k).mean() for k in range(3)]
    shares = chain_shares([np.array([1 - s]) for s in settled])
    expected = [s * float(share[0]) for s, share in zip(settled, shares, strict=True)]
    assert saved == pytest.approx(expected, abs=0.005)
    assert sum(saved) == pytest.approx(1 - 0.7 * 0.5 * 0.8, abs=0.005)
