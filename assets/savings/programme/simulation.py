"""One scenario simulated: what the carried-out levers prevent, save and cost, draw by draw.

The step from counts, decisions and draws to arrays of failures and dollars lives here; summaries
are in ``scenarios``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from assets.savings.arithmetic.cash_flow import MONTHS_PER_YEAR, LeverCash, Yearly, npv_usd
from assets.savings.arithmetic.identity import chain_shares
from assets.savings.arithmetic.lever_kinds.kind import kind_of
from assets.savings.arithmetic.lever_kinds.lever_alone import LeverExposure, LeverValue
from assets.savings.arithmetic.lever_value import lever_value
from assets.savings.levers.lever_decisions import LeverDecision
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import Draws
from assets.statistics.array_types import FloatArray
from assets.statistics.shapley import shapley_credits


@dataclass(frozen=True)
class LeverDraws:
    """One carried-out lever in one scenario, arrays of draws.

    Attributes:
        decision: The lever.
        value: What it is credited with in chain order.
        shapley_usd: Its Shapley credit of the savings.
        cash: What it costs and saves, and when.
    """

    decision: LeverDecision
    value: LeverValue[FloatArray]
    shapley_usd: FloatArray
    cash: LeverCash[FloatArray]

    def yearly(self, drawn: Draws) -> Yearly[FloatArray]:
        """Return its cash by year over the horizon."""
        return Yearly.of_lever(self.cash, horizon_years(drawn))


def horizon_years(drawn: Draws) -> int:
    """Return the years of cash that are counted."""
    return int(drawn.assumptions["horizon_years"].base)


def joint_npv_usd(simulated: Sequence[LeverDraws], drawn: Draws) -> FloatArray:
    """Return draws of the net present value of levers run together, at least one, USD."""
    yearly = Yearly.together([each.yearly(drawn) for each in simulated])
    return npv_usd(yearly.cash, drawn("discount_rate"))


def in_chain_order(decisions: Sequence[LeverDecision]) -> list[LeverDecision]:
    """Return the carried-out levers in the order in which they meet a batch."""
    carried = [each for each in decisions if each.is_carried_out]
    return sorted(carried, key=lambda each: kind_of(each.lever).chain_place(each.gate or 0))


def simulate(
    drawn: Draws, counts: FailureCounts, decisions: Sequence[LeverDecision]
) -> list[LeverDraws]:
    """Simulate the carried-out levers of one scenario.

    Levers on the same outcome act in chain order, each on the failures the one before left, so
    the sum over levers is the joint effect. A declared lever that acts on several outcomes is
    implemented and run once: these costs are split equally over them.

    Args:
        drawn: Draws of the scenario.
        counts: Failures and verdicts.
        decisions: ``lever_decisions``.

    Returns:
        One entry per carried-out lever, in chain order.
    """
    carried = in_chain_order(decisions)
    probs = counts.outcome_probs({each.outcome for each in carried}, drawn)
    batches, total = counts.batches_per_year(drawn), counts.failure_prob(drawn)
    values = [_alone(each, drawn, batches, probs.get(each.outcome, total)) for each in carried]
    reached = _reached(carried, values, probs, drawn.size)
    credited: dict[int, LeverDraws] = {}
    for group in _groups(carried, probs):
        unresolved = [values[i].unresolved_share for i in group]
        shapley = shapley_credits([values[i].failure_usd * reached[i] for i in group], unresolved)
        for i, share, credit in zip(group, chain_shares(unresolved), shapley, strict=True):
            value = values[i].on_share(share * reached[i])
            cash = _cash(carried[i], value, drawn, carried)
            credited[i] = LeverDraws(carried[i], value, credit + value.direct_usd, cash)
    return [credited[i] for i in range(len(carried))]


def _alone(
    decision: LeverDecision, drawn: Draws, batches: FloatArray, prob: FloatArray
) -> LeverValue[FloatArray]:
    measured = decision.measured.roles(drawn) if decision.measured is not None else {}
    gate = decision.gate if decision.gate is not None else decision.lever.planning_gate
    exposure = LeverExposure(batches, prob, measured)
    return lever_value(drawn.assumptions, decision.lever, gate, drawn, exposure)


def _reached(
    carried: Sequence[LeverDecision],
    values: Sequence[LeverValue[FloatArray]],
    by_outcome: Collection[str],
    size: int,
) -> list[FloatArray]:
    """Return, per lever, the share of failures that levers on failures of every kind left it.

    Where the others act by mode, such a lever comes first, and every mode loses its share.
    """
    left, reached = np.ones(size), []
    for decision, value in zip(carried, values, strict=True):
        reached.append(left)
        if kind_of(decision.lever).acts_on_failures and decision.outcome not in by_outcome:
            left = left * value.unresolved_share
    return reached


def _groups(carried: Sequence[LeverDecision], by_outcome: Collection[str]) -> list[list[int]]:
    """Return the levers that meet the same failures, in chain order.

    A lever on failures of every kind stands in a group of its own where the others act by mode.
    """
    groups: dict[str, list[int]] = {}
    for i, decision in enumerate(carried):
        acts_on_failures = kind_of(decision.lever).acts_on_failures
        is_shared = acts_on_failures and decision.outcome in by_outcome
        key = decision.outcome if is_shared else f"{i} alone"
        groups.setdefault(key, []).append(i)
    return list(groups.values())


def _cash(
    decision: LeverDecision,
    value: LeverValue[FloatArray],
    drawn: Draws,
    carried: Sequence[LeverDecision],
) -> LeverCash[FloatArray]:
    uses = decision.lever.uses
    sharing = sum(other.lever.name == decision.lever.name for other in carried)
    own = drawn(uses["change_control_cost"]) + drawn(uses["validation_cost"])
    return LeverCash(
        one_off_usd=drawn(uses["implementation_cost"]) / sharing + own,
        savings_usd=value.gross_usd,
        running_usd=drawn(uses["run_cost"]) / sharing + value.false_alarm_usd,
        start_years=drawn(uses["implementation_time"]) / MONTHS_PER_YEAR,
        ramp_years=drawn(uses["ramp_time"]) / MONTHS_PER_YEAR,
    )
