"""The declared levers, each with the gate it acts at and whether it may claim anything.

Deciding what is claimed lives here: a lever is carried out only where the evidence of its kind
supports it; else it stands in the table as refused, with the reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from assets.savings.arithmetic.corners import Exact, corner
from assets.savings.arithmetic.lever_value import one_off_cost_usd
from assets.savings.levers.alert_gate import alert_choice
from assets.savings.levers.evidence import Measured, inspection_refusal
from assets.savings.levers.inputs import LeverInputs
from assets.savings.records.baseline import ANY_FAILURE
from assets.savings.records.copq_ledger import cents
from assets.savings.windows.effect import WindowEffect
from data_contracts.assumptions import Assumptions, Lever

ALL_LEVERS = "all"
REFUSED = "refused"
SCHEMA = {
    "lever": pl.String(),
    "title": pl.String(),
    "kind": pl.String(),
    "tier": pl.Int64(),
    "stages": pl.String(),
    "gate": pl.Int64(),
    "outcome": pl.String(),
    "changes": pl.String(),
    "evidence_owed": pl.String(),
    "basis": pl.String(),
    "is_in_programme": pl.Boolean(),
    "reason": pl.String(),
    "addressable_share_low": pl.Float64(),
    "addressable_share_base": pl.Float64(),
    "addressable_share_high": pl.Float64(),
    "effectiveness_low": pl.Float64(),
    "effectiveness_base": pl.Float64(),
    "effectiveness_high": pl.Float64(),
    "implementation_cost_usd": pl.Decimal(18, 2),
    "run_cost_usd_per_year": pl.Decimal(18, 2),
}


@dataclass(frozen=True)
class LeverClaim:
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
        """Whether the lever may claim savings."""
        return self.basis != REFUSED

    def refused(self, reason: str) -> "LeverClaim":
        """Return the same lever refused."""
        return replace(self, basis=REFUSED, reason=reason, measured=None)


def lever_claims(assumptions: Assumptions, inputs: LeverInputs) -> list[LeverClaim]:
    """Decide for every declared lever and outcome whether it is carried out, and at which gate.

    No failed batch is counted twice: levers act either on the priced outcomes (any-failure, or
    outcomes to which each failed batch was assigned once) or, where any-failure itself supports no
    claim of any lever, on its modes. Levers that prevent no failure are claimed once.

    Args:
        assumptions: The set with the levers.
        inputs: What the records say.

    Returns:
        One claim per declared lever and outcome, in the order of the declaration.
    """
    judged = [
        (lever, [_claim(assumptions, lever, name, inputs) for name in inputs.priced])
        for lever in assumptions.levers
        if lever.kind in _BY_OUTCOME
    ]
    is_priced = any(claim.is_carried_out for _, claims in judged for claim in claims)
    by_lever: dict[str, list[LeverClaim]] = {}
    for lever, on_priced in judged:
        on_modes = [_claim(assumptions, lever, name, inputs) for name in inputs.modes]
        if is_priced:
            on_modes = [_already_counted(claim) for claim in on_modes]
        by_lever[lever.name] = on_priced + on_modes
    for lever in assumptions.levers:
        if lever.kind not in _BY_OUTCOME and inputs.priced:
            by_lever[lever.name] = [_claim(assumptions, lever, inputs.priced[0], inputs)]
    return [claim for lever in assumptions.levers for claim in by_lever.get(lever.name, [])]


_BY_OUTCOME = frozenset({"alert", "window", "lots"})


def _claim(assumptions: Assumptions, lever: Lever, outcome: str, inputs: LeverInputs) -> LeverClaim:
    blank = LeverClaim(f"{lever.name}.{outcome}", lever, outcome, None, REFUSED, "")
    if lever.kind == "alert":
        claim = _alert(blank, assumptions, inputs)
    elif lever.kind in ("window", "lots"):
        claim = _window(blank, inputs)
    elif lever.kind == "maintenance":
        claim = _measured(replace(blank, gate=lever.planning_gate), inputs.maintenance)
    elif lever.kind == "inspection":
        claim = _inspection(replace(blank, gate=lever.planning_gate), assumptions)
    else:
        claim = _release(blank, inputs)
    if claim.is_carried_out and outcome in inputs.proxies:
        reason = f"{claim.reason} '{outcome}' is a proxy: no batch was lost."
        return replace(claim, basis="arithmetic", reason=reason)
    return claim


def _measured(blank: LeverClaim, found: Measured | str) -> LeverClaim:
    if isinstance(found, str):
        return blank.refused(found)
    return replace(blank, basis="evidence", reason=found.sentence, measured=found)


def _alert(blank: LeverClaim, assumptions: Assumptions, inputs: LeverInputs) -> LeverClaim:
    lever, outcome = blank.lever, blank.outcome
    choice = alert_choice(assumptions, lever, outcome, inputs)
    if choice is None:
        return blank.refused(f"No verdict was reached for '{outcome}'.")
    found = inputs.evidence.at(outcome, choice.gate)
    at_gate = replace(blank, gate=choice.gate)
    if choice.refusal is not None:
        return at_gate.refused(choice.refusal)
    alarms = choice.alarms or found.alarms
    if found.refusal is not None or alarms is None:
        return at_gate.refused(str(found.refusal))
    reason = " ".join([alarms.sentence, choice.sentence]).strip()
    return replace(at_gate, basis="evidence", reason=reason, measured=alarms)


def _window(blank: LeverClaim, inputs: LeverInputs) -> LeverClaim:
    gate = inputs.evidence.primary_gate(blank.outcome)
    if gate is None:
        return blank.refused(f"No verdict was reached for '{blank.outcome}'.")
    found = inputs.windows.get((blank.lever.name, blank.outcome))
    if not isinstance(found, WindowEffect):
        return replace(blank, gate=gate).refused(found or inputs.no_driver(blank.outcome, gate))
    at_gate = replace(blank, gate=inputs.gates[found.feature])
    if found.refusal is not None:
        return at_gate.refused(f"{found.sentence} {found.refusal}")
    return _measured(at_gate, found)


def _inspection(blank: LeverClaim, assumptions: Assumptions) -> LeverClaim:
    refusal = inspection_refusal(assumptions, blank.lever)
    if refusal is not None:
        return blank.refused(refusal)
    reason = "The seeded-defect panel shows detection; what it saves is assumed, not measured."
    return replace(blank, basis="arithmetic", reason=reason)


def _release(blank: LeverClaim, inputs: LeverInputs) -> LeverClaim:
    gate = inputs.evidence.primary_gate(blank.outcome)
    if gate is None:
        return blank.refused(f"No verdict was reached for '{blank.outcome}'.")
    found = inputs.evidence.at(blank.outcome, gate)
    at_release = replace(blank, gate=blank.lever.planning_gate)
    if found.refusal is not None:
        return at_release.refused(found.refusal)
    return _measured(at_release, inputs.release)


def _already_counted(claim: LeverClaim) -> LeverClaim:
    return claim.refused(f"Counted in '{ANY_FAILURE}' already; no failed batch is saved twice.")


def levers(
    assumptions: Assumptions, claims: Sequence[LeverClaim], left_out: Mapping[str, float]
) -> pl.DataFrame:
    """Return the levers as a table.

    Args:
        assumptions: The set with the levers.
        claims: ``lever_claims``.
        left_out: Supported levers outside the programme, with their median net present value, USD.

    Returns:
        ``economics.levers``: one row per declared lever and outcome; costs at base, USD.
    """
    base = corner(assumptions, "base")
    return pl.DataFrame(
        [_row(assumptions, claim, base, left_out.get(claim.name)) for claim in claims],
        schema=SCHEMA,
        orient="row",
    )


def _row(
    assumptions: Assumptions, claim: LeverClaim, base: Exact, left_out_npv_usd: float | None
) -> tuple[object, ...]:
    lever, uses = claim.lever, claim.lever.uses
    factors: list[float | None] = []
    for role in ("addressable_share", "effectiveness"):
        factor = assumptions[uses[role]] if role in uses else None
        ends = (factor.low, factor.base, factor.high) if factor else (None, None, None)
        factors += [None if end is None else float(end) for end in ends]
    run_cost = base(uses["run_cost"])
    return (
        claim.name,
        lever.title,
        lever.kind,
        lever.tier,
        ", ".join(str(stage) for stage in lever.stages),
        claim.gate,
        claim.outcome,
        lever.changes,
        lever.evidence,
        claim.basis,
        claim.is_carried_out and left_out_npv_usd is None,
        _reason(claim, left_out_npv_usd),
        *factors,
        cents(one_off_cost_usd(lever, base, run_cost)),
        cents(run_cost),
    )


def _reason(claim: LeverClaim, left_out_npv_usd: float | None) -> str:
    if left_out_npv_usd is None:
        return claim.reason
    thousands = round(left_out_npv_usd / 1000)
    return (
        f"{claim.reason} It is left out of the programme: beside the other levers its median net "
        f"present value is {thousands:,d} thousand USD."
    )
