"""Running sums over lots: steady processes are told as rarely as promised, moved ones soon."""

import numpy as np
import pytest

from assets.statistics.drift.group_drift import Grouped, group_drift

LOTS = np.arange(200) // 5


def process(rng: np.random.Generator, of_the_lot: float = 1.0) -> np.ndarray:
    """200 values in lots of five that share a level."""
    return np.repeat(rng.normal(size=40), 5) * of_the_lot + rng.normal(size=200)


@pytest.mark.parametrize("of_the_lot", [0.0, 1.0])
def test_steady_lots_are_told_about_as_often_as_promised(of_the_lot: float) -> None:
    """Six expected among 60 at 10%; a last lot of a single batch counts as one batch."""
    told = 0
    for seed in range(60):
        rng = np.random.default_rng([seed, 5])
        before, later = (process(rng, of_the_lot) for _ in range(2))
        seen = Grouped(later[:196], LOTS[:196])
        drift = group_drift(seen, Grouped(before, LOTS), horizon=40, wrongly=0.1)
        told += drift.most >= 1
    assert told <= 14  # the 99.9% band


def test_a_lot_far_out_is_told_at_once_and_a_small_shift_after_some() -> None:
    rng = np.random.default_rng(3)
    before, later = (process(rng) for _ in range(2))
    far, near = (
        group_drift(
            Grouped(later + shift, LOTS), Grouped(before, LOTS), horizon=40, wrongly=0.02
        ).evidence
        for shift in (8.0, 1.6)
    )
    assert far[0] >= 1
    assert near[0] < 1 <= near[-1]


def test_a_value_of_a_short_lot_is_no_whole_lot() -> None:
    """One batch two spreads of a batch out is nothing; a whole lot as far out is much more."""
    rng = np.random.default_rng(4)
    before = Grouped(rng.normal(size=200), LOTS)
    one = Grouped(np.array([2.0]), np.array([0]))
    five = Grouped(np.full(5, 2.0), np.zeros(5, dtype=np.int64))
    single, whole = (group_drift(each, before, horizon=40, wrongly=0.02) for each in (one, five))
    assert single.most < 0.5
    assert whole.most > 1.5 * single.most


def test_nothing_is_told_by_few_lots() -> None:
    few = Grouped(np.arange(35.0), np.arange(35) // 5)
    assert group_drift(few, few, horizon=10, wrongly=0.02).most == 0
