"""What a fold sees: beside the past for fitting and testing, as known for scoring."""

import numpy as np
import pytest

from assets.failure_models.dataset.relative_view import RelativeView, relative_view
from assets.failure_models.dataset.shared_fits import SharedFits
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.regression.tobit import completed_by_group
from assets.statistics.resampling.folds import Fold

BATCHES = 900
FOLD = Fold(1, np.arange(500), np.arange(500, BATCHES), 0)
PRODUCT = np.arange(BATCHES) % 2
CHANCE = 3 / np.sqrt(FOLD.test.size)


def records() -> tuple[FloatArray, FloatArray, FloatArray]:
    """A margin that wanders, a setting that answers the last one, another that does not."""
    rng = np.random.default_rng(1)
    margin = rng.normal(size=BATCHES)
    for batch in range(1, BATCHES):
        margin[batch] += 0.9 * margin[batch - 1]
    answers = np.r_[0.0, margin[:-1]] + rng.normal(size=BATCHES)
    other = rng.normal(size=BATCHES)
    values = np.column_stack([answers, other]) + 3.0 * PRODUCT[:, None]
    margin = margin + 2.0 * PRODUCT
    return values, margin, (margin < np.quantile(margin, 0.1)).astype(float)


def view(values: FloatArray, margin: FloatArray, label: FloatArray) -> RelativeView:
    results = np.column_stack([margin, label])
    return relative_view(values, margin[:, None], label, results, PRODUCT, FOLD, SharedFits())


def correlation(one: FloatArray, other: FloatArray | IntArray) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def test_a_setting_that_answers_past_results_goes_with_none_beside_the_past() -> None:
    values, margin, label = records()
    seen, later = view(values, margin, label), FOLD.test
    assert abs(correlation(seen.relative[later, 0], margin[later])) > 0.4
    assert abs(correlation(seen.design[later, 0], seen.targets[later, 0])) < CHANCE
    assert abs(correlation(seen.design[later, 0], seen.label[later])) < CHANCE
    # A batch is scored by what is known of it: nothing is taken away for results still pending.
    assert correlation(seen.design[later, 1], seen.relative[later, 1]) > 0.98


def test_products_are_taken_away_and_the_margin_to_expect_gives_them_back() -> None:
    values, margin, label = records()
    seen = view(values, margin, label)
    for column in (*seen.design[FOLD.test].T, *seen.relative[FOLD.test].T):
        assert abs(correlation(column, PRODUCT[FOLD.test])) < CHANCE
    step = seen.expected[PRODUCT == 1, 0].mean() - seen.expected[PRODUCT == 0, 0].mean()
    assert step == pytest.approx(2.0, abs=0.2)


def test_no_row_depends_on_later_ones_nor_on_its_own_result() -> None:
    values, margin, label = records()
    before = view(values, margin, label)
    margin, label = margin.copy(), label.copy()
    margin[700:] -= 4.0
    label[700:] = 1.0
    after = view(values, margin, label)
    assert np.array_equal(before.design[:701], after.design[:701])
    assert np.array_equal(before.relative, after.relative)
    for one, other in ((before.targets, after.targets), (before.label, after.label)):
        assert one[:700] == pytest.approx(other[:700], abs=1e-9, nan_ok=True)
    assert not np.array_equal(before.design[701:], after.design[701:])


def test_outcomes_of_a_run_share_a_design_and_each_has_its_own_label() -> None:
    values, margin, label = records()
    fits, results = SharedFits(), np.column_stack([margin, label])
    one, other = (
        relative_view(values, margin[:, None], own, results, PRODUCT, FOLD, fits)
        for own in (label, np.roll(label, 7))
    )
    assert one.design is other.design
    assert one.key == other.key
    assert not np.array_equal(one.label, other.label, equal_nan=True)


def test_what_lies_beyond_a_bound_is_completed_by_training_alone() -> None:
    """A fifth of the margins is reported as at least 1; what later batches are changes nothing."""
    values, margin, label = records()
    side = (margin > np.quantile(margin, 0.8)).astype(np.int64)
    bounds = np.where(side == 1, np.quantile(margin, 0.8), margin)

    def seen(bounds: FloatArray) -> RelativeView:
        everything = completed_by_group(bounds, side, PRODUCT)
        return relative_view(
            values,
            everything[:, None],
            label,
            np.column_stack([bounds, label]),
            PRODUCT,
            FOLD,
            SharedFits(),
            bounds[:, None],
            side[:, None],
            np.column_stack([side, 0 * side]),
        )

    before = seen(bounds)
    after = seen(np.where((np.arange(BATCHES) >= 700) & (side == 0), bounds - 5.0, bounds))
    is_early = np.arange(BATCHES) < 700
    for name in ("margins", "targets", "fitted", "bounds", "design", "expected", "level"):
        one, other = getattr(before, name), getattr(after, name)
        kept = is_early if len(one) == BATCHES else slice(None)
        assert one[kept] == pytest.approx(other[kept], abs=1e-9, nan_ok=True), name
    is_beyond = (side == 1) & ~np.isin(np.arange(BATCHES), FOLD.train)
    assert (before.margins[is_beyond, 0] > bounds[is_beyond]).all(), "tested ones are completed too"
