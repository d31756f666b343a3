import numpy as np
import pytest
from scipy.stats import binomtest

from assets.statistics.rate_ratio import rate_ratio


def compared(here: float, exposure: float, elsewhere: float, rest: float) -> list[float]:
    """Ratio, interval and p-value of one comparison."""
    one = (np.array([count]) for count in (here, exposure, elsewhere, rest))
    found = rate_ratio(next(one), next(one), next(one), next(one))
    return [float(x[0]) for x in (found.ratio, found.low, found.high, found.p_value)]


def test_the_interval_is_that_of_the_conditional_binomial() -> None:
    ratio, low, high, p_value = compared(8.0, 50.0, 4.0, 150.0)
    exact = binomtest(8, 12, 50 / 200).proportion_ci(method="exact")
    assert ratio == pytest.approx(6.0)
    assert low == pytest.approx(exact.low / (1 - exact.low) * 3)
    assert high == pytest.approx(exact.high / (1 - exact.high) * 3)
    assert p_value == pytest.approx(2 * binomtest(8, 12, 50 / 200, "greater").pvalue)


def test_nothing_here_or_elsewhere_leaves_an_end_open() -> None:
    ratio, low, _, p_value = compared(0.0, 10.0, 3.0, 10.0)
    assert (ratio, low) == (0.0, 0.0)
    assert p_value == pytest.approx(2 * 0.5**3)
    ratio, low, high, _ = compared(3.0, 10.0, 0.0, 10.0)
    assert np.isnan([ratio, high]).all()
    assert low > 0
    assert compared(0.0, 10.0, 0.0, 10.0)[3] == 1.0
