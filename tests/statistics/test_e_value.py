import pytest

from assets.statistics.regression.bias_analysis import Counts
from assets.statistics.regression.e_value import (
    e_value,
    e_values_of_counts,
    e_values_of_difference,
    e_values_of_risk_difference,
    risk_ratio_of_common_hazard_ratio,
    risk_ratio_of_common_odds_ratio,
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


@pytest.mark.parametrize(
    ("ratio", "nearest", "toward", "published"),
    [
        (10.73, 8.02, 1.0, (20.95, 15.52)),  # smoking and lung cancer, Hammond & Horn
        (0.80, 0.91, 1.0, (1.81, 1.43)),  # breast-feeding and leukaemia
        (3.9, 1.8, 1.0, (7.26, 3.0)),  # breast-feeding and deaths, a rare outcome's odds ratio
        (0.80, 0.91, 1.2, (2.366, 1.967)),  # package episensr: a true ratio of 1.2
    ],
)
def test_published_risk_ratios(
    ratio: float, nearest: float, toward: float, published: tuple[float, float]
) -> None:
    found = e_value(ratio, toward), e_value(nearest, toward)
    assert found == pytest.approx(published, abs=5e-3)


def test_what_it_takes_to_shift_a_ratio_elsewhere() -> None:
    """From 2.5 to 1.5 (VanderWeele & Ding 2017); to itself nothing."""
    assert e_value(2.5, toward=1.5) == pytest.approx(2.72, abs=5e-3)
    assert e_value(1.5, toward=2.5) == e_value(2.5, toward=1.5)
    assert e_value(2.5, toward=2.5) == 1.0


def test_published_ratios_of_common_outcomes() -> None:
    odds = [risk_ratio_of_common_odds_ratio(each) for each in (1.47, 1.12, 0.86, 0.99)]
    assert odds[:2] == pytest.approx([1.212, 1.058], abs=5e-4)
    assert [e_value(each) for each in odds] == pytest.approx([1.720, 1.307, 1.369, 1.076], abs=5e-4)
    hazards = [e_value(risk_ratio_of_common_hazard_ratio(each)) for each in (0.56, 0.69)]
    assert hazards == pytest.approx([2.350, 1.908], abs=5e-4)


def test_published_differences_in_means() -> None:
    """Package EValue takes 1.78 standard errors for 1.96 of a ratio's logarithm times 0.91."""
    for difference, error, published in (
        (-0.42, 0.14, (2.292, 1.545)),
        (0.5, 0.25, (2.529, 1.111)),
    ):
        half = 1.78 / 0.91 * error
        found = e_values_of_difference(difference, difference - half, difference + half, 1.0)
        assert found == pytest.approx(published, abs=1e-3)


def test_published_differences_in_rates() -> None:
    """Hammond & Horn: 397 of 78,954 against 51 of 108,829; then held against 0.001."""
    counts = Counts(397, 51, 78557, 108778)
    assert e_values_of_counts(counts) == pytest.approx((20.95, 15.96), abs=5e-3)
    assert e_values_of_counts(counts, true=0.001) == pytest.approx((12.556, 9.504), abs=5e-4)
    # Four failures against two in a hundred each are no wonder: the interval holds zero.
    assert e_values_of_counts(Counts(4, 2, 96, 98))[1] == 1.0
