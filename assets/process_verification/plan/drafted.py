"""The plan the records themselves ask for: every result, and what has a limit or is critical."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from assets.process_verification.plan.criticality import Place, reason_of
from assets.process_verification.plan.nature import FEWEST_BATCHES, Nature, nature_of
from assets.process_verification.plan.observations import ALL_PRODUCTS

OTHER_PRODUCTS = "other products"
ALARMS_A_MONTH = 1.0
CRITICAL_IMPORTANCE = 2.0
BASELINE, SHORT_BASELINE = 50, 20
FOR_BASELINE = 75  # batches from which a draft fixes limits from the longer one
FEWEST_EVENTS = 6
ALWAYS = ("lab_result", "inspection")
Line = dict[str, Any]


def drafted(summaries: pl.DataFrame, rare: pl.DataFrame, critical: dict[Place, str]) -> list[Line]:
    """Return the lines of a draft, one per quantity of a product.

    Args:
        summaries: As ``plan.nature`` makes them.
        rare: As ``plan.rare_events`` makes them.
        critical: As ``plan.criticality`` tells it.

    Returns:
        Lines of ``finding.chart_plan`` without their share of the promised alarms.
    """
    lines: list[Line] = []
    for _, group in summaries.group_by("source", "stage", "quantity", maintain_order=True):
        rows = group.sort("product").to_dicts()
        own = [row for row in rows if row["batches"] >= FEWEST_BATCHES]
        few = [row for row in rows if row["batches"] < FEWEST_BATCHES]
        lines += [_line(row, row["product"], nature_of(row), critical) for row in own]
        if few:
            pooled, nature = _pooled(few)
            lines.append(_line(pooled, OTHER_PRODUCTS, nature, critical))
    return [*lines, *_of_events(rare), *_unmeasured(lines, critical)]


def _line(row: Line, product: str, nature: Nature, critical: dict[Place, str]) -> Line:
    why = reason_of(critical, row["source"], row["quantity"])
    has_limit = row["low"] is not None or row["high"] is not None
    chart, reason = nature.chart, nature.reason
    if chart and row["is_room"]:
        chart, reason = None, "a room's condition: it tells of no batch alone"
    elif chart and not (row["source"] in ALWAYS or has_limit or why):
        chart, reason = None, "no limit is on record and nothing is found associated with it"
    elif chart and row["batches"] < FEWEST_BATCHES:
        reason = f"{row['batches']} batches: {FEWEST_BATCHES} are needed, half of them to watch"
        chart = None
    kind = "specification" if row["source"] == "lab_result" else "normal_operating_range"
    points = row["batches"]
    return {
        **{key: row[key] for key in ("source", "stage", "quantity", "unit", "batches")},
        "product": product,
        "chart": chart,
        "reason": reason,
        "is_critical": why is not None,
        "criticality": why,
        "baseline_points": BASELINE if points >= FOR_BASELINE else SHORT_BASELINE,
        "importance": CRITICAL_IMPORTANCE if why else 1.0,
        "limit_low": row["low"],
        "limit_high": row["high"],
        "limit_kind": kind if has_limit else None,
    }


def _pooled(few: Sequence[Line]) -> tuple[Line, Nature]:
    """Products of few batches together: their deviations from their own past on one chart."""
    several = [row for row in few if row["values"] > 1 and row["batches"] > 1]
    # The first batch of a product is its past, and no point.
    points = sum(row["batches"] - 1 for row in several)
    natures = [nature_of(row) for row in several]
    charts = {nature.chart for nature in natures}
    first = dict(few[0]) | {"batches": points}
    if not charts & {"i_mr", "three_way"}:
        why = natures[0].reason if natures else "no product has two batches that differ"
        return first, Nature(None, why)
    words = f"{len(several)} products of fewer than {FEWEST_BATCHES} batches, each beside its past"
    return first, Nature("short_run", words)


def _of_events(rare: pl.DataFrame) -> list[Line]:
    """Charts of gaps between failures and deviations, over all products."""
    lines = []
    counted = rare.group_by("source", "quantity", maintain_order=True).agg(
        events=pl.len() + 1, in_days=pl.col("in_days").any()
    )
    for row in counted.sort("source", "quantity").iter_rows(named=True):
        is_enough = row["events"] > FEWEST_EVENTS
        chart = ("t" if row["in_days"] else "g") if is_enough else None
        between = "days" if row["in_days"] else "batches"
        said = f"rare events: {between} from one to the next"
        few = f"{row['events']} events: more than {FEWEST_EVENTS} are needed"
        is_failure = row["source"] == "failure"
        lines.append(
            {
                "product": ALL_PRODUCTS,
                "source": row["source"],
                "stage": 0,
                "quantity": row["quantity"],
                "unit": between,
                "batches": row["events"],
                "chart": chart,
                "reason": said if is_enough else few,
                "is_critical": is_failure,
                "criticality": "failures themselves" if is_failure else None,
                "baseline_points": SHORT_BASELINE,
                "importance": CRITICAL_IMPORTANCE if is_failure else 1.0,
                "limit_low": None,
                "limit_high": None,
                "limit_kind": None,
            }
        )
    return lines


def _unmeasured(lines: Sequence[Line], critical: dict[Place, str]) -> list[Line]:
    """What is critical and nothing of which is charted by batch: it is named, not forgotten."""
    present = {(line["source"], line["quantity"]) for line in lines}
    sensors = {
        ("sensor", f"{q.split('.')[0]}.{q.split('.')[-1]}") for s, q in present if s == "sensor"
    }
    results = {quantity for source, quantity in present if source in ("lab_result", "parameter")}
    missing = []
    for (source, quantity), why in sorted(critical.items()):
        if (source, quantity) in present | sensors or quantity in results:
            continue
        if source == "parameter" and ("lab_result", quantity) in critical:
            continue
        is_lot = source == "material"
        reason = "an attribute of lots: no value of its own a batch" if is_lot else "not recorded"
        missing.append(
            {
                "product": ALL_PRODUCTS,
                "source": source,
                "stage": 0,
                "quantity": quantity,
                "unit": None,
                "batches": 0,
                "chart": None,
                "reason": reason,
                "is_critical": True,
                "criticality": why,
                "baseline_points": None,
                "importance": 0.0,
                "limit_low": None,
                "limit_high": None,
                "limit_kind": None,
            }
        )
    return missing
