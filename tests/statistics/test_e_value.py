import pytest

from assets.statistics.regression.e_value import (
    e_value,
    e_values_of_difference,
    e_values_of_risk_difference,
)


def test_the_published_examples() -> None:
    """Risk ratio 3.9 (1.8 to 8.7): 7.26 and 3.0 (VanderWeele & Ding 2017, example 1)."""
    assert e_value(3.9) == pytest.approx(7.26, abs=0.01)
    assert e_value(1.8) == pytest.approx(3.0, abs=0.01)
    assert e_value(1 / 3.9) == pytest.approx(7.26, abs=0.01)
    assert e_value(1.0) == 1.0


def test_an_interval_that_holds_zero_needs_nothing_to_explain_it() -> None:
    estimate, interval = e_values_of_difference(-0.5, -1.1, 0.1, spread=1.0)
    assert estimate > 1
    assert interval == 1.0
    both = e_values_of_difference(-0.5, -0.9, -0.1, spread=1.0)
    assert both[0] > both[1] > 1


def test_a_rare_failure_is_judged_by_its_ratio_of_risks() -> None:
    """2% at one end and 4% at the other is a ratio of 2, however little 2% are in deviations."""
    estimate, interval = e_values_of_risk_difference(0.02, 0.0, 0.04, rate=0.03, smallest=1e-3)
    assert estimate == pytest.approx(e_value(2.0))
    assert interval == 1.0
    spread = (0.03 * 0.97) ** 0.5
    assert estimate > 2 * e_values_of_difference(0.02, 0.0, 0.04, spread)[0]
    assert e_values_of_risk_difference(0.5, 0.1, 0.9, rate=0.03, smallest=0.01)[0] == pytest.approx(
        e_value(28.0)
    )
