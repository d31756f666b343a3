"""The identities of prevention: failures prevented, what they cost, what a gate is worth.

Bare formulas live here, one function each, over exact fractions, floats or arrays of draws alike;
which numbers go in is decided elsewhere.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from operator import mul
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Quantity = TypeVar("Quantity", Fraction, float, npt.NDArray[np.float64])


def at_most_one(share: Quantity) -> Quantity:
    """Return a share, or 1 where it is larger.

    Args:
        share: Any quantity; one up to 1 is returned as it is, to the last digit.
    """
    excess = share - 1
    return share - (excess + abs(excess)) / 2


def prevented_failures_per_year(
    batches_per_year: Quantity,
    failure_prob: Quantity,
    addressable_share: Quantity,
    sensitivity: Quantity,
    rescuable_share: Quantity,
    effectiveness: Quantity,
) -> Quantity:
    """Return the failures prevented in a year.

    Source: the prevented-failures identity; behind "from 3% to 1%" the last four factors multiply
    to 2/3.

    Args:
        batches_per_year: Batches started in a year, zero or more.
        failure_prob: Probability that a batch fails, 0 to 1.
        addressable_share: Share of failures the lever can act on, 0 to 1.
        sensitivity: Share of those flagged at the gate, 0 to 1.
        rescuable_share: Share of flagged failures that can still be rescued, 0 to 1.
        effectiveness: Share of rescues that succeed, 0 to 1.

    Returns:
        Failures per year, from zero to ``batches_per_year * failure_prob``.
    """
    return (
        batches_per_year
        * failure_prob
        * addressable_share
        * sensitivity
        * rescuable_share
        * effectiveness
    )


def gross_usd_per_year(
    *,
    batches_per_year: Quantity,
    failure_prob: Quantity,
    addressable_share: Quantity,
    sensitivity: Quantity,
    rescuable_share: Quantity,
    effectiveness: Quantity,
    failure_cost_usd: Quantity,
    rescue_cost_usd: Quantity,
    stoppable_share: Quantity,
    full_cost_usd: Quantity,
    sunk_cost_usd: Quantity,
    slot_value_usd: Quantity,
) -> Quantity:
    """Return what acting on one failure mode at one gate is worth in a year, before any cost.

    Gross(g) = N p addressable Se(g) { r(g) (e C_fail - C_rescue)
    + (1 - r(g)) s(g) (C_full - C_sunk(g) + C_slot) }: a rescue saves the failure, a stop only what
    is not yet spent and, while demand is limited by capacity, the slot. At release nothing can be
    rescued or stopped, so gross is zero there. Over several modes the values add up, as long as no
    failed batch is counted in two modes.

    Args:
        batches_per_year: N, zero or more.
        failure_prob: p, probability that a batch fails in this mode, 0 to 1.
        addressable_share: Share of these failures the floor can act on, 0 to 1.
        sensitivity: Se(g), share of failures flagged at the gate, 0 to 1.
        rescuable_share: r(g), share still rescuable, 0 to 1.
        effectiveness: e, share of rescues that succeed, 0 to 1.
        failure_cost_usd: C_fail, USD per failed batch.
        rescue_cost_usd: C_rescue, USD per batch on which a rescue is tried.
        stoppable_share: s(g), share of the others that may be stopped, 0 to 1.
        full_cost_usd: C_full, USD spent on a batch by release.
        sunk_cost_usd: C_sunk(g), USD already spent at the gate, at most C_full.
        slot_value_usd: C_slot, USD per freed slot; zero unless demand is limited by capacity.

    Returns:
        USD per year; below zero where a rescue costs more than it saves.
    """
    rescued = rescuable_share * (effectiveness * failure_cost_usd - rescue_cost_usd)
    saved_by_stop = full_cost_usd - sunk_cost_usd + slot_value_usd
    stopped = (1 - rescuable_share) * stoppable_share * saved_by_stop
    flagged = batches_per_year * failure_prob * addressable_share * sensitivity
    return flagged * (rescued + stopped)


def false_alarm_usd_per_year(
    *,
    batches_per_year: Quantity,
    failure_prob: Quantity,
    false_alarm_rate: Quantity,
    investigation_cost_usd: Quantity,
    stop_prob: Quantity,
    good_batch_loss_usd: Quantity,
) -> Quantity:
    """Return what false alarms cost in a year.

    N (1 - p) FPR(g) (C_investigate + P(stop | false alarm) C_batch).

    Args:
        batches_per_year: N, zero or more.
        failure_prob: p, probability that a batch fails, 0 to 1.
        false_alarm_rate: FPR(g), share of good batches flagged, 0 to 1.
        investigation_cost_usd: USD per false alarm looked into.
        stop_prob: Probability that a good batch is stopped after a false alarm, 0 to 1.
        good_batch_loss_usd: USD lost when a good batch is stopped.

    Returns:
        USD per year, zero or more.
    """
    false_alarms = batches_per_year * (1 - failure_prob) * false_alarm_rate
    return false_alarms * (investigation_cost_usd + stop_prob * good_batch_loss_usd)


def unresolved_share(
    addressable_share: Quantity,
    sensitivity: Quantity,
    rescuable_share: Quantity,
    effectiveness: Quantity,
    stoppable_share: Quantity,
) -> Quantity:
    """Return the share of failures a lever leaves for the next one: neither rescued nor stopped.

    Levers are taken in chain order, each on what the levers before it left, so that no failure is
    saved twice and the sum over levers is the joint effect.

    Args:
        addressable_share: Share of failures the lever can act on, 0 to 1.
        sensitivity: Share of those flagged, 0 to 1.
        rescuable_share: Share of flagged failures still rescuable, 0 to 1.
        effectiveness: Share of rescues that succeed, 0 to 1.
        stoppable_share: Share of flagged, not rescuable failures that are stopped, 0 to 1.

    Returns:
        Share, 0 to 1.
    """
    settled = rescuable_share * effectiveness + (1 - rescuable_share) * stoppable_share
    return 1 - addressable_share * sensitivity * settled


def chain_shares(unresolved: Sequence[Quantity]) -> list[Quantity]:
    """Return, per lever in chain order, the share of failures that the levers before it left.

    Args:
        unresolved: Per lever, at least one, the share of failures it leaves, 0 to 1.
    """
    everything = 1 + (unresolved[0] - unresolved[0])
    return list(accumulate(unresolved[:-1], mul, initial=everything))
