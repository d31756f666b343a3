"""Models of the failure label: base rate, product only, best single parameter, logistic, trees.

They see features as recorded. The first three are what a model must beat; the last row, trees under
random cross-validation, is there to show how far ordinary practice flatters.
"""

from collections.abc import Callable

import numpy as np

from assets.failure_models.dataset.gate_matrix import mean_filled
from assets.failure_models.dataset.shared_fits import fingerprint
from assets.failure_models.dataset.trial import Trial
from assets.failure_models.estimators import boosted_trees
from assets.failure_models.estimators.penalised_logistic import LogisticDesign, fit_logistic
from assets.failure_models.estimators.prediction import RANDOM_CROSS_VALIDATION, Prediction
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.prediction_quality.discrimination import column_aucs
from assets.statistics.resampling.folds import random_folds

BASE_RATE = "base_rate"
PRODUCT_ONLY = "product_only"
SINGLE_PARAMETER = "best_single_parameter"
LOGISTIC = "penalised_logistic"
TREES = "boosted_trees"

Fitter = Callable[[IntArray, IntArray, int], FloatArray]


def base_rate(trial: Trial) -> Prediction:
    """The training failure rate for everyone: the floor of the ladder."""

    def predict(train: IntArray, test: IntArray, _: int) -> FloatArray:
        failures = trial.panel.label[train].sum()
        return np.full(test.size, (failures + 0.5) / (train.size + 1))

    return _rolling(trial, BASE_RATE, predict)


def product_only(trial: Trial) -> Prediction:
    """What product code, strength and size say before anything is made."""
    design = identity_design(trial)

    def predict(train: IntArray, test: IntArray, _: int) -> FloatArray:
        return fit_logistic(design[train], trial.panel.label[train]).predict(design[test])

    return _rolling(trial, PRODUCT_ONLY, predict)


def identity_design(trial: Trial) -> FloatArray:
    """One column per product and strength, and the numbers known of a batch before it is made."""
    groups = np.unique(trial.matrix.product)
    own = (trial.matrix.product[:, None] == groups).astype(float)
    return np.column_stack([own, trial.matrix.identity])


def best_single_parameter(trial: Trial) -> Prediction:
    """The one parameter that ranked training failures best, as a model by itself."""
    values = trial.matrix.values
    chosen: list[str] = []

    def predict(train: IntArray, test: IntArray, _: int) -> FloatArray:
        areas = column_aucs(mean_filled(values[train]), trial.panel.label[train] == 1)
        best = int(np.argmax(np.nan_to_num(np.abs(areas - 0.5), nan=0.0))) if areas.size else -1
        if best < 0:
            return np.full(test.size, float(trial.panel.label[train].mean()))
        chosen.append(trial.matrix.columns[best])
        fit = fit_logistic(values[train][:, [best]], trial.panel.label[train])
        return fit.predict(values[test][:, [best]])

    found = _rolling(trial, SINGLE_PARAMETER, predict)
    note = "Chosen in training: " + ", ".join(dict.fromkeys(chosen))
    return Prediction(found.model, found.probability, found.fold, note=note)


def penalised_logistic(trial: Trial) -> Prediction:
    """Ridge logistic regression on product identity and every feature."""
    design = np.column_stack([identity_design(trial), trial.matrix.values])
    shared = fingerprint("logistic", design)

    def predict(train: IntArray, test: IntArray, _: int) -> FloatArray:
        key = fingerprint(shared, train)
        ready = trial.fits.lately(key, lambda: LogisticDesign(design[train]))
        return ready.fit(trial.panel.label[train]).predict(design[test])

    return _rolling(trial, LOGISTIC, predict)


def boosted_label(trial: Trial) -> Prediction:
    """Boosted trees on product identity and every feature, forward in time."""
    return _rolling(trial, TREES, _tree_fitter(trial))


def boosted_label_at_random(trial: Trial) -> Prediction:
    """The same trees under random cross-validation: lots on both sides, the future in training."""
    predict = _tree_fitter(trial)
    batches = len(trial.matrix.batch_ids)
    probability, fold = np.full(batches, np.nan), np.zeros(batches, dtype=np.int64)
    parts = random_folds(trial.panel.label, np.random.default_rng(trial.seed))
    for number, (train, test) in enumerate(parts, start=1):
        trial.fits.check()
        probability[test], fold[test] = predict(train, test, number), number
    return Prediction(
        TREES,
        probability,
        fold,
        validation=RANDOM_CROSS_VALIDATION,
        note="Random splits share lots and the future with training; shown as the optimism it is.",
    )


def _tree_fitter(trial: Trial) -> Fitter:
    design = np.column_stack([identity_design(trial), trial.matrix.values])

    def predict(train: IntArray, test: IntArray, number: int) -> FloatArray:
        label = trial.panel.label[train]
        if label.min() == label.max():
            return np.full(test.size, (label.sum() + 0.5) / (label.size + 1))
        booster = boosted_trees.fit_label_trees(design[train], label, trial.seed + number)
        return boosted_trees.predict(booster, design[test])

    return predict


def _rolling(trial: Trial, model: str, predict: Fitter) -> Prediction:
    probability = np.full(len(trial.matrix.batch_ids), np.nan)
    for fold in trial.folds:
        trial.fits.check()
        probability[fold.test] = predict(fold.train, fold.test, fold.number)
    return Prediction(model, probability, trial.fold_number)
