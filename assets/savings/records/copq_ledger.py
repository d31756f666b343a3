"""The ledger of what failed batches cost, by category, to the cent.

One amount per failed batch and category, at the base value of each assumption, in exact decimals.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import polars as pl

from assets.savings.arithmetic.corners import corner
from assets.savings.arithmetic.failure_cost import category_usd
from data_contracts.assumptions import Assumptions
from data_contracts.tables import columns, table

COPQ_LEDGER = "economics.copq_ledger"
CENT = Decimal("0.01")
PROXY_BASIS = "priced on a proxy, no batch was lost"
FAILURE_BASIS = "failed batch"


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


def copq_ledger(priced: pl.DataFrame, assumptions: Assumptions) -> pl.DataFrame:
    """Price failed batches.

    The amounts of a batch sum to ``failure_cost_exact_usd``, and the ledger to that times the
    number of failed batches, to the cent.

    Args:
        priced: ``baseline.priced_failures``, one row per failed batch.
        assumptions: A set with a ledger.

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
            "is_avoidable": each.is_avoidable,
        }
        for each in assumptions.ledger
    )
    seen = pl.when("is_proxy").then(pl.lit(PROXY_BASIS)).otherwise(pl.lit(FAILURE_BASIS))
    stage = pl.col("failure_mode").replace_strict(
        dict(assumptions.origin_stages), default=None, return_dtype=pl.Int64
    )
    ledger = priced.join(categories, how="cross").with_columns(
        stage=stage, basis=pl.concat_str(seen, pl.lit("; base of "), "terms")
    )
    return table(COPQ_LEDGER, ledger.select(columns(COPQ_LEDGER)))


def cents(value: Fraction) -> Decimal:
    """Return an exact USD amount as a decimal, rounded half even to the cent.

    Args:
        value: USD, exact; up to 28 digits of the quotient are exact, far beyond the cent.
    """
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(CENT, rounding=ROUND_HALF_EVEN)
