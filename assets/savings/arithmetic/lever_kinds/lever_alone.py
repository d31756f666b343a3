"""One lever by itself: what its kind works its value out from, and what that value is.

Its roles and what a failure costs, for exact fractions, draws and formulas alike. Where a role's
value comes from (evidence or assumption) is decided by the caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Generic

from assets.savings.arithmetic.failure_cost import Values, failure_cost_usd, slot_value_usd
from assets.savings.arithmetic.identity import Quantity
from data_contracts.assumptions import Assumptions, Lever


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


@dataclass(frozen=True)
class LeverAlone(Generic[Quantity]):
    """One lever by itself, as its kind works it out; called with a role, it gives its number.

    Attributes:
        assumptions: The set the lever is declared in.
        lever: The lever.
        gate: Gate it acts at, 1 to 7.
        values: Value of each assumption.
        exposure: Batches, failures and measured roles.
    """

    assumptions: Assumptions
    lever: Lever
    gate: int
    values: Values[Quantity]
    exposure: LeverExposure[Quantity]

    def __call__(self, role: str) -> Quantity:
        """Return a role's number: measured, else stated, else zero."""
        if role in self.exposure.measured:
            return self.exposure.measured[role]
        if role not in self.lever.uses:
            return self.zero
        return self.values(self.assumptions.name_at_gate(self.lever.uses[role], self.gate))

    @property
    def zero(self) -> Quantity:
        """Zero, as the same kind of quantity."""
        return self.exposure.failure_prob - self.exposure.failure_prob

    @property
    def cash_usd(self) -> Quantity:
        """Avoidable cash of one failed batch, USD."""
        return failure_cost_usd(self.assumptions, self.values, is_avoidable_only=True)

    @property
    def allocated_usd(self) -> Quantity:
        """Allocated cost of one failed batch, USD; not cash."""
        full = failure_cost_usd(self.assumptions, self.values, is_avoidable_only=False)
        return full - self.cash_usd

    @property
    def slot_usd(self) -> Quantity:
        """What the slot of a batch is worth that need not be made again, USD."""
        return slot_value_usd(self.assumptions, self.values, self.exposure.failure_prob)

    def prevention(self, share: Quantity, direct_usd: Quantity) -> LeverValue[Quantity]:
        """Return what it is worth that a share of the failures does not happen.

        Args:
            share: That share of the failures it meets, at most 1.
            direct_usd: Cash it saves a year whatever fails, USD.
        """
        prevented = self.exposure.batches_per_year * self.exposure.failure_prob * share
        saved = prevented * (self.cash_usd + self.slot_usd)
        freed = prevented * self.allocated_usd
        return LeverValue(prevented, saved, direct_usd, freed, self.zero, 1 - share)

    def direct(self, direct_usd: Quantity) -> LeverValue[Quantity]:
        """Return what a lever is worth that prevents no failure.

        Args:
            direct_usd: Cash it saves a year whatever fails, USD.
        """
        return LeverValue(self.zero, self.zero, direct_usd, self.zero, self.zero, 1 + self.zero)
