"""``finding.batch_evolution``: courses of batches beside the limits in time of good ones."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from assets.process_verification.multivariate.evolution import STATISTICS, Evolution
from assets.statistics.array_types import FloatArray

Row = dict[str, Any]


def course_rows(
    about: Row, fit: Evolution, statistics: FloatArray, away: FloatArray
) -> Iterator[Row]:
    """Return the course of one batch beside the limits in time.

    Args:
        about: ``batch_id`` and ``model``.
        fit: The model.
        statistics: (steps, ``STATISTICS``) of the batch.
        away: Likewise, in spreads from the centre.
    """
    band = fit.band()
    steps = len(statistics)
    for column, measure in enumerate(STATISTICS):
        for step in range(steps):
            if not np.isfinite(statistics[step, column]):
                continue
            centre, low, high = (float(part[step, column]) for part in band)
            yield {
                "batch_id": about["batch_id"],
                "model": about["model"],
                "chart_statistic": measure,
                "step": step + 1,
                "progress": (step + 0.5) / steps,
                "value": float(statistics[step, column]),
                "centre": centre,
                "low": low,
                "high": high,
                "is_beyond": bool(abs(away[step, column]) > fit.width),
            }
