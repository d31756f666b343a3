"""Every check across tables, in the order in which it is told."""

from collections.abc import Mapping

import polars as pl

from assets.sources.cross_checks.cross_check import CrossCheck
from assets.sources.cross_checks.phases_in_time import stage_order, unit_overlap
from assets.sources.cross_checks.reconciliation import (
    weighed_as_asked,
    weighed_as_sized,
    weighed_as_used,
    yields,
)
from assets.sources.cross_checks.routes import route_conformance
from assets.sources.cross_checks.unknown_names import unknown_names
from data_contracts.tables import table

NAME = "evidence.cross_checks"
TOLD_ALREADY = "unknown_batch"  # by the prospects, which refuse a table of nothing but strangers


def cross_checks(accepted: Mapping[str, pl.DataFrame]) -> list[CrossCheck]:
    """Check accepted records across tables; nothing is refused.

    Args:
        accepted: Accepted records by ``raw.<table>``, with ``source_file`` and ``source_row``.

    Returns:
        One entry per check and subject that could be checked, those without a finding included.
    """

    def of(name: str) -> pl.DataFrame:
        return accepted[f"raw.{name}"]

    phases, batches, weighings = of("phases"), of("batches"), of("weighings")
    return [
        *stage_order(phases),
        *unit_overlap(phases),
        *route_conformance(phases, batches),
        *unknown_names(of),
        *weighed_as_asked(weighings),
        *weighed_as_used(weighings, of("material_usage")),
        *weighed_as_sized(weighings, batches),
        *yields(of("parameters")),
    ]


def cross_check_table(checks: list[CrossCheck]) -> pl.DataFrame:
    """Lay checks out in the columns of ``evidence.cross_checks``."""
    rows = [
        {
            "check_name": one.check,
            "subject": one.subject,
            "severity": one.severity,
            "found": one.found,
            "compared": one.compared,
            "statement": one.statement,
            "what_to_do": one.what_to_do if one.found else None,
            "examples": "; ".join(map(str, one.places)) or None,
        }
        for one in checks
    ]
    return table(NAME, rows)
