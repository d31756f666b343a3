"""The chain ladder on published triangles, and the reverse-time hazard that is the same thing."""

import numpy as np
import pytest

from assets.statistics.reliability.reporting_delay import chain_ladder, reported_prob

# Reinsurance Association of America (1991), as in Mack (1993): cumulative
RAA = """
5012 8269 10907 11805 13539 16181 18009 18608 18662 18834
106 4285 5396 10666 13782 15599 15496 16169 16704
3410 8992 13873 16141 18735 22214 22863 23466
5655 11555 15766 21266 23425 26083 27067
1092 9565 15836 22169 25955 26180
1513 6445 11702 12935 15852
557 4020 10946 12314
1351 6947 13112
3133 5395
2063
"""
# Taylor & Ashe (1983): incremental
GENINS = """
357848 766940 610542 482940 527326 574398 146342 139950 227229 67948
352118 884021 933894 1183289 445745 320996 527804 266172 425046
290507 1001799 926219 1016654 750816 146923 495992 280405
310608 1108250 776189 1562400 272482 352053 206286
443160 693190 991983 769488 504851 470639
396132 937085 847498 805037 705960
440832 847631 1131398 1063269
359480 1061648 1443370
376686 986608
344014
"""


def triangle(text, *, is_incremental=False):
    rows = [[float(cell) for cell in line.split()] for line in text.split("\n") if line]
    found = np.full((len(rows), len(rows[0])), np.nan)
    for place, row in enumerate(rows):
        found[place, : len(row)] = np.cumsum(row) if is_incremental else row
    return found


def test_raa_runs_up_to_the_printed_ultimates():
    found = chain_ladder(triangle(RAA))
    assert found.factors == pytest.approx(
        [2.99936, 1.62352, 1.27089, 1.17167, 1.11338, 1.04193, 1.03326, 1.01694, 1.00922], abs=6e-6
    )
    assert found.ultimate.round().tolist() == [
        18834, 16858, 24083, 28703, 28927, 19501, 17749, 24019, 16045, 18402,
    ]  # fmt: skip
    latest = sum(row[~np.isnan(row)][-1] for row in triangle(RAA))
    assert found.ultimate.sum() == pytest.approx(213122.23, abs=0.005)
    assert found.ultimate.sum() - latest == pytest.approx(52135.23, abs=0.005)
    assert found.standard_error == pytest.approx(26909.01, abs=0.005)


def test_taylor_and_ashe_run_up_to_the_printed_reserves():
    cumulative = triangle(GENINS, is_incremental=True)
    found = chain_ladder(cumulative)
    assert found.factors == pytest.approx(
        [3.4906, 1.7473, 1.4574, 1.1739, 1.1038, 1.0863, 1.0539, 1.0766, 1.0177], abs=6e-5
    )
    latest = np.array([row[~np.isnan(row)][-1] for row in cumulative])
    assert (found.ultimate - latest)[1:].round().tolist() == [
        94634, 469511, 709638, 984889, 1419459, 2177641, 3920301, 4278972, 4625811,
    ]  # fmt: skip
    assert (found.ultimate - latest).sum() == pytest.approx(18680855.61, abs=0.005)
    assert found.standard_error == pytest.approx(2447094.86, abs=0.005)


def test_the_reverse_time_hazard_of_single_reports_is_the_chain_ladder():
    counts = np.array([[5, 3, 2, 1], [4, 4, 1, 0], [6, 2, 0, 0], [3, 0, 0, 0]])
    rows = [
        (delay, 3 - period)
        for period in range(4)
        for delay in range(4 - period)
        for _ in range(counts[period, delay])
    ]
    delay, observed = np.array(rows, dtype=float).T
    cumulative = np.cumsum(counts, axis=1).astype(float)
    cumulative[np.add.outer(np.arange(4), np.arange(4)) > 3] = np.nan
    factors = chain_ladder(cumulative).factors
    expected = [1 / np.prod(factors[k:]) for k in range(4)]
    assert reported_prob(delay, observed, np.arange(4.0)) == pytest.approx(expected, rel=1e-12)


def test_long_delays_that_could_not_be_seen_are_allowed_for():
    draws = np.random.default_rng(1)
    delay, age = draws.exponential(30, 20000), draws.uniform(0, 365, 20000)
    is_seen = delay <= age
    found = reported_prob(delay[is_seen], age[is_seen], np.array([15.0, 30, 60]))
    assert found == pytest.approx(1 - np.exp(-np.array([15.0, 30, 60]) / 30), abs=0.02)
