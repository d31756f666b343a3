"""Figures of one rung: ranking, calibration, and the paired gain over product alone.

Intervals come from resampled clusters, the same resamples for every rung of a task, so that
differences are paired.
"""

from typing import Any

import numpy as np

from assets.failure_models.dataset.shared_fits import fingerprint
from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators.label_models import PRODUCT_ONLY
from assets.failure_models.estimators.ladder import Ladder
from assets.failure_models.estimators.prediction import Prediction
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.prediction_quality.calibration import brier_parts, recalibration
from assets.statistics.prediction_quality.discrimination import auc, weighted_auc
from assets.statistics.resampling.cluster_bootstrap import (
    Weights,
    cluster_weights,
    percentile_interval,
)
from data_contracts.codes.records import Validation

FEWEST_FOR_INTERVAL = 2


def resamples(task: Task, draws: int) -> Weights:
    """Cluster resamples of the out-of-time batches of a task, as (draws, batches) weights."""
    return _weights(task, task.matrix.cluster[task.tested], draws, 1)


def _weights(task: Task, cluster: IntArray, draws: int, stream: int) -> Weights:
    """Resamples, shared by the tasks of a run that resample the same clusters."""
    return task.fits.get_or_fit(
        fingerprint("resamples", cluster, draws, task.seed, stream),
        lambda: cluster_weights(cluster, draws, np.random.default_rng([task.seed, stream])),
    )


def validations(task: Task, ladder: Ladder, weights: Weights) -> list[dict[str, Any]]:
    """Figures of every rung.

    Args:
        task: An outcome at a gate.
        ladder: Its fitted rungs.
        weights: From :func:`resamples`.

    Returns:
        One row per rung, in the shape of ``model.validations``; p-values are added by the study.
    """
    product = ladder.rung(PRODUCT_ONLY)
    return [_row(task, prediction, product, weights) for prediction in ladder.predictions]


def _row(
    task: Task, prediction: Prediction, product: Prediction, weights: Weights
) -> dict[str, Any]:
    if prediction.validation == Validation.ROLLING_ORIGIN:
        rows = task.tested
    else:
        rows = np.flatnonzero(prediction.fold > 0)
        weights = _weights(task, task.matrix.cluster[rows], weights.shape[0], 2)
    failed = task.panel.label[rows] == 1
    score, fold = prediction.probability[rows], prediction.fold[rows]
    drawn = weighted_auc(score, failed, weights, fold)
    low, high = _interval(drawn, failed)
    area = auc(score, failed, fold)
    row: dict[str, Any] = {
        "outcome": task.outcome,
        "gate": task.gate,
        "model": prediction.model,
        "validation": prediction.validation,
        "auc": area,
        "auc_low": low,
        "auc_high": high,
        "brier": float(np.mean((score - failed) ** 2)),
        "failures": int(failed.sum()),
        "batches": int(rows.size),
        "clusters": int(np.unique(task.matrix.cluster[rows]).size),
        "is_reference_only": prediction.validation != Validation.ROLLING_ORIGIN,
        "note": prediction.note or None,
    }
    if prediction.validation == Validation.ROLLING_ORIGIN and prediction.model != PRODUCT_ONLY:
        of_product = product.probability[rows]
        paired = drawn - weighted_auc(of_product, failed, weights, fold)
        gain_low, gain_high = _interval(paired, failed)
        gain = area - auc(of_product, failed, fold)
        row |= {"gain_over_product": gain, "gain_low": gain_low, "gain_high": gain_high}
    return row


def _interval(draws: FloatArray, failed: np.ndarray) -> tuple[float, float]:
    if failed.sum() < FEWEST_FOR_INTERVAL:
        return float("nan"), float("nan")
    return percentile_interval(draws)


def calibration(task: Task, ladder: Ladder) -> list[dict[str, Any]]:
    """Calibration on later data of every rung, in the shape of ``model.calibration``."""
    rows = []
    label = task.tested_label
    for prediction in ladder.predictions:
        if prediction.validation != Validation.ROLLING_ORIGIN:
            continue
        probability = prediction.probability[task.tested]
        intercept, slope = recalibration(probability, label)
        parts = brier_parts(probability, label)
        rows.append(
            {
                "outcome": task.outcome,
                "gate": task.gate,
                "model": prediction.model,
                "intercept": intercept,
                "slope": slope,
                "brier": parts.score,
                "brier_reliability": parts.reliability,
                "brier_resolution": parts.resolution,
                "brier_uncertainty": parts.uncertainty,
                "batches": int(label.size),
                "failures": int(label.sum()),
            }
        )
    return rows
