"""The ledger adds up, batch by batch: what was to be avoided, and what was lost all the same."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest

from assets.savings.arithmetic.corners import corner
from assets.savings.arithmetic.failure_cost import failure_cost_usd
from assets.savings.benefit.benefit_ledger import avoided_by_lever, benefit_ledger, in_chain_order
from assets.savings.records.baseline import priced_failures
from assets.savings.records.copq_ledger import copq_ledger
from data_contracts.assumptions import load_built_in
from data_contracts.catalogue import contract
from tests.savings.under_way import LOTS, PROMISE, WINDOW, tables_under_way

TABLETS = replace(load_built_in("tablets"), promise=PROMISE)


@pytest.fixture(scope="module")
def tables():
    found = tables_under_way()
    names = ("batches", "outcomes", "outcome_definitions")
    priced = priced_failures(*(found[name] for name in names))
    return found | {"copq_ledger": copq_ledger(priced, TABLETS)}


@pytest.fixture(scope="module")
def ledger(tables):
    return benefit_ledger(TABLETS, tables)


def _cost() -> float:
    return float(failure_cost_usd(TABLETS, corner(TABLETS, "base"), is_avoidable_only=True))


def test_the_promised_fall_is_divided_in_chain_order():
    """From 4% to 1%: each of two leaves half, so the first avoids 2% and the second 1%."""
    chain = in_chain_order(TABLETS, PROMISE)
    assert [held.lever for held in chain] == ["lots.failure", "window.failure"]
    assert avoided_by_lever(PROMISE, chain) == pytest.approx(
        {"lots.failure": 0.02, "window.failure": 0.01}
    )
    assert avoided_by_lever(PROMISE, [WINDOW]) == pytest.approx({"window.failure": 0.03})
    three = [LOTS, WINDOW, replace(WINDOW, lever="other")]
    assert sum(avoided_by_lever(PROMISE, three).values()) == pytest.approx(0.03)


def test_benefit_ledger_adds_up_by_hand(ledger):
    """S7 is pending. Lots within 60: S1, S3, S8; moisture within 1.8 to 2.5: S1, S2, S5, S8."""
    judged = {"S1", "S2", "S3", "S4", "S5", "S6", "S8"}
    assert set(ledger["batch_id"]) == judged
    held = {
        lever: set(ledger.filter((pl.col("lever") == lever) & pl.col("is_held"))["batch_id"])
        for lever in ("lots.failure", "window.failure")
    }
    assert held == {"lots.failure": {"S1", "S3", "S8"}, "window.failure": {"S1", "S2", "S5", "S8"}}
    unknown = ledger.filter((pl.col("lever") != "none") & pl.col("is_held").is_null())
    assert set(unknown.select("lever", "batch_id").iter_rows()) == {
        ("lots.failure", "S5"),
        ("lots.failure", "S6"),
        ("window.failure", "S4"),
    }
    expected = 3 * 0.02 + 4 * 0.01
    assert ledger["expected_failures_avoided"].sum() == pytest.approx(expected)
    assert ledger["expected_avoided_usd"].sum() == pytest.approx(expected * _cost())
    # Realised: 4% of seven batches, less the two that failed.
    rate, cost = ledger["failure_prob_before"][0], float(ledger["failure_cost_usd"][0])
    realised = (rate * len(judged) - ledger["failures"].sum()) * cost
    assert realised == pytest.approx((0.28 - 2) * _cost())


def test_benefit_ledger_books_a_failure_once_and_under_no_lever(ledger):
    failed = ledger.filter(pl.col("failures") == 1)
    assert failed["batch_id"].to_list() == ["S3", "S6"]
    assert set(failed["lever"]) == {"none"}
    assert set(failed["failure_mode"]) == {"assay"}
    assert failed["loss_usd"].to_list() == pytest.approx([_cost()] * 2)
    assert failed["expected_failures_avoided"].sum() == 0
    assert ledger.filter(pl.col("failures") == 0)["loss_usd"].sum() == Decimal(0)


def test_benefit_ledger_takes_the_loss_as_booked(tables):
    """What a batch really cost stands in the ledger of failures, allocated cost left out."""
    booked = pl.DataFrame(
        {
            "batch_id": ["S3", "S3", "S3"],
            "amount_usd": [Decimal("100.10"), Decimal("20.05"), Decimal("999.00")],
            "is_avoidable": [True, True, False],
        }
    )
    found = benefit_ledger(TABLETS, tables | {"copq_ledger": booked})
    lost = dict(found.filter(pl.col("failures") == 1).select("batch_id", "loss_usd").iter_rows())
    assert lost == {"S3": Decimal("120.15"), "S6": Decimal("0.00")}


def test_benefit_ledger_counts_no_batch_and_mode_twice(ledger):
    """Levers divide the fall: no batch is to avoid more than it, however many levers held it."""
    name = "economics.benefit_ledger"
    assert ledger.select(contract(name).key).is_unique().all()
    per_batch = ledger.group_by("batch_id", "failure_mode").agg(
        pl.col("expected_failures_avoided").sum(), pl.col("failures").sum()
    )
    assert per_batch["expected_failures_avoided"].max() == pytest.approx(0.03)
    assert per_batch["failures"].max() == 1
    both = dict(per_batch.select("batch_id", "expected_failures_avoided").iter_rows())
    assert both["S1"] <= 0.03 + 1e-12


def test_benefit_ledger_is_empty_where_nothing_is_promised(tables):
    for promise in (None, replace(PROMISE, held=())):
        assert benefit_ledger(replace(TABLETS, promise=promise), tables).is_empty()


def test_benefit_ledger_of_a_lever_on_all_failures(tables):
    bare = replace(LOTS, lever="lots", adherence=Fraction(1))
    found = benefit_ledger(replace(TABLETS, promise=replace(PROMISE, held=(bare,))), tables)
    assert set(found.filter(pl.col("lever") == "lots")["failure_mode"]) == {"any"}
    assert found["expected_failures_avoided"].sum() == pytest.approx(3 * 0.03)
