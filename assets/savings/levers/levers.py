"""The levers as a table: what each changes, what it owes, what was decided, what it costs."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import polars as pl

from assets.savings.arithmetic.corners import corner
from assets.savings.arithmetic.lever_cost import one_off_cost_usd
from assets.savings.levers.evidence_gate import OwedEvidence
from assets.savings.levers.lever_decisions import LeverDecision
from assets.savings.records.copq_ledger import cents
from data_contracts.assumptions import Assumptions, Lever
from data_contracts.tables import table


def levers(
    assumptions: Assumptions,
    decisions: Sequence[LeverDecision],
    left_out: Mapping[str, float],
    owed: Mapping[str, OwedEvidence] = MappingProxyType({}),
) -> pl.DataFrame:
    """Return the levers as a table.

    Args:
        assumptions: The set with the levers.
        decisions: ``lever_decisions``.
        left_out: Supported levers outside the programme, with their median net present value, USD.
        owed: Supported levers that lack the evidence of their tier.

    Returns:
        ``economics.levers``: one row per declared lever and outcome; costs at base, USD.
    """
    rows = [
        {
            "lever": each.name,
            "title": each.lever.title,
            "kind": each.lever.kind,
            "tier": each.lever.tier,
            "stages": ", ".join(str(stage) for stage in each.lever.stages),
            "gate": each.gate,
            "outcome": each.outcome,
            "changes": each.lever.changes,
            "evidence_owed": each.lever.evidence,
            "basis": each.basis,
            "is_in_programme": each.is_carried_out and each.name not in {*left_out, *owed},
            "reason": _reason(each, left_out.get(each.name), owed.get(each.name)),
            **_owed(owed.get(each.name)),
            **_refused(each),
            **_assumed(assumptions, each.lever),
        }
        for each in decisions
    ]
    return table("economics.levers", rows)


def _refused(decision: LeverDecision) -> dict[str, Any]:
    """Return why a lever is refused, in codes, by column; nothing of one that is carried out."""
    refusal = decision.refusal
    if refusal is None:
        return {}
    return {
        "refusal_code": refusal.code,
        "judged_verdict": refusal.verdict,
        "judged_gate": refusal.verdict_gate,
    }


def _assumed(assumptions: Assumptions, lever: Lever) -> dict[str, Any]:
    """Return the factors and costs of a lever that are assumed, by column."""
    base = corner(assumptions, "base")
    factors = {
        f"{role}_{end}": float(getattr(assumptions[lever.uses[role]], end))
        for role in ("addressable_share", "effectiveness")
        if role in lever.uses
        for end in ("low", "base", "high")
    }
    run_cost = base(lever.uses["run_cost"])
    return factors | {
        "implementation_cost_usd": cents(one_off_cost_usd(lever, base, run_cost)),
        "run_cost_usd_per_year": cents(run_cost),
    }


def _owed(owed: OwedEvidence | None) -> dict[str, Any]:
    """Return what a lever beside the programme owes and would add, by column."""
    if owed is None:
        return {}
    ends = dict(zip(("p10", "p50", "p90"), owed.worth_usd, strict=True))
    worth = {
        f"owed_worth_{end}_usd_per_year": cents(Fraction(usd or 0.0)) for end, usd in ends.items()
    }
    return {"owed_because": owed.reason, **worth}


def _reason(
    decision: LeverDecision, left_out_npv_usd: float | None, owed: OwedEvidence | None
) -> str:
    if owed is not None:
        worth = round((owed.worth_usd[1] or 0.0) / 1000)
        return (
            f"{decision.reason} Worth {worth:,d} thousand USD a year beside the programme, and not "
            f"in it. {owed.reason}"
        )
    if left_out_npv_usd is None:
        return decision.reason
    thousands = round(left_out_npv_usd / 1000)
    return (
        f"{decision.reason} It is left out of the programme: beside the other levers its median "
        f"net present value is {thousands:,d} thousand USD."
    )
