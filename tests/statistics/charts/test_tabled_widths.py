"""Tabled widths are those that are simulated; compiled ranks are those that are counted."""

import numpy as np
import pytest

from assets.statistics.charts.run_length.distribution_free_limits import distribution_free_width
from assets.statistics.charts.run_length.tabled_widths import ORDER, tabled_width
from assets.statistics.charts.sequential.rank_kernel import sequential_shares


@pytest.mark.parametrize(("watch", "rate"), [("level", 4e-3), ("spread", 1e-3)])
def test_a_tabled_width_is_the_simulated_one(watch, rate):
    width = distribution_free_width(50, rate, order=ORDER, watch=watch, alarms=1_500, seed=5)
    assert tabled_width(50, rate, watch) == pytest.approx(width, abs=0.06)


def test_widths_grow_as_the_promise_does_and_lie_between_their_baselines():
    widths = [tabled_width(50, rate) for rate in (1e-2, 1e-3, 2e-4, 5e-5)]
    assert widths == sorted(widths)
    low, middle, high = (tabled_width(baseline, 2e-4) for baseline in (50, 60, 75))
    assert min(low, high) < middle < max(low, high)
    assert tabled_width(400, 2e-4) == tabled_width(100, 2e-4)


def test_compiled_ranks_are_counted_ranks():
    values = np.round(np.random.default_rng(1).normal(size=120), 1)  # with ties
    shares = sequential_shares(values, 30)
    for at in (0, 29, 30, 75, 119):
        among = values[:30] if at < 30 else values[: at + 1]
        below = (among < values[at]).sum() + 0.5 * (among == values[at]).sum()
        assert shares[at] == pytest.approx(below / among.size)
