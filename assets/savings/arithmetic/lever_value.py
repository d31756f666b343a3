"""What one lever, acting alone, prevents, saves and costs in a year at full effect.

Every kind of lever is worked out here from its declared roles, for exact fractions and for arrays
of draws alike. Where a role's value comes from (evidence or assumption) is decided by the caller;
levers that meet the same failures are combined in ``portfolio``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic

from assets.savings.arithmetic.failure_cost import Values, failure_cost_usd, manufacturing_cost_usd
from assets.savings.arithmetic.identity import (
    Quantity,
    at_most_one,
    false_alarm_usd_per_year,
    gross_usd_per_year,
    prevented_failures_per_year,
    unresolved_share,
)
from assets.savings.arithmetic.release import release_savings_by_role
from data_contracts.assumptions import Assumptions, Lever

PREVENTING = frozenset({"alert", "window", "lots", "maintenance"})  # kinds that act on failures


@dataclass(frozen=True)
class Exposure(Generic[Quantity]):
    """What a lever acts on.

    Attributes:
        batches_per_year: Batches started in a year.
        failure_prob: Probability that a batch fails this way.
        measured: Roles whose value is measured, not assumed; ``sensitivity`` and
            ``false_alarm_rate`` of an alert, ``effect`` of a window, and so on.
    """

    batches_per_year: Quantity
    failure_prob: Quantity
    measured: Mapping[str, Quantity]


@dataclass(frozen=True)
class LeverValue(Generic[Quantity]):
    """What a lever is worth in a year at full effect, acting alone.

    Attributes:
        prevented_failures: Failures prevented a year.
        failure_usd: Avoidable cash saved a year on failures it meets.
        direct_usd: Cash saved a year whatever fails (inventory, labour, repairs); may be below
            zero.
        allocated_usd: Allocated cost set free a year; not cash, never part of a saving.
        false_alarm_usd: Cost of false alarms a year.
        unresolved_share: Share of failures left to other levers, 0 to 1.
    """

    prevented_failures: Quantity
    failure_usd: Quantity
    direct_usd: Quantity
    allocated_usd: Quantity
    false_alarm_usd: Quantity
    unresolved_share: Quantity

    @property
    def gross_usd(self) -> Quantity:
        """Avoidable cash saved a year, before the programme's cost."""
        return self.failure_usd + self.direct_usd


Roles = Callable[[str], Quantity]


def lever_value(
    assumptions: Assumptions,
    lever: Lever,
    gate: int,
    values: Values[Quantity],
    exposure: Exposure[Quantity],
) -> LeverValue[Quantity]:
    """Return what a lever is worth, acting alone.

    Args:
        assumptions: The set the lever is declared in.
        lever: The lever.
        gate: Gate it acts at, 1 to 7.
        values: Value of each assumption.
        exposure: Batches, failures and measured roles.

    Returns:
        Yearly figures; where the set states no value for an optional role it counts as zero.
    """

    def role(name: str) -> Quantity:
        if name in exposure.measured:
            return exposure.measured[name]
        if name not in lever.uses:
            return exposure.failure_prob - exposure.failure_prob
        return values(assumptions.name_at_gate(lever.uses[name], gate))

    if lever.kind == "alert":
        return _alert(assumptions, values, exposure, role)
    if lever.kind in ("window", "lots"):
        return _window(assumptions, values, exposure, role)
    if lever.kind == "maintenance":
        return _maintenance(assumptions, values, exposure, role)
    if lever.kind == "inspection":
        batches = exposure.batches_per_year
        labour = role("inspection_time_saved") * role("inspection_cost")
        return _direct(
            exposure, batches * (labour + role("false_reject_share") * role("batch_value"))
        )
    return _direct(exposure, _release_usd(lever, exposure, role))


def _alert(
    assumptions: Assumptions,
    values: Values[Quantity],
    exposure: Exposure[Quantity],
    role: Roles[Quantity],
) -> LeverValue[Quantity]:
    cash = failure_cost_usd(assumptions, values, is_avoidable_only=True)
    full = failure_cost_usd(assumptions, values, is_avoidable_only=False)
    spent = manufacturing_cost_usd(assumptions, values) if assumptions.ledger else cash
    prevented = prevented_failures_per_year(
        exposure.batches_per_year,
        exposure.failure_prob,
        role("addressable_share"),
        role("sensitivity"),
        role("rescuable_share"),
        role("effectiveness"),
    )
    gross = gross_usd_per_year(
        batches_per_year=exposure.batches_per_year,
        failure_prob=exposure.failure_prob,
        addressable_share=role("addressable_share"),
        sensitivity=role("sensitivity"),
        rescuable_share=role("rescuable_share"),
        effectiveness=role("effectiveness"),
        failure_cost_usd=cash,
        rescue_cost_usd=role("rescue_cost"),
        stoppable_share=role("stoppable_share"),
        full_cost_usd=spent,
        sunk_cost_usd=spent * role("sunk_cost_share"),
        slot_value_usd=slot_value_usd(assumptions, values, exposure.failure_prob),
    )
    flagged = "false_alarm_rate" if "false_alarm_rate" in exposure.measured else "alarm_budget"
    false_alarms = false_alarm_usd_per_year(
        batches_per_year=exposure.batches_per_year,
        failure_prob=exposure.failure_prob,
        false_alarm_rate=role(flagged),
        investigation_cost_usd=role("false_alarm_cost"),
        stop_prob=role("stop_given_false_alarm"),
        good_batch_loss_usd=role("good_batch_loss"),
    )
    left = unresolved_share(
        role("addressable_share"),
        role("sensitivity"),
        role("rescuable_share"),
        role("effectiveness"),
        role("stoppable_share"),
    )
    zero = exposure.failure_prob - exposure.failure_prob
    return LeverValue(prevented, gross, zero, prevented * (full - cash), false_alarms, left)


def _window(
    assumptions: Assumptions,
    values: Values[Quantity],
    exposure: Exposure[Quantity],
    role: Roles[Quantity],
) -> LeverValue[Quantity]:
    """A window or a lot limit: failures that do not happen; redirected lots cost money.

    The measured effect may be below zero: a window that does harm is shown as one.
    """
    share = role("effect") * role("adherence")
    redirected = role("redirected_share") * role("adherence") * role("redirect_cost")
    return _prevention(
        assumptions, values, exposure, share, -(exposure.batches_per_year * redirected)
    )


def _maintenance(
    assumptions: Assumptions,
    values: Values[Quantity],
    exposure: Exposure[Quantity],
    role: Roles[Quantity],
) -> LeverValue[Quantity]:
    """Earlier renewal: fewer repairs and batches lost with them, more planned renewals."""
    avoided = role("events_today") - role("events_planned")
    added = role("renewals_planned") - role("renewals_today")
    # A breakdown that loses a batch is one of its failures: no more can be prevented than fail.
    share = at_most_one(avoided * role("event_loss_share") / exposure.failure_prob)
    repairs = avoided * role("repair_cost") - added * role("renewal_cost")
    return _prevention(assumptions, values, exposure, share, exposure.batches_per_year * repairs)


def _prevention(
    assumptions: Assumptions,
    values: Values[Quantity],
    exposure: Exposure[Quantity],
    share: Quantity,
    direct_usd: Quantity,
) -> LeverValue[Quantity]:
    cash = failure_cost_usd(assumptions, values, is_avoidable_only=True)
    full = failure_cost_usd(assumptions, values, is_avoidable_only=False)
    prevented = exposure.batches_per_year * exposure.failure_prob * share
    worth = cash + slot_value_usd(assumptions, values, exposure.failure_prob)
    zero = exposure.failure_prob - exposure.failure_prob
    return LeverValue(
        prevented, prevented * worth, direct_usd, prevented * (full - cash), zero, 1 - share
    )


def _direct(exposure: Exposure[Quantity], direct_usd: Quantity) -> LeverValue[Quantity]:
    zero = exposure.failure_prob - exposure.failure_prob
    return LeverValue(zero, zero, direct_usd, zero, zero, 1 + zero)


def _release_usd(lever: Lever, exposure: Exposure[Quantity], role: Roles[Quantity]) -> Quantity:
    saved = release_savings_by_role(exposure.batches_per_year, role)
    is_bounded = "eligible_share" in lever.uses or "eligible_share" in exposure.measured
    return saved * role("eligible_share") if is_bounded else saved


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
    """Return implementation (its part, where shared), change control and validation, USD.

    Args:
        lever: The lever; one without programme costs gives zero.
        values: Value of each assumption.
        like: Any quantity of the kind to return.
    """
    roles = ("change_control_cost", "validation_cost")
    own = [values(lever.uses[role]) for role in roles if role in lever.uses]
    return sum(own, start=shared_cost_usd(lever, "implementation_cost", values, like))


def shared_cost_usd(lever: Lever, role: str, values: Values[Quantity], like: Quantity) -> Quantity:
    """Return a lever's part of a cost that is paid once for all outcomes it acts on, USD.

    Args:
        lever: The lever; one without this cost gives zero.
        role: ``implementation_cost`` or ``run_cost``.
        values: Value of each assumption.
        like: Any quantity of the kind to return.
    """
    return values(lever.uses[role]) / lever.shared_by if role in lever.uses else like - like
