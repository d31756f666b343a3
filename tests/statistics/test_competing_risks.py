import numpy as np
import pytest

from assets.statistics.reliability.competing_risks import ends_of_waits


def test_weights_count_as_copies():
    time, end = np.array([1.0, 2, 2, 5, 6]), np.array([1, 2, 1, 0, 2])
    weight = np.array([2, 1, 3, 1, 2])
    weighted = ends_of_waits(time, end, weight.astype(float))
    copied = ends_of_waits(np.repeat(time, weight), np.repeat(end, weight))
    assert weighted.incidence == pytest.approx(copied.incidence)
    assert weighted.waiting == pytest.approx(copied.waiting)


def test_of_those_who_wait_longest_more_end_badly():
    """Failures wait 20 days longer: at 15 days nearly every batch still open will fail."""
    draws = np.random.default_rng(2)
    fails = draws.random(4000) < 0.05
    delay = draws.gamma(16, 0.5, 4000) + 20 * fails
    seen_for = draws.uniform(0, 200, 4000)
    end = np.where(delay > seen_for, 0, np.where(fails, 1, 2))
    wait = ends_of_waits(np.minimum(delay, seen_for), end)
    early, late = wait.eventually(np.array([0.0, 15.0]))
    assert early == pytest.approx(0.05, abs=0.01)
    is_late = delay > 15
    assert late == pytest.approx(fails[is_late].mean(), abs=0.05)


def test_without_an_end_nothing_is_foretold():
    wait = ends_of_waits(np.array([1.0, 2.0]), np.array([0, 0]))
    assert wait.eventually(np.array([1.0])).tolist() == [0.0]
