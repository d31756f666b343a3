"""The tracker on margins, worked out by hand; how often it speaks is counted in its study."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from scipy.signal import lfilter

from assets.savings.benefit.margin_tracker import (
    carried_over,
    margin_evidence,
    months_e_value,
    promised_shift,
)
from assets.statistics.anytime_valid import shift_e_value
from tests.savings.changed_plants import START, changed_plant


def test_the_promised_shift_by_hand():
    """Six of ten inside at 2, four outside at -1; eight of ten promised: 0.2 x 3."""
    rows = pl.DataFrame({"is_inside": [True] * 6 + [False] * 4, "margin": [2.0] * 6 + [-1.0] * 4})
    assert promised_shift(rows, 0.8) == 0.0  # four outside say too little
    assert promised_shift(pl.concat([rows, rows]), 0.8) == pytest.approx(0.6)
    assert promised_shift(pl.concat([rows, rows]), 0.5) < 0


def test_months_against_the_record_before_by_hand():
    """Months go to and fro, so nothing is carried over: forecast errors of plain means.

    The first month is left out, as a month is taken less what the one before left it: 1, 0, 1, 0, 1
    have mean 0.6. A month of 2 errs by 1.4 / sqrt(6/5), the next, after a mean of 5/6, by
    7/6 / sqrt(7/6).
    """
    before = np.array([0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
    assert carried_over(before) == 0.0
    errors = np.array([1.4 / np.sqrt(6 / 5), (7 / 6) / np.sqrt(7 / 6)])
    by_hand = shift_e_value(errors, 1.0 / float(np.std([1, 0, 1, 0, 1], ddof=1)))
    assert months_e_value(before, np.array([2.0, 2.0]), 1.0) == pytest.approx(by_hand)
    assert by_hand[0] == 1.0
    assert by_hand[1] > 1.0


def test_what_a_month_carries_over_is_taken_off():
    """Forty records of 400 months that keep 0.6: on average that, and a standard error of 0.05."""
    found = []
    for seed in range(40):
        noise = np.random.default_rng(seed).standard_normal(400)
        found.append(carried_over(lfilter([1.0], [1.0, -0.6], noise)))
    assert np.mean(found) == pytest.approx(0.65, abs=0.02)
    assert carried_over(np.ones(12)) == 0.0
    assert carried_over(np.arange(12.0)) <= 0.9


def test_months_that_never_differ_say_nothing():
    assert months_e_value(np.ones(8), np.full(3, 5.0), 1.0).tolist() == [1.0, 1.0, 1.0]


def test_the_margin_that_answers_most_is_followed():
    inside, margins = changed_plant(3)
    weaker = margins.with_columns(quantity=pl.lit("a.low"), margin=pl.col("margin") / 10)
    rng = np.random.default_rng(5)
    noise = margins.with_columns(
        quantity=pl.lit("b.low"), margin=pl.Series(rng.standard_normal(margins.height))
    )
    found = margin_evidence(inside, pl.concat([noise, margins]), START, 0.95)
    assert found is not None
    assert found.quantity == "assay.low"
    assert found.shift == pytest.approx(0.25 * 1.5, abs=0.1)
    # In its own spreads a margin in other units answers as much.
    same = margin_evidence(inside, weaker, START, 0.95)
    assert same is not None
    assert same.e_values == pytest.approx(found.e_values, rel=1e-6)


def test_nothing_to_follow_is_no_evidence():
    inside, margins = changed_plant(4)
    assert margin_evidence(inside, margins, START, 0.5) is None  # no more inside than before
    worse = margins.with_columns(margin=-pl.col("margin"))
    assert margin_evidence(inside, worse, START, 0.95) is None  # inside lies nearer to the limit
    assert margin_evidence(inside, margins, date(2020, 1, 1), 0.95) is None  # no record before
    assert margin_evidence(inside, margins, date(2020, 6, 1), 0.95) is None  # under six months
    assert margin_evidence(inside, margins, date(2030, 1, 1), 0.95) is None  # none since
    assert margin_evidence(inside, margins.head(0), START, 0.95) is None
    unknown = inside.with_columns(is_inside=pl.lit(None, pl.Boolean))
    assert margin_evidence(unknown, margins, START, 0.95) is None


def test_a_product_new_since_the_start_tells_nothing():
    inside, margins = changed_plant(6)
    plain = margin_evidence(inside, margins, START, 0.95)
    added = inside.filter(pl.col("day") >= START).with_columns(
        batch_id=pl.col("batch_id") + "N", product=pl.lit("NEW")
    )
    more = margins.with_columns(batch_id=pl.col("batch_id") + "N", margin=pl.lit(99.0))
    found = margin_evidence(pl.concat([inside, added]), pl.concat([margins, more]), START, 0.95)
    assert plain is not None
    assert found is not None
    assert found.e_values == pytest.approx(plain.e_values)
