"""A set of cost assumptions with the numbers that the records of a run give.

Records go before what came with lotwise and before what a simulated plant declares. A number that
the site states itself stays, and its source says what the records give instead.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from data_contracts.assumption_schema.model import ENDS, Assumption, Assumptions
from data_contracts.assumption_schema.spans import check_span
from data_contracts.codes.money import PriceOrigin

if TYPE_CHECKING:
    import polars as pl

RECORDED_PRICES = "economics.recorded_prices"
RECORDS_OWNER = "Counted from the records of this run"
STATED_IN = "records of the run"
DECIMALS = 12


def with_recorded(assumptions: Assumptions, recorded_prices: "pl.DataFrame") -> Assumptions:
    """Return the set in force: declared, with what the records give.

    Args:
        assumptions: The declared set; it stays as it is.
        recorded_prices: ``economics.recorded_prices``; numbers the set does not have are left out.

    Raises:
        AssumptionError: A recorded number cannot be one of its kind, such as a share above 1.
    """
    changed = dict(assumptions.parameters)
    for row in recorded_prices.iter_rows(named=True):
        if (old := changed.get(row["name"])) is not None:
            changed[row["name"]] = _changed(old, row)
    return replace(assumptions, parameters=changed)


def _changed(old: Assumption, row: Mapping[str, Any]) -> Assumption:
    if old.origin == PriceOrigin.SITE:
        given = f"{row['base']:,.12g} {row['unit']}"
        return replace(old, source=f"{old.source}; the records give {given} ({row['source']})")
    low, base, high = (Fraction(f"{row[end]:.{DECIMALS}f}") for end in ENDS)
    new = replace(
        old,
        low=low,
        base=base,
        high=high,
        distribution="fixed" if low == high else "triangular",
        owner=RECORDS_OWNER,
        source=row["source"],
        as_of=row["as_of"] or old.as_of,
        kind="measured",
        origin=PriceOrigin.RECORDS,
        stated_in=STATED_IN,
    )
    check_span(new, f"{RECORDED_PRICES}: {old.name}")
    return new
