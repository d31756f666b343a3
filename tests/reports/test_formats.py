"""Figures are rounded to what their interval supports."""

import math
from datetime import UTC, datetime

import pytest

from reports.formats import (
    NEVER,
    NOT_COMPUTED,
    count,
    money,
    money_exact,
    number,
    p_value,
    probability,
    rounding_step,
    share,
    stated,
    write,
)


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (1_234_567.0, 412_000.0, 2_911_000.0, "$1.2M (0.4M to 2.9M)"),
        (4_000_000.0, 2_000_000.0, 8_000_000.0, "$4.0M (2.0M to 8.0M)"),
        (12_300_000.0, 3_100_000.0, 40_200_000.0, "$12M (3M to 40M)"),
        (-300_000.0, -910_000.0, 120_000.0, "−$300k (−900k to 100k)"),
        (-300_000.0, -1_910_000.0, 120_000.0, "−$0.3M (−1.9M to 0.1M)"),
        (3_000.0, -200_000.0, 400_000.0, "$0k (−200k to 400k)"),
        (850_000.0, None, None, "$850k"),
        (3_000_000.0, None, None, "$3M"),
        (12_345_678.0, None, None, "$12.3M"),
        (12_345_678.0, 12_345_677.0, 12_345_679.0, "$12.35M (12.35M to 12.35M)"),
        (0.0, 0.0, 0.0, "$0 (0 to 0)"),
        (None, None, None, NOT_COMPUTED),
    ],
)
def test_money(value, low, high, expected):
    assert money(value, low, high).full == expected


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (0.6617, 0.5284, 0.7391, "0.66 (0.53 to 0.74)"),
        (0.8668, 0.8118, 0.9102, "0.87 (0.81 to 0.91)"),
        (0.7681, None, None, "0.77"),
        (4.21, 1.13, 7.92, "4.2 (1.1 to 7.9)"),
        (0.0, -0.0004, 0.0004, "0.0000 (−0.0004 to 0.0004)"),
        (14.0, 9.2, 31.4, "14 (9 to 31)"),
        (math.inf, 20.0, math.inf, f"{NEVER} (20 to {NEVER})"),
        (0.25, None, None, "0.25"),
    ],
)
def test_number(value, low, high, expected):
    assert number(value, low, high).full == expected


def test_share_of_six_failures_in_two_hundred():
    assert share(0.03, 0.011, 0.064).full == "3.0% (1.1% to 6.4%)"
    assert share(0.05).full == "5%"


def test_a_share_too_small_to_matter_has_no_digits():
    assert [share(each).full for each in (1.2e-9, 0.0001, 0.0)] == ["<0.01%", "0.01%", "0%"]
    assert share(0.00001, 0.0, 0.0002).full.startswith("0.001%")


def test_counts_are_exact_without_an_interval():
    assert count(1005).full == "1,005"
    assert count(186_900).full == "186,900"
    assert count(0).full == "0"


def test_probability_is_never_certainty():
    assert [probability(x).full for x in (0.0, 0.004, 0.87, 0.9999, 1.0)] == [
        "<1%",
        "<1%",
        "87%",
        ">99%",
        ">99%",
    ]


def test_p_values_keep_two_digits():
    assert [p_value(x).full for x in (0.00001, 0.0001, 0.00123, 0.04, 0.632, 1.0)] == [
        "<0.0001",
        "0.0001",
        "0.0012",
        "0.04",
        "0.63",
        ">0.99",
    ]


def test_ledger_money_is_written_in_full():
    assert money_exact(1_234_567.0).full == "$1,234,567"
    assert money_exact(-12.5).full == "−$12.50"


def test_assumptions_are_written_as_stated():
    assert stated(0.35, 0.2, 0.5).full == "0.35 (0.2 to 0.5)"
    assert stated(1_500_000.0).full == "1,500,000"


@pytest.mark.parametrize(
    ("half_width", "step"),
    [(0.0353, 0.001), (0.0827, 0.01), (1.25e6, 1e5), (3.5e6, 1e5), (5e6, 1e6), (0.099, 0.01)],
)
def test_the_step_follows_the_half_width(half_width, step):
    assert rounding_step(0.9, 0.9 - half_width, 0.9 + half_width) == pytest.approx(step)


def test_nothing_to_round():
    assert rounding_step(0.0) == 1.0


def test_no_negative_zero():
    assert number(-0.001, -1.0, 1.0).value == "0.0"


def test_write_by_name_and_by_unit():
    assert write("by_unit", 2_000_000.0, 1e6, 4e6, "USD/year").full == "$2.0M (1.0M to 4.0M)"
    assert write("by_unit", 14.0, 9.2, 31.4, "months").full == "14 (9 to 31)"
    assert write("text", datetime(2021, 4, 30, tzinfo=UTC)).full == "2021-04-30"
    assert write("text", datetime(2021, 4, 30, 6, 5, tzinfo=UTC)).full == "2021-04-30 06:05"
    assert write("text", None).full == NOT_COMPUTED
