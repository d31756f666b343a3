"""Shapiro and Wilk's W, and powers, against scipy's own."""

import numpy as np
import pytest
from scipy.stats import boxcox_normmax, shapiro

from assets.statistics.capability.best_power import best_power
from assets.statistics.capability.indices import SpecificationLimits
from assets.statistics.capability.non_normal import box_cox_capability
from assets.statistics.capability.normality import normality_p, shapiro_wilk


@pytest.mark.parametrize("n", [3, 4, 5, 6, 7, 11, 12, 50, 199, 500, 2_000, 5_000])
def test_w_and_its_p_value_are_scipys(n) -> None:
    rng = np.random.default_rng(n)
    for values in (rng.normal(size=n), rng.gamma(2.0, size=n), np.round(rng.normal(size=n), 1)):
        if np.ptp(values) == 0:
            continue
        expected = shapiro(values)
        w, p = shapiro_wilk(np.sort(values))
        assert w == pytest.approx(expected.statistic, abs=1e-9)
        assert p == pytest.approx(expected.pvalue, rel=1e-5, abs=1e-12)
        assert normality_p(values) == p


def test_any_number_of_values_is_told() -> None:
    """scipy warns beyond 5,000."""
    assert normality_p(np.random.default_rng(4).normal(size=20_000)) > 0.001
    assert normality_p(np.random.default_rng(4).gamma(2.0, size=20_000)) < 1e-12


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("spread", [1.0, 0.1, 0.01])
def test_the_best_power_is_scipys(spread, seed) -> None:
    rng = np.random.default_rng(seed)
    for values in (1 + spread * rng.gamma(2.0, size=300), np.exp(spread * rng.normal(size=300))):
        expected = boxcox_normmax(values, method="mle")
        assert best_power(values) == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_powers_beyond_all_numbers_have_an_index() -> None:
    """Values that differ by a thousandth ask for powers in the thousands."""
    values = 100 * (1 + 0.001 * np.random.default_rng(1).beta(3, 1, 300))
    found = box_cox_capability(values, SpecificationLimits(90.0, 110.0))
    assert found.not_applicable is None
    assert abs(float(found.method.rpartition(" ")[2])) > 100
    assert np.isfinite(found.ppk.value)
