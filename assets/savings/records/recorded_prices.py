"""What the records say the numbers of a set are: overrides of parameters, never of structure.

A category of the ledger is a product of parameters. Its one price is scaled so that the product is
the mean on record; what it is multiplied by is held at its base. Which of these are in force is
decided where they meet the set (``data_contracts.assumption_schema.recorded``).
"""

from collections.abc import Iterator
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
import polars as pl

from assets.savings.arithmetic.corners import corner
from assets.statistics.array_types import FloatArray
from assets.statistics.intervals import student_mean
from data_contracts.assumption_schema.recorded import RECORDED_PRICES
from data_contracts.assumptions import Assumptions, LedgerCategory
from data_contracts.codes.money import PriceOrigin
from data_contracts.tables import table

ENOUGH_BATCHES = 5  # on record, or half of those that failed; two at the least, for an interval
LEAST_BATCHES = 2
LEVEL = 0.9
SUNK = "sunk_cost_share"
GATES = range(1, 8)


def recorded_prices(
    assumptions: Assumptions,
    priced: pl.DataFrame,
    batches: pl.DataFrame,
    known: pl.DataFrame,
    spent: pl.DataFrame,
) -> pl.DataFrame:
    """Return the parameters of a set that the records give.

    Args:
        assumptions: The declared set.
        priced: ``baseline.priced_failures``, one row per failed batch.
        batches: ``core.batches``, one row per batch.
        known: ``recorded_costs``.
        spent: ``standard_costs_spent``.

    Returns:
        ``economics.recorded_prices``: one row per parameter; base is the mean over the failed
        batches on record, low and high its 90% interval. Empty where too few are on record.
    """
    rows = [
        *_of_categories(assumptions, known, priced.height),
        *_of_gates(assumptions, spent, priced.height),
    ]
    started = batches.filter(pl.col("batch_id").is_in(priced["batch_id"].implode()))["started_at"]
    latest = started.dt.date().max()
    return table(RECORDED_PRICES, [row | {"as_of": latest} for row in rows])


def is_enough(batches: int, failed: int) -> bool:
    """Tell whether so many failed batches on record give a mean of all that failed."""
    return batches >= LEAST_BATCHES and (batches >= ENOUGH_BATCHES or 2 * batches >= failed)


def _of_categories(
    assumptions: Assumptions, known: pl.DataFrame, failed: int
) -> Iterator[dict[str, Any]]:
    for category in assumptions.ledger:
        amounts = known.filter(category=category.name)["recorded_usd"].cast(pl.Float64).to_numpy()
        if not is_enough(amounts.size, failed):
            continue
        price = next(name for name in category.terms if "USD" in assumptions[name].unit)
        others = [name for name in category.terms if name != price]
        base = corner(assumptions, "base")
        factor = float(prod((base(name) for name in others), start=Fraction(1)))
        if factor == 0:
            continue
        said = (
            f"mean of {category.name} over {amounts.size} of {failed} failed batches, by "
            "write-off or standard cost"
        )
        if others:
            said += f", divided by the base of {' x '.join(others)}"
        yield _row(assumptions, price, amounts / factor, failed, said)
        for name in others:
            if _is_its_own(assumptions, category, name):
                held = np.full(amounts.size, float(base(name)))
                yield _row(
                    assumptions,
                    *(name, held, failed),
                    f"held at its base: what {category.name} costs is on record as a whole",
                )


def _is_its_own(assumptions: Assumptions, category: LedgerCategory, name: str) -> bool:
    """Whether nothing but this category uses a number, which the plant has not stated itself."""
    elsewhere = {
        *(term for each in assumptions.ledger if each is not category for term in each.terms),
        *(used for lever in assumptions.levers for used in lever.uses.values()),
    }
    return name not in elsewhere and assumptions[name].origin != PriceOrigin.SITE


def _of_gates(
    assumptions: Assumptions, spent: pl.DataFrame, failed: int
) -> Iterator[dict[str, Any]]:
    """The share of a batch's variable cost spent at each gate, by the standards of those failed."""
    shares = _spent_shares(spent)
    families = {lever.uses[SUNK] for lever in assumptions.levers if SUNK in lever.uses}
    for family in sorted(families):
        for gate in GATES:
            name = f"{family}_gate_{gate}"
            if name in assumptions.parameters and is_enough(len(shares), failed):
                said = (
                    f"variable standard cost up to stage {gate} over that up to the failure, mean "
                    f"of {len(shares)} of {failed} failed batches"
                )
                yield _row(assumptions, name, shares[:, gate - 1], failed, said)


def _spent_shares(spent: pl.DataFrame) -> FloatArray:
    """Return the share of each batch's variable cost spent up to each gate, shape (batches, 7)."""
    by_gate = [
        pl.col("variable_usd").filter(pl.col("stage") <= gate).sum().alias(str(gate))
        for gate in GATES
    ]
    sums = spent.group_by("batch_id").agg(*by_gate).sort("batch_id").drop("batch_id").to_numpy()
    costly: FloatArray = sums[sums[:, -1] > 0]
    return costly / costly[:, -1:]


def _row(
    assumptions: Assumptions, name: str, values: FloatArray, failed: int, said: str
) -> dict[str, Any]:
    number = assumptions[name]
    base, (low, high) = float(values.mean()), student_mean(values, LEVEL)
    most = 1.0 if number.unit == "share" else float("inf")
    return {
        "name": name,
        "low": max(low, 0.0),
        "base": base,
        "high": min(high, most),
        "unit": number.unit,
        "batches": values.size,
        "failed_batches": failed,
        "declared_base": float(number.base),
        "is_in_force": number.origin != PriceOrigin.SITE,
        "source": said,
    }
