"""The last fit: the model behind a verdict, fitted on every batch whose result is known, kept.

Its figures are those of the same procedure forward in time; what is kept here only has more batches
to learn from.
"""

from functools import partial
from typing import Any

import numpy as np

from assets.failure_models.dataset.shared_fits import fingerprint
from assets.failure_models.dataset.trial import FOLDS, Trial
from assets.failure_models.drivers.explanation import observed_to_predicted
from assets.failure_models.estimators import boosted_trees, label_models
from assets.failure_models.estimators.margin_models import ridge_fit
from assets.failure_models.estimators.penalised_logistic import fit_logistic
from assets.failure_models.scoring.frozen_model import FrozenModel, plain
from assets.failure_models.scoring.model_version import model_version
from assets.failure_models.signal.judgement import Judgement
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.regression.detrending import GroupMeans, fit_group_means
from assets.statistics.resampling.folds import Fold


def freeze(judged: Judgement) -> FrozenModel:
    """Fit the model behind a verdict once more, on all labelled batches.

    Args:
        judged: A judged trial.

    Returns:
        The model, with the scores its alarm threshold and its undecided zone follow.
    """
    seen = judged.examination
    trial, model = seen.trial, seen.ladder.model_used
    train = np.flatnonzero(trial.panel.is_labelled)
    fitted, trees = (
        _on_label(trial, train) if seen.ladder.margins is None else _on_margins(judged, train)
    )
    probability = seen.ladder.rung(model).probability[trial.tested]
    numbers = fitted | {
        "columns": trial.matrix.columns,
        "features": trial.matrix.features,
        "identity_columns": trial.matrix.identity_columns,
        "fitted_on": [trial.matrix.batch_ids[i] for i in train],
        "out_of_time_batches": [trial.matrix.batch_ids[i] for i in trial.tested],
        "out_of_time_prob": plain(probability),
        "out_of_time_failed": plain(trial.tested_label),
    }
    version = model_version(trial, model)
    return FrozenModel(trial.outcome, trial.gate, model, version, judged.verdict, numbers, trees)


def _products(trial: Trial) -> list[str]:
    """Name of every product code in use, by code; empty for codes no batch of this gate has."""
    names = [""] * (int(trial.matrix.product.max(initial=0)) + 1)
    for code, name in zip(trial.matrix.product, trial.matrix.product_names, strict=True):
        names[int(code)] = name
    return names


def _on_label(trial: Trial, train: IntArray) -> tuple[dict[str, Any], dict[str, Any]]:
    design = np.column_stack([label_models.identity_design(trial), trial.matrix.values])
    fit = fit_logistic(design[train], trial.panel.label[train])
    names = _products(trial)
    return {
        "products": [names[code] for code in np.unique(trial.matrix.product)],
        "quantities": [],
        "centre": plain(fit.centre),
        "scale": plain(fit.scale),
        "coefficients": plain(fit.coefficients),
        "intercept": fit.intercept,
    }, {}


def _on_margins(judged: Judgement, train: IntArray) -> tuple[dict[str, Any], dict[str, Any]]:
    trial = judged.examination.trial
    everything = Fold(FOLDS + 1, train, np.empty(0, dtype=np.int64), 0)
    view = trial.view_of(everything)
    names = _products(trial)
    binned = boosted_trees.BinnedDesigns(view.design)
    ridges: list[dict[str, Any]] = []
    trees: dict[str, Any] = {}
    for j, quantity in enumerate(trial.panel.quantities):
        rows = train[np.isfinite(view.targets[train, j])]
        target = view.targets[rows, j]
        fit = ridge_fit(trial, view, rows, target)
        ridges.append(
            {
                "coefficients": plain(fit.coefficients),
                "centre": plain(fit.centre),
                "intercept": fit.intercept,
                "residuals": plain(fit.residuals),
            }
        )
        if trial.is_primary:
            seed = trial.seed + everything.number
            trees[quantity] = trial.fits.of(
                fingerprint("kept trees", view.key, rows, target, seed),
                partial(boosted_trees.fit_margin_trees, binned, rows, target, seed),
            )
    pools = [np.array(ridge["residuals"]) for ridge in ridges]
    weight = observed_to_predicted(trial.panel.margins[train], view.expected[train], pools)
    product = trial.matrix.product[train]
    features = fit_group_means(trial.matrix.values[train], product, len(names))
    margins = fit_group_means(trial.panel.margins[train], product, len(names))
    return {
        "products": names,
        "quantities": trial.panel.quantities,
        "feature_means": _means(features),
        "margin_means": _means(margins),
        "level": plain(view.level),
        "scale": plain(view.scale),
        "ridge": ridges,
        "risk_weight": plain(weight),
    }, trees


def _means(means: GroupMeans) -> dict[str, Any]:
    return {"overall": plain(means.overall), "departure": plain(means.departure)}


def group_means_of(kept: dict[str, Any]) -> GroupMeans:
    """Means as they were kept."""
    overall: FloatArray = np.array(kept["overall"], dtype=float)
    departure: FloatArray = np.array(kept["departure"], dtype=float)
    return GroupMeans(overall, departure.reshape(-1, overall.size))
