"""Total-effect shares of results whose shares are known exactly: sums, and a product."""

import numpy as np
import pytest

from assets.statistics.total_effect import total_effect_share

DRAWS = 200_000


def _inputs(seed: int, *shapes: tuple[str, float, float]) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [
        rng.normal(a, b, DRAWS) if kind == "normal" else rng.uniform(a, b, DRAWS)
        for kind, a, b in shapes
    ]


def _shares(result, shapes, groups):
    """Share of each group of inputs, by drawing its members anew."""
    first, again = _inputs(1, *shapes), _inputs(2, *shapes)
    return [
        total_effect_share(
            result(*first),
            result(*(again[i] if i in group else first[i] for i in range(len(first)))),
        )
        for group in groups
    ]


def test_in_a_sum_each_input_carries_its_own_variance():
    """Variances: a normal of spread 3 has 9; uniform over 12 has 12; normal of 2 has 4: of 25."""
    shapes = (("normal", 5, 3), ("uniform", 0, 12), ("normal", -2, 2))
    found = _shares(lambda x, y, z: x + y + z, shapes, [{0}, {1}, {2}, {0, 2}, {0, 1, 2}])
    assert found == pytest.approx([0.36, 0.48, 0.16, 0.52, 1.0], abs=0.005)


def test_weights_count_squared():
    """2x - 3y of two uniforms over the unit interval: 4 and 9 of 13."""
    shapes = (("uniform", 0, 1), ("uniform", 0, 1))
    found = _shares(lambda x, y: 2 * x - 3 * y, shapes, [{0}, {1}])
    assert found == pytest.approx([4 / 13, 9 / 13], abs=0.005)


def test_in_a_product_what_two_do_together_belongs_to_both():
    """x of mean 10 and variance 4, y of mean 3 and variance 3, independent.

    Var(xy) = 100 * 3 + 9 * 4 + 4 * 3 = 348; x carries E[y^2] Var(x) = 12 * 4 = 48 of it, y carries
    E[x^2] Var(y) = 104 * 3 = 312, and both the 12 they make together.
    """
    shapes = (("normal", 10, 2), ("uniform", 0, 6))
    found = _shares(lambda x, y: x * y, shapes, [{0}, {1}, {0, 1}])
    assert found == pytest.approx([48 / 348, 312 / 348, 1.0], abs=0.006)


def test_what_does_not_vary_carries_nothing():
    ones = np.ones(10)
    assert total_effect_share(ones, ones) == 0
    with pytest.raises(ValueError, match="pairs"):
        total_effect_share(ones, np.ones(9))
