"""The ledger of what failed batches cost, by category, to the cent.

One amount per failed batch and category: what is on record of it, else the base value of each
assumption, in exact decimals. Each says which of the two it is.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import polars as pl

from assets.savings.arithmetic.corners import corner
from assets.savings.arithmetic.failure_cost import category_usd
from data_contracts.assumptions import Assumptions, LedgerCategory
from data_contracts.codes.money import CostBasis, PriceOrigin
from data_contracts.tables import columns, table

COPQ_LEDGER = "economics.copq_ledger"
CENT = Decimal("0.01")
PROXY_BASIS = "priced on a proxy, no batch was lost"
FAILURE_BASIS = "failed batch"
RECORDED_WORDS = {
    CostBasis.RECORDED: "written off for this batch",
    CostBasis.STANDARD_COST: "standard cost of its product up to the stage it failed at",
}


def unit_costs_usd(assumptions: Assumptions) -> dict[str, Decimal]:
    """Return what one failed batch costs by category, at base, rounded half even to the cent.

    Args:
        assumptions: A set with a ledger.
    """
    base = corner(assumptions, "base")
    return {each.name: cents(category_usd(each, base)) for each in assumptions.ledger}


def failure_cost_exact_usd(assumptions: Assumptions) -> Decimal:
    """Return what one failed batch costs: the sum of its categories, to the cent.

    Args:
        assumptions: A set with a ledger.
    """
    return sum(unit_costs_usd(assumptions).values(), start=Decimal(0))


def copq_ledger(
    priced: pl.DataFrame, assumptions: Assumptions, known: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Price failed batches.

    Without records of cost the amounts of a batch sum to ``failure_cost_exact_usd``, and the ledger
    to that times the number of failed batches, to the cent.

    Args:
        priced: ``baseline.priced_failures``, one row per failed batch.
        assumptions: A set with a ledger, with what the records give.
        known: ``recorded_costs``, what is on record of batch and category; None for nothing.

    Returns:
        ``economics.copq_ledger``: one row per failed batch and category, USD with two decimals;
        ``stage`` is the stage of origin where the set knows it for the failure mode, else null.
    """
    costs = unit_costs_usd(assumptions)
    categories = pl.DataFrame(
        {
            "category": each.name,
            "paf": each.paf,
            "amount_usd": costs[each.name],
            "terms": " x ".join(each.terms),
            "assumed_basis": _assumed_basis(each, assumptions),
            "is_avoidable": each.is_avoidable,
        }
        for each in assumptions.ledger
    )
    seen = pl.when("is_proxy").then(pl.lit(PROXY_BASIS)).otherwise(pl.lit(FAILURE_BASIS))
    stage = pl.col("failure_mode").replace_strict(
        dict(assumptions.origin_stages), default=None, return_dtype=pl.Int64
    )
    ledger = priced.join(categories, how="cross")
    if known is not None:
        ledger = ledger.join(known, on=["batch_id", "category"], how="left").with_columns(
            amount_usd=pl.coalesce("recorded_usd", "amount_usd"),
            cost_basis=pl.coalesce("cost_basis", "assumed_basis"),
        )
    else:
        ledger = ledger.with_columns(cost_basis="assumed_basis")
    assumed = pl.concat_str(pl.lit("base of "), "terms")
    words = pl.col("cost_basis").replace_strict(RECORDED_WORDS, default=assumed)
    ledger = ledger.with_columns(stage=stage, basis=pl.concat_str(seen, pl.lit("; "), words))
    return table(COPQ_LEDGER, ledger.select(columns(COPQ_LEDGER)))


def _assumed_basis(category: LedgerCategory, assumptions: Assumptions) -> str:
    """Say whose the prices of a category are where nothing of the batch is on record."""
    origins = {assumptions[name].origin for name in category.terms}
    if PriceOrigin.PLACEHOLDER in origins:
        return CostBasis.PLACEHOLDER
    return CostBasis.RECORDED_MEAN if PriceOrigin.RECORDS in origins else CostBasis.ASSUMPTION


def cents(value: Fraction) -> Decimal:
    """Return an exact USD amount as a decimal, rounded half even to the cent.

    Args:
        value: USD, exact; up to 28 digits of the quotient are exact, far beyond the cent.
    """
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(CENT, rounding=ROUND_HALF_EVEN)
