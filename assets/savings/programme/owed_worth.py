"""What levers without their tier's evidence would add to the programme, each by itself."""

from collections.abc import Mapping, Sequence

import numpy as np

from assets.savings.levers.evidence_gate import OwedEvidence
from assets.savings.levers.lever_decisions import LeverDecision
from assets.savings.programme.simulation import simulate
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import Draws, percentiles
from assets.statistics.array_types import FloatArray


def owed_evidence(
    drawn: Draws,
    counts: FailureCounts,
    kept: Sequence[LeverDecision],
    decisions: Sequence[LeverDecision],
    owed: Mapping[str, str],
) -> dict[str, OwedEvidence]:
    """Price the levers that stand beside the programme.

    What one would add is the programme with it less the programme without it, on the same draws:
    a failure the programme prevents already is not counted for it.

    Args:
        drawn: Draws of the base scenario.
        counts: Failures and verdicts.
        kept: The levers of the programme.
        decisions: ``lever_decisions``.
        owed: Levers that lack their evidence, to what is owed.

    Returns:
        By name of the lever. Two of them are priced apart, so what they add is no sum.
    """
    without = _net_usd(drawn, counts, kept)
    return {
        each.name: OwedEvidence(
            owed[each.name], percentiles(_net_usd(drawn, counts, [*kept, each]) - without)
        )
        for each in decisions
        if each.name in owed
    }


def _net_usd(drawn: Draws, counts: FailureCounts, levers: Sequence[LeverDecision]) -> FloatArray:
    simulated = simulate(drawn, counts, levers)
    nothing = np.zeros(drawn.size)
    return sum((each.cash.savings_usd - each.cash.running_usd for each in simulated), nothing)
