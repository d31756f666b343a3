"""``finding.material_models``: how much of each release result the materials foretell."""

from typing import Any

import numpy as np
import polars as pl

from assets.stages.raw_material.material_means import material_means, release_results
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.resampling.cluster_bootstrap import (
    cluster_weights,
    percentile_interval,
    weighted_sums,
)
from assets.statistics.spectroscopy.calibration import (
    block_predictions,
    fewest_components,
    spectral_calibration,
)
from data_contracts.codes.stages import MaterialModel
from data_contracts.tables import table

NAME = "finding.material_models"
FOLDS = 5
MOST_COMPONENTS = 4
FEWEST_BATCHES = 40
FEWEST_CLUSTERS = 8  # of batches that share ancestors: what the interval is drawn over
DRAWS = 400


def material_models(
    batches: pl.DataFrame,
    lab_results: pl.DataFrame,
    material_usage: pl.DataFrame,
    material_attributes: pl.DataFrame,
    seed: int,
) -> pl.DataFrame:
    """Fit partial least squares on ratio-weighted means, judged on batches left out.

    Left out two ways: every fifth batch, whose neighbours may share lots; and a fifth of the record
    at a time, whose lots the others seldom hold. What holds for lots not yet seen is the second.

    Args:
        batches: ``core.batches``.
        lab_results: ``core.lab_results``.
        material_usage: ``core.material_usage``.
        material_attributes: ``core.material_attributes``.
        seed: Of the bootstrap.

    Returns:
        ``finding.material_models``: a row per release test; empty without attributes of lots used.
    """
    means = material_means(batches, material_usage, material_attributes)
    if not means.names:
        return table(NAME)
    spread = np.nanstd(means.values, axis=0)
    columns = (means.filled - np.nanmean(means.values, axis=0)) / np.where(spread > 0, spread, 1.0)
    place = {name: k for k, name in enumerate(means.batch_ids)}
    cluster = _codes(batches, means.batch_ids)
    rows = []
    for (test,), part in (
        release_results(lab_results).sort("batch_id").group_by("test", maintain_order=True)
    ):
        at = np.array(sorted(place[b] for b in part["batch_id"] if b in place), dtype=np.int64)
        value = dict(part.select("batch_id", "value").iter_rows())
        results = np.array([value[means.batch_ids[k]] for k in at])
        rows.append(
            {"test": test, "batches": at.size, "attributes": len(means.names)}
            | _row(columns[at], results, cluster[at], means.names, seed)
        )
    return table(NAME, rows)


def _codes(batches: pl.DataFrame, order: list[str]) -> IntArray:
    named = dict(batches.select("batch_id", "cluster_id").iter_rows())
    return np.unique([named[name] for name in order], return_inverse=True)[1].astype(np.int64)


def _row(
    columns: FloatArray, results: FloatArray, cluster: IntArray, names: list[str], seed: int
) -> dict[str, Any]:
    count = results.size
    if count < FEWEST_BATCHES or np.ptp(results) == 0:
        words = f"{count} batches, or results that do not differ: nothing is fitted."
        return {"verdict": MaterialModel.TOO_FEW, "reason": words}
    clusters = np.unique(cluster).size
    if clusters < FEWEST_CLUSTERS:
        words = f"{clusters} groups of batches without common ancestors: too few for an interval."
        return {"verdict": MaterialModel.TOO_FEW, "reason": words}
    order = np.arange(count)
    predictions, components = _chosen(columns, results, order % FOLDS)
    forward, _ = _chosen(columns, results, order * FOLDS // count)
    q2, (low, high) = _q2(predictions, results, cluster, seed)
    q2_blocks, (blocks_low, blocks_high) = _q2(forward, results, cluster, seed)
    fit = spectral_calibration(columns, results, components)
    weight = np.abs(fit.coefficients[components - 1])
    leading = [names[k] for k in np.argsort(-weight)[:3]]
    is_told = blocks_low > 0
    verdict = (
        MaterialModel.FORETELLS
        if is_told
        else MaterialModel.SEEN_LOTS_ONLY
        if low > 0
        else MaterialModel.FORETELLS_NOTHING
    )
    return {
        "components": components, "q2": q2, "q2_low": low, "q2_high": high,
        "q2_unseen": q2_blocks, "q2_unseen_low": blocks_low, "q2_unseen_high": blocks_high,
        "leading": ", ".join(leading), "verdict": verdict,
        "reason": f"Of the variance of {count} batches left out, {q2:.2f} is foretold (90% "
        f"interval {low:.2f} to {high:.2f}); of whole stretches, whose lots were not seen, "
        f"{q2_blocks:.2f}"
        + (": worse than the mean." if q2_blocks < 0 else "."),
    }  # fmt: skip


def _chosen(columns: FloatArray, results: FloatArray, fold: IntArray) -> tuple[FloatArray, int]:
    """Predict each fold with the components its training folds choose among themselves."""
    predicted = np.empty(results.size)
    chosen = []
    for one in np.unique(fold):
        out = fold == one
        inner = block_predictions(columns[~out], results[~out], fold[~out], MOST_COMPONENTS)
        components = fewest_components(inner, results[~out])
        fit = spectral_calibration(columns[~out], results[~out], components)
        predicted[out] = fit.predicted(columns[out], len(fit.coefficients))
        chosen.append(components)
    return predicted, int(np.median(chosen))


def _q2(
    predicted: FloatArray, results: FloatArray, cluster: IntArray, seed: int
) -> tuple[float, tuple[float, float]]:
    """Share of the variance foretold, with a cluster bootstrap of its 90% interval."""
    error, spread = (predicted - results) ** 2, (results - results.mean()) ** 2
    codes = np.unique(cluster, return_inverse=True)[1].astype(np.int64)
    weights = cluster_weights(codes, DRAWS, np.random.default_rng(seed))
    draws = 1 - weighted_sums(weights, error) / weighted_sums(weights, spread)
    return 1 - float(error.sum() / spread.sum()), percentile_interval(draws, 0.9)
