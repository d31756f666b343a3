"""What is on record of three failed batches, worked out by hand (see ``recorded_books``)."""

from datetime import datetime
from decimal import Decimal

import polars as pl
import pytest

from assets.savings.records.copq_ledger import copq_ledger
from assets.savings.records.failed_stages import failed_stages
from assets.savings.records.recorded_costs import recorded_costs, standard_costs_spent
from assets.savings.records.recorded_prices import is_enough, recorded_prices
from data_contracts.assumptions import load_built_in, with_overrides, with_recorded
from data_contracts.codes.money import PriceOrigin
from data_contracts.errors import AssumptionError
from tests.savings import recorded_books as books

TABLETS = load_built_in("tablets")
T_2 = 2.919986  # Student's t, two degrees of freedom, 95%


@pytest.fixture(scope="module")
def failed() -> pl.DataFrame:
    return failed_stages(books.PRICED, books.BATCHES, books.DEFINITIONS, books.PHASES)


@pytest.fixture(scope="module")
def spent(failed) -> pl.DataFrame:
    return standard_costs_spent(failed, books.BATCHES, books.STANDARD_COSTS)


@pytest.fixture(scope="module")
def known(spent) -> pl.DataFrame:
    return recorded_costs(books.PRICED, TABLETS.ledger, books.WRITE_OFFS, spent)


@pytest.fixture(scope="module")
def prices(known, spent) -> pl.DataFrame:
    return recorded_prices(TABLETS, books.PRICED, books.BATCHES, known, spent)


def test_a_batch_is_spent_on_until_it_stopped_or_its_failure_was_known(failed):
    """B1 went no further than stage 3; B3 went through and failed in the laboratory."""
    assert failed.rows() == [("B1", 3), ("B2", 5), ("B3", 6)]


def test_without_phases_the_stage_is_that_of_the_failure(failed):
    found = failed_stages(books.PRICED, books.BATCHES, books.DEFINITIONS, books.PHASES.clear())
    assert found.rows() == [("B1", 7), ("B2", 5), ("B3", 6)]


def test_write_offs_go_before_standard_costs(known):
    assert known.rows() == [
        ("B1", "direct_material", Decimal("20000.00"), "standard_cost"),
        ("B1", "labour_and_suite", Decimal("10000.00"), "standard_cost"),
        ("B2", "direct_material", Decimal("125000.00"), "standard_cost"),
        ("B2", "labour_and_suite", Decimal("40000.00"), "standard_cost"),
        ("B3", "deviation_investigation", Decimal("9000.00"), "recorded"),
        ("B3", "direct_material", Decimal("41234.56"), "recorded"),
        ("B3", "labour_and_suite", Decimal("48000.00"), "standard_cost"),
    ]


def test_a_standard_of_the_batch_itself_goes_before_one_for_all(failed):
    march, may = (datetime.fromisoformat(f"2026-0{month}-01T00:00") for month in (3, 5))
    given = [
        books.standard("P", 1, 1, 1),
        books.standard("P", 1, 2, 2, effective_at=march),
        books.standard("P", 1, 3, 3, effective_at=may),  # not valid yet
        books.standard("P", 2, 4, 4, strength="10MG"),
        books.standard("P", 2, 5, 5, effective_at=march),
        books.standard("P", 3, 6, 6, strength="20MG", effective_at=march),  # another strength
        books.standard("P", 3, 7, 7, batch_size=1e6),
        books.standard("Q", 1, 8, 8, effective_at=may),  # none was valid yet: the first one
        books.standard("Q", 1, 9, 9, effective_at=datetime.fromisoformat("2026-06-01T00:00")),
        books.standard("Q", 6, 10, 10),  # after the failure
    ]
    found = standard_costs_spent(failed, books.BATCHES, books.rows("core.standard_costs", *given))
    of_each = found.filter(pl.col("batch_id") != "B3").select("batch_id", "stage", "variable_usd")
    assert of_each.rows() == [("B1", 1, 2.0), ("B1", 2, 4.0), ("B1", 3, 7.0), ("B2", 1, 8.0)]


def test_recorded_prices_by_hand(prices):
    """Material (20,000 + 125,000 + 41,234.56) / 3; crew 98,000 / 3 over the 4 days of the base."""
    found = {row["name"]: row for row in prices.iter_rows(named=True)}
    material, suite = found["direct_material_usd_per_batch"], found["suite_usd_per_day"]
    assert material["base"] == pytest.approx(186234.56 / 3)
    assert suite["base"] == pytest.approx(98000 / 3 / 4)
    # Squared distances of 2500, 10000, 12000 from their mean sum to 50,166,666.67
    half = T_2 * (50_166_666.67 / 2 / 3) ** 0.5
    assert suite["high"] == pytest.approx(98000 / 12 + half, rel=1e-5)
    assert (suite["low"], material["low"]) == (0, 0)  # both intervals would reach below
    days = found["suite_time_lost_days_per_batch"]
    assert (days["low"], days["base"], days["high"]) == (4, 4, 4)
    assert (material["batches"], material["failed_batches"]) == (3, 3)
    assert "investigation_usd_per_day" not in found  # one batch of three
    assert prices["is_in_force"].all()


def test_what_is_spent_at_each_gate_by_hand(prices):
    """B1 .5, .75, 1; B2 .8, .8, .96, .96, 1; B3 10/32, 15/32, 20/32, 30/32, 1."""
    found = dict(prices.select("name", "base").iter_rows())
    shares = [found[f"sunk_cost_share_gate_{gate}"] for gate in range(1, 8)]
    assert shares == pytest.approx(
        [1.6125 / 3, 2.01875 / 3, 2.585 / 3, 2.8975 / 3, 1, 1, 1], rel=1e-9
    )


def test_ledger_agrees_with_the_set_in_force_to_the_cent(known, prices):
    """What is on record is priced so, the rest by the set; a mean on record is that of both."""
    in_force = with_recorded(TABLETS, prices)
    ledger = copq_ledger(books.PRICED, in_force, known)
    assert ledger.height == 3 * 6
    by_category = dict(ledger.group_by("category").agg(pl.col("amount_usd").sum()).iter_rows())
    assert by_category["direct_material"] == Decimal("186234.56")
    assert by_category["labour_and_suite"] == Decimal("98000.00")
    base = in_force["direct_material_usd_per_batch"].base
    assert round(float(base) * 3, 2) == 186234.56
    assert ledger["cost_basis"].value_counts().sort("cost_basis").rows() == [
        ("placeholder", 11),
        ("recorded", 2),
        ("standard_cost", 5),
    ]
    booked = ledger.filter(batch_id="B3", category="direct_material")["basis"].item()
    assert booked == "failed batch; written off for this batch"


def test_a_batch_that_is_not_on_record_costs_the_mean_of_those_that_are(known, prices):
    in_force = with_recorded(TABLETS, prices)
    ledger = copq_ledger(books.PRICED, in_force, known.filter(pl.col("batch_id") != "B1"))
    row = ledger.filter(batch_id="B1", category="direct_material").row(0, named=True)
    assert (row["cost_basis"], row["amount_usd"]) == ("recorded_mean", Decimal("62078.19"))


def test_recorded_numbers_take_the_place_of_placeholders(prices):
    number = with_recorded(TABLETS, prices)["direct_material_usd_per_batch"]
    assert (number.origin, number.kind) == (PriceOrigin.RECORDS, "measured")
    assert number.owner == "Counted from the records of this run"
    assert number.as_of.isoformat() == "2026-03-01"
    assert number.source == (
        "mean of direct_material over 3 of 3 failed batches, by write-off or standard cost"
    )
    assert TABLETS["direct_material_usd_per_batch"].origin == PriceOrigin.PLACEHOLDER


def test_a_number_the_site_states_stays_and_says_what_the_records_give(known, spent):
    own = with_overrides(TABLETS, ["direct_material_usd_per_batch=90000,100000,110000"])
    found = recorded_prices(own, books.PRICED, books.BATCHES, known, spent)
    row = found.filter(name="direct_material_usd_per_batch").row(0, named=True)
    assert (row["is_in_force"], row["declared_base"]) == (False, 100000.0)
    number = with_recorded(own, found)["direct_material_usd_per_batch"]
    assert (float(number.base), number.origin) == (100000.0, PriceOrigin.SITE)
    assert number.source == (
        "set by hand (--set direct_material_usd_per_batch=90000,100000,110000); the records give "
        "62,078.1866667 USD/batch (mean of direct_material over 3 of 3 failed batches, by "
        "write-off or standard cost)"
    )
    # Days that the site states are kept with their range; the price is scaled to them.
    days = with_overrides(TABLETS, ["suite_time_lost_days_per_batch=1,2,3"])
    scaled = recorded_prices(days, books.PRICED, books.BATCHES, known, spent)
    by_name = dict(scaled.select("name", "base").iter_rows())
    assert by_name["suite_usd_per_day"] == pytest.approx(98000 / 3 / 2)
    assert "suite_time_lost_days_per_batch" not in by_name


def test_a_few_batches_of_many_are_not_enough():
    assert [is_enough(*each) for each in [(5, 100), (4, 100), (4, 8), (2, 3), (1, 1), (0, 0)]] == [
        *(True, False, True, True, False, False),
    ]


def test_no_records_change_nothing(failed):
    nothing = standard_costs_spent(failed, books.BATCHES, books.STANDARD_COSTS.clear())
    known = recorded_costs(books.PRICED, TABLETS.ledger, books.WRITE_OFFS.clear(), nothing)
    prices = recorded_prices(TABLETS, books.PRICED, books.BATCHES, known, nothing)
    assert (known.height, prices.height) == (0, 0)
    assert with_recorded(TABLETS, prices) == TABLETS
    with_none = copq_ledger(books.PRICED, TABLETS, known)
    assert with_none.equals(copq_ledger(books.PRICED, TABLETS))
    assert with_none["cost_basis"].unique().to_list() == ["placeholder"]


def test_a_recorded_number_that_cannot_be_is_refused(prices):
    wrong = prices.filter(name="sunk_cost_share_gate_1").with_columns(high=pl.lit(1.5))
    with pytest.raises(AssumptionError, match=r"recorded_prices: sunk_cost_share_gate_1: 1\.5"):
        with_recorded(TABLETS, wrong)
