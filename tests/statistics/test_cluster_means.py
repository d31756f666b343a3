"""Lot means beside a column give the effect within lots, whatever a lot does to both."""

import numpy as np
import pytest

from assets.statistics.regression.cluster_means import cluster_means, has_within, within_share


def test_means_are_those_of_the_own_lot() -> None:
    table = np.array([[1.0, 0.0], [3.0, 2.0], [5.0, 8.0]])
    assert cluster_means(table, np.array([0, 0, 2])).tolist() == [[2, 1], [2, 1], [5, 8]]
    assert cluster_means(np.empty((3, 0)), np.array([0, 0, 2])).shape == (3, 0)


def test_beside_its_lot_means_a_column_has_its_slope_within_lots() -> None:
    """Mundlak (1978): the same as with a column for each lot, in lots of any size."""
    rng = np.random.default_rng(1)
    lot = np.repeat(np.arange(40), rng.integers(1, 9, 40))
    shared = rng.normal(size=40)[lot]
    value = shared + rng.normal(size=lot.size)
    result = 3 * shared - 0.5 * value + rng.normal(size=lot.size)

    def slope(*beside: np.ndarray) -> float:
        design = np.column_stack([value, *beside])
        return float(np.linalg.lstsq(design, result, rcond=None)[0][0])

    dummies = (lot[:, None] == np.arange(40)).astype(float)
    within = slope(dummies)
    means = cluster_means(value[:, None], lot)
    assert slope(np.ones(lot.size), means) == pytest.approx(within, rel=1e-9)
    assert within == pytest.approx(-0.5, abs=0.15)
    assert slope(np.ones(lot.size)) > 0.5  # the lot's doing, taken for the column's


def test_variance_within_and_between_lots_by_hand() -> None:
    # Lots at 0, 2 and 4, 6: deviations of 1 within; 3 in all at 2 outside, 1 inside: (9 + 1) / 2.
    value, lot = np.array([0.0, 2.0, 4.0, 6.0]), np.array([0, 0, 1, 1])
    assert within_share(value, lot) == pytest.approx(1 / 5)
    assert has_within(value, lot)  # a fifth is just enough
    assert not has_within(np.array([0.0, 1.9, 4.0, 6.0]), lot)
    assert within_share(np.ones(4), lot) == 0.0
