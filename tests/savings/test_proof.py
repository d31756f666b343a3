"""How long a proof takes, against known figures, and a tracker that is silent without a change."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from assets.savings.business_case import business_case
from assets.savings.programme.proof import (
    batches_needed,
    detectability,
    e_values,
    exact_power,
    savings_tracker,
    sequential_batches,
)
from assets.savings.records.baseline import priced_failures
from data_contracts.assumptions import Promise
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform


def test_telling_three_percent_from_one_takes_about_670_batches_each():
    assert exact_power(670, 0.03, 0.01, 0.05) == pytest.approx(0.802, abs=0.001)
    assert batches_needed(0.03, 0.01, 0.05) == pytest.approx(670, abs=10)
    assert batches_needed(0.03, 0.01, 0.025) == pytest.approx(820, abs=15)


def test_years_count_before_and_after_together():
    found = {row["test"]: row for row in detectability(0.03, 0.01, 200).iter_rows(named=True)}
    assert 6.5 < found["one_sided_exact"]["years"] < 7
    assert 8 < found["two_sided_exact"]["years"] < 8.5
    # log(20) / KL(1% from 3%) = 3.0 / 0.0092
    assert found["sequential"]["batches"] == sequential_batches(0.03, 0.01) == 325


def test_no_fall_can_never_be_shown():
    assert batches_needed(0.03, 0.03, 0.05) is None
    assert sequential_batches(0.03, 0.04) is None
    assert detectability(0.03, 0.03, 200)["batches"].null_count() == 3


@pytest.mark.parametrize("after", [0.0, -0.004])
def test_a_promise_of_no_failures_at_all_can_be_proven(after):
    """Exact: 3% against none takes the batches in which the other arm shows enough failures."""
    found = {row["test"]: row for row in detectability(0.03, after, 200).iter_rows(named=True)}
    assert found["one_sided_exact"]["failure_prob_after"] == 0
    # five failures against none: p = 1/32; P(Poisson(0.03 n) >= 5) = 80% at 0.03 n = 6.7
    assert found["one_sided_exact"]["batches"] == pytest.approx(6.72 / 0.03, abs=10)
    assert found["sequential"]["batches"] == 99  # log(20) / -log(0.97) = 98.4


def test_the_search_reaches_its_declared_end():
    """33,000 batches lie beyond the last doubling below 40,000; 45,000 beyond the end."""
    needed = batches_needed(0.03, 0.0268, 0.05)
    # n = (1.645 + 0.842)^2 2 p (1 - p) / d^2, by the normal law
    assert needed == pytest.approx(33_300, rel=0.03)
    assert batches_needed(0.03, 0.0273, 0.05) is None


def test_the_tracker_is_silent_without_a_change_and_speaks_with_one():
    rng = np.random.default_rng(3)
    batches = np.full(96, 17.0)
    shown = {
        rate: np.mean(
            [
                (
                    e_values(rng.binomial(17, rate, 96).astype(float), batches, 0.03, 0.01) >= 20
                ).any()
                for _ in range(400)
            ]
        )
        for rate in (0.03, 0.01)
    }
    assert shown[0.03] <= 0.05
    assert shown[0.01] > 0.9


def test_the_tracker_over_recorded_months(records_of):
    records = records_of()
    failed = priced_failures(records.batches, records.outcomes, records.outcome_definitions)
    months = savings_tracker(records.batches, failed, 0.03, 0.01)
    assert months.height == 24
    assert months["batches"].sum() == 400
    assert months["failures"].sum() == 12
    assert savings_tracker(records.batches, failed, 0.03, 0.03).is_empty()


def test_a_promise_is_followed_from_its_start_at_its_own_rates(records_of, tablets):
    """The rates of the run move, the promised ones do not; nor do months before the start count."""
    records = records_of()
    failed = priced_failures(records.batches, records.outcomes, records.outcome_definitions)
    promise = Promise(date(2025, 1, 1), Fraction(3, 100), Fraction(1, 100), "Head of production")
    months = savings_tracker(records.batches, failed, 0.5, 0.4, promise)
    assert months.equals(savings_tracker(records.batches, failed, 0.03, 0.03, promise))
    assert months["month"].min() == date(2025, 1, 1)
    assert months["is_promise"].all()
    assert set(months["failure_prob_promised"]) == {0.01}
    # No failure among the 200 batches of the second year: (0.99 / 0.97) to the 200th.
    assert months["failures"].sum() == 0
    batches = months["batches"].sum()
    assert months["e_value"][-1] == pytest.approx((0.99 / 0.97) ** batches, rel=1e-9)
    assert months["is_shown"][-1]
    conform(months, contract("economics.savings_tracker"))
    # Through the business case, even where the run itself promises nothing.
    promised = replace(tablets, promise=promise)
    case = business_case(promised, records_of(verdict="no_signal"), draws=500, seed=1)
    assert case.savings_tracker.equals(months)


def test_many_failures_take_the_normal_law_without_a_step() -> None:
    batches = 2_300  # 253 failures expected in the later arm: just beyond the enumeration
    by_normal_law = exact_power(batches, 0.135, 0.11, 0.05)
    enumerated = exact_power(batches - 30, 0.135, 0.11, 0.05)
    assert by_normal_law == pytest.approx(enumerated, abs=0.015)
