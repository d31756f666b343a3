"""The declared levers, each with the gate it acts at and the decision whether it is carried out.

A lever is carried out only where the evidence of its kind supports it, which the kind decides; else
it is refused, with the reason. Here belongs which levers meet which outcomes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assets.savings.arithmetic.lever_kinds.kind import kind_of
from assets.savings.arithmetic.lever_kinds.ruling import RefusedLever
from assets.savings.levers.inputs import LeverInputs
from assets.savings.levers.measured import Measured
from assets.savings.records.baseline import ANY_FAILURE
from data_contracts.assumptions import Assumptions, Lever
from data_contracts.codes.money import LeverBasis, LeverRefusal

ALL_LEVERS = "all"
REFUSED = "refused"
_COUNTED = RefusedLever(
    LeverRefusal.COUNTED_ELSEWHERE,
    f"Counted in '{ANY_FAILURE}' already; no failed batch is saved twice.",
)


@dataclass(frozen=True)
class LeverDecision:
    """One declared lever on one outcome: carried out, or refused.

    Attributes:
        name: ``<lever>.<outcome>``, the key in the economics tables.
        lever: The declaration.
        outcome: The outcome it acts on, or whose verdict it needs.
        gate: Gate it acts at; for a refused lever the gate that was judged, None without verdict.
        basis: ``evidence`` (supported by the records), ``arithmetic`` (the same on a proxy: no
            batch was lost; or an effect that is assumed) or ``refused``.
        reason: Why, in a sentence.
        measured: What the records measure of it; None when refused or where nothing is measured.
        refusal: Of a refused lever, why, with its code; ``reason`` is its sentence.
        is_on_proxy: Whether it is carried out on a proxy, so that no batch was lost.
    """

    name: str
    lever: Lever
    outcome: str
    gate: int | None
    basis: str
    reason: str
    measured: Measured | None = None
    refusal: RefusedLever | None = None
    is_on_proxy: bool = False

    @property
    def is_carried_out(self) -> bool:
        """Whether the lever may save anything."""
        return self.basis != REFUSED

    def refused(self, refusal: RefusedLever) -> "LeverDecision":
        """Return the same lever refused."""
        return replace(
            self,
            basis=REFUSED,
            reason=refusal.sentence,
            measured=None,
            refusal=refusal,
            is_on_proxy=False,
        )


def lever_decisions(assumptions: Assumptions, inputs: LeverInputs) -> list[LeverDecision]:
    """Decide for every declared lever and outcome whether it is carried out, and at which gate.

    No failed batch is counted twice: levers act either on the priced outcomes (any-failure, or
    outcomes to which each failed batch was assigned once) or, where any-failure itself supports no
    lever, on its modes. Levers that prevent no failure are decided once.

    Args:
        assumptions: The set with the levers.
        inputs: What the records say.

    Returns:
        One decision per declared lever and outcome, in the order of the declaration.
    """

    def decided(lever: Lever, outcomes: Sequence[str]) -> list[LeverDecision]:
        return [_decision(assumptions, lever, outcome, inputs) for outcome in outcomes]

    by_outcome = [lever for lever in assumptions.levers if kind_of(lever).is_judged_by_outcome]
    on_priced = {lever.name: decided(lever, inputs.priced) for lever in by_outcome}
    is_priced = any(each.is_carried_out for own in on_priced.values() for each in own)
    decisions: list[LeverDecision] = []
    for lever in assumptions.levers:
        if lever in by_outcome:
            on_modes = decided(lever, inputs.modes)
            counted = [each.refused(_COUNTED) for each in on_modes]
            decisions += on_priced[lever.name] + (counted if is_priced else on_modes)
        else:
            decisions += decided(lever, inputs.priced[:1])
    return decisions


def _decision(
    assumptions: Assumptions, lever: Lever, outcome: str, inputs: LeverInputs
) -> LeverDecision:
    ruling = kind_of(lever).decision(assumptions, lever, outcome, inputs)
    decision = LeverDecision(
        f"{lever.name}.{outcome}",
        lever,
        outcome,
        ruling.gate,
        ruling.basis,
        ruling.reason,
        ruling.measured,
    )
    if ruling.refusal is not None:
        return decision.refused(ruling.refusal)
    if outcome in inputs.proxies:
        reason = f"{ruling.reason} '{outcome}' is a proxy: no batch was lost."
        return replace(decision, basis=LeverBasis.ARITHMETIC, reason=reason, is_on_proxy=True)
    return decision
