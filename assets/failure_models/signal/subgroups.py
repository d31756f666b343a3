"""How the model behind a verdict does by product, strength and year: nobody is averaged away."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators.prediction import Prediction
from assets.statistics.array_types import FloatArray
from assets.statistics.dependence import share_interval
from assets.statistics.prediction_quality.discrimination import auc, weighted_auc
from assets.statistics.resampling.cluster_bootstrap import Weights, percentile_interval

FEWEST_BATCHES = 20
FEWEST_FOR_AUC = 3


def subgroups(task: Task, prediction: Prediction, weights: Weights) -> list[dict[str, Any]]:
    """Figures of the model used, by subgroup of the out-of-time batches.

    Args:
        task: An outcome at its primary gate.
        prediction: Forward-in-time probabilities of the model used.
        weights: (resamples, out-of-time batches) cluster resamples.

    Returns:
        One row per subgroup of at least 20 batches, in the shape of ``model.subgroups``; the AUC
        is null where the subgroup has fewer than 3 failures or good batches.
    """
    failed = task.tested_label == 1
    probability = prediction.probability[task.tested]
    return [
        _row(task, kind, level, inside, failed, probability, weights)
        for kind, level, inside in _subgroups(task)
        if inside.sum() >= FEWEST_BATCHES
    ]


def _subgroups(task: Task) -> Iterator[tuple[str, str, np.ndarray]]:
    names = [task.matrix.product_and_strength[i] for i in task.tested]
    levels = {
        "product": np.array([name[0] for name in names]),
        "strength": np.array([name[1] for name in names]),
    }
    at = task.matrix.gate_at[task.tested]
    if np.isfinite(at).all():
        levels["year"] = at.astype("datetime64[us]").astype("datetime64[Y]").astype(str)
    for kind, own in levels.items():
        for level in np.unique(own):
            yield kind, str(level), own == level


def _row(
    task: Task,
    kind: str,
    level: str,
    inside: np.ndarray,
    failed: np.ndarray,
    probability: FloatArray,
    weights: Weights,
) -> dict[str, Any]:
    batches, failures = int(inside.sum()), int(failed[inside].sum())
    low, high = share_interval(failed[inside], task.matrix.cluster[task.tested][inside])
    row: dict[str, Any] = {
        "outcome": task.outcome,
        "gate": task.gate,
        "subgroup": kind,
        "level": level,
        "batches": batches,
        "failures": failures,
        "failure_rate": failures / batches,
        "failure_rate_low": low,
        "failure_rate_high": high,
        "mean_failure_prob": float(probability[inside].mean()),
    }
    if min(failures, batches - failures) >= FEWEST_FOR_AUC:
        fold = task.fold_number[task.tested][inside]
        drawn = weighted_auc(probability[inside], failed[inside], weights[:, inside], fold)
        ends = percentile_interval(drawn)
        row["auc"] = auc(probability[inside], failed[inside], fold)
        if np.isfinite(ends[0]):
            row |= {"auc_low": ends[0], "auc_high": ends[1]}
    return row
