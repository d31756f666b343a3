"""How much a model leaves undecided, and whether its decided batches keep their promise.

Every test block is judged by sets calibrated on earlier batches scored by a model that had not been
fitted on them: those of earlier test blocks, and those of the first training window by fits that
left their block out. Results count as known when the block began, so the coverage is that of later
batches. What is compared is the log odds beside those of the 40 batches before: a level that
drifts would make every later batch strange. Drift may still break the coverage, so it is counted
and shown.
"""

from itertools import pairwise
from typing import Any

import numpy as np

from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators.prediction import Prediction
from assets.statistics.array_types import BoolArray, FloatArray
from assets.statistics.dependence import share_interval
from assets.statistics.prediction_quality.calibration import logit
from assets.statistics.prediction_quality.conformal import PredictionSets, prediction_sets
from assets.statistics.regression.detrending import past_mean
from assets.statistics.resampling.folds import was_known

NOMINAL_COVERAGE = 0.90
ALL, GOOD, FAILED = "all", "good", "failed"


def conformal(task: Task, prediction: Prediction) -> list[dict[str, Any]]:
    """Coverage and decidedness over the later test blocks.

    Args:
        task: An outcome at a gate.
        prediction: Forward-in-time probabilities of the model used.

    Returns:
        One row per class and one for all, in the shape of ``model.conformal``; empty with fewer
        than two test blocks.
    """
    blocks = [fold.test for fold in task.folds]
    if len(blocks) < 2:
        return []
    later = np.concatenate(blocks[1:])
    failed = task.panel.label[later] == 1
    sets = later_sets(task, prediction)
    return [
        _row(task, prediction.model, name, sets, failed, inside)
        for name, inside in (
            (ALL, np.ones(later.size, dtype=bool)),
            (GOOD, ~failed),
            (FAILED, failed),
        )
    ]


def conformity_scores(probability: FloatArray) -> FloatArray:
    """Log odds relative to the mean of the previous 40 predictions, in production order.

    The first five, which have no past, are taken relative to their own mean.
    """
    score = logit(probability)
    past = past_mean(score[:, None])[:, 0]
    return np.asarray(score - np.where(np.isfinite(past), past, score[:5].mean()))


def later_sets(task: Task, prediction: Prediction) -> PredictionSets:
    """Sets of every test block after the first, each calibrated on results known by then."""
    tried, probability = prediction.tried(task.tested)
    score, failed = conformity_scores(probability), task.panel.label[tried] == 1
    found = []
    ends = tried.size - task.tested.size + np.cumsum([fold.test.size for fold in task.folds])
    for first, last in pairwise(ends):
        block, before = tried[first:last], tried[:first]
        known = np.flatnonzero(was_known(before, block, task.panel.known_at, task.matrix.gate_at))
        found.append(
            prediction_sets(score[first:last], score[known], failed[known], 1 - NOMINAL_COVERAGE)
        )
    return PredictionSets(
        np.concatenate([one.holds_good for one in found]),
        np.concatenate([one.holds_failed for one in found]),
    )


def _row(
    task: Task,
    model: str,
    name: str,
    sets: PredictionSets,
    failed: BoolArray,
    inside: BoolArray,
) -> dict[str, Any]:
    is_covered = sets.covers(failed)[inside]
    batches, covered = int(inside.sum()), int(is_covered.sum())
    undecided = int(sets.is_undecided[inside].sum())
    later = np.concatenate([fold.test for fold in task.folds[1:]])
    low, high = share_interval(is_covered, task.matrix.cluster[later][inside])
    return {
        "outcome": task.outcome,
        "gate": task.gate,
        "result": name,
        "model": model,
        "nominal_coverage": NOMINAL_COVERAGE,
        "batches": batches,
        "covered": covered,
        "coverage": covered / batches if batches else None,
        "coverage_low": low if batches else None,
        "coverage_high": high if batches else None,
        "undecided": undecided,
        "undecided_share": undecided / batches if batches else None,
    }
