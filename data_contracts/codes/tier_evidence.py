"""Codes of protocols and evidence, by name: generated from the contracts, not by hand.

Each class is the allowed values of one column, or of several that share them. Here belongs nothing
that a contract does not say.
"""

from typing import Final


class EvidenceAction:
    """Values of ``evidence.audit_trail.action``: what was done."""

    FROZEN: Final = "frozen"
    APPROVED: Final = "approved"
    RAN: Final = "ran"


class EvidenceChallenge:
    """Values of ``evidence.lever_standing.challenge``: what it must be put through."""

    EXCURSIONS: Final = "excursions"
    PANEL: Final = "panel"
    BOUNDED_BEHAVIOUR: Final = "bounded_behaviour"
    PLANTED_CAUSES: Final = "planted_causes"
    NONE: Final = "none"


class EvidenceComparison:
    """Values of ``evidence.results.comparison``.

    Whether the value must reach the bound or stay within it.
    """

    AT_LEAST: Final = "at_least"
    AT_MOST: Final = "at_most"


class EvidenceStanding:
    """Values of ``evidence.lever_standing.standing``: how far the evidence has come."""

    SHOWN: Final = "shown"
    NOT_OWED: Final = "not_owed"
    NO_PROTOCOL: Final = "no_protocol"
    NOT_APPROVED: Final = "not_approved"
    NOT_RUN: Final = "not_run"
    NOT_MET: Final = "not_met"
    CHANGED: Final = "changed"


class EvidenceTier:
    """Values of ``evidence.lever_standing.tier``: tier whose evidence it owes."""

    TIER_1: Final = "tier_1"
    TIER_2: Final = "tier_2"
    TIER_3: Final = "tier_3"
    OWN_RECORDS: Final = "own_records"


class EvidenceVerdict:
    """Values of ``evidence.results.verdict``: whether the criterion is met."""

    MET: Final = "met"
    NOT_MET: Final = "not_met"
    NOT_APPLICABLE: Final = "not_applicable"


class RequirementCoverage:
    """Values of ``evidence.requirements.coverage``.

    Whether it is covered here, in part, or left to the site.
    """

    COVERED: Final = "covered"
    SHARED: Final = "shared"
    SITE: Final = "site"


class RequirementSource:
    """Values of ``evidence.requirements.source``: guideline it comes from."""

    GAMP_5: Final = "gamp_5"
    PART_11: Final = "part_11"
    ANNEX_11: Final = "annex_11"
    ANNEX_22_DRAFT: Final = "annex_22_draft"
    FDA_AI_CREDIBILITY: Final = "fda_ai_credibility"
