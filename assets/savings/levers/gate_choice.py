"""At which gate an alert is worth most, chosen so that the choice does not flatter the figure.

The best of several noisy gates looks better than it is. So the gate is chosen by median net value
on everything known until now, but what is priced are counts the choice never saw: block by block,
the gate that was worth most on the blocks before it, with what it caught in the block itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from itertools import groupby

from assets.savings.arithmetic.corners import corner
from assets.savings.arithmetic.lever_kinds.lever_alone import LeverExposure
from assets.savings.arithmetic.lever_kinds.ruling import RefusedLever
from assets.savings.arithmetic.lever_value import lever_value
from assets.savings.records.alarm_evidence import AlarmCounts, AlarmEvidence
from data_contracts.assumptions import Assumptions, Lever
from data_contracts.codes.money import LeverRefusal


@dataclass(frozen=True)
class GateChoice:
    """A chosen gate, and the counts that may be priced there.

    Attributes:
        gate: The gate, 1 to 7.
        alarms: Counts on batches no part of the choice saw; None where nothing was chosen or
            blocks are unknown, and the pooled counts of the gate are the best there is.
        sentence: How the choice was made; empty where nothing was chosen.
        refusal: Why nothing may be priced at a chosen gate, or None if something may.
    """

    gate: int
    alarms: AlarmCounts | None = None
    sentence: str = ""
    refusal: RefusedLever | None = None


def forward_choice(
    assumptions: Assumptions,
    lever: Lever,
    evidence: AlarmEvidence,
    outcome: str,
    usable: Sequence[int],
    gate: int,
) -> GateChoice:
    """Follow the rule "the gate worth most so far" through the blocks of later batches.

    Args:
        assumptions: The set; its base values weigh the gates.
        lever: The alert.
        evidence: Alarm counts, block by block.
        outcome: The outcome foreseen.
        usable: Gates whose verdict supports an alert.
        gate: The gate chosen now, on all blocks.

    Returns:
        The choice. With one usable gate there is nothing to choose, and its pooled counts stand.
    """
    if len(usable) < 2:
        return GateChoice(gate)
    by_gate = {each: evidence.periods.get((outcome, each), {}) for each in usable}
    folds = sorted(set.intersection(*(set(blocks) for blocks in by_gate.values())))
    if len(folds) < 2:
        return GateChoice(gate, sentence=_UNCHECKED.format(gates=_listed(usable)))
    so_far = {each: blocks[folds[0]] for each, blocks in by_gate.items()}
    chosen: list[int] = []
    seen: list[AlarmCounts] = []
    for fold in folds[1:]:
        best = max(usable, key=lambda each: (net_usd(assumptions, lever, so_far[each]), -each))
        chosen.append(best)
        seen.append(by_gate[best][fold])
        so_far = {each: counts.plus(by_gate[each][fold]) for each, counts in so_far.items()}
    at_gate = by_gate[gate][folds[-1]]
    total = replace(reduce(AlarmCounts.plus, seen), gate=gate, least_prob=at_gate.least_prob)
    if total.failures == 0:
        unseen = _UNSEEN.format(gate=gate, gates=_listed(usable))
        return GateChoice(gate, refusal=RefusedLever(LeverRefusal.NO_LATER_FAILURE, unseen))
    return GateChoice(gate, total, _sentence(gate, usable, chosen))


def net_usd(assumptions: Assumptions, lever: Lever, counts: AlarmCounts) -> float:
    """Return what an alert with these counts nets per batch, all assumptions at base, USD.

    Args:
        assumptions: The set.
        lever: The alert.
        counts: Failures caught and good batches flagged, as counted; half an event is added each,
            as in the posterior.
    """
    failed, good = counts.failures, counts.good_batches
    exposure = LeverExposure(
        batches_per_year=Fraction(1),
        failure_prob=Fraction(2 * failed + 1, 2 * (failed + good) + 2),
        measured={
            "sensitivity": Fraction(2 * counts.detected + 1, 2 * failed + 2),
            "false_alarm_rate": Fraction(2 * counts.false_alarms + 1, 2 * good + 2),
        },
    )
    value = lever_value(assumptions, lever, counts.gate, corner(assumptions, "base"), exposure)
    return float(value.gross_usd - value.false_alarm_usd)


_UNCHECKED = (
    "The gate was chosen among {gates} on the very counts it is priced on, which flatters it."
)
_UNSEEN = (
    "Gate {gate} looks worth most among gates {gates}, but no batch failed in the blocks that "
    "choice had not seen, so the share of failures an alert would catch there is unknown."
)


def _listed(gates: Sequence[int]) -> str:
    return ", ".join(str(each) for each in gates)


def _sentence(gate: int, usable: Sequence[int], chosen: Sequence[int]) -> str:
    runs = [(each, len(list(group))) for each, group in groupby(chosen)]
    path = ", then ".join(
        f"gate {each} in {count} block{'s' if count > 1 else ''}" for each, count in runs
    )
    return (
        f"Gate {gate} has the highest median net value among gates {_listed(usable)} on the "
        "evidence until now. What is priced is what the same choice caught in blocks it had not "
        f"seen: {path}."
    )
