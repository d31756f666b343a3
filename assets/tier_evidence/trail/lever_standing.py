"""Whether each lever has the evidence its tier owes, and what is still missing of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from assets.tier_evidence.subject import InUse, is_held, subject_of
from assets.tier_evidence.trail.protocols import frozen_protocols
from data_contracts.assumption_schema.lever_kinds import LEVER_KINDS
from data_contracts.assumptions import Lever
from data_contracts.codes.tier_evidence import (
    EvidenceChallenge,
    EvidenceStanding,
    EvidenceVerdict,
)
from data_contracts.tables import table
from data_contracts.tier_protocol.entries import FrozenProtocol

LEVER_STANDING = "evidence.lever_standing"
OWED = {
    EvidenceChallenge.EXCURSIONS: "detection of seeded excursions by the frozen detector",
    EvidenceChallenge.PANEL: "detection on a seeded panel, judged by a frozen protocol",
    EvidenceChallenge.BOUNDED_BEHAVIOUR: "bounded behaviour over the whole operating region",
}
# The farther evidence has come, the later it stands here.
PROGRESS = (
    EvidenceStanding.NO_PROTOCOL,
    EvidenceStanding.CHANGED,
    EvidenceStanding.NOT_APPROVED,
    EvidenceStanding.NOT_RUN,
    EvidenceStanding.NOT_MET,
    EvidenceStanding.SHOWN,
)
Found = tuple[str, str | None, str]


@dataclass(frozen=True)
class Evidence:
    """The evidence tables of a source.

    Attributes:
        audit_trail: ``evidence.audit_trail``.
        protocols: ``evidence.protocols``.
        results: ``evidence.results``.
    """

    audit_trail: pl.DataFrame
    protocols: pl.DataFrame
    results: pl.DataFrame


def lever_standing(
    levers: Sequence[Lever], outcomes: Sequence[str], evidence: Evidence, tested: InUse
) -> pl.DataFrame:
    """Say of each lever and outcome how far its evidence has come.

    Args:
        levers: The declared levers.
        outcomes: Outcomes they may act on.
        evidence: What was frozen, approved and run.
        tested: What is in use.

    Returns:
        ``evidence.lever_standing``.
    """
    frozen = frozen_protocols(evidence.audit_trail)
    rows = []
    for lever in levers:
        challenge = LEVER_KINDS[lever.kind].challenge
        for outcome in outcomes:
            name = f"{lever.name}.{outcome}"
            own = {key: each for key, each in frozen.items() if each.content["lever"] == name}
            standing, protocol_id, reason = _standing(challenge, name, own, evidence, tested)
            rows.append(
                {
                    "lever": name,
                    "tier": f"tier_{lever.tier}",
                    "challenge": challenge,
                    "standing": standing,
                    "protocol_id": protocol_id,
                    "reason": reason,
                }
            )
    return table(LEVER_STANDING, rows)


def _standing(
    challenge: str,
    lever: str,
    frozen: Mapping[str, FrozenProtocol],
    evidence: Evidence,
    tested: InUse,
) -> Found:
    if challenge == EvidenceChallenge.NONE:
        why = "It judges no batch and moves no parameter, so its tier owes no challenge."
        return EvidenceStanding.NOT_OWED, None, why
    now = subject_of(challenge, lever, tested)
    best: Found = (EvidenceStanding.NO_PROTOCOL, None, f"Evidence owed: {OWED[challenge]}.")
    for protocol_id, each in frozen.items():
        if each.content["challenge"] != challenge:
            continue
        found = _judged(protocol_id, each, now, evidence)
        # Of two that have come as far, the one frozen later counts.
        if PROGRESS.index(found[0]) >= PROGRESS.index(best[0]):
            best = found
    return best


def _judged(
    protocol_id: str, frozen: FrozenProtocol, now: Mapping[str, str], evidence: Evidence
) -> Found:
    title = frozen.content["title"]
    name = f"'{title}' ({protocol_id[:12]})"
    approval = evidence.protocols.filter(pl.col("protocol_id") == protocol_id)
    results = evidence.results.filter(pl.col("protocol_id") == protocol_id)
    if not is_held(frozen.subject, now):
        return (
            EvidenceStanding.CHANGED,
            protocol_id,
            f"{name} was frozen for something else than is in use now: make it anew.",
        )
    if approval.is_empty() or approval["approved_by"][0] is None:
        return EvidenceStanding.NOT_APPROVED, protocol_id, f"{name} is frozen, not approved."
    if results.is_empty():
        return EvidenceStanding.NOT_RUN, protocol_id, f"{name} is approved, not run."
    last = results.filter(pl.col("run_of_protocol") == pl.col("run_of_protocol").max())
    missed = last.filter(pl.col("verdict") != EvidenceVerdict.MET)["title"].to_list()
    if missed:
        said = f"{name} was run and not met: {'; '.join(missed)}."
        return EvidenceStanding.NOT_MET, protocol_id, said
    said = f"{name}: {last.height} criteria, all met."
    if approval["is_demonstration"][0]:
        said += " A simulated plant demonstrated it to itself; nobody signed."
    return EvidenceStanding.SHOWN, protocol_id, said
