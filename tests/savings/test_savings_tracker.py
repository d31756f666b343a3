"""The tracker: silent without a change, speaking with one, bound to what was promised."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from assets.savings.business_case import business_case
from assets.savings.programme.savings_tracker import e_values, savings_tracker
from data_contracts.assumptions import Promise


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
    priced = records.priced_failures
    months = savings_tracker(records.batches, priced, 0.03, 0.01)
    assert months.height == 24
    assert months["batches"].sum() == 400
    assert months["failures"].sum() == 12
    assert savings_tracker(records.batches, priced, 0.03, 0.03).is_empty()


def test_a_promise_is_followed_from_its_start_at_its_own_rates(records_of, assumptions):
    """The rates of the run move, the promised ones do not; nor do months before the start count."""
    records = records_of()
    priced = records.priced_failures
    promise = Promise(date(2025, 1, 1), Fraction(3, 100), Fraction(1, 100), "Head of production")
    months = savings_tracker(records.batches, priced, 0.5, 0.4, promise)
    assert months.equals(savings_tracker(records.batches, priced, 0.03, 0.03, promise))
    assert months["month"].min() == date(2025, 1, 1)
    assert months["is_promise"].all()
    assert set(months["failure_prob_promised"]) == {0.01}
    # No failure among the 200 batches of the second year: (0.99 / 0.97) to the 200th.
    assert months["failures"].sum() == 0
    batches = months["batches"].sum()
    assert months["e_value"][-1] == pytest.approx((0.99 / 0.97) ** batches, rel=1e-9)
    assert months["is_shown"][-1]
    # Through the business case, even where the run itself promises nothing.
    promised = replace(assumptions, promise=promise)
    case = business_case(promised, records_of(verdict="no_signal"), draws=500, seed=1)
    assert case.savings_tracker.equals(months)
