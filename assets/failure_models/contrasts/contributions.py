"""Rows of contributions against good batches: by driver cluster, the largest towards failure first.

A dozen statistics of one tag share what the tag deserves, so columns are added up by cluster before
they are ranked; a line names the column that moved most and says what else it holds.
"""

from typing import Any

import numpy as np

from assets.batch_matrix.gate_matrix import GateMatrix
from assets.batch_matrix.levels import column_title
from assets.failure_models.contrasts.contrast import Contrast
from assets.statistics.array_types import FloatArray, IntArray

# Of a contribution that is nothing but rounding no line is made.
LEAST = 1e-12
LOW, HIGH = 5.0, 95.0

Rows = list[dict[str, Any]]


def contribution_rows(
    matrix: GateMatrix,
    position: int,
    good: IntArray,
    contrast: Contrast,
    cluster: IntArray,
    known: dict[str, dict[str, Any]],
) -> Rows:
    """Rank the clusters of one batch.

    Args:
        matrix: Values as recorded, the contrast's columns.
        position: Row of the batch.
        good: Rows of the good batches it is held against.
        contrast: What each column contributed.
        cluster: Per column, the code of its cluster.
        known: Rows of ``feature.dictionary`` by feature.

    Returns:
        What ``model.good_contrasts`` and ``finding.batch_contributions`` have in common.
    """
    part = contrast.contribution
    summed = np.bincount(cluster, weights=part, minlength=int(cluster.max(initial=-1)) + 1)
    order = np.argsort(-summed, kind="stable")
    rows: Rows = []
    for code in order[np.abs(summed[order]) > LEAST]:
        members = np.flatnonzero(cluster == code)
        members = members[np.argsort(-part[members] * np.sign(summed[code]), kind="stable")]
        leader = int(members[0])
        feature = matrix.features[leader]
        features = list(dict.fromkeys(matrix.features[j] for j in members))
        rows.append(
            {
                "batch_id": matrix.batch_ids[position],
                "rank": len(rows) + 1,
                "feature": feature,
                "title": column_title(known[feature]["title"], feature, matrix.columns[leader]),
                "features": ", ".join(features),
                "contribution": float(summed[code]),
                **_beside(matrix.values[position, leader], matrix.values[good, leader]),
                "base_value": contrast.base,
                "predicted_value": contrast.value,
                "explained_margins": contrast.explains,
                "good_batches": int(good.size),
            }
        )
    return rows


def _beside(own: float, good: FloatArray) -> dict[str, float | None]:
    """A value as recorded beside those of the good batches."""
    there = good[np.isfinite(good)]
    found = np.percentile(there, [LOW, 50.0, HIGH]).tolist() if there.size else [None] * 3
    return {
        "value": float(own) if np.isfinite(own) else None,
        "good_low": found[0],
        "good_median": found[1],
        "good_high": found[2],
    }
