"""Which levers have the evidence of their tier, as the standing of levers says it."""

import polars as pl

from data_contracts.codes.tier_evidence import EvidenceStanding


def evidence_shown(lever_standing: pl.DataFrame | None) -> frozenset[str]:
    """Return the levers whose evidence was frozen, run and met.

    Args:
        lever_standing: ``evidence.lever_standing``; None where no tiers are judged.
    """
    if lever_standing is None:
        return frozenset()
    shown = lever_standing.filter(pl.col("standing") == EvidenceStanding.SHOWN)
    return frozenset(shown["lever"])
