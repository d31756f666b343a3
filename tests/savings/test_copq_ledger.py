"""The ledger: every failed batch once, each category at base, reconciled to the cent."""

from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest

from assets.savings.records.copq_ledger import (
    cents,
    copq_ledger,
    failure_cost_exact_usd,
    unit_costs_usd,
)
from data_contracts.assumptions import with_overrides

BY_HAND = {
    "direct_material": Decimal("200000.00"),
    "labour_and_suite": Decimal("32000.00"),  # 4 x 8,000
    "capa_and_revalidation": Decimal("18000.00"),  # .5 x 36,000
    "regulatory": Decimal("20000.00"),
}


def test_unit_costs_by_hand(assumptions):
    assert unit_costs_usd(assumptions) == BY_HAND
    assert failure_cost_exact_usd(assumptions) == Decimal("270000.00")


def test_cents_round_half_even_and_stay_exact():
    assert cents(Fraction("0.125")) == Decimal("0.12")
    assert cents(Fraction("0.135")) == Decimal("0.14")
    assert cents(Fraction(1, 3)) == Decimal("0.33")
    assert cents(Fraction("123456789012345.67")) == Decimal("123456789012345.67")


@pytest.mark.parametrize("settings", [[], ["suite_usd_per_day=3333.333", "capa_share=1/3"]])
def test_reconciles_to_the_cent(assumptions, records_of, settings):
    assumptions = with_overrides(assumptions, settings)
    priced = records_of().priced_failures
    ledger = copq_ledger(priced, assumptions)
    assert priced.height == 12
    assert ledger["amount_usd"].sum() == failure_cost_exact_usd(assumptions) * 12
    by_batch = ledger.group_by("batch_id").agg(pl.col("amount_usd").sum())
    assert by_batch["amount_usd"].unique().to_list() == [failure_cost_exact_usd(assumptions)]
    by_category = dict(ledger.group_by("category").agg(pl.col("amount_usd").sum()).iter_rows())
    assert by_category == {k: v * 12 for k, v in unit_costs_usd(assumptions).items()}


def test_any_failure_and_its_modes_are_one_loss(records_of, assumptions):
    """A failed batch also fails by mode; it is priced once, under its recorded mode."""
    ledger = copq_ledger(records_of().priced_failures, assumptions)
    assert ledger.select("batch_id", "category").is_duplicated().sum() == 0
    modes = ledger.group_by("failure_mode", "stage").len().sort("failure_mode")
    assert modes.rows() == [
        ("blend_non_uniformity", 3, 24),
        ("coating_temperature_excursion", 4, 24),
    ]


def test_a_row_states_its_class_and_basis(records_of, assumptions):
    ledger = copq_ledger(records_of().priced_failures, assumptions)
    assert set(ledger["paf"]) == {"internal_failure", "external_failure"}
    allocated = ledger.filter(~pl.col("is_avoidable"))
    assert allocated["category"].unique().to_list() == ["labour_and_suite"]
    material = ledger.filter(category="direct_material")
    assert set(material["basis"]) == {"failed batch; base of direct_material_usd_per_batch"}


def test_proxies_say_that_no_batch_was_lost(records_of, assumptions):
    ledger = copq_ledger(records_of(is_proxy=True).priced_failures, assumptions)
    assert ledger["basis"].str.starts_with("priced on a proxy, no batch was lost").all()


def test_no_failures_no_rows(records_of, assumptions):
    ledger = copq_ledger(records_of(failures=0).priced_failures, assumptions)
    assert ledger.height == 0
