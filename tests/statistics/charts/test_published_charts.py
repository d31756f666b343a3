"""Worked examples of textbooks and of the NIST handbook, to the digits they print."""

import numpy as np
import pytest

from assets.statistics.charts.attributes import c_chart, p_chart, u_chart
from assets.statistics.charts.constants import c4, chart_factors, d2, d3
from assets.statistics.charts.control_chart import Level
from assets.statistics.charts.individuals import individuals_chart
from assets.statistics.charts.levels import (
    moving_range,
    overall_level,
    subgroups_of,
    within_level,
)
from assets.statistics.charts.memory import cusum_chart, ewma_chart
from assets.statistics.charts.overdispersion import overdispersion
from assets.statistics.charts.rare_events import g_chart, t_chart
from assets.statistics.charts.subgroups import xbar_r_chart, xbar_s_chart
from tests.statistics.charts import published_data as data


def printed(value: float, text: str) -> None:
    """A value equals a printed one to its last digit; half a digit is a tie that may round up."""
    places = len(text.partition(".")[2])
    assert value == pytest.approx(float(text), abs=0.500001 * 10.0**-places)


def test_overdispersion_wetherill_and_brown_pages_212_to_218() -> None:
    binomial = overdispersion(data.WETHERILL_DEFECTIVES, np.full(30, 50.0))
    printed(binomial.ratio, "0.76446")
    printed(binomial.chi_square, "22.1692")
    printed(binomial.p_value, "0.8131")
    poisson = overdispersion(data.WETHERILL_DEFECTS)
    printed(poisson.ratio, "1.47220")
    printed(poisson.chi_square, "42.6939")
    printed(poisson.p_value, "0.04858")
    with pytest.raises(ValueError, match="do not show"):
        overdispersion(np.zeros(5))


def test_chart_constants_of_the_sixsigma_vignette() -> None:
    five, ten = chart_factors(5), chart_factors(10)
    for value, text in [
        (five.d2, "2.3259"), (five.d3, "0.8641"), (five.c4, "0.9400"), (five.a2, "0.5768"),
        (five.d4_high, "2.1145"), (five.b4, "2.0890"), (ten.d2, "3.0775"), (ten.d3, "0.7971"),
        (ten.c4, "0.9727"), (ten.a2, "0.3083"), (ten.d3_low, "0.2230"), (ten.d4_high, "1.7770"),
        (ten.b3, "0.2837"), (ten.b4, "1.7163"),
    ]:  # fmt: skip
        printed(value, text)
    for size, text in [(2, "0.797885"), (3, "0.886227"), (4, "0.921318"), (5, "0.939986"),
                       (10, "0.972659"), (20, "0.986934"), (25, "0.989640")]:  # fmt: skip
        printed(c4(size), text)


def test_d2_and_d3_of_two_values_are_known_in_closed_form() -> None:
    assert d2(2) == pytest.approx(2 / np.sqrt(np.pi), rel=1e-12)
    assert d3(2) == pytest.approx(np.sqrt(2 - 4 / np.pi), rel=1e-10)


def test_i_mr_of_flow_rates_nist_6_3_2_2() -> None:
    chart = individuals_chart(data.FLOW_RATE, places=3, rules=("we1",))
    printed(chart.location.centre[0], "50.81")
    printed(float(np.nanmean(moving_range(data.FLOW_RATE))), "1.8778")
    printed(chart.location.upper[0], "55.8041")
    printed(chart.location.lower[0], "45.8159")
    # The page multiplies the rounded mean range: 3.267 x 1.8778 = 6.1347; 6.1349 is its unrounded
    # product with the exact one.
    assert chart.spread.upper[1] == pytest.approx(3.267 * 1.8777778, abs=5e-5)
    assert chart.location.signals["we1"].size == 0
    exact = individuals_chart(data.FLOW_RATE).location
    printed(exact.upper[0], "55.8024")


def test_ewma_nist_6_3_2_4() -> None:
    level = Level(50.0, 2.0539)
    chart = ewma_chart(data.EWMA_NIST, level, weight=0.3, width=3.0, is_steady=True)
    words = (
        "50.60 49.52 50.56 50.18 50.16 49.21 49.75 49.85 50.26 50.33 50.11 49.36 49.52 50.05 49.38 "
        "49.92 50.73 51.23 51.94 51.99"
    )
    for value, text in zip(chart.plotted, words.split(), strict=True):
        printed(value, text)
    # The page takes the root of 3/17 for .4201; unrounded the limits are 52.58843 and 47.41157.
    printed(chart.upper[0], "52.5884")
    assert chart.lower[0] == pytest.approx(47.41157, abs=5e-6)
    assert chart.signals["ewma"].size == 0


def test_tabular_cusum_nist_6_3_2_3() -> None:
    level = Level(325.0, 0.635)
    chart = cusum_chart(data.CUSUM_NIST, level, k=0.3175 / 0.635, h=4.1959 / 0.635)
    high = "0 0 0 0 .03 0 0 0 0 0 0 0 3.01 4.94 7.45 10.63 11.99 14.44 16.00 19.04"
    low = "0 .01 0 .33 0 0 .56 .72 .17 .25 .31 0 0 0 0 0 0 0 0 0"
    for path, words in [(chart.high, high), (chart.low, low)]:
        for value, text in zip(path, words.split(), strict=True):
            assert value == pytest.approx(float(text), abs=0.00501)  # .255 and 14.445 are ties
    assert (chart.signals["cusum high"] + 1).tolist() == [14, 15, 16, 17, 18, 19, 20]
    assert chart.signals["cusum low"].size == 0


def test_c_chart_of_wafers_nist_6_3_3_1() -> None:
    chart = c_chart(data.WAFERS)
    assert [chart.centre[0], chart.upper[0], chart.lower[0]] == [16.0, 28.0, 4.0]
    assert (chart.signals["we1"] + 1).tolist() == [24]  # wafer 3 lies on the limit, not beyond it


def test_p_chart_nist_6_3_3_2_and_montgomery_7_1() -> None:
    chart = p_chart(data.ORANGE_JUICE, np.full(30, 50.0))
    printed(chart.centre[0], "0.2313")
    printed(chart.upper[0], "0.4102")
    printed(chart.lower[0], "0.0524")
    assert (chart.signals["we1"] + 1).tolist() == [15, 23]
    baseline = ~np.isin(np.arange(30), [14, 22])
    revised = p_chart(data.ORANGE_JUICE, np.full(30, 50.0), baseline=baseline)
    printed(revised.centre[0], "0.215")
    printed(revised.lower[0], "0.04070284")
    printed(revised.upper[0], "0.38929716")
    assert (revised.signals["we1"] + 1).tolist() == [15, 21, 23]


def test_p_chart_with_sizes_that_differ_montgomery_table_7_4() -> None:
    chart = p_chart(data.PURCHASE_ERRORS, data.PURCHASE_SIZES)
    printed(chart.centre[0], "0.0955102041")
    for size, low, high in [(100, "0.00733469473", "0.183685713"), (80, "0", "0.194093421"),
                            (110, "0.0114381546", "0.179582254")]:  # fmt: skip
        at = int(np.flatnonzero(size == data.PURCHASE_SIZES)[0])
        printed(chart.lower[at], low)
        printed(chart.upper[at], high)
    assert (chart.signals["we1"] + 1).tolist() == [11]
    printed(chart.z[10], "3.0798")


def test_laney_p_on_the_same_samples() -> None:
    chart = p_chart(data.PURCHASE_ERRORS, data.PURCHASE_SIZES, laney=True, places=3)
    printed(chart.sigma, "0.9656740")
    printed(chart.upper[0], "0.1806590")


def test_laney_p_of_nhs_accidents_qicharts2() -> None:
    plain = p_chart(data.SEEN_IN_TIME, data.ATTENDANCES)
    printed(plain.centre[0], "0.95289971")
    printed(plain.lower[0], "0.951700")
    printed(plain.upper[0], "0.954100")
    assert plain.signals["we1"].size == 16
    wide = p_chart(data.SEEN_IN_TIME, data.ATTENDANCES, laney=True, places=3)
    printed(wide.sigma, "10.640422")
    printed(wide.lower[0], "0.940130")
    printed(wide.upper[0], "0.965670")
    assert wide.signals["we1"].size == 0


def test_c_chart_of_boards_montgomery_7_3() -> None:
    chart = c_chart(data.BOARDS)
    printed(chart.centre[0], "19.8462")
    printed(chart.upper[0], "33.2109")
    printed(chart.lower[0], "6.4814")
    baseline = ~np.isin(np.arange(26), [5, 19])
    revised = c_chart(data.BOARDS, baseline=baseline)
    printed(revised.centre[0], "19.6666667")
    printed(revised.upper[0], "32.9708014")
    printed(revised.lower[0], "6.36253197")


def test_u_chart_of_shipments_montgomery_7_4() -> None:
    chart = u_chart(data.SHIPMENTS, np.full(20, 50.0))
    printed(chart.centre[0], "0.074")
    printed(chart.upper[0], "0.189412304")
    assert chart.lower[0] == 0.0


def test_u_chart_of_dyed_cloth_montgomery_7_5() -> None:
    chart = u_chart(data.CLOTH_DEFECTS, data.CLOTH_M2 / 50)
    printed(chart.centre[0], "1.42325581")
    for square_m, low, high in [(500, "0.29147393", "2.5550377"), (400, "0.1578852", "2.68862643"),
                                (650, "0.430617437", "2.41589419")]:  # fmt: skip
        at = int(np.flatnonzero(square_m == data.CLOTH_M2)[0])
        printed(chart.lower[at], low)
        printed(chart.upper[at], high)


def test_t_chart_of_valve_failures_montgomery_7_6() -> None:
    """By the power 1/3.6; with the book's rounded .2777 the mean is 5.38662."""
    powered = data.VALVE_HOURS ** (1 / 3.6)
    printed(float(powered.mean()), "5.389277")
    printed(float(np.nanmean(moving_range(powered))), "2.360921")
    chart = t_chart(data.VALVE_HOURS, places=3)
    printed(chart.centre[0], "430.040952")
    printed(chart.upper[0], "6937.93349")
    assert chart.lower[0] == 0.0


def test_g_chart_of_67_gaps() -> None:
    chart = g_chart(data.GAPS)
    printed(chart.centre[0], "31.671642")
    printed(chart.upper[0], "128.174910")
    assert chart.lower[0] == 0.0
    assert np.median(data.GAPS) == 24


def test_xbar_s_of_piston_rings_montgomery_6_3() -> None:
    rings = data.PISTON_RINGS
    chart = xbar_s_chart(rings.ravel(), data.subgroup_codes(rings), spread="mean sd")
    printed(chart.location.centre[0], "74.001176")
    printed(float(chart.spread.centre[0]), "0.00939948389")
    printed(chart.location.lower[0], "73.9877601")
    printed(chart.location.upper[0], "74.0145919")
    printed(chart.spread.upper[0], "0.0196355018")
    assert chart.spread.lower[0] == 0.0


def test_xbar_s_with_sizes_that_differ_montgomery_6_4() -> None:
    values, codes = data.unequal_rings()
    chart = xbar_s_chart(values, codes, spread="weighted sd")
    printed(chart.location.centre[0], "74.0007522")
    printed(float(chart.spread.centre[0]), "0.0102911775")
    for size, low, high, spread in [
        (5, "73.9860636", "74.0154408", "0.0214982478"),
        (4, "73.9839971", "74.0175073", "0.0233202926"),
        (3, "73.9806390", "74.0208654", "0.0264294891"),
    ]:
        at = int(np.flatnonzero(size == data.UNEQUAL_SIZES)[0])
        printed(chart.location.lower[at], low)
        printed(chart.location.upper[at], high)
        printed(chart.spread.upper[at], spread)


@pytest.mark.parametrize(
    ("rings", "mean_range"),
    [(data.PISTON_RINGS, "0.02324"), (data.OLDER_PISTON_RINGS, "0.02276")],
    ids=["7th edition", "older edition"],
)
def test_two_versions_of_sample_21(rings: np.ndarray, mean_range: str) -> None:
    groups = subgroups_of(rings.ravel(), data.subgroup_codes(rings))
    printed(float(groups.spread.mean()), mean_range)


def test_xbar_r_of_the_hard_bake_montgomery_6_1() -> None:
    bake = data.HARD_BAKE
    chart = xbar_r_chart(bake.ravel(), data.subgroup_codes(bake), places=3)
    printed(chart.location.centre[0], "1.5056")
    printed(float(chart.spread.centre[0]), "0.32521")
    # The book starts from the centre and the mean range as printed.
    rounded = Level(1.5056, 0.32521 / d2(5))
    as_printed = xbar_r_chart(bake.ravel(), data.subgroup_codes(bake), level=rounded, places=3)
    printed(as_printed.location.upper[0], "1.69325")
    printed(as_printed.location.lower[0], "1.31795")
    printed(chart.spread.upper[0], "0.68749")
    printed(chart.location.sigma, "0.1398")


def test_i_mr_of_loan_costs_montgomery_6_5() -> None:
    chart = individuals_chart(data.LOANS, places=3)
    printed(chart.location.centre[0], "300.5")
    printed(float(np.nanmean(moving_range(data.LOANS))), "7.78947368")
    printed(chart.location.lower[0], "279.783315")
    printed(chart.location.upper[0], "321.216685")
    printed(chart.spread.upper[1], "25.4482105")


def test_cusum_montgomery_9_1() -> None:
    chart = cusum_chart(data.CUSUM_MONTGOMERY, Level(10.0, 1.0), k=0.5, h=5.0)
    words = (
        "0 0 0 1.16 2.82 2.50 .04 1.00 0 0 0 .97 .98 0 0 0 .12 0 0 .34 .74 0 1.79 2.79 2.89 3.47 "
        "3.35 4.47 5.28 5.30"
    )
    for value, text in zip(chart.high, words.split(), strict=True):
        printed(value, text)
    assert (chart.signals["cusum high"] + 1).tolist() == [29, 30]
    assert chart.run_high[28] == 7
    printed(chart.new_mean(28, "high"), "11.25")


def test_ewma_montgomery_9_2() -> None:
    chart = ewma_chart(data.CUSUM_MONTGOMERY, Level(10.0, 1.0), weight=0.1, width=2.7)
    for at, text in [(0, "9.945"), (1, "9.7495"), (2, "9.70355"), (3, "9.8992"), (28, "10.64682"),
                     (29, "10.63414")]:  # fmt: skip
        assert chart.plotted[at] == pytest.approx(float(text), abs=1.5e-5)
    printed(chart.upper[0] - 10, "0.27")
    printed(chart.upper[1] - 10, "0.36325")
    steady = ewma_chart(
        data.CUSUM_MONTGOMERY, Level(10.0, 1.0), weight=0.1, width=2.7, is_steady=True
    )
    printed(steady.lower[0], "9.38058")
    printed(steady.upper[0], "10.61942")
    assert (chart.signals["ewma"] + 1).tolist() == [29, 30]


def test_individuals_of_viscosity_qcc_vignette() -> None:
    chart = individuals_chart(data.VISCOSITY, places=3)
    printed(chart.location.centre[0], "33.5233")
    printed(float(np.nanmean(moving_range(data.VISCOSITY))), "0.4807")
    printed(chart.location.lower[0], "32.2448")
    printed(chart.location.upper[0], "34.8018")
    printed(chart.location.sigma, "0.42617")
    printed(overall_level(data.VISCOSITY).sigma * c4(15), "0.33555")


def test_pooled_sigma_of_older_piston_rings_scrucca_2004() -> None:
    rings = data.OLDER_PISTON_RINGS
    codes = data.subgroup_codes(rings)
    pooled = within_level(subgroups_of(rings.ravel(), codes), "pooled sd")
    printed(pooled.sigma, "0.009887547")
    chart = xbar_s_chart(rings.ravel(), codes)
    printed(chart.location.centre[0], "74.00118")
    printed(chart.location.lower[0], "73.98791")
    printed(chart.location.upper[0], "74.01444")


def test_memory_charts_of_older_piston_rings_qcc() -> None:
    rings = data.OLDER_PISTON_RINGS
    groups = subgroups_of(rings.ravel(), data.subgroup_codes(rings))
    sigma = float(groups.spread.mean()) / 2.326
    printed(sigma, "0.009785039")
    means = Level(float(rings.mean()), sigma / np.sqrt(5))
    cusum = cusum_chart(groups.mean, means, k=0.5)
    for at, text in enumerate(["1.5622", "0.9305", "1.9899", "1.9068", "1.9150"]):
        printed(cusum.high[at] / means.sigma, text)
    ewma = ewma_chart(groups.mean, means, weight=0.2, width=3.0)
    for at, text in enumerate(["74.00298", "74.0025", "74.0036"]):
        printed(ewma.plotted[at], text)
    printed(ewma.lower[-1], "73.99680")
    printed(ewma.upper[-1], "74.00555")
