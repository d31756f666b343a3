"""How long a proof takes, against known figures."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

from assets.savings.programme.detectability import (
    batches_needed,
    detectability,
    exact_power,
    sequential_batches,
)

WELL_KNOWN = 1e9  # batches on record, so many that the rate before is as good as stated


def _evidence(batches: float, on_record: float, promised: float) -> float:
    """The likelihood at the promised rate over its mean at what a record of 3% leaves open."""
    law = beta(0.5 + 0.03 * on_record, 0.5 + 0.97 * on_record)
    hits = promised * batches

    def ratio(rate: float) -> float:
        logs = hits * np.log(rate / promised)
        logs += (batches - hits) * np.log((1 - rate) / (1 - promised))
        return float(np.exp(logs) * law.pdf(rate))

    points = (1e-6, 0.01, 0.02, 0.03, 0.04, 0.3)
    parts = [quad(ratio, *ends, epsabs=0)[0] for ends in pairwise(points)]
    return 1 / sum(parts)


def test_telling_three_percent_from_one_takes_about_670_batches_each():
    assert exact_power(670, 0.03, 0.01, 0.05) == pytest.approx(0.802, abs=0.001)
    assert batches_needed(0.03, 0.01, 0.05) == pytest.approx(670, abs=10)
    assert batches_needed(0.03, 0.01, 0.025) == pytest.approx(820, abs=15)


def test_years_count_before_and_after_together():
    found = {
        row["test"]: row for row in detectability(0.03, 0.01, 200, WELL_KNOWN).iter_rows(named=True)
    }
    assert 6.5 < found["one_sided_exact"]["years"] < 7
    assert 8 < found["two_sided_exact"]["years"] < 8.5
    # log(20) / KL(1% from 3%) = 3.0 / 0.0092
    assert found["sequential"]["batches"] == sequential_batches(0.03, 0.01, WELL_KNOWN) == 325
    assert found["sequential"]["years"] == 325 / 200


def test_a_rate_that_is_only_counted_takes_longer_to_prove_the_shorter_the_record() -> None:
    needed = {record: sequential_batches(0.03, 0.01, record) for record in (400, 1_000, 10_000)}
    for record, batches in needed.items():
        assert batches is not None
        assert _evidence(batches - 5, record, 0.01) < 20 <= _evidence(batches, record, 0.01)
    found = [batches for batches in needed.values() if batches is not None]
    assert found == sorted(found, reverse=True)
    assert found[0] > 1.5 * 325  # a short record costs half as many batches again
    assert found[-1] > 325


def test_no_fall_can_never_be_shown():
    assert batches_needed(0.03, 0.03, 0.05) is None
    assert sequential_batches(0.03, 0.04, WELL_KNOWN) is None
    assert detectability(0.03, 0.03, 200, WELL_KNOWN)["batches"].null_count() == 3


@pytest.mark.parametrize("after", [0.0, -0.004])
def test_a_promise_of_no_failures_at_all_can_be_proven(after):
    """Exact: 3% against none takes the batches in which the other arm shows enough failures."""
    rows = detectability(0.03, after, 200, 10_000).iter_rows(named=True)
    found = {row["test"]: row for row in rows}
    assert found["one_sided_exact"]["failure_prob_after"] == 0
    # five failures against none: p = 1/32; P(Poisson(0.03 n) >= 5) = 80% at 0.03 n = 6.7
    assert found["one_sided_exact"]["batches"] == pytest.approx(6.72 / 0.03, abs=10)
    # None is taken as one in ten thousand: log(20) / KL(0.01% from 3%) = 3.0 / 0.0298 = 100.6,
    # and a little more for a rate before that is only counted.
    assert found["sequential"]["batches"] == 105
    assert _evidence(100, 10_000, 1e-4) < 20 <= _evidence(105, 10_000, 1e-4)


def test_the_search_reaches_its_declared_end():
    """33,000 batches lie beyond the last doubling below 40,000; 45,000 beyond the end."""
    needed = batches_needed(0.03, 0.0268, 0.05)
    # n = (1.645 + 0.842)^2 2 p (1 - p) / d^2, by the normal law
    assert needed == pytest.approx(33_300, rel=0.03)
    assert batches_needed(0.03, 0.0273, 0.05) is None


def test_many_failures_take_the_normal_law_without_a_step() -> None:
    batches = 2_300  # 253 failures expected in the later arm: just beyond the enumeration
    by_normal_law = exact_power(batches, 0.135, 0.11, 0.05)
    enumerated = exact_power(batches - 30, 0.135, 0.11, 0.05)
    assert by_normal_law == pytest.approx(enumerated, abs=0.015)
