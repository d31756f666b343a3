"""A window: a parameter is held in it, and some failures do not happen."""

from assets.savings.arithmetic.identity import Quantity
from assets.savings.arithmetic.lever_kinds.kind import KindOfLever
from assets.savings.arithmetic.lever_kinds.lever_alone import LeverAlone, LeverValue
from assets.savings.arithmetic.lever_kinds.ruling import (
    LeverRecords,
    Ruling,
    resting_on,
    without_verdict,
)
from data_contracts.assumptions import Assumptions, Lever


def value(alone: LeverAlone[Quantity]) -> LeverValue[Quantity]:
    """Return failures that do not happen; what is redirected, as lots are, costs money.

    The measured effect may be below zero: a window that does harm is shown as one.
    """
    share = alone("effect") * alone("adherence")
    redirected = alone("redirected_share") * alone("adherence") * alone("redirect_cost")
    return alone.prevention(share, -(alone.exposure.batches_per_year * redirected))


def decision(_: Assumptions, lever: Lever, outcome: str, records: LeverRecords) -> Ruling:
    """Carry a window out where a named driver's effect is clear of zero, under a signal."""
    gate = records.primary_gate(outcome)
    if gate is None:
        return without_verdict(outcome)
    return resting_on(*records.held(lever, outcome, gate))


KIND = KindOfLever(
    value,
    decision,
    acts_on_failures=True,
    is_judged_by_outcome=True,
    holds=("parameter", "sensor"),
)
