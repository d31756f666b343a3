"""What one lever, acting alone, prevents, saves and costs in a year at full effect.

Every kind of lever is worked out here from its declared roles, for exact fractions and for arrays
of draws alike. Where a role's value comes from (evidence or assumption) is decided by the caller;
levers that meet the same failures are combined in ``portfolio``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Generic

from assets.savings.arithmetic.failure_cost import (
    Values,
    failure_cost_usd,
    manufacturing_cost_usd,
    slot_value_usd,
)
from assets.savings.arithmetic.identity import (
    Quantity,
    at_most_one,
    false_alarm_usd_per_year,
    gross_usd_per_year,
    prevented_failures_per_year,
    unresolved_share,
)
from assets.savings.arithmetic.release import release_savings_usd_per_year
from data_contracts.assumption_schema.units import IDENTITY_ROLES
from data_contracts.assumptions import Assumptions, Lever

HOLDING = frozenset({"window", "lots"})  # kinds that keep a parameter or an attribute in a window
PREVENTING = HOLDING | {"alert", "maintenance"}  # kinds that act on failures


def chain_place(lever: Lever, gate: int) -> tuple[bool, int, bool]:
    """Return what levers are sorted by to stand in the order in which they meet a batch.

    Maintenance comes before any batch is made; then gate by gate, and at one gate what prevents a
    failure acts before what detects it.

    Args:
        lever: The lever.
        gate: Gate it acts at, 1 to 7.
    """
    return lever.kind != "maintenance", gate, lever.kind == "alert"


@dataclass(frozen=True)
class LeverExposure(Generic[Quantity]):
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

    def on_share(self, left: Quantity) -> "LeverValue[Quantity]":
        """Return what it is worth where levers before it left only a share of the failures.

        Args:
            left: That share, 0 to 1.
        """
        return replace(
            self,
            prevented_failures=self.prevented_failures * left,
            failure_usd=self.failure_usd * left,
            allocated_usd=self.allocated_usd * left,
        )


def lever_value(
    assumptions: Assumptions,
    lever: Lever,
    gate: int,
    values: Values[Quantity],
    exposure: LeverExposure[Quantity],
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
    alone = _Alone(assumptions, lever, gate, values, exposure)
    if lever.kind == "alert":
        return alone.alert()
    if lever.kind in HOLDING:
        return alone.window()
    if lever.kind == "maintenance":
        return alone.maintenance()
    return alone.inspection() if lever.kind == "inspection" else alone.release()


@dataclass(frozen=True)
class _Alone(Generic[Quantity]):
    """The arithmetic of one lever, one method a kind; called with a role, it gives its number."""

    assumptions: Assumptions
    lever: Lever
    gate: int
    values: Values[Quantity]
    exposure: LeverExposure[Quantity]

    def __call__(self, role: str) -> Quantity:
        if role in self.exposure.measured:
            return self.exposure.measured[role]
        if role not in self.lever.uses:
            return self.zero
        return self.values(self.assumptions.name_at_gate(self.lever.uses[role], self.gate))

    @property
    def zero(self) -> Quantity:
        return self.exposure.failure_prob - self.exposure.failure_prob

    @property
    def cash_usd(self) -> Quantity:
        return failure_cost_usd(self.assumptions, self.values, is_avoidable_only=True)

    @property
    def allocated_usd(self) -> Quantity:
        full = failure_cost_usd(self.assumptions, self.values, is_avoidable_only=False)
        return full - self.cash_usd

    @property
    def slot_usd(self) -> Quantity:
        return slot_value_usd(self.assumptions, self.values, self.exposure.failure_prob)

    def alert(self) -> LeverValue[Quantity]:
        batches, prob = self.exposure.batches_per_year, self.exposure.failure_prob
        caught = {role: self(role) for role in IDENTITY_ROLES}
        cash = self.cash_usd
        has_ledger = bool(self.assumptions.ledger)
        spent = manufacturing_cost_usd(self.assumptions, self.values) if has_ledger else cash
        prevented = prevented_failures_per_year(batches, prob, **caught)
        gross = gross_usd_per_year(
            batches_per_year=batches,
            failure_prob=prob,
            **caught,
            failure_cost_usd=cash,
            rescue_cost_usd=self("rescue_cost"),
            stoppable_share=self("stoppable_share"),
            full_cost_usd=spent,
            sunk_cost_usd=spent * self("sunk_cost_share"),
            slot_value_usd=self.slot_usd,
        )
        is_counted = "false_alarm_rate" in self.exposure.measured
        false_alarms = false_alarm_usd_per_year(
            batches_per_year=batches,
            failure_prob=prob,
            false_alarm_rate=self("false_alarm_rate" if is_counted else "alarm_budget"),
            investigation_cost_usd=self("false_alarm_cost"),
            stop_prob=self("stop_given_false_alarm"),
            good_batch_loss_usd=self("good_batch_loss"),
        )
        left = unresolved_share(**caught, stoppable_share=self("stoppable_share"))
        freed = prevented * self.allocated_usd
        return LeverValue(prevented, gross, self.zero, freed, false_alarms, left)

    def window(self) -> LeverValue[Quantity]:
        """A window or a lot limit: failures that do not happen; redirected lots cost money.

        The measured effect may be below zero: a window that does harm is shown as one.
        """
        share = self("effect") * self("adherence")
        redirected = self("redirected_share") * self("adherence") * self("redirect_cost")
        return self._prevention(share, -(self.exposure.batches_per_year * redirected))

    def maintenance(self) -> LeverValue[Quantity]:
        """Earlier renewal: fewer repairs and batches lost with them, more planned renewals."""
        avoided = self("events_today") - self("events_planned")
        added = self("renewals_planned") - self("renewals_today")
        # A breakdown that loses a batch is one of its failures: no more can be prevented than fail.
        share = at_most_one(avoided * self("event_loss_share") / self.exposure.failure_prob)
        repairs = avoided * self("repair_cost") - added * self("renewal_cost")
        return self._prevention(share, self.exposure.batches_per_year * repairs)

    def inspection(self) -> LeverValue[Quantity]:
        labour = self("inspection_time_saved") * self("inspection_cost")
        kept = self("false_reject_share") * self("batch_value")
        return self._direct(self.exposure.batches_per_year * (labour + kept))

    def release(self) -> LeverValue[Quantity]:
        saved = release_savings_usd_per_year(self.exposure.batches_per_year, self)
        is_bounded = "eligible_share" in {*self.lever.uses, *self.exposure.measured}
        return self._direct(saved * self("eligible_share") if is_bounded else saved)

    def _prevention(self, share: Quantity, direct_usd: Quantity) -> LeverValue[Quantity]:
        prevented = self.exposure.batches_per_year * self.exposure.failure_prob * share
        saved = prevented * (self.cash_usd + self.slot_usd)
        freed = prevented * self.allocated_usd
        return LeverValue(prevented, saved, direct_usd, freed, self.zero, 1 - share)

    def _direct(self, direct_usd: Quantity) -> LeverValue[Quantity]:
        return LeverValue(self.zero, self.zero, direct_usd, self.zero, self.zero, 1 + self.zero)
