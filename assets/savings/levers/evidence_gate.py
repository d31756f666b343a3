"""The gate of tiers: what the records support enters a programme only with its tier's evidence.

A lever without it stands beside the programme with what it would add, and is counted in no total.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from assets.savings.levers.lever_decisions import LeverDecision
from data_contracts.codes.tier_evidence import EvidenceStanding

LEVER_STANDING = "evidence.lever_standing"
HAS_EVIDENCE = frozenset({EvidenceStanding.SHOWN, EvidenceStanding.NOT_OWED})
UNKNOWN = "Evidence owed: no protocol was frozen for it."


@dataclass(frozen=True)
class OwedEvidence:
    """A lever that the records support and that lacks its tier's evidence.

    Attributes:
        reason: What is owed, in a sentence.
        worth_usd: P10, median and P90 of what it would add to the programme a year, net, USD.
    """

    reason: str
    worth_usd: tuple[float | None, ...]


def evidence_owed(
    decisions: Sequence[LeverDecision], lever_standing: pl.DataFrame | None
) -> dict[str, str]:
    """Return the levers that are carried out on the records and lack their tier's evidence.

    Args:
        decisions: ``lever_decisions``.
        lever_standing: ``evidence.lever_standing``; None where no tiers are judged, as in a study
            of what a lever is worth.

    Returns:
        Name of the lever, to what is owed.
    """
    if lever_standing is None:
        return {}
    standing: Mapping[str, tuple[str, str]] = {
        lever: (code, reason)
        for lever, code, reason in lever_standing.select("lever", "standing", "reason").iter_rows()
    }
    owed = {}
    for each in decisions:
        code, reason = standing.get(each.name, (EvidenceStanding.NO_PROTOCOL, UNKNOWN))
        if each.is_carried_out and code not in HAS_EVIDENCE:
            owed[each.name] = reason
    return owed
