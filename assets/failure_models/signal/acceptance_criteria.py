"""What a model must show before it is believed, fixed before any test batch is scored.

The numbers live here once. They are written to ``evidence.acceptance_criteria`` first, and the
study reads them from there.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

import polars as pl

from data_contracts.tables import table


@dataclass(frozen=True)
class AcceptanceCriteria:
    """The thresholds of the verdict rule and of naming a driver.

    Attributes:
        largest_p_value: Family-wise error of a claimed signal.
        fewest_effective_failures: Out-of-time failures an outcome without margins needs.
        fewest_arrangements: Distinct permutations below which no p-value is given.
        driver_stability: Share of refits in which a driver must hold its sign and its place.
        driver_places: Places that count as holding one.
    """

    largest_p_value: float = 0.05
    fewest_effective_failures: float = 8.0
    fewest_arrangements: float = 200.0
    driver_stability: float = 0.8
    driver_places: float = 5.0


UNITS_AND_REASONS = {
    "largest_p_value": ("probability", "Nominal family-wise error over all outcomes and gates."),
    "fewest_effective_failures": (
        "failures",
        "Fewer independent failures cannot tell a ranking from chance without a margin.",
    ),
    "fewest_arrangements": ("count", "Fewer permutations cannot resolve a p-value of 0.05."),
    "driver_stability": ("share of refits", "A driver that moves when refitted is not one."),
    "driver_places": ("rank", "Places a reader would act on."),
}


def criteria_frame(outcomes: Sequence[str], frozen_at: datetime) -> pl.DataFrame:
    """Write the criteria for every outcome of a run.

    Args:
        outcomes: Names of the outcomes.
        frozen_at: When they were fixed (UTC); provenance.

    Returns:
        ``evidence.acceptance_criteria``.
    """
    rows = [
        {
            "outcome": outcome,
            "criterion": name,
            "threshold": float(threshold),
            "unit": UNITS_AND_REASONS[name][0],
            "reason": UNITS_AND_REASONS[name][1],
            "frozen_at": frozen_at,
        }
        for outcome in outcomes
        for name, threshold in asdict(AcceptanceCriteria()).items()
    ]
    return table("evidence.acceptance_criteria", rows)


def criteria_of(frame: pl.DataFrame, outcome: str) -> AcceptanceCriteria:
    """Read back the frozen criteria of one outcome."""
    own = dict(frame.filter(pl.col("outcome") == outcome).select("criterion", "threshold").rows())
    return AcceptanceCriteria(**{f.name: own[f.name] for f in fields(AcceptanceCriteria)})
