"""Bias analysis against published worked examples: Lash, Fox & Fink (2009) and package episensr."""

import numpy as np
import pytest

from assets.statistics.regression.bias_analysis import (
    Counts,
    before_selection,
    bounding_factor,
    confounder_bias,
    exposure_as_it_was,
    exposure_by_predictive_values,
    failures_as_they_were,
    odds_ratio_interval,
)

FINK_LASH = Counts(215, 1449, 668, 4296)


def ratios(counts: Counts) -> tuple[float, float]:
    return counts.risk_ratio, counts.odds_ratio


def test_exposure_recorded_with_error() -> None:
    """Fink & Lash (2003), sensitivity 0.78 and specificity 0.99."""
    assert ratios(FINK_LASH) == pytest.approx((0.9654, 0.9542), abs=5e-5)
    found = exposure_as_it_was(FINK_LASH, 0.78, 0.99)
    assert ratios(found) == pytest.approx((0.9614, 0.9491), abs=5e-5)
    # Nobody is lost: failed and good batches are as many as before.
    assert found.exposed_failed + found.failed == pytest.approx(1664)
    assert found.exposed_good + found.good == pytest.approx(4964)
    assert exposure_as_it_was(FINK_LASH, 1.0, 1.0) == FINK_LASH


def test_exposure_recorded_with_error_has_an_interval() -> None:
    """Chu, Wang, Cole & Greenland (2006): 4.32 becomes 5.02 (3.28 to 7.69)."""
    counts = Counts(126, 92, 71, 224)
    assert counts.odds_ratio == pytest.approx(4.32, abs=5e-3)
    assert exposure_as_it_was(counts, 0.94, 0.97).odds_ratio == pytest.approx(5.0245, abs=5e-5)
    found = odds_ratio_interval(counts, 0.94, 0.97)
    assert found == pytest.approx((3.2825, 7.6909), abs=5e-5)
    # Without error it is Woolf's: log odds ratio with the sum of reciprocal counts.
    plain = np.log(odds_ratio_interval(counts, 1.0, 1.0))
    assert (plain[1] - plain[0]) / 2 == pytest.approx(
        1.959964 * np.sqrt(1 / 126 + 1 / 92 + 1 / 71 + 1 / 224), rel=1e-9
    )


def test_exposure_by_what_records_are_worth() -> None:
    """Bodnar et al. (2010)."""
    seen = Counts(599, 4978, 31175, 391851)
    found = exposure_by_predictive_values(seen, (0.65, 0.74), (1.0, 0.98))
    assert ratios(found) == pytest.approx((0.9528, 0.9522), abs=5e-5)


def test_failure_recorded_with_error() -> None:
    counts = Counts(4558, 3428, 46305, 46085)
    assert ratios(counts) == pytest.approx((1.2944, 1.3233), abs=1e-4)  # prints 1.29435 as .2944
    found = failures_as_they_were(counts, 0.53, 0.99)
    assert ratios(found) == pytest.approx((1.3440, 1.4062), abs=5e-5)


def test_an_unmeasured_confounder() -> None:
    """Tyndall et al. (1996): a ratio of 0.63, in 80% of the exposed and 5% of the others."""
    counts = Counts(105, 85, 527, 93)
    assert ratios(counts) == pytest.approx((0.3479, 0.2180), abs=5e-5)
    bias = confounder_bias(0.63, 0.8, 0.05)
    assert bias == pytest.approx(0.7173, abs=5e-5)
    adjusted = tuple(ratio / bias for ratio in ratios(counts))
    assert adjusted == pytest.approx((0.4851, 0.3039), abs=5e-5)
    assert confounder_bias(0.63, 0.4, 0.4) == 1.0  # as common here as there
    assert confounder_bias(1.0, 0.8, 0.05) == 1.0  # without an effect of its own


def test_batches_left_out_of_the_records() -> None:
    """Stang et al. (2006)."""
    counts = Counts(136, 107, 297, 165)
    assert ratios(counts) == pytest.approx((0.7984, 0.7061), abs=5e-5)
    found = before_selection(counts, Counts(0.94, 0.85, 0.64, 0.25))
    assert ratios(found) == pytest.approx((1.4838, 1.6346), abs=5e-5)


def test_a_confounder_of_unknown_size_leaves_a_spread() -> None:
    """Greenland (1994), resins and lung cancer: the middle stays, the ends move apart."""
    counts = Counts(45, 94, 257, 945)
    assert counts.odds_ratio == pytest.approx(1.7603, abs=5e-5)
    rng = np.random.default_rng(1)
    common = rng.uniform(0.4, 0.7, (40_000, 2))
    effects = rng.lognormal(2.159, 0.28, 40_000)
    bias = [
        confounder_bias(effect, *shares) for effect, shares in zip(effects, common, strict=True)
    ]
    low, middle, high = np.quantile(counts.odds_ratio / np.array(bias), [0.025, 0.5, 0.975])
    assert (low, middle, high) == pytest.approx((1.245, 1.760, 2.489), abs=0.02)


def test_error_rates_of_unknown_size_leave_a_spread() -> None:
    """The table of Fink & Lash with error rates drawn; recomputed by two routes."""
    rng = np.random.default_rng(2)
    drawn = np.array(
        [
            ratios(exposure_as_it_was(FINK_LASH, *rates))
            for rates in zip(
                rng.uniform(0.7, 0.95, 40_000), rng.uniform(0.9, 0.99, 40_000), strict=True
            )
        ]
    )
    found = np.quantile(drawn, [0.025, 0.5, 0.975], axis=0).T
    assert found[0] == pytest.approx([0.8816, 0.9431, 0.9612], abs=2e-3)
    assert found[1] == pytest.approx([0.8477, 0.9253, 0.9488], abs=2e-3)


def test_no_confounder_of_that_size_can_do_more_than_the_bound() -> None:
    """Ding & VanderWeele (2016): reached where it is always there with the exposure."""
    # Always there with it, half as common without; twice the risk: 2 / 1.5.
    assert confounder_bias(2.0, 1.0, 0.5) == pytest.approx(bounding_factor(2, 2))
    assert bounding_factor(2, 2) == pytest.approx(4 / 3)
    rng = np.random.default_rng(3)
    for effect, share, others in zip(
        rng.uniform(1, 5, 200), rng.uniform(0.1, 1, 200), rng.uniform(0.1, 1, 200), strict=True
    ):
        bound = bounding_factor(max(share / others, 1.0), effect)
        assert confounder_bias(effect, share, others) <= bound + 1e-12
