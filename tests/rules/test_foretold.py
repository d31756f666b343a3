"""What past results foretold of a batch: stretches of bad results, never its own."""

import numpy as np
import pytest

from assets.rules.foretold import foretold
from assets.rules.targets import Target
from assets.statistics.prediction_quality.discrimination import auc

BATCHES = 1_000
PRODUCT = np.zeros(BATCHES, dtype=np.int64)


def wandering(seed: int, memory: float) -> np.ndarray:
    margin = np.random.default_rng(seed).normal(size=BATCHES)
    for batch in range(1, BATCHES):
        margin[batch] += memory * margin[batch - 1]
    return margin - np.quantile(margin, 0.08)


def target(margin: np.ndarray, *, with_margin: bool = True) -> Target:
    label = (margin < 0).astype(float)
    margins = margin[:, None] if with_margin else np.empty((BATCHES, 0))
    return Target("failure", "failure", "", "Failure", 5, label, margins)


def results(one: Target) -> np.ndarray:
    return np.column_stack([one.margins, one.label])


@pytest.mark.parametrize("with_margin", [True, False], ids=["margin", "label"])
def test_stretches_of_bad_results_are_foretold(with_margin: bool) -> None:
    one = target(wandering(1, 0.9), with_margin=with_margin)
    risk = foretold(one, results(one), PRODUCT)
    assert (risk > 0).all()
    assert risk.sum() == pytest.approx(one.label.sum(), rel=0.05)
    assert auc(risk, one.label == 1) > (0.85 if with_margin else 0.75)


def test_results_that_remember_nothing_foretell_nothing() -> None:
    one = target(wandering(2, 0.0))
    risk = foretold(one, results(one), PRODUCT)
    assert risk.mean() == pytest.approx(0.08, abs=0.005)
    assert risk.std() < 0.03
    assert auc(risk, one.label == 1) < 0.65


def test_products_of_different_rates_are_no_stretch() -> None:
    """The rate of a product is what blocks hold constant; here it must not come in again."""
    rng = np.random.default_rng(3)
    product = np.arange(BATCHES) // 100 % 2
    label = (rng.random(BATCHES) < np.where(product == 1, 0.15, 0.01)).astype(float)
    one = Target("failure", "failure", "", "Failure", 5, label, np.empty((BATCHES, 0)))
    risk = foretold(one, label[:, None], product)
    assert risk[product == 1].mean() < 2 * risk[product == 0].mean()


def test_pending_batches_and_targets_without_failures_get_a_rate_above_zero() -> None:
    one = target(wandering(4, 0.9))
    one.label[-50:] = np.nan
    one.margins[-50:] = np.nan
    risk = foretold(one, results(one), PRODUCT)
    assert risk[-50:] == pytest.approx(np.full(50, np.nanmean(one.label)))
    for label in (np.zeros(BATCHES), np.ones(BATCHES), np.full(BATCHES, np.nan)):
        none = Target("failure", "failure", "", "Failure", 5, label, np.empty((BATCHES, 0)))
        risk = foretold(none, label[:, None], PRODUCT)
        assert (risk == risk[0]).all()
        assert risk[0] == (1.0 if label[0] == 1 else 1e-4)
