import numpy as np

from assets.statistics.resampling.folds import random_folds, rolling_origin

BATCHES = 100
EACH_ITS_OWN = np.arange(BATCHES)


def test_folds_roll_forward_and_cover_what_follows_the_first_window() -> None:
    folds = rolling_origin(np.ones(BATCHES, dtype=bool), EACH_ITS_OWN, folds=6)
    assert [fold.number for fold in folds] == [1, 2, 3, 4, 5, 6]
    assert np.concatenate([fold.test for fold in folds]).tolist() == list(range(40, 100))
    for fold in folds:
        assert fold.train.tolist() == list(range(fold.test[0]))
        assert fold.purged == 0


def test_no_cluster_is_on_both_sides() -> None:
    cluster = np.arange(BATCHES) // 7
    for fold in rolling_origin(np.ones(BATCHES, dtype=bool), cluster, smallest_training=10):
        assert not set(cluster[fold.train]) & set(cluster[fold.test])
        assert fold.train.size + fold.purged == fold.test[0]


def test_a_label_known_too_late_is_not_trained_on() -> None:
    predicted_at = np.arange(BATCHES, dtype=float)
    folds = rolling_origin(
        np.ones(BATCHES, dtype=bool),
        EACH_ITS_OWN,
        known_at=predicted_at + 5.5,
        predicted_at=predicted_at,
    )
    for fold in folds:
        assert fold.train.max() == fold.test[0] - 6
        assert fold.purged == 5


def test_without_instants_order_alone_decides() -> None:
    unknown = np.full(BATCHES, np.nan)
    folds = rolling_origin(
        np.ones(BATCHES, dtype=bool), EACH_ITS_OWN, known_at=unknown, predicted_at=unknown
    )
    assert folds[0].train.size == 40


def test_pending_batches_are_neither_trained_nor_tested_on() -> None:
    is_labelled = np.arange(BATCHES) % 4 != 0
    for fold in rolling_origin(is_labelled, EACH_ITS_OWN, smallest_training=10):
        assert is_labelled[fold.train].all()
        assert is_labelled[fold.test].all()


def test_too_little_history_gives_no_folds() -> None:
    assert rolling_origin(np.ones(20, dtype=bool), np.arange(20)) == []
    assert rolling_origin(np.zeros(BATCHES, dtype=bool), EACH_ITS_OWN) == []
    assert rolling_origin(np.ones(BATCHES, dtype=bool), np.zeros(BATCHES, dtype=int)) == []


def test_random_folds_spread_failures_evenly() -> None:
    label = np.r_[np.ones(10), np.zeros(88), np.full(2, np.nan)]
    folds = random_folds(label, np.random.default_rng(1))
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(98))
    assert [int(label[test].sum()) for _, test in folds] == [2] * 5
    assert all(not set(train) & set(test) for train, test in folds)
