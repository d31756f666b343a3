"""Average run lengths as the papers print them (read in the manual pages of R's spc)."""

import numpy as np
import pytest

from assets.statistics.charts.run_length.integral_equations import (
    cusum_decision,
    cusum_run_length,
    ewma_run_length,
    ewma_width,
    siegmund_run_length,
)
from assets.statistics.charts.run_length.moving_range_chain import individuals_run_length
from assets.statistics.charts.run_length.run_rule_chain import (
    NELSON_NINE,
    WESTERN_ELECTRIC_RULES,
    RunRule,
    run_rule_run_length,
)

ONE, TWO_OF_THREE, FOUR_OF_FIVE, EIGHT = WESTERN_ELECTRIC_RULES


def shown(value: float, text: str, slack: float = 0.5001) -> None:
    places = len(text.partition(".")[2])
    assert value == pytest.approx(float(text), abs=slack * 10.0**-places), text


@pytest.mark.parametrize(
    ("weight", "width", "row"),
    [
        (0.5, 3.071, "500 255 88.8 35.9 17.5 6.53 3.63 2.50 1.93 1.58 1.34 1.07"),
        (0.03, 2.437, "500 76.7 29.3 17.6 12.6 8.07 5.99 4.80 4.03 3.49 3.11 2.55"),
    ],
)
def test_ewma_lucas_and_saccucci_1990_table_3(weight: float, width: float, row: str) -> None:
    shifts = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5]
    for shift, text in zip(shifts, row.split(), strict=True):
        shown(ewma_run_length(weight, width, shift), text)


@pytest.mark.parametrize(
    ("weight", "width", "row"),
    [
        (0.4, 3.054, "500 224 71.2 28.4 14.3 5.9 3.5 2.5 2.0 1.4"),
        (0.25, 2.998, "500 170 48.2 20.1 11.1 5.5 3.6 2.7 2.3 1.7"),
        (0.2, 2.962, "500 150 41.8 18.2 10.5 5.5 3.7 2.9 2.4 1.9"),
        (0.1, 2.814, "500 106 31.3 15.9 10.3 6.1 4.4 3.4 2.9 2.2"),
        (0.05, 2.615, "500 84.1 28.8 16.4 11.4 7.1 5.2 4.2 3.5 2.7"),
    ],
)
def test_ewma_montgomery_table_9_11(weight: float, width: float, row: str) -> None:
    """The book's own Markov chain is coarse: up to one unit of its last digit away (48.2, 84.1)."""
    shifts = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4]
    for shift, text in zip(shifts, row.split(), strict=True):
        shown(ewma_run_length(weight, width, shift), text, 1.0)


@pytest.mark.parametrize(
    ("weight", "row"),
    [
        (0.5, "26.45 20.12 11.89 4.91 1.95 1.26 1.05"),  # 1.94 in print
        (0.05, "127.53 43.94 18.97 8.38 4.04 2.76 2.15"),
    ],
)
def test_ewma_crowder_1987_table_1(weight: float, row: str) -> None:
    for shift, text in zip([0, 0.25, 0.5, 1, 2, 3, 4], row.split(), strict=True):
        shown(ewma_run_length(weight, 2.0, shift), text)
    if weight == 0.5:
        shown(ewma_run_length(weight, 2.0, 1.25), "3.59")  # printed 3.95


def test_ewma_and_cusum_equal_r_spc() -> None:
    """R 4.2.2, spc 0.6.7: xewma.arl(l=.1, c=2.814) and xcusum.arl(k=.5, h=5, sided="two")."""
    assert ewma_run_length(0.1, 2.814) == pytest.approx(499.579550082584, rel=1e-10)
    assert ewma_run_length(0.1, 2.814, 1.0) == pytest.approx(10.3306651552231, rel=1e-10)
    assert cusum_run_length(0.5, 5.0) == pytest.approx(465.44350603212, rel=1e-10)
    assert cusum_run_length(0.5, 5.0, 1.0) == pytest.approx(10.3759699215936, rel=1e-10)


def test_one_sided_cusum_brook_and_evans_1972() -> None:
    assert cusum_run_length(0.5, 3.0, is_two_sided=False) == pytest.approx(117.5957, abs=5e-5)
    assert cusum_run_length(0.5, 3.0, 1.5, is_two_sided=False) == pytest.approx(3.7491, abs=5e-5)


def test_two_sided_cusum_lucas_and_crosier_1982() -> None:
    shifts = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5]
    plain = "168 74.2 26.6 13.3 8.38 4.75 3.34 2.62 2.19 1.71 1.31"
    fast = "149 62.7 20.1 8.97 5.29 2.86 2.01 1.59 1.33 1.07 1.01"  # 1.32 in print
    for shift, text, quick in zip(shifts, plain.split(), fast.split(), strict=True):
        shown(cusum_run_length(0.5, 4.0, shift), text)
        shown(cusum_run_length(0.5, 4.0, shift, head_start=2.0), quick)


def test_cusum_montgomery_table_9_3() -> None:
    shifts = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4]
    row = "465 139 38.0 17.05 10.4 5.75 4.01 3.11 2.57 2.01"  # 17.0 in print
    for shift, text in zip(shifts, row.split(), strict=True):
        shown(cusum_run_length(0.5, 5.0, shift), text)


def test_cusum_hawkins_pairs_for_370() -> None:
    exact = [370.3, 368.6, 370.6, 372.8, 373.5, 376.3]
    pairs = [(0.25, 8.01), (0.5, 4.77), (0.75, 3.34), (1, 2.52), (1.25, 1.99), (1.5, 1.61)]
    for (k, h), length in zip(pairs, exact, strict=True):
        assert cusum_run_length(k, h) == pytest.approx(length, abs=0.06)


def test_cusum_vance_1986() -> None:
    shifts = [-0.25, -0.125, 0, 0.125, 0.25, 0.5, 0.75, 1]
    lengths = [2071.57, 400.28, 124.66, 59.30, 36.71, 20.37, 14.06, 10.75]  # 2071.51 in print
    for shift, length in zip(shifts, lengths, strict=True):
        found = cusum_run_length(0.0, 10.0, shift, is_two_sided=False)
        assert found == pytest.approx(length, abs=0.0051)


def test_cusum_waldmann_1986_and_sas() -> None:
    for shift, length in [(-0.5, 1963), (0, 117.6), (0.5, 17.35)]:
        found = cusum_run_length(0.5, 3.0, shift, is_two_sided=False)
        assert found == pytest.approx(length, rel=5e-4)
    assert cusum_run_length(0.6, 3.0, -0.2) == pytest.approx(65.46, abs=0.006)
    lengths = [
        cusum_run_length(0.25, 8.0, 2.5, is_two_sided=False),
        cusum_run_length(0.25, 8.0, 2.5, head_start=0.1, is_two_sided=False),
        cusum_run_length(0.25, 8.0, 2.5),
    ]
    assert lengths == pytest.approx([4.15008373, 4.10615884, 4.15008373], rel=2e-7)


def test_run_rules_champ_and_woodall_1987_table_1() -> None:
    shifts = np.array([0, 0.2, 0.4, 0.6, 0.8, 1, 2, 3])
    for rules, row in [
        ((ONE,), "370.40 308.43 200.08 119.67 71.55 43.89 6.30 2.00"),
        ((ONE, TWO_OF_THREE), "225.44 177.56 104.46 57.92 33.12 20.01 3.65 1.68"),
        ((ONE, FOUR_OF_FIVE), "166.05 120.70 63.88 33.99 19.78 12.66 3.68 1.89"),
        ((ONE, EIGHT), "152.73 110.52 59.76 33.64 21.07 14.58 4.89 1.99"),
    ]:
        for value, text in zip(run_rule_run_length(rules, shifts), row.split(), strict=True):
            shown(float(value), text)


def test_all_four_western_electric_rules_and_nelsons_nine() -> None:
    found = run_rule_run_length(WESTERN_ELECTRIC_RULES, np.array([0.0, 1.0]))
    assert np.round(found, 2).tolist() == [91.75, 9.22]
    nine = run_rule_run_length((RunRule(1, 1, 3), NELSON_NINE), np.array([0, 0.5, 1, 2, 3]))
    assert np.round(nine, 2).tolist() == [216.70, 57.78, 17.05, 5.14, 2.00]


def test_siegmunds_approximation_montgomery() -> None:
    shown(siegmund_run_length(0.5, 5.0, is_two_sided=False), "938.2")
    shown(siegmund_run_length(0.5, 5.0), "469.1")
    shown(siegmund_run_length(0.5, 5.0, 1.0), "10.34")


def test_i_mr_amin_and_ethridge_1998_and_rigdon_1994() -> None:
    """Their rows are simulated (505.3 427.6 276.7 ...); these are exact."""
    exact = "507.3 427.2 274.1 153.3 82.8 45.4 25.9 15.5 9.8"
    for shift, text in zip(np.arange(0, 2.01, 0.25), exact.split(), strict=True):
        shown(individuals_run_length(3.27, 4.56, float(shift)), text)
    shown(individuals_run_length(3.268, 4.556), "503.2")
    shown(individuals_run_length(2.992, 4.139), "200.1")


def test_i_mr_crowder_1987() -> None:
    """18.2164 is printed for no shift: the paper's rule was coarse."""
    for shift, length in [(0, 18.2308), (0.25, 16.3661), (0.5, 12.4358), (1, 6.1091), (2, 1.9989)]:
        assert individuals_run_length(2.0, 3.0, shift) == pytest.approx(length, abs=2e-4)


def test_limits_for_a_run_length_are_the_inverse() -> None:
    assert ewma_run_length(0.1, ewma_width(0.1, 500.0)) == pytest.approx(500.0, rel=1e-5)
    assert cusum_run_length(0.5, cusum_decision(0.5, 370.0)) == pytest.approx(370.0, rel=1e-5)
