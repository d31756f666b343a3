"""The plant's own plan over what the records hold: its lines, and what is critical beside them."""

from collections.abc import Sequence

from assets.process_verification.plan.drafted import Line
from data_contracts.errors import ProfileError
from data_contracts.verification_plan.entries import AUTOMATIC, PlannedChart, VerificationPlan

BY_PLAN = "the plan says so"
NOT_PLANNED = "the plan does not chart it"


def written(plan: VerificationPlan, records: Sequence[Line]) -> list[Line]:
    """Return the lines of a plan.

    Args:
        plan: As it was read.
        records: Lines the records of the product ask for.

    Returns:
        Every line of the records: charted as the plan says, or not charted where it says nothing.

    Raises:
        ProfileError: The plan charts what the product has no record of.
    """
    entries = {(each.source, each.quantity, each.stage): each for each in plan.charts}
    used = set()
    lines = []
    for line in records:
        place = (line["source"], line["quantity"])
        found = next(
            (key for key in ((*place, line["stage"]), (*place, None)) if key in entries), None
        )
        if found is None:
            lines.append(line | {"chart": None, "reason": NOT_PLANNED})
            continue
        used.add(found)
        lines.append(_planned(entries[found], plan, line))
    _all_used(plan, entries.keys() - used, records)
    return lines


def _planned(entry: PlannedChart, plan: VerificationPlan, line: Line) -> Line:
    chart = line["chart"] if entry.chart == AUTOMATIC else entry.chart
    has_limit = entry.low is not None or entry.high is not None
    limits = {"limit_low": entry.low, "limit_high": entry.high, "limit_kind": "plan"}
    return (
        line
        | {
            "chart": chart,
            "reason": entry.reason or line["reason"],
            "is_critical": entry.is_critical or line["is_critical"],
            "criticality": line["criticality"]
            or ("the plan says so" if entry.is_critical else None),
            "baseline_points": entry.baseline,
            "importance": entry.importance,
            "frequency": entry.frequency,
            "responsible": entry.responsible or plan.owner,
        }
        | (limits if has_limit else {})
    )


def _all_used(
    plan: VerificationPlan, unused: set[tuple[str, str, int | None]], records: Sequence[Line]
) -> None:
    for source, quantity, _ in sorted(unused, key=str):
        known = sorted({line["quantity"] for line in records if line["source"] == source})
        some = ", ".join(known[:8]) or "nothing"
        raise ProfileError(
            f"{plan.file.name} charts {source} '{quantity}', but the records of product "
            f"'{plan.product}' have no such thing. They have of {source}: {some}"
            f"{', ...' if len(known) > 8 else ''}. Correct the name or take the line out."
        )
