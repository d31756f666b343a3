import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from scipy.stats import beta

from assets.statistics.capability.censored import censored_capability
from assets.statistics.capability.indices import SpecificationLimits, capability
from assets.statistics.capability.non_normal import (
    box_cox_capability,
    clements_ppk,
    empirical_capability,
    johnson_capability,
    johnson_curve,
)
from assets.statistics.capability.stability import stability_ratio
from assets.statistics.charts.levels import LotComponents
from assets.statistics.tolerance_intervals import (
    distribution_free_interval,
    normal_tolerance_interval,
    two_sided_factor,
)

LIMITS = SpecificationLimits(95.0, 105.0)


def test_a_specification_without_limits_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one finite limit"):
        SpecificationLimits()
    with pytest.raises(ValueError, match="not below"):
        SpecificationLimits(5.0, 4.0)


def test_one_limit_leaves_cp_and_cpm_without_meaning() -> None:
    values = np.random.default_rng(1).normal(100, 1, 40)
    found = capability(values, SpecificationLimits(high=104.0))
    assert np.isnan([found.cp.value, found.pp.value, found.cpm.value]).all()
    assert found.nearer_limit == "high"
    assert found.ppk.value == pytest.approx((104 - values.mean()) / (3 * values.std(ddof=1)))


@pytest.mark.parametrize("values", [np.array([100.0, 101.0]), np.full(30, 100.0)])
def test_too_few_or_equal_values_say_why(values: np.ndarray) -> None:
    found = capability(values, LIMITS)
    assert np.isnan(found.ppk.value)
    assert found.not_applicable


def test_drift_shows_in_ppk_and_not_in_cpk() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(100, 1, 200) + np.linspace(-3, 3, 200)
    found = capability(values, LIMITS)
    assert found.cpk.value == pytest.approx(5 / 3, abs=0.2)
    assert found.ppk.value == pytest.approx(5 / (3 * np.sqrt(1 + 3)), abs=0.1)
    assert stability_ratio(values).p_value < 1e-6


def test_a_steady_process_has_a_ratio_of_one_with_its_interval() -> None:
    """200 series at once would repeat the method; one long series shows the ratio itself."""
    found = stability_ratio(np.random.default_rng(3).normal(size=5_000))
    assert found.ratio == pytest.approx(1.0, abs=0.05)
    assert found.interval[0] < 1 < found.interval[1]
    assert stability_ratio(np.arange(9.0)).not_applicable


def test_lower_bounds_cover_as_often_as_they_say() -> None:
    """4,000 processes with Ppk 1.33 in the middle of both limits, 30 values each."""
    rng = np.random.default_rng(4)
    values = rng.normal(0.0, 1.0, (4_000, 30))
    limits = SpecificationLimits(-3.99, 3.99)
    held = [capability(row, limits).ppk.lower <= 1.33 for row in values[:1_000]]
    # Both limits count: the nearer one is never above the truth's, so more than 95% hold.
    assert 0.945 < np.mean(held) <= 1.0


def test_the_exact_factor_holds_its_content_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    values = rng.normal(size=(20_000, 20))
    half = two_sided_factor(20, 0.9, 0.95) * values.std(axis=1, ddof=1)
    held = ndtr(values.mean(axis=1) + half) - ndtr(values.mean(axis=1) - half) >= 0.9
    assert held.mean() == pytest.approx(0.95, abs=0.006)  # four standard errors


def test_the_distribution_free_interval_leaves_out_what_it_may() -> None:
    low, high = distribution_free_interval(np.arange(1.0, 301.0), 0.9, 0.95)
    inside = int(high - low)
    assert beta.sf(0.9, inside, 300 - inside + 1) >= 0.95  # content of s - r spacings
    assert beta.sf(0.9, inside - 1, 300 - inside + 2) < 0.95
    assert np.isnan(distribution_free_interval(np.arange(5.0))).all()
    assert np.isnan(normal_tolerance_interval(np.array([1.0]))).all()


def test_box_cox_finds_the_logarithm_of_a_log_normal_law() -> None:
    rng = np.random.default_rng(6)
    found = box_cox_capability(
        np.exp(rng.normal(0, 0.4, 2_000)), SpecificationLimits(high=np.exp(1.6))
    )
    assert found.ppk.value == pytest.approx(1.6 / 1.2, abs=0.12)
    assert found.normality > 0.01
    assert box_cox_capability(np.arange(-5.0, 30.0), LIMITS).not_applicable


@pytest.mark.parametrize(
    ("family", "shape"),
    [("SU", np.sinh), ("SB", lambda z: 1 / (1 + np.exp(-z)))],
)
def test_johnson_curves_are_found_and_index_as_the_normal_law_beneath(family, shape) -> None:
    z = np.random.default_rng(7).normal(size=3_000)
    values = shape(z)
    curve = johnson_curve(values)
    assert curve is not None
    assert curve.family == family
    assert np.corrcoef(curve.normal(values), z)[0, 1] > 0.998
    found = johnson_capability(values, SpecificationLimits(high=float(shape(np.array(2.0)))))
    assert found.ppk.value == pytest.approx(2 / 3, abs=0.07)


def test_a_limit_beyond_a_bounded_curve_is_never_reached() -> None:
    values = 1 / (1 + np.exp(-np.random.default_rng(8).normal(size=2_000)))
    found = johnson_capability(values, SpecificationLimits(high=5.0))
    assert found.not_applicable
    assert "ends before" in found.not_applicable


def test_clements_of_a_normal_law_is_ppk() -> None:
    assert clements_ppk(np.array([97.0, 100.0, 103.0]), LIMITS) == pytest.approx(5 / 3)


def test_the_empirical_bound_knows_how_little_no_failures_say() -> None:
    none_of_59 = empirical_capability(np.linspace(96, 104, 59), LIMITS)
    assert none_of_59.ppk.lower == pytest.approx(ndtri(0.05 ** (1 / 59)) / 3)  # 95.05% are held
    assert none_of_59.ppk.value == np.inf
    assert empirical_capability(np.arange(5.0), LIMITS).not_applicable


def test_lots_that_differ_widen_the_spread_of_a_new_one() -> None:
    assert LotComponents(0.0, 1.0, 2.0, 10, 40).total == pytest.approx(np.sqrt(5))


def test_a_censored_index_without_censoring_is_the_plain_one() -> None:
    values = np.random.default_rng(9).normal(0.10, 0.03, 100)
    none, limits = np.zeros(100, dtype=np.int64), SpecificationLimits(high=0.22)
    found, plain = censored_capability(values, none, limits).ppk, capability(values, limits).ppk
    assert found.value == pytest.approx(plain.value, rel=1e-5)
    assert found.lower == pytest.approx(plain.lower, rel=1e-5)


@pytest.mark.parametrize("reported", [-0.25, 0.65])
def test_censored_bounds_cover_and_replacing_by_the_limit_does_not(reported: float) -> None:
    """200 processes with Ppk 1.2, 60 results, 40 or 75% of them below the reporting limit."""
    rng = np.random.default_rng(10)
    limits = SpecificationLimits(high=3.6)
    covered, naive = [], []
    for _ in range(200):
        raw = rng.normal(size=60)
        side = np.where(raw < reported, -1, 0)
        values = np.maximum(raw, reported)
        covered.append(censored_capability(values, side, limits).ppk.lower <= 1.2)
        naive.append(capability(values, limits).ppk.lower <= 1.2)
    assert np.mean(covered) >= 0.905  # 181 of 200: the 99% band about 95%
    assert np.mean(naive) < 0.8
    assert censored_capability(np.full(9, 0.05), np.full(9, -1), limits).not_applicable
