"""One scenario simulated: what the carried-out levers prevent, save and cost, draw by draw.

The step from counts, claims and draws to arrays of failures and dollars lives here; summaries are
in ``scenarios``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assets.savings.alarm_evidence import Evidence
from assets.savings.baseline import Baseline
from assets.savings.cash_flow import MONTHS_PER_YEAR, Programme
from assets.savings.draws import Draws, FloatArray
from assets.savings.lever_value import AlertValue, Exposure, alert_value
from assets.savings.levers import LeverClaim

OTHER = "other"  # failed batches of no outcome by mode


@dataclass(frozen=True)
class LeverDraws:
    """One carried-out lever in one scenario: what it prevents and its cash, arrays of draws."""

    claim: LeverClaim
    value: AlertValue[FloatArray]
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
    carried = [claim for claim in claims if claim.is_carried_out]
    probs = outcome_probs(found, evidence, claims, drawn)
    batches = batches_per_year(found, drawn)
    simulated: list[LeverDraws] = []
    for claim in carried:
        alarms, gate = claim.alarms, claim.gate
        if alarms is None or gate is None:
            continue
        exposure = Exposure(
            batches,
            probs[claim.outcome],
            alarms.sensitivity(drawn),
            alarms.false_alarm_rate(drawn),
        )
        value = alert_value(drawn.assumptions, claim.lever, gate, drawn, exposure)
        probs[claim.outcome] = probs[claim.outcome] * value.unresolved_share
        sharing = sum(other.lever.name == claim.lever.name for other in carried)
        simulated.append(LeverDraws(claim, value, _programme(claim, value, drawn, sharing)))
    return simulated


def _programme(
    claim: LeverClaim, value: AlertValue[FloatArray], drawn: Draws, sharing: int
) -> Programme:
    uses = claim.lever.uses
    own = drawn(uses["change_control_cost"]) + drawn(uses["validation_cost"])
    return Programme(
        one_off_usd=drawn(uses["implementation_cost"]) / sharing + own,
        savings_usd=value.gross_usd,
        running_usd=drawn(uses["run_cost"]) / sharing + value.false_alarm_usd,
        start_years=drawn(uses["implementation_time"]) / MONTHS_PER_YEAR,
        ramp_years=drawn(uses["ramp_time"]) / MONTHS_PER_YEAR,
    )
