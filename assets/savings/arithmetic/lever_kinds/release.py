"""Early release by prediction: batches wait less, and part of the testing falls away."""

from assets.savings.arithmetic.identity import Quantity
from assets.savings.arithmetic.lever_kinds.kind import KindOfLever
from assets.savings.arithmetic.lever_kinds.lever_alone import LeverAlone, LeverValue
from assets.savings.arithmetic.lever_kinds.ruling import (
    LeverRecords,
    RefusedLever,
    Ruling,
    resting_on,
    without_verdict,
)
from assets.savings.arithmetic.release import release_savings_usd_per_year
from data_contracts.assumptions import Assumptions, Lever


def value(alone: LeverAlone[Quantity]) -> LeverValue[Quantity]:
    """Return what waiting and testing less saves, for the share of batches that may."""
    saved = release_savings_usd_per_year(alone.exposure.batches_per_year, alone)
    is_bounded = "eligible_share" in {*alone.lever.uses, *alone.exposure.measured}
    return alone.direct(saved * alone("eligible_share") if is_bounded else saved)


def decision(_: Assumptions, lever: Lever, outcome: str, records: LeverRecords) -> Ruling:
    """Carry it out where the risk of a wrong release is bounded, under a signal."""
    gate = records.primary_gate(outcome)
    if gate is None:
        return without_verdict(outcome)
    foreseen = records.alarms(outcome, gate)
    found = foreseen if isinstance(foreseen, RefusedLever) else records.release
    return resting_on(lever.planning_gate, found)


KIND = KindOfLever(value, decision)
