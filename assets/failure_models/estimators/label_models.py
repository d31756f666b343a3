"""Models of the failure label as recorded: base rate, product only, best single parameter, trees.

They see features as recorded; the logistic model that evidence may rest on does not, and has its
own home. The first three are what a model must beat; the last row, trees under
random cross-validation, is there to show how far ordinary practice flatters.
"""

from collections.abc import Callable

import numpy as np

from assets.batch_matrix.missing_values import mean_filled
from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators import boosted_trees
from assets.failure_models.estimators.prediction import Prediction
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.prediction_quality.discrimination import column_aucs
from assets.statistics.regression.penalised_logistic import fit_logistic
from assets.statistics.resampling.folds import random_folds
from data_contracts.codes.records import Validation

BASE_RATE = "base_rate"
PRODUCT_ONLY = "product_only"
SINGLE_PARAMETER = "best_single_parameter"
TREES = "boosted_trees"

Fitter = Callable[[IntArray, IntArray, int], FloatArray]


def base_rate(task: Task) -> Prediction:
    """The training failure rate for everyone: the floor of the ladder."""

    def predict(train: IntArray, test: IntArray, _: int) -> FloatArray:
        failures = task.panel.label[train].sum()
        return np.full(test.size, (failures + 0.5) / (train.size + 1))

    return _rolling(task, BASE_RATE, predict)


def product_only(task: Task) -> Prediction:
    """What product code, strength and size say before anything is made."""
    design = identity_design(task)

    def predict(train: IntArray, test: IntArray, _: int) -> FloatArray:
        return fit_logistic(design[train], task.panel.label[train]).predict(design[test])

    return _rolling(task, PRODUCT_ONLY, predict)


def identity_design(task: Task) -> FloatArray:
    """One column per product and strength, and the numbers known of a batch before it is made."""
    groups = np.unique(task.matrix.product)
    own = (task.matrix.product[:, None] == groups).astype(float)
    return np.column_stack([own, task.matrix.identity])


def best_single_parameter(task: Task) -> Prediction:
    """The one parameter that ranked training failures best, as a model by itself."""
    values = task.matrix.values
    chosen: list[str] = []

    def predict(train: IntArray, test: IntArray, _: int) -> FloatArray:
        areas = column_aucs(mean_filled(values[train]), task.panel.label[train] == 1)
        best = int(np.argmax(np.nan_to_num(np.abs(areas - 0.5), nan=0.0))) if areas.size else -1
        if best < 0:
            return np.full(test.size, float(task.panel.label[train].mean()))
        chosen.append(task.matrix.columns[best])
        fit = fit_logistic(values[train][:, [best]], task.panel.label[train])
        return fit.predict(values[test][:, [best]])

    found = _rolling(task, SINGLE_PARAMETER, predict)
    note = "Chosen in training: " + ", ".join(dict.fromkeys(chosen))
    return Prediction(found.model, found.probability, found.fold, note=note)


def boosted_label(task: Task) -> Prediction:
    """Boosted trees on product identity and every feature, forward in time."""
    return _rolling(task, TREES, _tree_fitter(task))


def boosted_label_at_random(task: Task) -> Prediction:
    """The same trees under random cross-validation: lots on both sides, the future in training."""
    predict = _tree_fitter(task)
    batches = len(task.matrix.batch_ids)
    probability, fold = np.full(batches, np.nan), np.zeros(batches, dtype=np.int64)
    parts = random_folds(task.panel.label, np.random.default_rng(task.seed))
    for number, (train, test) in enumerate(parts, start=1):
        task.fits.check()
        probability[test], fold[test] = predict(train, test, number), number
    return Prediction(
        TREES,
        probability,
        fold,
        validation=Validation.RANDOM_CROSS_VALIDATION,
        note="Random splits share lots and the future with training; shown as the optimism it is.",
    )


def _tree_fitter(task: Task) -> Fitter:
    design = np.column_stack([identity_design(task), task.matrix.values])

    def predict(train: IntArray, test: IntArray, number: int) -> FloatArray:
        label = task.panel.label[train]
        if label.min() == label.max():
            return np.full(test.size, (label.sum() + 0.5) / (label.size + 1))
        booster = boosted_trees.fit_label_trees(design[train], label, task.seed + number)
        return boosted_trees.predict(booster, design[test])

    return predict


def _rolling(task: Task, model: str, predict: Fitter) -> Prediction:
    probability = np.full(len(task.matrix.batch_ids), np.nan)
    for fold in task.folds:
        task.fits.check()
        probability[fold.test] = predict(fold.train, fold.test, fold.number)
    return Prediction(model, probability, task.fold_number)
