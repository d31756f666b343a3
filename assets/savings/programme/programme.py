"""Which supported levers make up the programme: those that are worth their cost beside the others.

A lever the evidence supports may still cost more than it saves. Starting from all supported levers,
the one with the lowest median net present value is left out, while that is below zero and another
remains; levers that save the same failures so compete. The choice rests on the evidence until now.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assets.savings.arithmetic.cash_flow import Yearly, npv_usd
from assets.savings.levers.claimed_levers import LeverClaim
from assets.savings.programme.simulation import LeverDraws, simulate
from assets.savings.records.alarm_evidence import Evidence
from assets.savings.records.baseline import Baseline
from assets.savings.uncertainty.draws import Draws

CHOICE_DRAWS = 10_000  # medians that decide need no more; all scenarios share the choice


@dataclass(frozen=True)
class LeftOut:
    """A supported lever outside the programme.

    Attributes:
        claim: The lever.
        npv_usd: Its median net present value beside the levers that were still in, USD.
    """

    claim: LeverClaim
    npv_usd: float


def programme(
    drawn: Draws, evidence: Evidence, found: Baseline, claims: Sequence[LeverClaim]
) -> tuple[list[LeverClaim], list[LeftOut]]:
    """Choose the programme.

    Args:
        drawn: Draws of the base scenario.
        evidence: Verdicts and alarm counts.
        found: The counted baseline.
        claims: ``levers.lever_claims``.

    Returns:
        The levers of the programme, at least one where any is supported, and those left out, the
        least worth first.
    """
    kept = [claim for claim in claims if claim.is_carried_out]
    left_out: list[LeftOut] = []
    while len(kept) > 1:
        simulated = simulate(drawn, evidence, found, kept)
        worth = {each.claim.name: _npv_usd(each, drawn) for each in simulated}
        least = min(worth, key=lambda name: (worth[name], name))
        if worth[least] > 0:
            break
        claim = next(each for each in kept if each.name == least)
        left_out.append(LeftOut(claim, worth[least]))
        kept.remove(claim)
    return kept, left_out


def _npv_usd(each: LeverDraws, drawn: Draws) -> float:
    horizon = int(drawn.assumptions["horizon_years"].base)
    cash = Yearly.of(each.programme, horizon).cash
    return float(np.median(npv_usd(cash, drawn("discount_rate"))))
