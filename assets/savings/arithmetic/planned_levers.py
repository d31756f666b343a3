"""All declared levers at one corner of the assumptions: plain, exact arithmetic.

What ``lotwise roi`` multiplies out and what the workbook recomputes live here: each lever on the
failures the ones before it left, with its programme's cost. Draws and evidence are in
``simulation``, which takes the same steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from assets.savings.arithmetic.cash_flow import MONTHS_PER_YEAR, LeverCash
from assets.savings.arithmetic.corners import Exact
from assets.savings.arithmetic.lever_cost import one_off_cost_usd, shared_cost_usd
from assets.savings.arithmetic.lever_kinds.kind import kind_of
from assets.savings.arithmetic.lever_kinds.lever_alone import LeverExposure, LeverValue
from assets.savings.arithmetic.lever_value import lever_value
from data_contracts.assumptions import Assumptions, Lever

FAILURE_RATE = "failure_rate"  # role of a lever that acts on one outcome only
ALL_FAILURES = "failure_rate"  # name of the rate of all failures


@dataclass(frozen=True)
class PlannedLever:
    """One lever at one corner, exact.

    Attributes:
        lever: The declaration.
        left_share: Share of failures the levers before it left, 0 to 1.
        value: What it is worth a year at full effect, on those failures.
        one_off_usd: Implementation, change control and validation.
        run_usd: Run cost a year.
        start_years: Years until it is in use.
        ramp_years: Years from first use to full effect.
    """

    lever: Lever
    left_share: Fraction
    value: LeverValue[Fraction]
    one_off_usd: Fraction
    run_usd: Fraction
    start_years: Fraction
    ramp_years: Fraction

    @property
    def savings_usd(self) -> Fraction:
        """Avoidable cash saved a year at full effect."""
        return self.value.gross_usd

    @property
    def running_usd(self) -> Fraction:
        """Cost a year while in use: run cost and false alarms."""
        return self.run_usd + self.value.false_alarm_usd

    @property
    def cash(self) -> LeverCash[Fraction]:
        """What it costs and saves, and when."""
        return LeverCash(
            one_off_usd=self.one_off_usd,
            savings_usd=self.savings_usd,
            running_usd=self.running_usd,
            start_years=self.start_years,
            ramp_years=self.ramp_years,
        )


def planned(levers: Sequence[Lever]) -> list[Lever]:
    """Return the levers in the order in which they meet a batch.

    A release that only states somebody's payback is no plan and left out.
    """
    own = [lever for lever in levers if "payback" not in lever.uses]
    return sorted(own, key=lambda lever: kind_of(lever).chain_place(lever.planning_gate))


def failures_met(lever: Lever) -> str:
    """Return the name of the failure rate a lever acts on: all failures, or those of one outcome.

    Levers on the same rate meet the same failures; those of different outcomes share none, and a
    lever on all failures leaves less of each.
    """
    return lever.uses.get(FAILURE_RATE, ALL_FAILURES)


def planned_levers(assumptions: Assumptions, values: Exact) -> list[PlannedLever]:
    """Work out every declared lever at one corner.

    Args:
        assumptions: Any set that states batches a year and, for levers on failures, their rate.
        values: Value of each assumption, as ``corners.corner`` gives it.

    Raises:
        AssumptionError: The set lacks a number the arithmetic needs.
    """
    batches = values("batches_per_year")
    kept = dict.fromkeys(map(failures_met, assumptions.levers), Fraction(1))
    found: list[PlannedLever] = []
    for lever in planned(assumptions.levers):
        met = failures_met(lever)
        left = kept[met] if met == ALL_FAILURES else kept[met] * kept.get(ALL_FAILURES, 1)
        exposure: LeverExposure[Fraction] = LeverExposure(batches, values(met), {})
        alone = lever_value(assumptions, lever, lever.planning_gate, values, exposure)
        found.append(_with_programme(lever, left, alone.on_share(left), values))
        if kind_of(lever).acts_on_failures:
            kept[met] *= alone.unresolved_share
    return found


def _with_programme(
    lever: Lever, left: Fraction, value: LeverValue[Fraction], values: Exact
) -> PlannedLever:
    def role(name: str) -> Fraction:
        return values(lever.uses[name]) if name in lever.uses else Fraction(0)

    return PlannedLever(
        lever=lever,
        left_share=left,
        value=value,
        one_off_usd=one_off_cost_usd(lever, values, Fraction(0)),
        run_usd=shared_cost_usd(lever, "run_cost", values, Fraction(0)),
        start_years=role("implementation_time") / MONTHS_PER_YEAR,
        ramp_years=role("ramp_time") / MONTHS_PER_YEAR,
    )
