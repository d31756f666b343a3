"""What charts do with gaps, lots, censored results, short runs and values with memory."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.signal import lfilter
from scipy.stats import geom, norm

from assets.statistics.charts.attributes import c_chart, p_chart, u_chart
from assets.statistics.charts.autocorrelation import (
    Autoregression,
    autoregression,
    residual_chart,
    widened_chart,
)
from assets.statistics.charts.censored import censored_chart, censored_level
from assets.statistics.charts.control_chart import Level
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
from assets.statistics.charts.rare_events import g_chart, t_chart
from assets.statistics.charts.run_rules import NELSON
from assets.statistics.charts.short_run import short_run_chart
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


def test_gaps_in_the_record_are_left_out_and_keep_their_place() -> None:
    values = np.array([10.0, np.nan, 11.0, 9.0, np.nan, 30.0])
    chart = individuals_chart(values, baseline=np.arange(6) < 4).location
    assert chart.n == 3
    assert chart.signals["we1"].tolist() == [5]
    assert np.isnan(chart.plotted[[1, 4]]).all()
    assert moving_range_level(values[:4]).sigma == pytest.approx(1.5 / (2 / np.sqrt(np.pi)))


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
