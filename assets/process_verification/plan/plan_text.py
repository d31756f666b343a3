"""A plan as the YAML a plant would own: what the records ask for, to be read and approved."""

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from assets.process_verification.plan.observations import ALL_PRODUCTS
from data_contracts.verification_plan.entries import BASELINE

HEAD = """\
# Plan of continued process verification of {product}: a draft from the records, to be read, changed
# and approved. A profile names it under `verification_plan`.
product: {name}
owner: to be named
# approved_by: somebody
# approved_at: 2026-01-31
# False alarms a month that all charts of this plan may give together.
false_alarms_a_month: {alarms:.4g}
# A step that stays is followed by new limits, each version with its reason.
rebaselines_itself: true
baseline_points: {baseline}
charts:
"""
TAIL = """\
# Changes after which limits are fixed anew:
# changes:
#   - {from_batch: B0500, reason: new granulator, decided_by: somebody, decided_at: 2026-01-31}
"""


def plan_text(plan: pl.DataFrame, product: str) -> str:
    """Write the draft of one product.

    Args:
        plan: ``finding.chart_plan`` as it is drafted.
        product: One it is for.

    Returns:
        YAML that ``read_plan`` reads: a chart a quantity, the critical first; what is critical and
        cannot be charted, and what is not charted, stand as comments with the reason.
    """
    own = plan.filter(pl.col("product") == product).sort(
        pl.col("is_critical"), "source", "stage", "quantity", descending=[True, *[False] * 3]
    )
    charted = own.filter(pl.col("standing") == "charted")
    alarms = float(charted["alarms_a_month"].sum())
    head = HEAD.format(
        product=_one_line(product),
        name=_quoted(product),
        alarms=max(alarms, 0.001),
        baseline=BASELINE,
    )
    lines = [head, *(_chart(row) for row in charted.iter_rows(named=True))]
    missing = plan.filter(
        pl.col("product").is_in([product, ALL_PRODUCTS]),
        pl.col("is_critical") & (pl.col("standing") == "not_charted"),
    )
    lines += [_left_out("Critical and not charted", row) for row in missing.iter_rows(named=True)]
    others = own.filter(~pl.col("is_critical") & (pl.col("standing") == "not_charted"))
    lines += [_left_out("Not charted", row) for row in others.iter_rows(named=True)]
    return "".join([*lines, TAIL])


def _chart(row: Mapping[str, Any]) -> str:
    said = [
        f"  - source: {row['source']}",
        f"    quantity: {_quoted(row['quantity'])}",
    ]
    if row["stage"]:
        said.append(f"    stage: {row['stage']}")
    said.append(f"    chart: {row['chart']}")
    if row["baseline_points"] != BASELINE and row["chart"] not in ("g", "t"):
        said.append(f"    baseline_points: {row['baseline_points']}")
    if row["is_critical"]:
        said.append(f"    critical: true  # {_one_line(row['criticality'])}")
    said.append(f"    reason: {_quoted(row['reason'])}")
    said.append(f"    frequency: {row['frequency']}")
    return "\n".join(said) + "\n"


def _left_out(word: str, row: Mapping[str, Any]) -> str:
    why = f"; {row['criticality']}" if row["criticality"] else ""
    said = f"{word}: {row['source']} {row['quantity']} ({row['reason']}{why})"
    return f"# {_one_line(said)}\n"


def _quoted(text: str) -> str:
    """Text as YAML's in double quotes, in its own letters."""
    return json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    """Text as it may stand in a comment: nothing in it begins a line."""
    return " ".join(text.split())
