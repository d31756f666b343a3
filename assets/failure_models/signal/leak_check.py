"""Signs that a feature is the outcome by another name.

The firewall keeps results out by availability; this check is the second line, for what the firewall
was told wrongly. It looks for what no process parameter does: ranking failures almost perfectly, or
following a margin almost exactly.
"""

import numpy as np

from assets.failure_models.dataset.gate_matrix import mean_filled
from assets.failure_models.dataset.trial import Trial
from assets.failure_models.estimators.ladder import Ladder
from assets.failure_models.signal.acceptance_criteria import AcceptanceCriteria
from assets.statistics.array_types import FloatArray
from assets.statistics.prediction_quality.discrimination import auc, column_aucs

FEWEST_FAILURES = 5
FEWEST_PAIRS = 60


def suspected_leaks(trial: Trial, ladder: Ladder, criteria: AcceptanceCriteria) -> list[str]:
    """Name what predicts too well to be a process parameter.

    Args:
        trial: An outcome at a gate.
        ladder: Its fitted rungs.
        criteria: Gives the AUC and the correlation beyond which a leak is suspected.

    Returns:
        One phrase per suspect, the most telling first; empty where there is none.
    """
    return [
        *_features_that_rank(trial, criteria.leak_auc),
        *_features_that_follow(trial, criteria.leak_correlation),
        *_models_that_rank(trial, ladder, criteria.leak_auc),
    ]


def _features_that_rank(trial: Trial, limit: float) -> list[str]:
    """Columns whose AUC passes the limit in the first training window and again afterwards."""
    train, test = trial.folds[0].train, trial.tested
    failed_train, failed_test = trial.panel.label[train] == 1, trial.panel.label[test] == 1
    if failed_test.sum() < FEWEST_FAILURES or not failed_train.any():
        return []
    values = mean_filled(trial.matrix.values)
    later = column_aucs(values[test], failed_test)
    sign = np.sign(column_aucs(values[train], failed_train) - 0.5)
    strength = np.nan_to_num(0.5 + sign * (later - 0.5))
    return [
        f"{trial.matrix.columns[j]} alone ranks failures with AUC {strength[j]:.2f} out of time"
        for j in np.argsort(-strength, kind="stable")
        if strength[j] >= limit
    ]


def _features_that_follow(trial: Trial, limit: float) -> list[str]:
    """Columns whose rank correlation with a margin passes the limit."""
    found = []
    for j, quantity in enumerate(trial.panel.quantities):
        margin = trial.panel.margins[:, j]
        strength = np.abs(_rank_correlations(trial.matrix.values, margin))
        found += [
            f"{trial.matrix.columns[i]} follows the margin of {quantity} "
            f"with rank correlation {strength[i]:.2f}"
            for i in np.argsort(-strength, kind="stable")
            if strength[i] >= limit
        ]
    return found


def _models_that_rank(trial: Trial, ladder: Ladder, limit: float) -> list[str]:
    failed = trial.tested_label == 1
    if failed.sum() < FEWEST_FAILURES:
        return []
    return [
        f"{p.model} ranks failures with AUC {area:.2f} out of time"
        for p in ladder.predictions
        if (area := auc(p.probability[trial.tested], failed)) >= limit
        and np.isfinite(p.probability[trial.tested]).all()
    ]


def _rank_correlations(values: FloatArray, margin: FloatArray) -> FloatArray:
    """Spearman correlation of each column with a margin; 0 where too few values pair up."""
    from scipy.stats import rankdata

    measured = np.isfinite(margin)
    pairs = np.isfinite(values[measured]).sum(axis=0)
    if measured.sum() < FEWEST_PAIRS:
        return np.zeros(values.shape[1])
    own = rankdata(mean_filled(values[measured]), axis=0)
    other = rankdata(margin[measured])
    own, other = own - own.mean(axis=0), other - other.mean()
    scale = np.sqrt((own**2).sum(axis=0) * (other**2).sum())
    shared = np.divide(other @ own, scale, out=np.zeros(scale.shape), where=scale > 0)
    return np.where(pairs >= FEWEST_PAIRS, shared, 0.0)
