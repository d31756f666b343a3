"""Mix and rate of a failure rate that moved."""

import numpy as np
import polars as pl
import pytest

from assets.savings.changes.rate_split import Side, rate_moves


def side(counts: dict[str, tuple[int, int]]) -> Side:
    """Batches by product: failures, batches; each its own lot."""
    rows = [
        (product, number < failures, f"{product}{number}")
        for product, (failures, batches) in counts.items()
        for number in range(batches)
    ]
    schema = {"product": pl.String, "is_failure": pl.Boolean, "cluster_id": pl.String}
    return Side(pl.DataFrame(rows, schema=schema, orient="row"))


def test_other_products_made_is_all_mix() -> None:
    """2 % and 10 %, made half and half, then one in five: 6 % becomes 8.4 %."""
    before, after = side({"A": (2, 100), "B": (10, 100)}), side({"A": (1, 50), "B": (20, 200)})
    mix, rate, total = rate_moves(before, after, seed=1)
    assert (mix.move, rate.move, total.move) == pytest.approx((0.024, 0.0, 0.024))
    assert mix.low > 0
    assert rate.low < 0 < rate.high


def test_a_worse_product_is_all_rate() -> None:
    before, after = side({"A": (2, 100), "B": (2, 100)}), side({"A": (2, 100), "B": (20, 100)})
    mix, rate, total = rate_moves(before, after, seed=1)
    assert (mix.move, rate.move, total.move) == pytest.approx((0.0, 0.09, 0.09))
    assert rate.low > 0


def test_kitagawas_parts_of_a_mixed_move() -> None:
    """Weights 0.5, 0.5 to 0.2, 0.8; rates 0.02, 0.10 to 0.04, 0.08, by hand."""
    before, after = side({"A": (2, 100), "B": (10, 100)}), side({"A": (2, 50), "B": (16, 200)})
    mix, rate, total = rate_moves(before, after, seed=1)
    assert mix.move == pytest.approx(-0.3 * 0.03 + 0.3 * 0.09)
    assert rate.move == pytest.approx(0.02 * 0.35 - 0.02 * 0.65)
    assert total.move == pytest.approx(18 / 250 - 12 / 200)


def test_a_product_of_one_side_only_is_mix() -> None:
    before, after = side({"A": (5, 100)}), side({"A": (5, 100), "B": (20, 100)})
    mix, rate, total = rate_moves(before, after, seed=1)
    assert (mix.move, rate.move, total.move) == pytest.approx((0.075, 0.0, 0.075))


@pytest.mark.parametrize("by_lot", [False, True])
def test_intervals_hold_the_true_rate_part(by_lot: bool) -> None:
    """Both products twice as bad; 200 pairs of years, batches alone or in lots of one rate."""
    draws = np.random.default_rng(7)
    truth = 0.5 * 0.04 + 0.5 * 0.08
    held = 0
    for _ in range(200):
        before, after = (drawn(draws, factor, by_lot=by_lot) for factor in (1, 2))
        found = rate_moves(before, after, seed=1)[1]
        held += found.low <= truth <= found.high
    assert held >= 170


def drawn(draws: np.random.Generator, factor: float, *, by_lot: bool) -> Side:
    rows = []
    for product, rate in (("A", 0.04), ("B", 0.08)):
        for lot in range(30):
            shared = draws.gamma(2, 0.5) if by_lot else 1.0
            for number in range(4):
                fails = draws.random() < min(1.0, factor * rate * shared)
                name = f"{product}{lot}" if by_lot else f"{product}{lot}.{number}"
                rows.append((product, fails, name))
    schema = {"product": pl.String, "is_failure": pl.Boolean, "cluster_id": pl.String}
    return Side(pl.DataFrame(rows, schema=schema, orient="row"))
