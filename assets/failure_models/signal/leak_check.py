"""Signs that a feature is the outcome by another name.

The firewall keeps results out by availability; this check is the second line, for what the firewall
was told wrongly. It looks for what no process parameter does: ranking failures almost perfectly, or
following a margin almost exactly.
"""

import numpy as np

from assets.batch_matrix.missing_values import mean_filled
from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators.ladder import Ladder
from assets.failure_models.signal.acceptance_criteria import AcceptanceCriteria
from assets.statistics.array_types import FloatArray
from assets.statistics.prediction_quality.discrimination import auc, column_aucs

FEWEST_FAILURES = 5
FEWEST_PAIRS = 60


def suspected_leaks(task: Task, ladder: Ladder, criteria: AcceptanceCriteria) -> list[str]:
    """Name what predicts too well to be a process parameter.

    Args:
        task: An outcome at a gate.
        ladder: Its fitted rungs.
        criteria: Gives the AUC and the correlation beyond which a leak is suspected.

    Returns:
        One phrase per suspect, the most telling first; empty where there is none.
    """
    return [
        *_features_that_rank(task, criteria.leak_auc),
        *_features_that_follow(task, criteria.leak_correlation),
        *_models_that_rank(task, ladder, criteria.leak_auc),
    ]


def _features_that_rank(task: Task, limit: float) -> list[str]:
    """Columns whose AUC passes the limit in the first training window and again afterwards."""
    train, test = task.folds[0].train, task.tested
    failed_train, failed_test = task.panel.label[train] == 1, task.panel.label[test] == 1
    if failed_test.sum() < FEWEST_FAILURES or not failed_train.any():
        return []
    values = mean_filled(task.matrix.values)
    later = column_aucs(values[test], failed_test)
    sign = np.sign(column_aucs(values[train], failed_train) - 0.5)
    strength = np.nan_to_num(0.5 + sign * (later - 0.5))
    return [
        f"{task.matrix.columns[j]} alone ranks failures with AUC {strength[j]:.2f} out of time"
        for j in np.argsort(-strength, kind="stable")
        if strength[j] >= limit
    ]


def _features_that_follow(task: Task, limit: float) -> list[str]:
    """Columns whose rank correlation with a margin passes the limit."""
    found = []
    for j, quantity in enumerate(task.panel.quantities):
        margin = task.panel.margins[:, j]
        strength = np.abs(_rank_correlations(task.matrix.values, margin))
        found += [
            f"{task.matrix.columns[i]} follows the margin of {quantity} "
            f"with rank correlation {strength[i]:.2f}"
            for i in np.argsort(-strength, kind="stable")
            if strength[i] >= limit
        ]
    return found


def _models_that_rank(task: Task, ladder: Ladder, limit: float) -> list[str]:
    failed = task.tested_label == 1
    if failed.sum() < FEWEST_FAILURES:
        return []
    return [
        f"{p.model} ranks failures with AUC {area:.2f} out of time"
        for p in ladder.predictions
        if (area := auc(p.probability[task.tested], failed)) >= limit
        and np.isfinite(p.probability[task.tested]).all()
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
