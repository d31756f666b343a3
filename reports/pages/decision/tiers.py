"""What is shown of the evidence of tiers: the standing of each lever, and results of protocols."""

from typing import Any

from data_contracts.codes.tier_evidence import EvidenceChallenge
from reports.pages.facts import Facts

_STANDING_SQL = """
SELECT s.lever, l.title, s.tier, s.challenge, s.standing, s.reason
FROM evidence.lever_standing AS s JOIN economics.levers AS l ON l.lever = s.lever
WHERE l.basis <> 'refused' ORDER BY s.standing <> 'shown', s.tier, s.lever
"""
_RESULTS_SQL = """
SELECT r.*, p.title AS protocol, p.name,
  concat_ws('/', left(r.protocol_id, 12), r.run_of_protocol, r.criterion) AS key
FROM evidence.results AS r JOIN evidence.protocols AS p ON p.protocol_id = r.protocol_id
QUALIFY r.run_of_protocol = max(r.run_of_protocol) OVER (PARTITION BY r.protocol_id)
ORDER BY p.tier, p.name, r.criterion
"""
CHALLENGES = {
    EvidenceChallenge.EXCURSIONS: "seeded excursions",
    EvidenceChallenge.PANEL: "a seeded panel",
    EvidenceChallenge.BOUNDED_BEHAVIOUR: "bounded behaviour",
    EvidenceChallenge.PLANTED_CAUSES: "planted causes",
    EvidenceChallenge.NONE: "nothing",
}


def context(facts: Facts) -> dict[str, Any]:
    """Gather the standing of levers the records support, and the last results."""
    return {
        "tier_standing": facts.rows(_STANDING_SQL),
        "tier_results": facts.rows(_RESULTS_SQL),
        "challenges": CHALLENGES,
    }
