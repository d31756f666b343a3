import numpy as np
import pytest

from assets.statistics.prediction_quality.discrimination import auc, column_aucs, weighted_auc


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
