"""``finding.reject_rates``: units rejected by class of defect, and how unevenly they come."""

from typing import Any

import numpy as np
import polars as pl

from assets.statistics.charts.overdispersion import overdispersion
from assets.statistics.intervals import wilson
from data_contracts.tables import table

NAME = "finding.reject_rates"
LEVEL = 0.9
PER_MILLION = 1e6


def reject_rates(inspections: pl.DataFrame) -> pl.DataFrame:
    """Count what inspection rejects.

    Rates of batches differ more than counting alone makes them: Wilson's interval is of the units
    inspected over what they differ by, else it would be too short by the square root of that. No
    unit rejected so far is no rate of zero.

    Args:
        inspections: ``core.inspections``.

    Returns:
        ``finding.reject_rates``: a row per class of defect with units inspected.
    """
    counted = inspections.drop_nulls(["rejected", "inspected"]).filter(pl.col("inspected") > 0)
    parts = counted.sort("defect_class", "batch_id").partition_by(
        "defect_class", maintain_order=True
    )
    return table(NAME, [_row(part) for part in parts])


def _row(part: pl.DataFrame) -> dict[str, Any]:
    rejected = part["rejected"].cast(pl.Float64).to_numpy()
    inspected = part["inspected"].cast(pl.Float64).to_numpy()
    rate = float(rejected.sum() / inspected.sum())
    can_differ = part.height > 1 and 0 < rate < 1
    found = overdispersion(rejected, inspected) if can_differ else None
    ratio = max(1.0, found.ratio) if found else 1.0
    units = float(inspected.sum()) / ratio
    low, high = wilson(rate * units, units, LEVEL)
    worst = int(np.argmax(rejected / inspected))
    return {
        "defect_class": part["defect_class"][0],
        "batches": part.height,
        "rejected": int(rejected.sum()),
        "inspected": int(inspected.sum()),
        "rate_ppm": PER_MILLION * rate,
        "rate_low_ppm": PER_MILLION * low,
        "rate_high_ppm": PER_MILLION * high,
        "overdispersion": ratio,
        "p_value": found.p_value if found else None,
        "worst_batch_id": part["batch_id"][worst],
        "worst_ppm": PER_MILLION * float(rejected[worst] / inspected[worst]),
    }
