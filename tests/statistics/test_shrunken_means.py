import numpy as np
import pytest

from assets.statistics.regression.shrunken_means import ShrunkenMeans, shrunken_means


def means_of(group, values) -> ShrunkenMeans:
    found = shrunken_means(group, values)
    assert found is not None
    return found


def test_groups_that_do_not_differ_are_drawn_to_the_mean():
    draws = np.random.default_rng(1)
    found = means_of(np.repeat(np.arange(20), 5), draws.normal(size=100))
    assert np.abs(found.effect).max() < 0.5 * np.abs(found.raw).max()


def test_intervals_of_random_groups_cover():
    inside = total = 0
    for seed in range(40):
        draws = np.random.default_rng(seed)
        truth = draws.normal(0, 0.7, 30)
        group = np.repeat(np.arange(30), draws.integers(2, 9, 30))
        found = means_of(group.astype(np.int64), truth[group] + draws.normal(size=group.size))
        inside += (np.abs(found.effect - truth) < 1.645 * found.sd).sum()
        total += 30
    assert 0.85 < inside / total < 0.93  # nominal 90%; the variance is estimated


def test_two_equal_groups_by_hand():
    """Means 0 and 2, variance 2 within and 4 of each: between (8 - 2) / 4."""
    within = np.array([-1.0, -1, 1, 1]) * np.sqrt(1.5)
    found = means_of(np.repeat([0, 1], 4), np.concatenate([within, 2 + within]))
    assert found.within**2 == pytest.approx(2.0)
    assert found.between**2 == pytest.approx(1.5)
    assert found.effect == pytest.approx([-0.75, 0.75])


@pytest.mark.parametrize("group", [[0, 0, 0], [0, 1, 2]])
def test_one_group_or_single_values_tell_nothing(group):
    assert shrunken_means(np.array(group), np.arange(3.0)) is None
