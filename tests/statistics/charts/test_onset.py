"""The onset of a change: its kind, its place, and how often the interval holds it."""

import numpy as np
import pytest

from assets.statistics.charts.sequential.onset import onset


def changed(rng, kind, begin, points, memory=0.0):
    news = rng.normal(size=points + 50)
    values = np.empty(points + 50)
    values[0] = news[0]
    for at in range(1, points + 50):
        values[at] = memory * values[at - 1] + np.sqrt(1 - memory**2) * news[at]
    values = values[50:]
    after = np.arange(points) >= begin
    if kind == "step":
        return values + 2.5 * after
    if kind == "drift":
        return values + 0.08 * np.maximum(np.arange(points) - begin + 1, 0)
    return np.where(after, 3.0 * values, values)


@pytest.mark.parametrize("kind", ["step", "drift", "spread"])
@pytest.mark.parametrize("memory", [0.0, 0.6])
def test_the_interval_holds_the_onset_as_often_as_it_says(kind, memory):
    rng = np.random.default_rng([3, int(10 * memory)])
    held = right = 0
    for _ in range(100):
        begin = int(rng.integers(55, 90))
        found = onset(changed(rng, kind, begin, begin + 25, memory), 50)
        assert found is not None
        held += found.low <= begin <= found.high
        right += found.kind == kind
    assert held >= 82  # nominal 90, the two-sided 99% band of a hundred
    assert right >= 50


def test_a_step_beyond_doubt_is_no_more_than_certain():
    """Weights of a hundred places sum to one only but for rounding."""
    for points in range(60, 120):
        values = np.resize([0.3, -0.8, 1.1, -0.2, 0.6, -1.2, 0.1], points)
        values[50:] += 9.0
        found = onset(values, 40)
        assert found is not None
        assert found.kind_prob <= 1.0


def test_nothing_is_told_of_too_few_points_or_of_none_that_differ():
    assert onset(np.arange(11.0)) is None
    assert onset(np.ones(40)) is None


def test_the_unit_of_the_values_leaves_the_onset():
    values = changed(np.random.default_rng(5), "step", 60, 90)
    plain, scaled = onset(values, 50), onset(7.0 + 3.0 * values, 50)
    assert plain is not None
    assert scaled is not None
    assert (plain.kind, plain.low, plain.high) == (scaled.kind, scaled.low, scaled.high)


def test_a_skewed_law_is_no_change_of_spread():
    rng = np.random.default_rng(6)
    values = np.exp(0.8 * (rng.normal(size=90) + 2.5 * (np.arange(90) >= 60)))
    found = onset(values, 50)
    assert found is not None
    assert found.kind == "step"
