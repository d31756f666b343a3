import numpy as np
import pytest

from assets.statistics.resampling.multiplicity import bonferroni, holm, westfall_young
from assets.statistics.resampling.permutation import p_value


def test_bonferroni_shares_the_chance_of_an_error() -> None:
    assert bonferroni(0.05, 20) == 0.0025
    assert bonferroni(0.05, 0) == 0.05


def test_holm_by_hand() -> None:
    assert holm(np.array([0.04, 0.01, 0.03])) == pytest.approx([0.06, 0.03, 0.06])
    assert holm(np.array([0.5, 0.6])).tolist() == [1.0, 1.0]
    assert holm(np.empty(0)).size == 0


def test_holm_counts_what_is_not_shown_and_not_what_could_not_be_tested() -> None:
    assert holm(np.array([0.04, 0.01]), comparisons=4) == pytest.approx([0.12, 0.04])
    missing = np.array([np.nan, 0.01, np.nan, 0.04])
    assert holm(missing) == pytest.approx([np.nan, 0.02, np.nan, 0.04], nan_ok=True)


def test_the_family_p_value_is_that_of_the_largest_statistic() -> None:
    rng = np.random.default_rng(1)
    nulls = rng.normal(size=(4000, 20)) * np.arange(1, 21)
    observed = np.zeros(20)
    observed[4] = 5 * 2.8
    found = westfall_young(nulls).p_values(observed)
    single = p_value(float(observed[4]), nulls[:, 4])
    assert single < 0.01
    # One of twenty independent statistics at that level: about twenty times as likely.
    assert found[4] == pytest.approx(1 - (1 - single) ** 20, abs=0.02)
    assert found[0] > 0.9


def test_a_statistic_without_spread_is_never_significant() -> None:
    nulls = np.column_stack([np.zeros(500), np.random.default_rng(2).normal(size=500)])
    assert westfall_young(nulls).p_value(0.0, 0) > 0.3


def test_every_part_of_a_family_is_measured_on_its_own_null() -> None:
    rng = np.random.default_rng(1)
    nulls = np.stack([rng.normal([5, 9, 12], 1.0, size=(999, 3)) for _ in range(2)], axis=1)
    first, second = (westfall_young(nulls).part(place) for place in (0, 1))
    assert first.p_value(12.0, 0) == pytest.approx(1 / 1000)
    assert second.p_value(12.0, 2) > 0.5
    limit = first.threshold(0.05, 0)
    assert 7.0 < limit < 8.5  # 5 + the 95% point of the largest of six
    assert first.p_value(limit + 0.05, 0) <= 0.05


def test_statistics_of_one_scale_are_compared_as_they_are() -> None:
    nulls = np.array([[1.0, 2.0], [4.0, 3.0], [0.0, 5.0]])
    chance = westfall_young(nulls, is_one_scale=True)
    assert chance.largest.tolist() == [2.0, 4.0, 5.0]
    assert chance.p_value(4.5) == (1 + 1) / (1 + 3)
    assert chance.threshold(0.5) == 4.0
