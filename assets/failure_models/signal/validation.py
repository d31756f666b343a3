"""Figures of one rung: ranking, calibration, and the paired gain over product alone.

Intervals come from resampled clusters, the same resamples for every rung of a trial, so that
differences are paired.
"""

from typing import Any

import numpy as np

from assets.failure_models.dataset.trial import Trial
from assets.failure_models.estimators.label_models import PRODUCT_ONLY
from assets.failure_models.estimators.ladder import Ladder
from assets.failure_models.estimators.prediction import ROLLING_ORIGIN, Prediction
from assets.statistics.array_types import FloatArray
from assets.statistics.prediction_quality.calibration import brier_parts, recalibration
from assets.statistics.prediction_quality.discrimination import auc, weighted_auc
from assets.statistics.resampling.cluster_bootstrap import cluster_weights, percentile_interval

FEWEST_FOR_INTERVAL = 2


def resamples(trial: Trial, draws: int) -> FloatArray:
    """Cluster resamples of the out-of-time batches of a trial, as (draws, batches) weights."""
    rng = np.random.default_rng([trial.seed, 1])
    return cluster_weights(trial.matrix.cluster[trial.tested], draws, rng)


def validation_rows(trial: Trial, ladder: Ladder, weights: FloatArray) -> list[dict[str, Any]]:
    """Figures of every rung.

    Args:
        trial: An outcome at a gate.
        ladder: Its fitted rungs.
        weights: From :func:`resamples`.

    Returns:
        One row per rung, in the shape of ``model.validations``; p-values are added by the study.
    """
    product = ladder.rung(PRODUCT_ONLY)
    return [_row(trial, prediction, product, weights) for prediction in ladder.predictions]


def _row(
    trial: Trial, prediction: Prediction, product: Prediction, weights: FloatArray
) -> dict[str, Any]:
    if prediction.validation == ROLLING_ORIGIN:
        rows = trial.tested
    else:
        rows = np.flatnonzero(prediction.fold > 0)
        rng = np.random.default_rng([trial.seed, 2])
        weights = cluster_weights(trial.matrix.cluster[rows], weights.shape[0], rng)
    failed = trial.panel.label[rows] == 1
    score = prediction.probability[rows]
    drawn = weighted_auc(score, failed, weights)
    low, high = _interval(drawn, failed)
    area = auc(score, failed)
    row: dict[str, Any] = {
        "outcome": trial.outcome,
        "gate": trial.gate,
        "model": prediction.model,
        "validation": prediction.validation,
        "auc": area,
        "auc_low": low,
        "auc_high": high,
        "brier": float(np.mean((score - failed) ** 2)),
        "failures": int(failed.sum()),
        "batches": int(rows.size),
        "clusters": int(np.unique(trial.matrix.cluster[rows]).size),
        "gain_over_product": None,
        "gain_low": None,
        "gain_high": None,
        "p_value": None,
        "is_reference_only": prediction.validation != ROLLING_ORIGIN,
        "note": prediction.note or None,
    }
    if prediction.validation == ROLLING_ORIGIN and prediction.model != PRODUCT_ONLY:
        paired = drawn - weighted_auc(product.probability[rows], failed, weights)
        gain_low, gain_high = _interval(paired, failed)
        gain = area - auc(product.probability[rows], failed)
        row |= {"gain_over_product": gain, "gain_low": gain_low, "gain_high": gain_high}
    return row


def _interval(draws: FloatArray, failed: np.ndarray) -> tuple[float, float]:
    if failed.sum() < FEWEST_FOR_INTERVAL:
        return float("nan"), float("nan")
    return percentile_interval(draws)


def calibration_rows(trial: Trial, ladder: Ladder) -> list[dict[str, Any]]:
    """Calibration on later data of every rung, in the shape of ``model.calibration``."""
    rows = []
    label = trial.tested_label
    for prediction in ladder.predictions:
        if prediction.validation != ROLLING_ORIGIN:
            continue
        probability = prediction.probability[trial.tested]
        intercept, slope = recalibration(probability, label)
        parts = brier_parts(probability, label)
        rows.append(
            {
                "outcome": trial.outcome,
                "gate": trial.gate,
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
