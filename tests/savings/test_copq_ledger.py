"""The ledger: every failed batch once, each category at base, reconciled to the cent."""

from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest

from assets.savings.records.baseline import priced_failures
from assets.savings.records.copq_ledger import (
    cents,
    copq_ledger,
    failure_cost_exact_usd,
    unit_costs_usd,
)
from data_contracts.assumptions import load_built_in, with_overrides

# 200,000 / 4 x 8,000 / 45 x 400 / .5 x 100 x 200 / 10 x 500 / 5,000
BY_HAND = {
    "direct_material": Decimal("200000.00"),
    "labour_and_suite": Decimal("32000.00"),
    "deviation_investigation": Decimal("18000.00"),
    "capa_and_revalidation": Decimal("10000.00"),
    "schedule_slippage": Decimal("5000.00"),
    "regulatory": Decimal("5000.00"),
}


def test_unit_costs_by_hand(tablets):
    assert unit_costs_usd(tablets) == BY_HAND
    assert failure_cost_exact_usd(tablets) == Decimal("270000.00")


def test_cents_round_half_even_and_stay_exact():
    assert cents(Fraction("0.125")) == Decimal("0.12")
    assert cents(Fraction("0.135")) == Decimal("0.14")
    assert cents(Fraction(1, 3)) == Decimal("0.33")
    assert cents(Fraction("123456789012345.67")) == Decimal("123456789012345.67")


@pytest.mark.parametrize("settings", [[], ["suite_usd_per_day=3333.333", "capa_share=1/3"]])
def test_reconciles_to_the_cent(records_of, settings):
    assumptions = with_overrides(load_built_in("tablets"), settings)
    records = records_of()
    priced = priced_failures(records.batches, records.outcomes, records.outcome_definitions)
    ledger = copq_ledger(priced, assumptions)
    assert priced.height == 12
    assert ledger["amount_usd"].sum() == failure_cost_exact_usd(assumptions) * 12
    by_batch = ledger.group_by("batch_id").agg(pl.col("amount_usd").sum())
    assert by_batch["amount_usd"].unique().to_list() == [failure_cost_exact_usd(assumptions)]
    by_category = dict(ledger.group_by("category").agg(pl.col("amount_usd").sum()).iter_rows())
    assert by_category == {k: v * 12 for k, v in unit_costs_usd(assumptions).items()}


def test_any_failure_and_its_modes_are_one_loss(records_of, tablets):
    """A failed batch also fails by mode; it is priced once, under its recorded mode."""
    records = records_of()
    ledger = copq_ledger(
        priced_failures(records.batches, records.outcomes, records.outcome_definitions), tablets
    )
    assert ledger.select("batch_id", "category").is_duplicated().sum() == 0
    modes = ledger.group_by("failure_mode", "stage").len().sort("failure_mode")
    assert modes.rows() == [
        ("blend_non_uniformity", 3, 36),
        ("coating_temperature_excursion", 4, 36),
    ]


def test_a_row_states_its_class_and_basis(records_of, tablets):
    records = records_of()
    ledger = copq_ledger(
        priced_failures(records.batches, records.outcomes, records.outcome_definitions), tablets
    )
    assert set(ledger["paf"]) == {"internal_failure", "external_failure"}
    allocated = ledger.filter(~pl.col("is_avoidable"))
    assert allocated["category"].unique().to_list() == ["labour_and_suite"]
    material = ledger.filter(category="direct_material")
    assert set(material["basis"]) == {"failed batch; base of direct_material_usd_per_batch"}


def test_proxies_say_that_no_batch_was_lost(records_of, tablets):
    records = records_of(is_proxy=True)
    ledger = copq_ledger(
        priced_failures(records.batches, records.outcomes, records.outcome_definitions), tablets
    )
    assert ledger["basis"].str.starts_with("priced on a proxy, no batch was lost").all()


def test_no_failures_no_rows(records_of, tablets):
    records = records_of(failures=0)
    ledger = copq_ledger(
        priced_failures(records.batches, records.outcomes, records.outcome_definitions), tablets
    )
    assert ledger.height == 0
