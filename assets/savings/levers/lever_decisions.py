"""The declared levers, each with the gate it acts at and the decision whether it is carried out.

Deciding lives here: a lever is carried out only where the evidence of its kind supports it; else it
is refused, with the reason. What was decided is shown in ``levers``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assets.savings.arithmetic.lever_value import HOLDING
from assets.savings.levers.alert_gate import alert_choice
from assets.savings.levers.inputs import LeverInputs
from assets.savings.levers.inspection_panel import inspection_refusal
from assets.savings.levers.measured import Measured
from assets.savings.records.baseline import ANY_FAILURE
from assets.savings.windows.effect import WindowEffect
from data_contracts.assumptions import Assumptions, Lever

ALL_LEVERS = "all"
REFUSED = "refused"
_BY_OUTCOME = HOLDING | {"alert"}  # kinds judged for every outcome
_COUNTED = f"Counted in '{ANY_FAILURE}' already; no failed batch is saved twice."


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
    """

    name: str
    lever: Lever
    outcome: str
    gate: int | None
    basis: str
    reason: str
    measured: Measured | None = None

    @property
    def is_carried_out(self) -> bool:
        """Whether the lever may save anything."""
        return self.basis != REFUSED

    def refused(self, reason: str) -> "LeverDecision":
        """Return the same lever refused."""
        return replace(self, basis=REFUSED, reason=reason, measured=None)

    def resting_on(self, found: Measured | str, also: str = "") -> "LeverDecision":
        """Return the same lever carried out on what was measured, or refused where nothing was.

        Args:
            found: What was measured, or why nothing was.
            also: A sentence to add to the reason.
        """
        if isinstance(found, str):
            return self.refused(found)
        reason = f"{found.sentence} {also}".strip()
        return replace(self, basis="evidence", reason=reason, measured=found)


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

    by_outcome = [lever for lever in assumptions.levers if lever.kind in _BY_OUTCOME]
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
    blank = LeverDecision(f"{lever.name}.{outcome}", lever, outcome, None, REFUSED, "")
    decision = _BY_KIND[lever.kind](blank, assumptions, inputs)
    if decision.is_carried_out and outcome in inputs.proxies:
        reason = f"{decision.reason} '{outcome}' is a proxy: no batch was lost."
        return replace(decision, basis="arithmetic", reason=reason)
    return decision


def _without_verdict(blank: LeverDecision) -> LeverDecision:
    return blank.refused(f"No verdict was reached for '{blank.outcome}'.")


def _alert(blank: LeverDecision, assumptions: Assumptions, inputs: LeverInputs) -> LeverDecision:
    choice = alert_choice(assumptions, blank.lever, blank.outcome, inputs)
    if choice is None:
        return _without_verdict(blank)
    at_gate = replace(blank, gate=choice.gate)
    if choice.refusal is not None:
        return at_gate.refused(choice.refusal)
    found = inputs.evidence.at(blank.outcome, choice.gate)
    alarms = choice.alarms or found.alarms
    if found.refusal is not None or alarms is None:
        return at_gate.refused(str(found.refusal))
    return at_gate.resting_on(alarms, choice.sentence)


def _window(blank: LeverDecision, _: Assumptions, inputs: LeverInputs) -> LeverDecision:
    gate = inputs.evidence.primary_gate(blank.outcome)
    if gate is None:
        return _without_verdict(blank)
    found = inputs.windows.get((blank.lever.name, blank.outcome))
    if not isinstance(found, WindowEffect):
        return replace(blank, gate=gate).refused(found or inputs.no_driver(blank.outcome, gate))
    at_gate = replace(blank, gate=inputs.gates[found.feature])
    if found.refusal is not None:
        return at_gate.refused(f"{found.sentence} {found.refusal}")
    return at_gate.resting_on(found)


def _maintenance(blank: LeverDecision, _: Assumptions, inputs: LeverInputs) -> LeverDecision:
    return replace(blank, gate=blank.lever.planning_gate).resting_on(inputs.maintenance)


def _inspection(blank: LeverDecision, assumptions: Assumptions, _: LeverInputs) -> LeverDecision:
    at_gate = replace(blank, gate=blank.lever.planning_gate)
    refusal = inspection_refusal(assumptions, blank.lever)
    if refusal is not None:
        return at_gate.refused(refusal)
    reason = "The seeded-defect panel shows detection; what it saves is assumed, not measured."
    return replace(at_gate, basis="arithmetic", reason=reason)


def _release(blank: LeverDecision, _: Assumptions, inputs: LeverInputs) -> LeverDecision:
    gate = inputs.evidence.primary_gate(blank.outcome)
    if gate is None:
        return _without_verdict(blank)
    at_release = replace(blank, gate=blank.lever.planning_gate)
    found = inputs.evidence.at(blank.outcome, gate)
    return at_release.resting_on(found.refusal or inputs.release)


_BY_KIND: dict[str, Callable[[LeverDecision, Assumptions, LeverInputs], LeverDecision]] = {
    "alert": _alert,
    "window": _window,
    "lots": _window,
    "maintenance": _maintenance,
    "inspection": _inspection,
    "release": _release,
}
