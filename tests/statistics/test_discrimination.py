import numpy as np
import pytest

from assets.statistics.prediction_quality.discrimination import (
    auc,
    column_aucs,
    rank_scores,
    weighted_auc,
)


def test_auc_of_a_case_worked_by_hand() -> None:
    # Failures 3 and 1 against good 2, 1, 0: wins 3 + 1, one tie of half.
    score = np.array([3.0, 1.0, 2.0, 1.0, 0.0])
    failed = np.array([True, True, False, False, False])
    assert auc(score, failed) == pytest.approx(4.5 / 6)


def test_auc_agrees_with_scikit_learn_under_ties_and_weights() -> None:
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(3)
    score, failed = rng.integers(0, 9, 200).astype(float), rng.random(200) < 0.2
    weights = rng.integers(0, 4, (5, 200)).astype(float)
    expected = [roc_auc_score(failed, score, sample_weight=row) for row in weights]
    assert weighted_auc(score, failed, weights) == pytest.approx(np.array(expected))


def test_one_class_has_no_auc() -> None:
    assert np.isnan(auc(np.arange(3.0), np.zeros(3, dtype=bool)))
    assert np.isnan(auc(np.empty(0), np.empty(0, dtype=bool)))
    assert np.isnan(column_aucs(np.ones((3, 2)), np.zeros(3, dtype=bool))).all()


def test_columns_are_ranked_as_scores() -> None:
    failed = np.array([True, False, False, True])
    values = np.column_stack([[4.0, 1, 2, 3], [1.0, 3, 4, 2], [5.0, 5, 5, 5]])
    assert column_aucs(values, failed).tolist() == [1.0, 0.0, 0.5]


def test_a_constant_per_fold_scores_half_and_pooled_over_folds_does_not() -> None:
    fold = np.repeat([1, 2, 3], 100)
    failed = np.arange(300) % 100 < np.repeat([20, 10, 2], 100)
    base_rate = np.repeat([0.02, 0.1, 0.2], 100)  # of the training before it: the wrong way round
    assert auc(base_rate, failed) < 0.4
    assert auc(base_rate, failed, fold) == 0.5
    assert weighted_auc(base_rate, failed, np.ones((3, 300)), fold).tolist() == [0.5] * 3


def test_folds_count_by_their_pairs() -> None:
    # Fold 1 wins 2 of 2 pairs, fold 2 1 of 4; a fold without a failure has no pair.
    score = np.array([3.0, 1.0, 2.0, 2.0, 0.0, 1.0, 3.0, 9.0])
    failed = np.array([True, False, False, True, True, False, False, False])
    fold = np.array([1, 1, 1, 2, 2, 2, 2, 3])
    assert auc(score, failed, fold) == pytest.approx(3 / 6)
    assert auc(score[:3], failed[:3], fold[:3]) == auc(score[:3], failed[:3]) == 1.0
    assert np.isnan(auc(score[7:], failed[7:], fold[7:]))


def test_rank_scores_are_those_of_scipy_and_spread_by_one_in_noise() -> None:
    from scipy.stats import mannwhitneyu, norm

    rng = np.random.default_rng(5)
    values, failed = rng.normal(size=(300, 400)), np.arange(300) < 20
    found = rank_scores(values, failed)
    assert found.std() == pytest.approx(1.0, abs=0.12)
    p_value = mannwhitneyu(
        values[failed, 0], values[~failed, 0], use_continuity=False, method="asymptotic"
    ).pvalue
    assert 2 * norm.sf(abs(found[0])) == pytest.approx(p_value)
    assert np.isnan(rank_scores(values, np.zeros(300, dtype=bool))).all()
