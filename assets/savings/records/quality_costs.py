"""What quality costs a year besides failed batches: counts of the records times a price each.

Prevention, appraisal and what goes wrong without a batch being lost, by the scheme of prevention,
appraisal and failure. None of it is part of a saving: no lever here changes it.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import polars as pl

from assets.savings.records.baseline import Baseline
from data_contracts.assumption_schema.model import ENDS
from data_contracts.assumptions import Assumption, Assumptions
from data_contracts.codes.money import CostBasis, PriceOrigin
from data_contracts.codes.records import Disposition
from data_contracts.tables import table

QUALITY_COSTS = "economics.quality_costs"
SEVERITIES = ("minor", "major", "critical")
HALTING = "critical"  # only these are taken to halt a line
MICROSECONDS_A_DAY = 86_400_000_000
BASIS_OF = {
    PriceOrigin.PLACEHOLDER: CostBasis.PLACEHOLDER,
    PriceOrigin.RECORDS: CostBasis.RECORDED_MEAN,
}


class Counted(NamedTuple):
    """Something the records count.

    Attributes:
        category: What it is.
        paf: Its class in the scheme of prevention, appraisal and failure.
        unit: What is counted, plural.
        price: Name of the assumption that prices one.
        events: How many are on record.
    """

    category: str
    paf: str
    unit: str
    price: str
    events: float


def quality_costs(
    assumptions: Assumptions,
    found: Baseline,
    batches: pl.DataFrame,
    failed: pl.Series,
    records: Mapping[str, pl.DataFrame],
) -> pl.DataFrame:
    """Price what the records count besides failed batches.

    Args:
        assumptions: The set in force; what it has no price for is left out.
        found: The counted baseline. Without dates, batches a year are taken from the set, at base.
        batches: ``core.batches``, one row per batch.
        failed: Priced failed batches; their deviations, days of investigation and rework stand in
            the ledger already.
        records: ``deviations``, ``lab_results`` and ``inspections``, core tables by name.

    Returns:
        ``economics.quality_costs``: one row per category that is on record and has a price.
    """
    pace = found.batches_per_year
    yearly = float(assumptions["batches_per_year"].base) if pace is None else pace
    rows = [
        _row(each, assumptions[each.price], each.events * yearly / batches.height)
        for each in _counted(batches, failed, records)
        if each.events > 0 and each.price in assumptions.parameters
    ]
    if PREVENTION.price in assumptions.parameters:
        rows.append(_row(PREVENTION, assumptions[PREVENTION.price], 1.0))
    return table(QUALITY_COSTS, rows)


PREVENTION = Counted("prevention", "prevention", "years", "prevention_usd_per_year", 1)


def _counted(
    batches: pl.DataFrame, failed: pl.Series, records: Mapping[str, pl.DataFrame]
) -> Iterator[Counted]:
    deviations = records["deviations"]
    of_failed = pl.col("batch_id").is_in(failed.implode())
    others = deviations.filter(~of_failed.fill_null(value=False))
    kept = batches.filter(~pl.col("batch_id").is_in(failed.implode()))
    for severity in SEVERITIES:
        yield Counted(
            f"{severity}_deviations",
            "internal_failure",
            f"{severity} deviations",
            f"{severity}_deviation_usd",
            others.filter(severity=severity).height,
        )
    reworked = kept.filter(disposition=Disposition.REWORKED).height
    yield Counted(
        "rework", "internal_failure", "reworked batches", "rework_usd_per_batch", reworked
    )
    # The days that a failed batch is investigated are priced in the ledger.
    halted = days_under_investigation(others, batches)
    yield Counted(
        "investigation_days",
        "internal_failure",
        "days with a critical deviation open on a line",
        "line_under_investigation_usd_per_day",
        halted,
    )
    results = records["lab_results"].height
    yield Counted("laboratory", "appraisal", "laboratory results", "laboratory_result_usd", results)
    inspected = records["inspections"]["batch_id"].n_unique()
    yield Counted(
        "inspection", "appraisal", "inspected batches", "inspection_usd_per_batch", inspected
    )


def days_under_investigation(deviations: pl.DataFrame, batches: pl.DataFrame) -> float:
    """Count the days on which a line had a critical deviation under investigation.

    Days on which two were open on one line count once. Deviations without both instants are left
    out, those without a batch count as of a line of their own.

    Args:
        deviations: ``core.deviations``, one row per deviation.
        batches: ``core.batches``, one row per batch.

    Returns:
        Days, zero or more.
    """
    spans = (
        deviations.filter(
            pl.col("severity") == HALTING,
            pl.col("opened_at").is_not_null(),
            pl.col("closed_at").is_not_null(),
        )
        .join(batches.select("batch_id", "line"), on="batch_id", how="left")
        .sort("line", "opened_at", nulls_last=True)
    )
    before = pl.col("closed_at").cum_max().shift(1).over("line")
    begun = pl.max_horizontal("opened_at", before)
    length = (pl.col("closed_at") - begun).clip(lower_bound=timedelta(0))
    return float(spans.select(length.dt.total_microseconds().sum()).item()) / MICROSECONDS_A_DAY


def _row(counted: Counted, price: Assumption, yearly: float) -> dict[str, Any]:
    ends = {end: float(getattr(price, end)) for end in ENDS}
    return {
        "category": counted.category,
        "paf": counted.paf,
        "counted": counted.unit,
        "events": float(counted.events),
        "events_per_year": yearly,
        "price": price.name,
        "price_usd": ends["base"],
        **{f"{end}_usd_per_year": yearly * value for end, value in ends.items()},
        "cost_basis": BASIS_OF.get(price.origin, CostBasis.ASSUMPTION),
    }
