"""Earlier renewal of parts: fewer repairs and batches lost with them, more planned renewals."""

from assets.savings.arithmetic.identity import Quantity, at_most_one
from assets.savings.arithmetic.lever_kinds.kind import ChainPlace, KindOfLever
from assets.savings.arithmetic.lever_kinds.lever_alone import LeverAlone, LeverValue
from assets.savings.arithmetic.lever_kinds.ruling import LeverRecords, Ruling, resting_on
from data_contracts.assumptions import Assumptions, Lever


def value(alone: LeverAlone[Quantity]) -> LeverValue[Quantity]:
    """Return breakdowns avoided, with the batches they would have lost, less added renewals."""
    avoided = alone("events_today") - alone("events_planned")
    added = alone("renewals_planned") - alone("renewals_today")
    # A breakdown that loses a batch is one of its failures: no more can be prevented than fail.
    share = at_most_one(avoided * alone("event_loss_share") / alone.exposure.failure_prob)
    repairs = avoided * alone("repair_cost") - added * alone("renewal_cost")
    return alone.prevention(share, alone.exposure.batches_per_year * repairs)


def decision(_: Assumptions, lever: Lever, __: str, records: LeverRecords) -> Ruling:
    """Carry it out where the fitted hazards tell the saving of an interval from chance."""
    return resting_on(lever.planning_gate, records.maintenance)


KIND = KindOfLever(value, decision, place=ChainPlace.BEFORE_ANY_BATCH, acts_on_failures=True)
