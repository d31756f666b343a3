"""Which supported levers make up the programme: those that are worth their cost beside the others.

A lever the evidence supports may still cost more than it saves. Starting from all supported levers,
the one with the lowest median net present value is left out, while that is below zero and another
remains; levers that save the same failures so compete. The choice rests on the evidence until now.
"""

from collections.abc import Sequence

import numpy as np

from assets.savings.levers.lever_decisions import LeverDecision
from assets.savings.programme.simulation import joint_npv_usd, simulate
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import Draws

CHOICE_DRAWS = 10_000  # medians that decide need no more; all scenarios share the choice


def programme(
    drawn: Draws, counts: FailureCounts, decisions: Sequence[LeverDecision]
) -> tuple[list[LeverDecision], dict[str, float]]:
    """Choose the programme.

    Args:
        drawn: Draws of the base scenario.
        counts: Failures and verdicts.
        decisions: ``lever_decisions``.

    Returns:
        The levers of the programme, at least one where any is supported; and those left out by
        name, the least worth first, each with its median net present value beside the levers that
        were still in, USD.
    """
    kept = [each for each in decisions if each.is_carried_out]
    left_out: dict[str, float] = {}
    while len(kept) > 1:
        worth = {
            each.decision.name: float(np.median(joint_npv_usd([each], drawn)))
            for each in simulate(drawn, counts, kept)
        }
        least = min(worth, key=lambda name: (worth[name], name))
        if worth[least] > 0:
            break
        left_out[least] = worth[least]
        kept = [each for each in kept if each.name != least]
    return kept, left_out
