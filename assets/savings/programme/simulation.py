"""One scenario simulated: what the carried-out levers prevent, save and cost, draw by draw.

The step from counts, claims and draws to arrays of failures and dollars lives here; summaries are
in ``scenarios``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assets.savings.arithmetic.cash_flow import MONTHS_PER_YEAR, Programme
from assets.savings.arithmetic.lever_value import PREVENTING, Exposure, LeverValue, lever_value
from assets.savings.arithmetic.portfolio import chain_shares, shapley_credits
from assets.savings.levers.claimed_levers import LeverClaim
from assets.savings.records.alarm_evidence import Evidence
from assets.savings.records.baseline import Baseline
from assets.savings.uncertainty.draws import Draws
from assets.statistics.array_types import FloatArray

OTHER = "other"  # failed batches of no outcome by mode


@dataclass(frozen=True)
class LeverDraws:
    """One carried-out lever in one scenario, arrays of draws.

    Attributes:
        claim: The lever.
        value: What it is credited with in chain order.
        shapley_usd: Its Shapley credit of the savings.
        programme: Its cash.
    """

    claim: LeverClaim
    value: LeverValue[FloatArray]
    shapley_usd: FloatArray
    programme: Programme


def batches_per_year(found: Baseline, drawn: Draws) -> FloatArray:
    """Return batches a year: observed where the records carry dates, else as assumed."""
    if found.batches_per_year is None:
        return drawn("batches_per_year")
    return np.full(drawn.size, found.batches_per_year)


def failure_prob(found: Baseline, evidence: Evidence, drawn: Draws) -> FloatArray:
    """Return posterior draws of the probability that a batch fails, 0 to 1.

    Counts are deflated by the largest design effect of the priced outcomes.
    """
    names = sorted(found.failures_by_outcome)
    deflation = max((evidence.design_effect(name) for name in names), default=1.0)
    return drawn.rate(f"failure.{'+'.join(names)}", found.failures, found.batches, deflation)


def outcome_probs(
    found: Baseline, evidence: Evidence, claims: Sequence[LeverClaim], drawn: Draws
) -> dict[str, FloatArray]:
    """Return draws of the probability of failing each outcome that levers act on.

    Each failed batch belongs to one outcome, so the probabilities never sum to more than that of
    failing at all.
    """
    total = failure_prob(found, evidence, drawn)
    acted_on = {claim.outcome for claim in claims if claim.is_carried_out}
    is_priced = acted_on <= set(found.failures_by_outcome)
    counts = dict(found.failures_by_outcome if is_priced else found.failures_by_mode)
    if not is_priced:
        counts[OTHER] = found.failures - sum(counts.values())
    if len(counts) == 1:
        return dict.fromkeys(counts, total)
    deflation = max((evidence.design_effect(name) for name in acted_on), default=1.0)
    split = drawn.shares("failure_split", counts, deflation)
    return {name: total * share for name, share in split.items()}


def in_chain_order(claims: Sequence[LeverClaim]) -> list[LeverClaim]:
    """Return the carried-out levers in the order in which they meet a batch.

    Maintenance comes before any batch is made; then gate by gate, and at one gate what prevents a
    failure acts before what detects it.
    """
    carried = [claim for claim in claims if claim.is_carried_out]
    return sorted(
        carried,
        key=lambda claim: (
            claim.lever.kind != "maintenance",
            claim.gate or 0,
            claim.lever.kind == "alert",
        ),
    )


def simulate(
    drawn: Draws, evidence: Evidence, found: Baseline, claims: Sequence[LeverClaim]
) -> list[LeverDraws]:
    """Simulate the carried-out levers of one scenario.

    Levers on the same outcome act in chain order, each on the failures the one before left, so
    the sum over levers is the joint effect. A declared lever that acts on several outcomes is
    implemented and run once: these costs are split equally over them.

    Args:
        drawn: Draws of the scenario.
        evidence: Verdicts and alarm counts.
        found: The counted baseline.
        claims: ``levers.lever_claims``.
    """
    carried = in_chain_order(claims)
    probs = outcome_probs(found, evidence, claims, drawn)
    batches = batches_per_year(found, drawn)
    total = failure_prob(found, evidence, drawn)
    values: list[LeverValue[FloatArray]] = []
    left, reached = np.ones(drawn.size), []
    for claim in carried:
        values.append(_alone(claim, drawn, batches, probs.get(claim.outcome, total)))
        reached.append(left)
        if claim.lever.kind in PREVENTING and claim.outcome not in probs:
            # It acts on failures of every kind where the others act by mode: it comes first, and
            # every mode loses its share.
            left = left * values[-1].unresolved_share
    credited: dict[int, LeverDraws] = {}
    for group in _groups(carried, probs):
        unresolved = [values[i].unresolved_share for i in group]
        shares = [
            share * reached[i] for i, share in zip(group, chain_shares(unresolved), strict=True)
        ]
        alone = [values[i].failure_usd * reached[i] for i in group]
        shapley = shapley_credits(alone, unresolved)
        for i, share, credit in zip(group, shares, shapley, strict=True):
            value = _scaled(values[i], share)
            programme = _programme(carried[i], value, drawn, carried)
            credited[i] = LeverDraws(carried[i], value, credit + value.direct_usd, programme)
    return [credited[i] for i in range(len(carried))]


def _groups(carried: Sequence[LeverClaim], probs: dict[str, FloatArray]) -> list[list[int]]:
    """Return the levers that meet the same failures, in chain order.

    A lever on failures of every kind stands in a group of its own where the others act by mode.
    """
    groups: dict[str, list[int]] = {}
    for i, claim in enumerate(carried):
        is_shared = claim.lever.kind in PREVENTING and claim.outcome in probs
        key = claim.outcome if is_shared else f"{i} alone"
        groups.setdefault(key, []).append(i)
    return list(groups.values())


def _alone(
    claim: LeverClaim, drawn: Draws, batches: FloatArray, prob: FloatArray
) -> LeverValue[FloatArray]:
    measured = dict(claim.measured.roles(drawn)) if claim.measured is not None else {}
    gate = claim.gate if claim.gate is not None else claim.lever.planning_gate
    exposure = Exposure(batches, prob, measured)
    return lever_value(drawn.assumptions, claim.lever, gate, drawn, exposure)


def _scaled(value: LeverValue[FloatArray], share: FloatArray) -> LeverValue[FloatArray]:
    """Return what is left of a lever's worth when levers before it settled some failures."""
    return LeverValue(
        prevented_failures=value.prevented_failures * share,
        failure_usd=value.failure_usd * share,
        direct_usd=value.direct_usd,
        allocated_usd=value.allocated_usd * share,
        false_alarm_usd=value.false_alarm_usd,
        unresolved_share=value.unresolved_share,
    )


def _programme(
    claim: LeverClaim, value: LeverValue[FloatArray], drawn: Draws, carried: Sequence[LeverClaim]
) -> Programme:
    uses = claim.lever.uses
    sharing = sum(other.lever.name == claim.lever.name for other in carried)
    own = drawn(uses["change_control_cost"]) + drawn(uses["validation_cost"])
    return Programme(
        one_off_usd=drawn(uses["implementation_cost"]) / sharing + own,
        savings_usd=value.gross_usd,
        running_usd=drawn(uses["run_cost"]) / sharing + value.false_alarm_usd,
        start_years=drawn(uses["implementation_time"]) / MONTHS_PER_YEAR,
        ramp_years=drawn(uses["ramp_time"]) / MONTHS_PER_YEAR,
    )
