"""Contribution and predicted risk along a driver's leading column, in groups of equal size."""

from typing import Any

import numpy as np

from assets.failure_models.drivers.driver_ranking import RankedCluster
from assets.failure_models.signal.examination import Examination

CURVE_POINTS = 12

Rows = list[dict[str, Any]]


def driver_curves(seen: Examination, driver: RankedCluster) -> Rows:
    """Draw one driver.

    Args:
        seen: The examined task.
        driver: One of its leading clusters.

    Returns:
        Rows of ``finding.driver_curves``, at most 12.
    """
    task = seen.task
    leading = int(driver.columns[0])
    value = task.matrix.values[task.tested, leading]
    risk = seen.ladder.used.probability[task.tested]
    recorded = np.flatnonzero(np.isfinite(value))
    edges = np.unique(np.quantile(value[recorded], np.linspace(0, 1, CURVE_POINTS + 1)[1:-1]))
    place = np.searchsorted(edges, value[recorded], side="right")
    rows: Rows = []
    for point, part in enumerate(np.unique(place)):
        inside = recorded[place == part]
        rows.append(
            {
                "outcome": task.outcome,
                "gate": task.gate,
                "driver": task.matrix.features[leading],
                "feature": task.matrix.columns[leading],
                "point": point,
                "value": float(np.median(value[inside])),
                "contribution": float(driver.contribution[inside].mean()),
                "failure_prob": float(risk[inside].mean()),
                "batches": int(inside.size),
            }
        )
    return rows
