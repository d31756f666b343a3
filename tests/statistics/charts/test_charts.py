"""What charts do with gaps, lots, censored results, short runs and values with memory."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.signal import lfilter
from scipy.stats import geom, norm

from assets.statistics.capability.indices import SpecificationLimits, capability
from assets.statistics.capability.stability import stability_ratio
from assets.statistics.charts.attributes import c_chart, p_chart, u_chart
from assets.statistics.charts.autocorrelation import (
    Autoregression,
    autoregression,
    residual_chart,
    widened_chart,
)
from assets.statistics.charts.censored import censored_chart, censored_level
from assets.statistics.charts.control_chart import Level, drawn
from assets.statistics.charts.individuals import individuals_chart
from assets.statistics.charts.levels import (
    lot_components,
    median_moving_range_level,
    moving_range_level,
    overall_level,
    subgroups_of,
    within_level,
)
from assets.statistics.charts.memory import cusum_chart, cusum_path, ewma_chart
from assets.statistics.charts.overdispersion import overdispersion
from assets.statistics.charts.rare_events import g_chart, t_chart
from assets.statistics.charts.run_rules import NELSON
from assets.statistics.charts.short_run import Sharing, short_run_chart
from assets.statistics.charts.subgroups import three_way_chart, xbar_r_chart, xbar_s_chart


def series(memory: float, points: int, seed: int) -> np.ndarray:
    """Unit variance, autoregression of order 1."""
    new = np.random.default_rng(seed).normal(size=points + 100)
    made = lfilter([np.sqrt(1 - memory**2)], [1.0, -memory], new)
    return np.asarray(made[100:])


def test_estimates_of_sigma_agree_on_values_that_stay() -> None:
    values = np.random.default_rng(1).normal(50.0, 2.0, 20_000)
    label = np.repeat(np.arange(4_000), 5)
    groups = subgroups_of(values, label)
    for level in [
        moving_range_level(values), median_moving_range_level(values), overall_level(values),
        within_level(groups, "pooled sd"), within_level(groups, "mean sd"),
        within_level(groups, "mean range"),
    ]:  # fmt: skip
        assert level.sigma == pytest.approx(2.0, rel=0.025), level.method


def test_lot_components_by_hand_and_by_simulation() -> None:
    rng = np.random.default_rng(2)
    lot = np.repeat(np.arange(2_000), rng.integers(1, 6, 2_000))
    values = rng.normal(size=2_000)[lot] * 1.5 + rng.normal(size=lot.size)
    found = lot_components(values, lot)
    assert found.between == pytest.approx(1.5, rel=0.05)
    assert found.within == pytest.approx(1.0, rel=0.03)
    assert found.total == pytest.approx(np.hypot(1.0, 1.5), rel=0.03)
    with pytest.raises(ValueError, match="do not tell"):
        lot_components(np.array([1.0, 2.0]), np.array([0, 1]))


def test_gaps_in_the_record_keep_their_place_and_no_range_reaches_across() -> None:
    values = np.array([10.0, np.nan, 11.0, 9.0, np.nan, 30.0])
    chart = individuals_chart(values, baseline=np.arange(6) < 4).location
    assert chart.n == 3
    assert chart.signals["we1"].tolist() == [5]
    assert np.isnan(chart.plotted[[1, 4]]).all()
    assert moving_range_level(values[:4]).sigma == pytest.approx(2.0 / (2 / np.sqrt(np.pi)))


GAP = np.nan
HALVES = np.array([1.0, 2.0, 1.0, 2.0, GAP, 41.0, 42.0, 41.0, 42.0])


def test_a_process_that_moved_in_a_gap_is_no_wider_for_it() -> None:
    """Two halves of sigma 1 forty apart: one range of 39 among six of 1 made sigma 6."""
    one = 1 / (2 / np.sqrt(np.pi))
    assert moving_range_level(HALVES).sigma == pytest.approx(one)
    assert median_moving_range_level(HALVES).sigma == pytest.approx(1 / 0.9538725524)
    charts = individuals_chart(HALVES)
    assert charts.location.sigma == pytest.approx(one)
    assert charts.location.signals["we1"].size == 8
    assert not charts.spread.signals["we1"].size
    assert np.isnan(charts.spread.plotted[[0, 4, 5]]).all()
    # What is left out of the baseline is a gap as well.
    filled = np.where(np.isnan(HALVES), 20.0, HALVES)
    assert individuals_chart(filled, baseline=~np.isnan(HALVES)).location.sigma == pytest.approx(
        one
    )
    found = capability(HALVES, SpecificationLimits(0.0, 50.0))
    assert found.sigma_within == pytest.approx(one)
    assert stability_ratio(np.concatenate([HALVES, [GAP], HALVES])).ratio > 100


@pytest.mark.parametrize("values", [np.array([1.0, GAP, 2.0]), np.tile([1.0, GAP, 3.0, GAP], 9)])
def test_values_of_which_no_two_are_neighbours_say_so(values: np.ndarray) -> None:
    for level in (moving_range_level, median_moving_range_level):
        with pytest.raises(ValueError, match="next to each other"):
            level(values)
    chart = individuals_chart(values).location
    assert chart.not_applicable
    assert "neighbours" in chart.not_applicable
    assert capability(values, SpecificationLimits(0.0, 9.0)).not_applicable
    assert stability_ratio(values).not_applicable
    with pytest.raises(ValueError, match="at least 2"):
        overall_level(values[:1])


@pytest.mark.parametrize(
    ("rule", "z"),
    [
        ("we2", [2.5, GAP, 2.5]),
        ("we3", [1.5, 1.5, GAP, 1.5, 1.5]),
        ("we4", [0.5] * 4 + [GAP] + [0.5] * 4),
        ("nelson2", [0.5] * 5 + [GAP] + [0.5] * 5),
        ("nelson3", [0.1, 0.2, 0.3, GAP, 0.4, 0.5, 0.6]),
        ("nelson4", [0.3, -0.3] * 4 + [GAP] + [0.3, -0.3] * 4),
        ("nelson7", [0.2] * 8 + [GAP] + [0.2] * 8),
        ("nelson8", [1.5, -1.5] * 2 + [GAP] + [1.5, -1.5] * 2),
    ],
)
def test_no_run_is_counted_across_a_gap(rule: str, z: list[float]) -> None:
    """The same points fire where nothing is missing between them."""
    values, level = np.array(z), Level(0.0, 1.0)
    side = np.zeros(values.size, dtype=np.int64)
    closed = values[np.isfinite(values)]
    for chart in (
        individuals_chart(values, level=level, rules=[rule]).location,
        censored_chart(values, side, level=level, rules=[rule]),
    ):
        assert not chart.signals[rule].size
    assert individuals_chart(closed, level=level, rules=[rule]).location.signals[rule].size


def test_sums_and_means_that_remember_wait_through_a_gap() -> None:
    """Two points half a sigma above k, with or without batches nobody measured between them."""
    level = Level(10.0, 1.0)
    plain = cusum_chart(np.array([10.0, 12.0, 13.0]), level)
    waited = cusum_chart(np.array([10.0, 12.0, GAP, GAP, 13.0]), level)
    assert waited.run_high.tolist() == [0, 1, 1, 1, 2]
    assert waited.new_mean(4, "high") == plain.new_mean(2, "high") == 12.5


def test_what_is_new_after_a_gap_has_no_past_to_be_held_against() -> None:
    fit = Autoregression(0.0, np.array([0.5]), 1.0, 2.0, 0.5, 50)
    new = fit.residuals(np.array([4.0, 2.0, GAP, 4.0, 2.0]))
    assert new[[0, 1, 3, 4]].tolist() == [2.0, 0.0, 2.0, 0.0]
    assert np.isnan(new[2])
    none = Autoregression(0.0, np.empty(0), 1.0, 1.0, 0.0, 50)
    assert none.residuals(np.array([4.0, GAP, 3.0]))[[0, 2]].tolist() == [4.0, 3.0]


@pytest.mark.parametrize("points", [10, 12, 25, 60])
def test_a_process_that_swings_has_limits_as_wide_as_it_is(points: int) -> None:
    """To and fro between two levels: memory near -1, which freed of its bias would be beyond it."""
    values = 100 + np.resize([2.0, -2.0], points) + 0.1 * series(0.0, points, 12)
    fit = autoregression(values)
    assert (np.abs(fit.coefficients) <= 1).all() or fit.coefficients.size > 1
    assert 1.9 < fit.marginal_sd < 4.0
    assert not widened_chart(values).signals["we1"].size
    assert individuals_chart(values, rules=NELSON).location.signals["nelson4"].size == max(
        points - 13, 0
    )


@pytest.mark.parametrize("sigma", [0.0, float("nan")])
def test_a_level_without_spread_draws_no_limits_of_no_width(sigma: float) -> None:
    values, level = np.array([4.0, 5.0, 4.0]), Level(4.0, sigma)
    for chart in (
        drawn("individuals", values, level),
        individuals_chart(values, level=level).location,
        censored_chart(values, np.zeros(3, dtype=np.int64), level=level),
        g_chart(values, level=level),
        c_chart(values, level=level),
        t_chart(values, level=level),
        ewma_chart(values, level),
    ):
        assert chart.not_applicable, chart.kind
        assert not chart.signals
        assert np.isnan(chart.upper).all()


def test_more_equal_neighbours_than_not_have_no_median_range() -> None:
    values = np.array([5.0] * 8 + [5.1, 5.0])
    level = median_moving_range_level(values)
    assert level.sigma == 0.0
    assert individuals_chart(values, level=level).location.not_applicable
    assert not individuals_chart(values).location.not_applicable


def test_zeros_are_counts_and_times_like_others() -> None:
    """Two events at one instant are the strongest sign that they come closer."""
    times = np.array([300.0, 500, 400, 0, 350, 420, 380, 460, 0, 410])
    chart = t_chart(times, baseline=times > 0)
    assert chart.lower[0] > 0
    assert chart.signals["we1"].tolist() == [3, 8]
    assert t_chart(np.array([3.0, 4.0, -1.0, 5.0]), baseline=np.arange(4) < 2).n == 2
    counts = np.array([0.0, 3, 0, 4, 0, 0, 5])
    for chart in (c_chart(counts), p_chart(counts, np.full(7, 50.0)), u_chart(counts, np.ones(7))):
        assert not chart.not_applicable
        assert chart.lower[0] == 0.0
        assert chart.upper[0] > chart.centre[0]
    assert u_chart(counts, np.array([1.0, 1, 0, 1, 1, 1, 1])).plotted[2] != 0.0  # nothing looked at
    level = Level(0.0, 1.0)
    assert g_chart(counts, level=level, by_probability=True).not_applicable
    with pytest.raises(ValueError, match="0 events"):
        overdispersion(np.zeros(5))


def test_laneys_sigma_takes_no_move_across_a_gap() -> None:
    counts = np.array([5.0, 6, 5, 6, GAP, 25, 26, 25, 26])
    whole, first = (
        u_chart(counts, np.ones(9), laney=True, baseline=used) for used in (None, np.arange(9) < 4)
    )
    # Within either half moves are of 1; of the root of the common rate of 15.5, or of 5.5.
    assert whole.sigma * np.sqrt(15.5) == pytest.approx(first.sigma * np.sqrt(5.5))


@pytest.mark.parametrize("sharing", ["pooled", "relative", "by product"])
def test_a_short_run_of_a_product_without_spread_or_centre_is_left_out(sharing: Sharing) -> None:
    """Product 0 lies at 0, product 1 never moves, product 2 is one anybody can chart."""
    product = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 2])
    values = np.array([0.5, -1.0, 0.5, 7.0, 7.0, 7.0, 100.0, 101.0, 99.0, 100.0])
    chart = short_run_chart(values, product, sharing=sharing)
    assert not chart.not_applicable
    assert np.isfinite(chart.plotted[6:]).all()
    assert np.isnan(chart.plotted[:3]).all() == (sharing == "relative")
    assert np.isnan(chart.plotted[3:6]).all() == (sharing == "by product")
    gapped = np.array([100.0, 101.0, GAP, 141.0, 140.0])
    same = short_run_chart(gapped, np.zeros(5, dtype=np.int64))
    assert same.plotted[1] - same.plotted[0] == pytest.approx(2 / np.sqrt(np.pi))


@pytest.mark.parametrize("values", [np.array([]), np.array([4.0]), np.full(9, 4.0)])
def test_a_chart_that_cannot_be_drawn_says_why(values: np.ndarray) -> None:
    charts = [
        individuals_chart(values).location,
        residual_chart(values),
        widened_chart(values),
        censored_chart(values, np.zeros(values.size, dtype=np.int64)),
        short_run_chart(values, np.zeros(values.size, dtype=np.int64)),
        xbar_s_chart(values, np.arange(values.size)).location,
        xbar_r_chart(values, np.arange(values.size)).location,
        ewma_chart(values, Level(4.0, 0.0)),
    ]
    for chart in charts:
        assert chart.not_applicable
        assert not chart.signals
        assert chart.plotted.size == chart.upper.size
    assert cusum_chart(values, Level(4.0, 0.0)).not_applicable


@pytest.mark.parametrize("none", [np.zeros(6), np.full(6, np.nan)])
def test_counts_of_nothing_say_why(none: np.ndarray) -> None:
    for chart in [p_chart(none, np.full(6, 50.0)), u_chart(none, np.ones(6)), c_chart(none),
                  g_chart(none), t_chart(none)]:  # fmt: skip
        assert chart.not_applicable


def test_limits_fixed_in_phase_one_hold_later_points() -> None:
    level = Level(100.0, 2.0, "frozen", 50)
    chart = individuals_chart(np.array([107.0, 100.0]), level=level).location
    assert chart.signals["we1"].tolist() == [0]
    assert (chart.n, chart.sigma_method) == (50, "frozen")


def test_three_ways_hold_lots_that_differ_by_nature() -> None:
    """Lot means differ as much as values within: X-bar alarms on most lots, three ways on few."""
    rng = np.random.default_rng(3)
    lot = np.repeat(np.arange(200), 4)
    values = rng.normal(size=200)[lot] + rng.normal(size=800)
    plain = xbar_s_chart(values, lot).location.signals["we1"].size
    chart = three_way_chart(values, lot)
    assert plain > 20
    assert chart.between.location.signals["we1"].size <= 3
    assert chart.within.signals["we1"].size <= 4


def test_the_cusum_without_a_loop_is_the_loop() -> None:
    z = np.random.default_rng(4).normal(size=(3, 500))
    for start in (0.0, 2.5):
        total, loop = np.full(3, start), np.empty(z.shape)
        for at in range(500):
            total = np.maximum(0.0, total + z[:, at] - 0.5)
            loop[:, at] = total
        assert cusum_path(z, 0.5, start) == pytest.approx(loop, abs=1e-10)


def test_g_limits_by_probability_leave_out_what_they_say() -> None:
    gaps = geom.rvs(1 / 4_001, size=40_000, random_state=5) - 1.0
    chart = g_chart(gaps, by_probability=True, level=Level(4_000.0, 4_000.5))
    outside = chart.signals["we1"].size / gaps.size
    assert outside == pytest.approx(0.0027, abs=0.0009)  # a lower limit of a gap is a whole number
    assert (gaps[chart.signals["we1"]] < chart.lower[0]).any()
    assert g_chart(gaps, by_probability=True, level=Level(400.0, 400.5)).lower[0] == 0.0
    assert g_chart(gaps).lower[0] == 0.0  # three sigma never tell that events come closer


@pytest.mark.parametrize("overdispersion", [1.0, 2.0, 5.0])
def test_laney_charts_hold_their_limits_however_samples_scatter(overdispersion: float) -> None:
    """Variance 1, 2, 5 times chance, sizes that differ: 1 in 370 outside, p alone up to 1 in 6."""
    rng = np.random.default_rng(6)
    sizes = rng.integers(4_000, 8_000, 20_000).astype(float)
    share, rate = 0.05, 0.02
    extra = (overdispersion - 1) / sizes
    p = np.clip(rng.normal(share, np.sqrt(extra * share * (1 - share))), 0, 1)
    defective = rng.binomial(sizes.astype(int), p).astype(float)
    u = np.maximum(rng.normal(rate, np.sqrt(extra * rate)), 0)
    defects = rng.poisson(sizes * u).astype(float)
    for chart, counts in [(p_chart, defective), (u_chart, defects)]:
        laney = chart(counts, sizes, laney=True)
        assert laney.sigma == pytest.approx(np.sqrt(overdispersion), rel=0.03)
        outside = laney.signals["we1"].size / sizes.size
        assert outside == pytest.approx(0.0027, abs=0.0013)  # 3.5 standard errors
        plain = chart(counts, sizes).signals["we1"].size / sizes.size
        assert plain == pytest.approx(2 * norm.sf(3 / np.sqrt(overdispersion)), rel=0.3)


def test_memory_makes_plain_limits_alarm_and_the_others_hold() -> None:
    values = series(0.7, 20_000, 7)
    plain = individuals_chart(values).location
    assert plain.autocorrelation == pytest.approx(0.7, abs=0.02)
    assert plain.signals["we1"].size / values.size > 0.08
    for chart in (residual_chart(values), widened_chart(values)):
        assert chart.autocorrelation == pytest.approx(0.7, abs=0.02)
        assert chart.signals["we1"].size / values.size == pytest.approx(0.0027, abs=0.0012)


def test_an_autoregression_is_found_with_its_spreads() -> None:
    rng = np.random.default_rng(8)
    values = 10 + lfilter([1.0], [1.0, -0.5, -0.3], rng.normal(size=20_000))
    fit = autoregression(values)
    assert fit.coefficients[:2] == pytest.approx([0.5, 0.3], abs=0.03)
    assert fit.innovation_sd == pytest.approx(1.0, rel=0.02)
    assert fit.lag_one == pytest.approx(0.5 / 0.7, abs=0.02)
    assert fit.marginal_sd == pytest.approx(values.std(), rel=0.03)
    noise = autoregression(rng.normal(size=5_000))
    assert abs(noise.lag_one) < 0.05
    assert autoregression(np.full(20, 3.0)).innovation_sd == 0.0


def test_a_fit_of_phase_one_judges_later_values() -> None:
    fit = Autoregression(0.0, np.array([0.8]), 0.6, 1.0, 0.8, 60)
    jump = np.array([0.0, 0.0, 3.0, 2.4, 2.0])
    assert residual_chart(jump, fit=fit).signals["we1"].tolist() == [2]


def test_the_censored_level_is_the_highest_likelihood() -> None:
    """Beside a plain search over mean and logarithm of sigma, with both sides censored."""
    rng = np.random.default_rng(9)
    raw = rng.normal(2.0, 1.0, 400)
    side = np.where(raw < 1.0, -1, np.where(raw > 3.5, 1, 0))
    values = np.clip(raw, 1.0, 3.5)

    def loss(at: np.ndarray) -> float:
        law = norm(at[0], np.exp(at[1]))
        each = np.where(side == 0, law.logpdf(values), law.logcdf(values))
        return -float(np.where(side == 1, law.logsf(values), each).sum())

    plain = minimize(loss, [1.0, 0.5], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-9})
    level = censored_level(values, side)
    assert level.centre == pytest.approx(plain.x[0], abs=1e-4)
    assert level.sigma == pytest.approx(np.exp(plain.x[1]), abs=1e-4)
    # Taking the limit for the value shrinks the spread by a fifth.
    assert values.std() < 0.85 < level.sigma
    with pytest.raises(ValueError, match="exact results"):
        censored_level(np.full(9, 0.05), np.full(9, -1))


def test_a_censored_chart_alarms_on_what_is_surely_out() -> None:
    values = np.array([0.05, 0.05, 0.30, 0.05, 0.12])
    side = np.array([-1, -1, 0, -1, 0])
    chart = censored_chart(values, side, level=Level(0.06, 0.05), rules=NELSON)
    assert chart.signals["nelson1"].tolist() == [2]
    assert not chart.signals["nelson3"].size


@pytest.mark.parametrize("sharing", ["pooled", "relative", "by product"])
def test_short_runs_of_three_products_share_one_chart(sharing) -> None:
    rng = np.random.default_rng(10)
    product = np.repeat(rng.integers(0, 3, 3_000), 4)
    centre = np.array([10.0, 100.0, 1_000.0])[product]
    sigma = np.ones(product.size) if sharing == "pooled" else 0.02 * centre
    values = centre + sigma * rng.normal(size=product.size)
    chart = short_run_chart(values, product, sharing=sharing)
    assert chart.plotted.std() == pytest.approx(1.0, abs=0.03)
    assert chart.signals["we1"].size / product.size == pytest.approx(0.0027, abs=0.0015)


def test_a_short_run_has_the_targets_it_is_given() -> None:
    values, product = np.array([11.0, 9.0, 52.0, 50.0]), np.array([0, 0, 1, 1])
    chart = short_run_chart(values, product, targets={0: 10.0, 1: 50.0})
    assert chart.plotted[0] == pytest.approx(-chart.plotted[1])
    assert chart.plotted[3] == 0.0
