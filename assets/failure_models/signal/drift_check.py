"""Adversarial validation: can a model tell earlier batches from later ones by their features alone?

Where it can, a model trained on the past meets batches unlike any it has seen. Shown for features
as recorded and for features within product relative to the recent past, which is what the margin
models see: the second should be near 0.5.
"""

from functools import partial
from typing import Any

import numpy as np

from assets.failure_models.dataset.shared_fits import fingerprint
from assets.failure_models.dataset.task import Task
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.prediction_quality.discrimination import auc, weighted_auc
from assets.statistics.regression.penalised_logistic import fit_logistic
from assets.statistics.resampling.cluster_bootstrap import Weights, percentile_interval

RECORDED, RELATIVE = "recorded", "relative_to_past"
PARTS = 5
SHOWN = 3


def drift(task: Task, weights: Weights) -> list[dict[str, Any]]:
    """Tell the later half of the out-of-time batches from the earlier half.

    Args:
        task: An outcome at its primary gate.
        weights: (resamples, out-of-time batches) cluster resamples.

    Returns:
        One row per view, in the shape of ``model.drift``; empty without features.

    Source: the classifier two-sample test (Lopez-Paz & Oquab 2017), clusters kept together.
    """
    rows = task.tested
    if not task.matrix.columns or np.unique(task.matrix.cluster[rows]).size < 2 * PARTS:
        return []
    is_later = np.arange(rows.size) >= rows.size // 2
    part = _parts(task.matrix.cluster[rows], task.seed)
    views = {RECORDED: task.matrix.values[rows], RELATIVE: task.views[-1].design[rows]}
    # No label takes part: outcomes of the same batches and features share the answer.
    names = ",".join(task.matrix.columns)
    return [
        {"outcome": task.outcome, "gate": task.gate}
        | task.fits.get_or_fit(
            fingerprint("drift", view, names, values, part, weights),
            partial(_row, task.matrix.columns, view, values, is_later, part, weights),
        )
        for view, values in views.items()
    ]


def _parts(cluster: IntArray, seed: int) -> IntArray:
    """A random part per cluster."""
    codes, position = np.unique(cluster, return_inverse=True)
    return np.random.default_rng([seed, 4]).permutation(np.arange(codes.size) % PARTS)[position]


def _row(
    columns: list[str],
    view: str,
    values: FloatArray,
    is_later: np.ndarray,
    part: IntArray,
    weights: Weights,
) -> dict[str, Any]:
    score = np.empty(is_later.size)
    strength = np.zeros(values.shape[1])
    for k in range(PARTS):
        train, test = np.flatnonzero(part != k), np.flatnonzero(part == k)
        fit = fit_logistic(values[train], is_later[train].astype(float))
        score[test] = fit.log_odds(values[test])
        strength += np.abs(fit.coefficients)
    leading = np.argsort(-strength, kind="stable")[:SHOWN]
    low, high = percentile_interval(weighted_auc(score, is_later, weights, part))
    area = auc(score, is_later, part)
    names = ", ".join(columns[j] for j in leading)
    return {
        "view": view,
        "auc": area,
        "auc_low": low if np.isfinite(low) else None,
        "auc_high": high if np.isfinite(high) else None,
        "batches": int(is_later.size),
        "leading_features": names,
        "statement": (
            f"Later batches can be told from earlier ones by their features "
            f"{'as recorded' if view == RECORDED else 'relative to the recent past'} with AUC "
            f"{area:.2f} (0.5 is no drift); the features that tell most are {names}."
        ),
    }
