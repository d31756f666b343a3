import numpy as np
import pytest

from assets.statistics.regression.detrending import group_means, past_mean, relative_to_past


def test_the_past_mean_looks_back_only_and_leaves_the_batch_out() -> None:
    values = np.array([[1.0], [2.0], [np.nan], [6.0], [100.0]])
    found = past_mean(values, window=3, fewest=1)[:, 0]
    assert np.isnan(found[0])
    assert found[1:].tolist() == [1.0, 1.5, 1.5, 4.0]


def test_a_change_tomorrow_changes_nothing_today() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(120, 3))
    later = values.copy()
    later[80:] += 50
    assert past_mean(values)[:81] == pytest.approx(past_mean(later)[:81], nan_ok=True)


def test_a_drift_shared_by_two_series_disappears() -> None:
    rng = np.random.default_rng(2)
    drift = np.cumsum(rng.normal(size=2000)) * 0.3
    pair = np.column_stack([drift, drift]) + rng.normal(size=(2000, 2))
    relative = relative_to_past(pair)[40:]
    assert abs(np.corrcoef(pair[:, 0], pair[:, 1])[0, 1]) > 0.9
    # What is left of a walk with steps of 0.3 over a window of 40.
    assert abs(np.corrcoef(relative[:, 0], relative[:, 1])[0, 1]) < 0.65


def test_group_means_come_from_training_and_shrink() -> None:
    values = np.array([[10.0], [10.0], [0.0], [0.0], [99.0], [99.0]])
    group, train = np.array([0, 0, 1, 1, 0, 2]), np.arange(4)
    found = group_means(values, group, train, prior_batches=2)[:, 0]
    # Overall 5; group 0: 5 + (5 + 5) / (2 + 2); group 2 was never trained on.
    assert found.tolist() == [7.5, 7.5, 2.5, 2.5, 7.5, 5.0]


def test_an_empty_column_stays_empty() -> None:
    values = np.full((10, 1), np.nan)
    assert np.isnan(relative_to_past(values)).all()
    assert np.isnan(group_means(values, np.zeros(10, dtype=int), np.arange(5))).all()


def test_a_group_without_a_value_is_the_overall_mean_even_without_a_prior() -> None:
    values, group = np.array([[1.0], [3.0], [np.nan]]), np.array([0, 0, 1])
    found = group_means(values, group, np.arange(3), prior_batches=0.0)
    assert found[:, 0].tolist() == [2.0, 2.0, 2.0]
