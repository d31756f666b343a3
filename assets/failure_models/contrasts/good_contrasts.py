"""Failed batches explained by models that had not seen them, against good batches of the time."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from assets.batch_matrix.good_batches import good_before
from assets.failure_models.contrasts.contrast import Contrast, MarginModel, by_label, by_margins
from assets.failure_models.contrasts.contributions import contribution_rows
from assets.failure_models.drivers.driver_clusters import correlated_clusters, levels_joined
from assets.failure_models.drivers.driver_study import has_drivers
from assets.failure_models.drivers.explanation import margin_weights
from assets.failure_models.estimators.margin_models import TREES, trees_of_fold
from assets.failure_models.estimators.margin_trees import TreeFit
from assets.failure_models.signal.examination import Examination
from assets.failure_models.signal.judgement import Judgement
from assets.statistics.array_types import FloatArray

Rows = list[dict[str, Any]]


def good_contrasts(judged: Sequence[Judgement], dictionary: pl.DataFrame) -> Rows:
    """Explain the failed out-of-time batches of every outcome whose drivers a model shows.

    Args:
        judged: Every judgement.
        dictionary: ``feature.dictionary``, for titles.

    Returns:
        Rows of ``model.good_contrasts``; only of the last gate before the result.
    """
    known = {row["feature"]: row for row in dictionary.iter_rows(named=True)}
    rows: Rows = []
    for one in judged:
        task = one.examination.task
        if task.is_primary and has_drivers(one):
            head = {"outcome": task.outcome, "gate": task.gate}
            rows += [head | row for row in _of_task(one.examination, known)]
    return rows


def _of_task(seen: Examination, known: dict[str, dict[str, Any]]) -> Rows:
    task = seen.task
    cluster = levels_joined(
        correlated_clusters(task.views[-1].design[task.tested]), task.matrix.features
    )
    rows: Rows = []
    for number, fold in enumerate(task.folds):
        failed = [int(position) for position in fold.test if task.panel.is_failed[position]]
        models = _models(seen, number) if failed and seen.ladder.margins is not None else None
        for position in failed:
            found = good_before(task.matrix, task.panel, position)
            if found is not None:
                design = task.views[number].design
                contrast = _contrast(seen, number, models, position, design, design[found[0]])
                rows += contribution_rows(task.matrix, position, found[0], contrast, cluster, known)
    return rows


def _contrast(
    seen: Examination,
    number: int,
    models: list[MarginModel] | None,
    position: int,
    design: FloatArray,
    background: FloatArray,
) -> Contrast:
    if models is not None:
        expected = seen.task.views[number].expected[position]
        reached = seen.task.panel.margins[position]
        return by_margins(models, expected, design[position], background, reached)
    if seen.ladder.labels is None:
        raise ValueError(f"nothing was fitted to {seen.task.outcome} at gate {seen.task.gate}")
    return by_label(seen.ladder.labels.fits[number], design[position], background)


def _models(seen: Examination, number: int) -> list[MarginModel]:
    """The models of every margin as they were before one block of tested batches."""
    task, spread, scores = seen.task, seen.ladder.spread, seen.ladder.margins
    if spread is None or scores is None:
        raise ValueError(f"no margin was fitted to {task.outcome} at gate {task.gate}")
    fold, view, weights = task.folds[number], task.views[number], margin_weights(task, spread)
    models = []
    for j, fit in enumerate(spread.fits[number]):
        has_trees = scores.model == TREES
        trees = trees_of_fold(task, fold, view, j, fit) if has_trees else TreeFit.none()
        pool, weight = spread.residuals[number][j], float(weights[number][j])
        name = task.panel.quantities[j]
        models.append(MarginModel(name, fit.lines, fit.pairs, trees, pool, weight))
    return models
