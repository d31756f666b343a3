"""What the trend itself explains, shown apart from the process.

The signal test looks only at what remains after the recent past is taken away; a slow change of a
margin, whatever its cause, is reported here and claimed nowhere else.
"""

from typing import Any

import numpy as np

from assets.batch_matrix.gate_matrix import GateMatrix
from assets.batch_matrix.outcome_panel import OutcomePanel
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.regression.detrending import group_means
from assets.statistics.regression.tobit import tobit
from assets.statistics.resampling.cluster_bootstrap import (
    cluster_weights,
    percentile_interval,
    weighted_sums,
)

MICROSECONDS_PER_YEAR = 365.25 * 24 * 3.6e9


def trends(matrix: GateMatrix, panel: OutcomePanel, draws: int, seed: int) -> list[dict[str, Any]]:
    """Linear trend of every margin within product.

    Args:
        matrix: Gives time, product and clusters.
        panel: Gives the margins.
        draws: Cluster resamples.
        seed: Seed of the resamples.

    Returns:
        One row per quantity, in the shape of ``finding.trends``; the slope is per year where gates
        have instants, else null with the slope per 100 batches in the note.
    """
    return [
        _row(matrix, panel, j, draws, np.random.default_rng([seed, j]))
        for j in range(len(panel.quantities))
    ]


def _row(
    matrix: GateMatrix, panel: OutcomePanel, j: int, draws: int, rng: np.random.Generator
) -> dict[str, Any]:
    margin, side = panel.margins[:, j], panel.side[:, j]
    has_time = bool(np.isfinite(matrix.gate_at).mean() > 0.5)
    time = matrix.gate_at / MICROSECONDS_PER_YEAR if has_time else matrix.production_order / 100
    rows = np.flatnonzero(np.isfinite(margin) & np.isfinite(time))
    within = margin - group_means(margin[:, None], matrix.product, rows)[:, 0]
    slope, low, high, share = _slope(within[rows], time[rows], matrix.cluster[rows], draws, rng)
    if side[rows].any():
        at_bound = (panel.bounds[:, j] - margin + within)[rows]
        found = tobit(time[rows, None], at_bound, side[rows], matrix.cluster[rows])
        slope, low, high = (
            float(each[0]) for each in (found.slopes.estimate, found.slopes.low, found.slopes.high)
        )
        moved = slope**2 * float(time[rows].var())
        share = moved / (moved + found.sigma**2)
    unit = "per year" if has_time else "per 100 batches"
    note = (
        f"Within product the margin of {panel.quantities[j]} changed by {slope:+.3f} {unit} "
        f"(95% interval {low:+.3f} to {high:+.3f}); a straight trend accounts for "
        f"{100 * share:.1f}% of its variation and is left out of every process claim."
    )
    return {
        "outcome": panel.definition.outcome,
        "quantity": panel.quantities[j],
        "slope_per_year": slope if has_time else None,
        "low": low if has_time else None,
        "high": high if has_time else None,
        "note": note,
    }


def _slope(
    value: FloatArray, time: FloatArray, cluster: IntArray, draws: int, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    """Least-squares slope, its cluster-bootstrap interval and the share of variance explained."""
    once = np.ones((1, value.size), dtype=np.uint16)
    weights = np.vstack([once, cluster_weights(cluster, draws, rng)])
    total = weighted_sums(weights, np.ones(value.size))
    mean_time = weighted_sums(weights, time) / total
    mean_value = weighted_sums(weights, value) / total
    shared = weighted_sums(weights, time * value) / total - mean_time * mean_value
    spread = weighted_sums(weights, time**2) / total - mean_time**2
    slopes = np.divide(shared, spread, out=np.zeros(spread.shape), where=spread > 1e-12)
    low, high = percentile_interval(slopes[1:])
    variance = float(value.var())
    share = float(slopes[0] * shared[0]) / variance if variance > 0 else 0.0
    return float(slopes[0]), low, high, share
