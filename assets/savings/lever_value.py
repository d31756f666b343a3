"""What one alert, at one gate, on one outcome, prevents, saves and costs.

The declared roles of a lever meet the identities here; where sensitivity and base rate come from
(evidence or assumption) is decided by the caller.
"""

from dataclasses import dataclass
from typing import Generic

from assets.savings.failure_cost import Values, failure_cost_usd, manufacturing_cost_usd
from assets.savings.identity import (
    Quantity,
    false_alarm_usd_per_year,
    gross_usd_per_year,
    prevented_failures_per_year,
    unresolved_share,
)
from data_contracts.assumptions import Assumptions, Lever


@dataclass(frozen=True)
class Exposure(Generic[Quantity]):
    """What an alert acts on.

    Attributes:
        batches_per_year: Batches started in a year.
        failure_prob: Probability that a batch fails this way and no earlier lever settled it.
        sensitivity: Share of failures flagged at the gate, 0 to 1.
        false_alarm_rate: Share of good batches flagged, 0 to 1.
    """

    batches_per_year: Quantity
    failure_prob: Quantity
    sensitivity: Quantity
    false_alarm_rate: Quantity


@dataclass(frozen=True)
class AlertValue(Generic[Quantity]):
    """What an alert is worth in a year at full effect.

    Attributes:
        prevented_failures: Failures prevented a year.
        gross_usd: Avoidable cash saved a year, before the programme's cost.
        allocated_usd: Allocated cost set free a year; not cash, never part of ``gross_usd``.
        false_alarm_usd: Cost of false alarms a year.
        unresolved_share: Share of failures left to later levers, 0 to 1.
    """

    prevented_failures: Quantity
    gross_usd: Quantity
    allocated_usd: Quantity
    false_alarm_usd: Quantity
    unresolved_share: Quantity


def alert_value(
    assumptions: Assumptions,
    lever: Lever,
    gate: int,
    values: Values[Quantity],
    exposure: Exposure[Quantity],
) -> AlertValue[Quantity]:
    """Return what an alert at a gate is worth.

    Args:
        assumptions: The set the lever is declared in.
        lever: A lever of kind ``alert``.
        gate: Gate of the alert, 1 to 7.
        values: Value of each assumption.
        exposure: Batches, failures, sensitivity and false alarms.

    Returns:
        Yearly figures; where the set states no cost of rescue or stop these count as zero.
    """

    def role(name: str) -> Quantity:
        if name not in lever.uses:
            return exposure.failure_prob - exposure.failure_prob
        return values(assumptions.name_at_gate(lever.uses[name], gate))

    cash = failure_cost_usd(assumptions, values, is_avoidable_only=True)
    full = failure_cost_usd(assumptions, values, is_avoidable_only=False)
    spent = manufacturing_cost_usd(assumptions, values) if assumptions.ledger else cash
    prevented = prevented_failures_per_year(
        exposure.batches_per_year,
        exposure.failure_prob,
        role("addressable_share"),
        exposure.sensitivity,
        role("rescuable_share"),
        role("effectiveness"),
    )
    gross = gross_usd_per_year(
        batches_per_year=exposure.batches_per_year,
        failure_prob=exposure.failure_prob,
        addressable_share=role("addressable_share"),
        sensitivity=exposure.sensitivity,
        rescuable_share=role("rescuable_share"),
        effectiveness=role("effectiveness"),
        failure_cost_usd=cash,
        rescue_cost_usd=role("rescue_cost"),
        stoppable_share=role("stoppable_share"),
        full_cost_usd=spent,
        sunk_cost_usd=spent * role("sunk_cost_share"),
        slot_value_usd=slot_value_usd(assumptions, values, exposure.failure_prob),
    )
    false_alarms = false_alarm_usd_per_year(
        batches_per_year=exposure.batches_per_year,
        failure_prob=exposure.failure_prob,
        false_alarm_rate=exposure.false_alarm_rate,
        investigation_cost_usd=role("false_alarm_cost"),
        stop_prob=role("stop_given_false_alarm"),
        good_batch_loss_usd=role("good_batch_loss"),
    )
    left = unresolved_share(
        role("addressable_share"),
        exposure.sensitivity,
        role("rescuable_share"),
        role("effectiveness"),
        role("stoppable_share"),
    )
    return AlertValue(prevented, gross, prevented * (full - cash), false_alarms, left)


def slot_value_usd(assumptions: Assumptions, values: Values[Quantity], like: Quantity) -> Quantity:
    """Return what a freed slot is worth: margin times the share of the year limited by capacity.

    Args:
        assumptions: The set; a set that does not value slots gives zero.
        values: Value of each assumption.
        like: Any quantity of the kind to return.

    Returns:
        USD per freed slot, zero or more.
    """
    names = ("capacity_limited_share", "slot_value_usd_per_batch")
    if any(name not in assumptions.parameters for name in names):
        return like - like
    return values(names[0]) * values(names[1])


def one_off_cost_usd(lever: Lever, values: Values[Quantity], like: Quantity) -> Quantity:
    """Return implementation, change control and validation of a lever, USD.

    Args:
        lever: The lever; one without programme costs gives zero.
        values: Value of each assumption.
        like: Any quantity of the kind to return.
    """
    zero = like - like
    roles = ("implementation_cost", "change_control_cost", "validation_cost")
    costs = [values(lever.uses[role]) for role in roles if role in lever.uses]
    return sum(costs, start=zero)
