"""The declared levers, each with the gate it acts at and whether it may claim anything.

Deciding what is claimed lives here: an alert on an outcome is carried out only where the verdict
at its gate is ``process_signal``; else it stands in the table as refused, with the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from assets.savings.alarm_evidence import AlarmCounts, Evidence
from assets.savings.baseline import ANY_FAILURE
from assets.savings.copq_ledger import cents
from assets.savings.corners import Exact, corner
from assets.savings.gate_choice import GateChoice, forward_choice
from assets.savings.lever_value import one_off_cost_usd
from data_contracts.assumption_model import STAGES
from data_contracts.assumptions import Assumptions, Lever

ALL_LEVERS = "all"
SCHEMA = {
    "lever": pl.String(),
    "title": pl.String(),
    "tier": pl.Int64(),
    "gate": pl.Int64(),
    "outcome": pl.String(),
    "basis": pl.String(),
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
        outcome: The outcome it acts on.
        gate: Gate it acts at; for a refused lever the gate that was judged, None without verdict.
        basis: ``evidence`` (process signal and later batches), ``arithmetic`` (the same on a proxy:
            no batch was lost) or ``refused``.
        reason: Why, in a sentence.
        alarms: Alarm counts at the gate; None when refused.
    """

    name: str
    lever: Lever
    outcome: str
    gate: int | None
    basis: str
    reason: str
    alarms: AlarmCounts | None

    @property
    def is_carried_out(self) -> bool:
        """Whether the lever may claim savings."""
        return self.alarms is not None


def lever_claims(
    assumptions: Assumptions,
    evidence: Evidence,
    priced: Sequence[str],
    modes: Sequence[str],
    proxies: set[str],
    value_by_gate: pl.DataFrame,
) -> list[LeverClaim]:
    """Decide for every declared alert and outcome whether it is carried out, and at which gate.

    No failed batch is counted twice: alerts act either on the priced outcomes (any-failure, or
    outcomes to which each failed batch was assigned once) or, where any-failure itself supports no
    claim, on its modes.

    Args:
        assumptions: The set with the levers.
        evidence: Verdicts and alarm counts.
        priced: Outcomes whose failures are priced.
        modes: Outcomes by mode, parts of a priced any-failure; empty where there is none.
        proxies: Outcomes that are proxies.
        value_by_gate: ``economics.value_by_gate``, for levers whose gate is ``best_value``.

    Returns:
        One claim per declared alert and outcome, in the order of the declaration.
    """
    claims: list[LeverClaim] = []
    for lever in assumptions.levers:
        if lever.kind != "alert":
            continue
        on_priced = [
            _claim(lever, name, evidence, proxies, value_by_gate, assumptions) for name in priced
        ]
        on_modes = [
            _claim(lever, name, evidence, proxies, value_by_gate, assumptions) for name in modes
        ]
        if any(claim.is_carried_out for claim in on_priced):
            on_modes = [_already_counted(claim) for claim in on_modes]
        claims += on_priced + on_modes
    return claims


def levers(assumptions: Assumptions, claims: Sequence[LeverClaim]) -> pl.DataFrame:
    """Return the levers as a table.

    Args:
        assumptions: The set with the levers.
        claims: ``lever_claims``.

    Returns:
        ``economics.levers``: one row per declared lever and outcome; costs at base, USD.
    """
    base = corner(assumptions, "base")
    return pl.DataFrame(
        [_row(assumptions, claim, base) for claim in claims], schema=SCHEMA, orient="row"
    )


def _claim(
    lever: Lever,
    outcome: str,
    evidence: Evidence,
    proxies: set[str],
    value_by_gate: pl.DataFrame,
    assumptions: Assumptions,
) -> LeverClaim:
    choice = _gate(lever, outcome, evidence, value_by_gate, assumptions)
    name = f"{lever.name}.{outcome}"
    if choice is None:
        reason = f"No verdict was reached for '{outcome}'."
        return LeverClaim(name, lever, outcome, None, "refused", reason, None)
    gate = choice.gate
    found = evidence.at(outcome, gate)
    if found.refusal is not None or found.alarms is None:
        return LeverClaim(name, lever, outcome, gate, "refused", str(found.refusal), None)
    alarms = choice.alarms or found.alarms
    reason = " ".join([_evidence_sentence(gate, alarms), choice.sentence]).strip()
    if outcome in proxies:
        reason = f"{reason} '{outcome}' is a proxy: no batch was lost."
        return LeverClaim(name, lever, outcome, gate, "arithmetic", reason, alarms)
    return LeverClaim(name, lever, outcome, gate, "evidence", reason, alarms)


def _evidence_sentence(gate: int, alarms: AlarmCounts) -> str:
    return (
        f"Process signal at gate {gate}; among later batches {alarms.detected} of "
        f"{alarms.failures} failures and {alarms.false_alarms} of {alarms.good_batches} good "
        "batches were flagged."
    )


def _gate(
    lever: Lever,
    outcome: str,
    evidence: Evidence,
    value_by_gate: pl.DataFrame,
    assumptions: Assumptions,
) -> GateChoice | None:
    """Choose the gate: as declared, the last before the result, or the one worth most."""
    if isinstance(lever.gate, int):
        return GateChoice(lever.gate)
    primary = evidence.primary_gate(outcome)
    usable = [gate for gate in STAGES if evidence.at(outcome, gate).refusal is None]
    worth = value_by_gate.filter(
        (pl.col("outcome") == outcome) & pl.col("gate").is_in(usable)
    ).sort("net_usd_p50", "gate", descending=[True, False])
    if lever.gate == "last_before_result" or not worth.height:
        return None if primary is None else GateChoice(primary)
    best = int(worth["gate"][0])
    return forward_choice(assumptions, lever, evidence, outcome, usable, best)


def _already_counted(claim: LeverClaim) -> LeverClaim:
    reason = f"Counted in '{ANY_FAILURE}' already; no failed batch is saved twice."
    return LeverClaim(claim.name, claim.lever, claim.outcome, claim.gate, "refused", reason, None)


def _row(assumptions: Assumptions, claim: LeverClaim, base: Exact) -> tuple[object, ...]:
    uses = claim.lever.uses
    factors = [assumptions[uses[role]] for role in ("addressable_share", "effectiveness")]
    costs = (
        one_off_cost_usd(claim.lever, base, base(uses["effectiveness"])),
        base(uses["run_cost"]),
    )
    return (
        claim.name,
        claim.lever.title,
        claim.lever.tier,
        claim.gate,
        claim.outcome,
        claim.basis,
        claim.reason,
        *(float(end) for factor in factors for end in (factor.low, factor.base, factor.high)),
        *(cents(cost) for cost in costs),
    )
