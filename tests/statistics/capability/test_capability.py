import numpy as np
import pytest
from scipy.special import nctdtr, ndtr, ndtri
from scipy.stats import beta

from assets.statistics.capability.bounds import (
    bissell_bound,
    coverage_of_bound,
    exact_one_sided_bound,
    kushler_hurley_bound,
)
from assets.statistics.capability.censored import censored_capability
from assets.statistics.capability.indices import SpecificationLimits, capability
from assets.statistics.capability.non_normal import (
    box_cox_capability,
    clements_ppk,
    empirical_capability,
    johnson_capability,
    johnson_curve,
)
from assets.statistics.capability.noncentral_t import noncentral_t_below, shift_of
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


OFF = (-300.0, -30.0, -3.0, -1.0, 0.0, 1.0, 10.0, 100.0, 1_000.0)


@pytest.mark.parametrize("n", [2, 3, 5, 10, 30, 1_000, 100_000])
def test_the_exact_bound_exists_wherever_the_process_lies(n: int) -> None:
    """At the bound an estimate as high as the one seen has just the chance that is left."""
    bounds = [exact_one_sided_bound(index, n) for index in OFF]
    assert np.isfinite(bounds).all()
    assert (np.diff(bounds) > 0).all()
    for index, bound in zip(OFF, bounds, strict=True):
        assert bound < index
        below = noncentral_t_below(3 * np.sqrt(n) * index, n - 1, 3 * np.sqrt(n) * bound)
        assert below == pytest.approx(0.95, abs=1e-7)


def test_the_non_central_t_is_scipy_s_where_that_has_one() -> None:
    at, free, shift = np.meshgrid(
        [-20.0, -3.0, -0.5, 0.0, 0.5, 3.0, 20.0], [0.7, 1.0, 4.5, 29.0, 1e4], [-4.0, 0.0, 1.5, 9.0]
    )
    known = nctdtr(free, shift, at)
    own = np.array(
        [noncentral_t_below(*row) for row in zip(at.flat, free.flat, shift.flat, strict=True)]
    )
    has = np.isfinite(known.ravel())
    assert has.mean() > 0.8
    assert own[has] == pytest.approx(known.ravel()[has], abs=1e-7)
    assert ((own >= 0) & (own <= 1)).all()


@pytest.mark.parametrize("true", [-6.0, -1.0, 0.0, 1.33, 20.0])
def test_the_exact_bound_covers_as_often_as_it_says_far_off_too(true: float) -> None:
    for n in (2, 3, 30, 1_000):
        assert coverage_of_bound(true, n, "exact") == pytest.approx(0.95, abs=1e-6)
        for bound in ("bissell", "kushler_hurley"):
            assert 0.5 <= coverage_of_bound(true, n, bound) <= 1.0


def test_a_bound_lies_below_an_index_below_nought() -> None:
    for rule in (bissell_bound, kushler_hurley_bound, exact_one_sided_bound):
        assert rule(-1.0, 20) < -1.0
    short = 1.0 - kushler_hurley_bound(1.0, 20)
    assert kushler_hurley_bound(-1.0, 20) == pytest.approx(-1.0 - short)


@pytest.mark.parametrize("confidence", [0.05, 0.5, 0.95, 0.9999])
@pytest.mark.parametrize("free", [None, 1.0, 2.0, 50.0])
def test_a_tolerance_factor_exists_for_any_degrees_of_freedom(
    free: float | None, confidence: float
) -> None:
    factors = [two_sided_factor(n, 0.99, confidence, free) for n in (2, 5, 1_000)]
    assert np.isfinite(factors).all()
    assert np.min(factors) > 0
    assert confidence < 0.95 or (np.diff(factors) < 0).all()


@pytest.mark.parametrize("centre", [50.0, 90.0, 110.0, 1e6])
@pytest.mark.parametrize("limits", [LIMITS, SpecificationLimits(low=95.0, high=105.0, target=99.0)])
def test_a_process_wholly_outside_is_told_so(centre: float, limits: SpecificationLimits) -> None:
    values = np.random.default_rng(11).normal(centre, 0.5, 40)
    found = capability(values, limits)
    assert found.not_applicable is None
    assert found.share_outside == pytest.approx(1.0)
    for index in (found.cpk, found.ppk):
        assert index.lower < index.value < 0
    assert found.cp.value > 1  # the width is there; it lies elsewhere
    assert 0 <= found.cpm.lower <= found.cpm.value < 0.7
    assert found.nearer_limit == ("high" if centre > 100 else "low")
    assert capability(np.random.default_rng(12).normal(100, 0.5, 40), limits).share_outside < 1e-6


@pytest.mark.parametrize(
    ("limits", "index", "outside"),
    [
        (SpecificationLimits(high=0.0), -np.inf, 1.0),
        (SpecificationLimits(high=-2.0), -np.inf, 1.0),
        (SpecificationLimits(low=-5.0, high=-1.0), -np.inf, 1.0),
        (SpecificationLimits(low=100.0), -2.0, 1.0),
    ],
)
@pytest.mark.parametrize("power", [-0.5, 0.0, 0.5])
def test_a_power_law_wholly_outside_is_told_so(
    limits: SpecificationLimits, index: float, outside: float, power: float
) -> None:
    """Values above 0 all lie above a limit of 0 or less, whatever their power."""
    z = 4 + 0.3 * np.random.default_rng(13).normal(size=200)
    values = np.exp(z - 3) if power == 0 else z ** (1 / power) * (0.2 if power > 0 else 5.0)
    found = box_cox_capability(values, limits)
    assert found.not_applicable is None
    assert found.share_outside == pytest.approx(outside, abs=1e-3)
    assert found.ppk.value <= index / 3
    assert found.ppk.lower <= found.ppk.value


@pytest.mark.parametrize("low", [0.0, -1.0, -100.0])
@pytest.mark.parametrize("power", [-0.5, 0.0, 0.5, 1.0])
def test_a_limit_at_nought_is_not_taken_to_a_power(low: float, power: float) -> None:
    """Nothing lies at 0 or below, so such a lower limit is none: only the upper one counts."""
    z = 4 + 0.8 * np.random.default_rng(14).normal(size=300)
    values = np.exp(z - 3) if power == 0 else np.maximum(z, 0.2) ** (1 / power)
    high = float(np.quantile(values, 0.999))
    both = box_cox_capability(values, SpecificationLimits(low, high))
    alone = box_cox_capability(values, SpecificationLimits(high=high))
    assert (both.ppk, both.share_outside) == (alone.ppk, alone.share_outside)
    only = box_cox_capability(values, SpecificationLimits(low=low))
    assert only.not_applicable
    assert np.isnan(only.ppk.value)


def test_limits_that_a_power_squeezes_together_are_told() -> None:
    values = (4 + 0.3 * np.random.default_rng(16).normal(size=200)) ** -2.0
    found = box_cox_capability(values, SpecificationLimits(1e200, 1e201))
    assert found.not_applicable
    assert "squeezes" in found.not_applicable
    near = box_cox_capability(1e9 + 1e-6 * values, SpecificationLimits(high=2e9))
    assert near.not_applicable
    assert "too little" in near.not_applicable


def test_a_bounded_curve_wholly_beyond_a_limit_is_told_so() -> None:
    values = 1 / (1 + np.exp(-np.random.default_rng(8).normal(size=2_000)))
    for limits in (SpecificationLimits(high=-1.0), SpecificationLimits(-3.0, -1.0),
                   SpecificationLimits(low=4.0), SpecificationLimits(4.0, 5.0)):  # fmt: skip
        found = johnson_capability(values, limits)
        assert (found.ppk.value, found.share_outside) == (-np.inf, 1.0)
        assert found.not_applicable is None
        assert empirical_capability(values, limits).ppk.value == -np.inf
        assert empirical_capability(values, limits).share_outside == 1.0


def test_quantiles_at_one_point_have_no_width_to_divide_by() -> None:
    """Most results are 0: half of the law lies at one point, inside or beyond a limit."""
    zeros = np.array([0.0, 0.0, 3.0])
    assert clements_ppk(zeros, SpecificationLimits(-1.0, 6.0)) == 2.0
    assert clements_ppk(zeros, SpecificationLimits(1.0, 6.0)) == -np.inf
    assert clements_ppk(np.zeros(3), SpecificationLimits(high=-1.0)) == -np.inf


def test_a_censored_process_wholly_outside_is_told_so() -> None:
    values = np.random.default_rng(15).normal(5.0, 0.2, 40)
    side = np.where(values > 5.2, 1, 0)
    found = censored_capability(np.minimum(values, 5.2), side, SpecificationLimits(high=1.0))
    assert found.share_outside == pytest.approx(1.0)
    assert found.ppk.lower < found.ppk.value < -5


@pytest.mark.parametrize("free", [0.7, 2.0, 19.0, 1_999.0])
@pytest.mark.parametrize("at", [-900.0, -3.0, 0.0, 0.4, 6.0, 174.0, 9_000.0])
def test_the_shift_of_a_bound_has_the_share_it_was_asked_for(at: float, free: float) -> None:
    for below in (0.05, 0.5, 0.95):
        shift = shift_of(at, free, below)
        assert noncentral_t_below(at, free, shift) == pytest.approx(below, abs=2e-9)
