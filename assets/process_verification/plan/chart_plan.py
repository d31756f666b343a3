"""The plan in force: the plant's own where it has written one, else the records' draft."""

from collections.abc import Sequence

import polars as pl

from assets.process_verification.plan.criticality import critical_quantities
from assets.process_verification.plan.drafted import ALARMS_A_MONTH, Line, drafted
from assets.process_verification.plan.nature import summaries
from assets.process_verification.plan.series import EVENTS
from assets.process_verification.plan.written import written
from data_contracts.tables import table
from data_contracts.verification_plan.entries import VerificationPlan

DRAFTED = "drafted from the records, not approved"
_SUBGROUPS = {
    "xbar_s": "the samples of a batch",
    "three_way": "the samples of a batch",
    "laney_p": "all units inspected of a batch",
    "g": "an event",
    "t": "an event",
}
# Gaps between events and shares of a product's past: no limit of the quantity is in their unit.
_OWN_UNITS = {"g": "batches", "t": "days", "short_run": "1"}
_NO_LIMIT = {"limit_low": None, "limit_high": None, "limit_kind": None}
EVENT_BASELINE = 5  # gaps are scored among themselves, which no rate enters
_FREQUENCIES = {"g": "every event", "t": "every event"}


def chart_plan(
    observations: pl.DataFrame,
    rare: pl.DataFrame,
    outcome_definitions: pl.DataFrame,
    outcome_margins: pl.DataFrame,
    drivers: pl.DataFrame,
    plans: Sequence[VerificationPlan] = (),
) -> pl.DataFrame:
    """Return ``finding.chart_plan``.

    Args:
        observations: As ``plan.observations`` makes them.
        rare: As ``plan.rare_events`` makes them.
        outcome_definitions: ``core.outcome_definitions``.
        outcome_margins: ``core.outcome_margins``.
        drivers: ``finding.drivers``.
        plans: What the plant has written; what none of them is for is drafted.
    """
    critical = critical_quantities(outcome_definitions, outcome_margins, drivers)
    lines = drafted(summaries(observations), rare, critical)
    lines = [_with_outcome_limit(line, outcome_definitions) for line in lines]
    planned, unplanned = [], lines
    for plan in plans:
        own = [line for line in unplanned if line["product"] == plan.product]
        unplanned = [line for line in unplanned if line["product"] != plan.product]
        planned += _shared(written(plan, own), plan.alarms_a_month, plan.planned_by)
    draft = _shared(unplanned, ALARMS_A_MONTH, DRAFTED)
    return table("finding.chart_plan", [_row(line) for line in (*planned, *draft)])


def _shared(lines: Sequence[Line], alarms: float, planned_by: str) -> list[Line]:
    """Lines with their share of the promised alarms: in proportion to importance."""
    total = sum(line["importance"] for line in lines if line["chart"])
    return [
        line
        | {
            "planned_by": planned_by,
            "alarms_a_month": alarms * line["importance"] / total if line["chart"] else None,
        }
        for line in lines
    ]


def _with_outcome_limit(line: Line, outcome_definitions: pl.DataFrame) -> Line:
    """Where the records hold no limit, that of the outcome the quantity decides, if it does."""
    if not line["chart"] or line["limit_kind"]:
        return line
    own = outcome_definitions.filter(pl.col("margin_quantity") == line["quantity"])
    low, high = own["spec_low"].drop_nulls().max(), own["spec_high"].drop_nulls().min()
    if line["source"] not in ("lab_result", "parameter") or (low is None and high is None):
        return line
    return line | {"limit_low": low, "limit_high": high, "limit_kind": "outcome_limit"}


def _row(line: Line) -> Line:
    stage = line["stage"] or 0
    chart = line["chart"]
    return {
        "frequency": _FREQUENCIES.get(chart, "every batch") if chart else None,
        "responsible": None,
        **line,
        "stage": stage,
        "chart_id": chart_name(line["product"], line["source"], stage, line["quantity"]),
        "standing": "charted" if chart else "not_charted",
        "subgroup": _SUBGROUPS.get(chart, "a batch") if chart else None,
        "baseline_points": _baseline(line) if chart else None,
        "unit": _OWN_UNITS.get(chart, line["unit"]),
        **(_NO_LIMIT if chart in _OWN_UNITS else {}),
    }


def _baseline(line: Line) -> int:
    return EVENT_BASELINE if line["chart"] in EVENTS else int(line["baseline_points"])


def chart_name(product: str, source: str, stage: int, quantity: str) -> str:
    """Return the name of a chart.

    Examples:
        >>> chart_name("TB-140", "lab_result", 6, "assay_pct")
        'TB-140 / lab_result / 6 / assay_pct'
    """
    return f"{product} / {source} / {stage} / {quantity}"
