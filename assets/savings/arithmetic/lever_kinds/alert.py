"""An alert at a gate: of the batches it flags, those that would fail are rescued or stopped."""

from typing import Any

from assets.savings.arithmetic.failure_cost import manufacturing_cost_usd
from assets.savings.arithmetic.identity import (
    Quantity,
    false_alarm_usd_per_year,
    gross_usd_per_year,
    prevented_failures_per_year,
    unresolved_share,
)
from assets.savings.arithmetic.lever_kinds.kind import ChainPlace, KindOfLever
from assets.savings.arithmetic.lever_kinds.lever_alone import LeverAlone, LeverValue
from assets.savings.arithmetic.lever_kinds.ruling import (
    LeverRecords,
    RefusedLever,
    Ruling,
    resting_on,
    without_verdict,
)
from data_contracts.assumption_schema.lever_kinds import IDENTITY_ROLES
from data_contracts.assumptions import Assumptions, Lever


def value(alone: LeverAlone[Quantity]) -> LeverValue[Quantity]:
    """Return failures caught in time, less what was spent by then; false alarms cost money."""
    assumptions, exposure = alone.assumptions, alone.exposure
    batches, prob = exposure.batches_per_year, exposure.failure_prob
    caught = {role: alone(role) for role in IDENTITY_ROLES}
    cash = alone.cash_usd
    spent = manufacturing_cost_usd(assumptions, alone.values) if assumptions.ledger else cash
    prevented = prevented_failures_per_year(batches, prob, **caught)
    gross = gross_usd_per_year(
        batches_per_year=batches,
        failure_prob=prob,
        **caught,
        failure_cost_usd=cash,
        rescue_cost_usd=alone("rescue_cost"),
        stoppable_share=alone("stoppable_share"),
        full_cost_usd=spent,
        sunk_cost_usd=spent * alone("sunk_cost_share"),
        slot_value_usd=alone.slot_usd,
    )
    is_counted = "false_alarm_rate" in exposure.measured
    false_alarms = false_alarm_usd_per_year(
        batches_per_year=batches,
        failure_prob=prob,
        false_alarm_rate=alone("false_alarm_rate" if is_counted else "alarm_budget"),
        investigation_cost_usd=alone("false_alarm_cost"),
        stop_prob=alone("stop_given_false_alarm"),
        good_batch_loss_usd=alone("good_batch_loss"),
    )
    left = unresolved_share(**caught, stoppable_share=alone("stoppable_share"))
    freed = prevented * alone.allocated_usd
    return LeverValue(prevented, gross, alone.zero, freed, false_alarms, left)


def decision(assumptions: Assumptions, lever: Lever, outcome: str, records: LeverRecords) -> Ruling:
    """Carry an alert out where its alarms were counted on later batches, under a signal."""
    choice = records.alert_choice(assumptions, lever, outcome)
    if choice is None:
        return without_verdict(outcome)
    if choice.refusal is not None:
        return Ruling(choice.gate, refusal=choice.refusal)
    found: Any = records.alarms(outcome, choice.gate)
    if not isinstance(found, RefusedLever):
        found = choice.alarms or found
    return resting_on(choice.gate, found, choice.sentence)


KIND = KindOfLever(
    value,
    decision,
    place=ChainPlace.DETECTS_AT_ITS_GATE,
    acts_on_failures=True,
    is_judged_by_outcome=True,
)
