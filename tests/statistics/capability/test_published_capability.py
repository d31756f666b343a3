"""Capability indices, their bounds and tolerance factors as books and handbooks print them."""

import numpy as np
import pytest

from assets.statistics.capability.bounds import (
    bissell_bound,
    bissell_interval,
    coverage_of_bound,
    cp_interval,
    exact_one_sided_bound,
    kushler_hurley_bound,
)
from assets.statistics.capability.indices import (
    SpecificationLimits,
    about_target,
    capability,
    one_sided,
    potential,
)
from assets.statistics.charts.constants import d2
from assets.statistics.charts.levels import subgroups_of, within_level
from assets.statistics.tolerance_intervals import (
    howe_factor,
    one_sided_factor,
    order_statistics_needed,
    two_sided_factor,
)
from tests.statistics.charts import published_data as data


def printed(value: float, text: str) -> None:
    places = len(text.partition(".")[2])
    assert value == pytest.approx(float(text), abs=0.500001 * 10.0**-places)


def test_cp_and_cpk_nist_6_1_6() -> None:
    limits = SpecificationLimits(8.0, 20.0)
    low, high = one_sided(limits, 16.0, 2.0)
    assert potential(limits, 2.0) == 1.0
    printed(high, "0.6667")
    printed(low, "1.3333")
    # k, how far off the middle: |14 - 16| / 6.
    printed(1 - min(low, high) / potential(limits, 2.0), "0.3333")


def test_percentiles_nist_7_2_6_2() -> None:
    """The three definitions the page compares; the empirical ones of this package are R6's."""
    gauge = np.array(
        [95.1772, 95.1567, 95.1937, 95.1959, 95.1442, 95.0610, 95.1591, 95.1195, 95.1065, 95.0925,
         95.1990, 95.1682]
    )  # fmt: skip
    for method, text in [
        ("weibull", "95.1981"),
        ("linear", "95.1957"),
        ("median_unbiased", "95.1972"),
    ]:
        printed(float(np.quantile(gauge, 0.9, method=method)), text)  # type: ignore[call-overload]


def test_hard_bake_montgomery_6_1() -> None:
    bake = data.HARD_BAKE
    groups = subgroups_of(bake.ravel(), data.subgroup_codes(bake))
    sigma = within_level(groups, "mean range").sigma
    printed(sigma, "0.1398")
    printed(potential(SpecificationLimits(1.0, 2.0), sigma), "1.192")


def test_piston_rings_of_the_older_edition_scrucca_2004() -> None:
    rings, limits = data.OLDER_PISTON_RINGS, SpecificationLimits(73.95, 74.05)
    level = within_level(subgroups_of(rings.ravel(), data.subgroup_codes(rings)), "pooled sd")
    cp = potential(limits, level.sigma)
    low, high = one_sided(limits, level.centre, level.sigma)
    printed(cp, "1.686")
    printed(low, "1.725")
    printed(high, "1.646")
    printed(about_target(limits, level.centre, level.sigma), "1.674")
    for end, text in zip(cp_interval(cp, 124), ["1.476", "1.895"], strict=True):
        printed(end, text)
    for end, text in zip(bissell_interval(high, 125), ["1.433", "1.859"], strict=True):
        printed(end, text)
    for index, ends in [(low, ["1.539", "1.912"]), (high, ["1.467", "1.825"])]:
        for end, text in zip(bissell_interval(index, 125, confidence=0.9), ends, strict=True):
            printed(end, text)


def test_piston_rings_of_the_older_edition_by_current_qcc() -> None:
    rings, limits = data.OLDER_PISTON_RINGS, SpecificationLimits(73.95, 74.05)
    groups = subgroups_of(rings.ravel(), data.subgroup_codes(rings))
    sigma, centre = float(groups.spread.mean()) / 2.326, float(rings.mean())
    low, high = one_sided(limits, centre, sigma)
    printed(potential(limits, sigma), "1.7033")
    printed(low, "1.7433")
    printed(high, "1.6632")
    printed(about_target(limits, centre, sigma), "1.6911")
    for end, text in zip(
        cp_interval(potential(limits, sigma), 124), ["1.4914", "1.9148"], strict=True
    ):
        printed(end, text)
    for end, text in zip(bissell_interval(high, 125), ["1.4481", "1.8783"], strict=True):
        printed(end, text)
    assert d2(5) == pytest.approx(2.326, abs=1e-4)


def test_volumes_of_the_sixsigma_package() -> None:
    found = capability(data.VOLUMES, SpecificationLimits(740.0, 760.0))
    assert found.pp.value == pytest.approx(1.58413633507089, rel=1e-13)
    assert found.ppk.value == pytest.approx(1.54651309711296, rel=1e-13)
    for end, text in zip(cp_interval(found.pp.value, 19), ["1.08460", "2.08305"], strict=True):
        printed(end, text)
    for end, text in zip(
        bissell_interval(found.ppk.value, 20), ["1.03356", "2.05947"], strict=True
    ):
        printed(end, text)


def test_cp_interval_of_montgomery() -> None:
    """USL 62, LSL 38, n 20, s 1.75. The print, 1.57 to 3.01, rounds Cp to 2.29 first."""
    cp = potential(SpecificationLimits(38.0, 62.0), 1.75)
    assert cp_interval(cp, 19) == pytest.approx((1.5649, 3.0056), abs=5e-5)
    rounded = cp_interval(2.29, 19)
    printed(rounded[0], "1.57")
    printed(rounded[1], "3.01")


def test_cpk_interval_of_montgomery_is_not_bissells() -> None:
    """The book prints .99 to 1.67 for 1.33 and n 20; its own formula gives .8826 to 1.7774."""
    assert bissell_interval(1.33, 20) == pytest.approx((0.8826, 1.7774), abs=5e-5)


@pytest.mark.parametrize(
    ("index", "sizes", "bissell", "exact"),
    [
        (1.33, [20, 30, 50, 75, 100], [0.955, 1.026, 1.096, 1.139, 1.165],
         [0.949, 1.022, 1.093, 1.137, 1.164]),
        (1.0, [20, 30, 50, 75, 100], [0.706, 0.762, 0.817, 0.851, 0.871],
         [0.701, 0.758, 0.814, 0.849, 0.870]),
        (2.0, [50], [1.659], [1.655]),
    ],
)  # fmt: skip
def test_lower_bounds_of_cpk(
    index: float, sizes: list[int], bissell: list[float], exact: list[float]
) -> None:
    assert [round(bissell_bound(index, n), 3) for n in sizes] == bissell
    assert [round(exact_one_sided_bound(index, n), 3) for n in sizes] == exact


def test_kushler_and_hurley() -> None:
    found = [round(kushler_hurley_bound(1.33, n), 3) for n in (20, 50, 100)]
    assert found == [0.975, 1.109, 1.175]


@pytest.mark.parametrize("n", [20, 50, 100])
@pytest.mark.parametrize("true", [1.0, 1.33, 2.0])
def test_coverage_of_bounds_by_exact_theory(true: float, n: int) -> None:
    """The non-central t says how often each bound lies below a one-sided index."""
    assert coverage_of_bound(true, n, "exact") == pytest.approx(0.95, abs=1e-6)
    assert 0.945 < coverage_of_bound(true, n, "bissell") < 0.951
    # Without the doubt of the mean a bound promises more than it keeps.
    assert 0.92 < coverage_of_bound(true, n, "kushler_hurley") < 0.95


def test_two_sided_tolerance_factors_odeh_and_owen_1980() -> None:
    row = "36.519 9.789 6.341 5.077 4.422 4.020 3.746 3.546 3.393"
    for n, text in zip(range(2, 11), row.split(), strict=True):
        printed(two_sided_factor(n), text)
    for n, text in [(20, "2.760"), (30, "2.555"), (50, "2.382")]:
        printed(two_sided_factor(n), text)


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (0.95, "4.203 2.911 2.396 2.220 2.065 1.927"),
        (0.99, "5.741 3.981 3.295 3.064 2.862 2.684"),
        (0.90, "3.407 2.355 1.926 1.777 1.646 1.527"),
    ],
)
def test_one_sided_tolerance_factors(content: float, row: str) -> None:
    for n, text in zip([5, 10, 20, 30, 50, 100], row.split(), strict=True):
        printed(one_sided_factor(n, content), text)


def test_tolerance_factors_nist_7_2_6_3() -> None:
    printed(howe_factor(43, 0.9, 0.99), "2.217316")
    printed(two_sided_factor(43, 0.9, 0.99), "2.222825")
    printed(one_sided_factor(43, 0.9, 0.99), "1.873954")
    printed(one_sided_factor(10, 0.99, 0.95), "3.981118")


def test_values_needed_without_a_law() -> None:
    assert order_statistics_needed(0.95, 0.95) == 93
    assert order_statistics_needed(0.90, 0.95) == 46
    assert order_statistics_needed(0.90, 0.95, sides=1) == 29
    assert order_statistics_needed(0.95, 0.95, sides=1) == 59
    assert order_statistics_needed(0.99, 0.95, sides=1) == 299
