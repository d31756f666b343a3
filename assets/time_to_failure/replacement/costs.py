"""What a planned renewal, a breakdown and a failed batch cost, from the assumptions of the run.

Only reading of declared numbers lives here; which interval costs least is in ``intervals``.
"""

from dataclasses import dataclass
from functools import reduce
from operator import mul

from assets.time_to_failure.lives.lives import BREAKDOWN
from data_contracts.assumptions import Assumptions

PLANNED = "planned_maintenance_usd"
REPAIR = "breakdown_repair_usd"
LOST = "breakdown_batch_loss_share"
FAILED_BATCH = "failure_cost_usd_per_batch"  # stands in where a set declares no ledger


@dataclass(frozen=True)
class ReplacementCosts:
    """Costs in USD at base, and the ratio of event to planned cost at its two ends.

    Attributes:
        planned: One planned renewal.
        event: One event.
        pair_low: Planned and event cost where events are cheapest against planned renewals.
        pair_high: The same where they are dearest.
        basis: The names of the assumptions behind it.
    """

    planned: float
    event: float
    pair_low: tuple[float, float]
    pair_high: tuple[float, float]
    basis: str

    @property
    def pair(self) -> tuple[float, float]:
        """Planned and event cost at base."""
        return self.planned, self.event


def replacement_costs(assumptions: Assumptions, event: str) -> ReplacementCosts | None:
    """Return the costs a replacement interval is weighed with; None where a number is missing.

    A breakdown costs its repair and, for a share of breakdowns, the avoidable cost of the batch it
    interrupts. A failed batch costs its avoidable cost.

    Args:
        assumptions: The set of the run.
        event: ``breakdown``, or a failed batch.
    """
    needed = {PLANNED, REPAIR, LOST} if event == BREAKDOWN else {PLANNED}
    if not needed <= set(assumptions.parameters):
        return None
    low, base, high = (_event_cost(assumptions, event, end) for end in ("low", "base", "high"))
    if base is None or low is None or high is None:
        return None
    planned = assumptions[PLANNED]
    names = [*sorted(needed), "avoidable categories of the ledger"]
    return ReplacementCosts(
        float(planned.base),
        base,
        (float(planned.high), low),
        (float(planned.low), high),
        ", ".join(names),
    )


def _event_cost(assumptions: Assumptions, event: str, end: str) -> float | None:
    batch = _failed_batch(assumptions, end)
    if event != BREAKDOWN:
        return batch
    repair, share = (float(getattr(assumptions[name], end)) for name in (REPAIR, LOST))
    return None if batch is None else repair + share * batch


def _failed_batch(assumptions: Assumptions, end: str) -> float | None:
    if assumptions.ledger:
        counted = [each.terms for each in assumptions.ledger if each.is_avoidable]
        return sum(
            reduce(mul, (float(getattr(assumptions[name], end)) for name in terms))
            for terms in counted
        )
    if FAILED_BATCH not in assumptions.parameters:
        return None
    return float(getattr(assumptions[FAILED_BATCH], end))
