"""The last fit: the model behind a verdict, fitted on every batch whose result is known, kept.

Its figures are those of the same procedure forward in time; what is kept here only has more batches
to learn from.
"""

from typing import Any

import numpy as np

from assets.failure_models.dataset.task import FOLDS, Task
from assets.failure_models.drivers.explanation import observed_to_predicted
from assets.failure_models.estimators.label_logistic import label_fit
from assets.failure_models.estimators.left_out_risk import LeftOutRisk
from assets.failure_models.estimators.margin_lines import MarginFit, margin_fit
from assets.failure_models.estimators.margin_trees import TreeFit, tree_fit
from assets.failure_models.scoring.frozen_model import FrozenModel, plain
from assets.failure_models.scoring.model_version import model_version
from assets.failure_models.signal.judgement import Judgement
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.lines.pair_terms import PairTerms
from assets.statistics.regression.detrending import GroupMeans, fit_group_means
from assets.statistics.regression.penalised_logistic import LogisticFit
from assets.statistics.resampling.folds import Fold


def freeze(judged: Judgement) -> FrozenModel:
    """Fit the model behind a verdict once more, on all labelled batches.

    Args:
        judged: A judged task.

    Returns:
        The model, with the scores its alarm threshold and its undecided zone follow.
    """
    seen = judged.examination
    task, model = seen.task, seen.ladder.model_used
    train = np.flatnonzero(task.panel.is_labelled)
    fitted, trees = (
        _on_label(task, train) if seen.ladder.margins is None else _on_margins(judged, train)
    )
    prediction = seen.ladder.rung(model)
    tried, scored = prediction.tried(task.tested)
    numbers = fitted | {
        "columns": task.matrix.columns,
        "features": task.matrix.features,
        "identity_columns": task.matrix.identity_columns,
        "fitted_on": [task.matrix.batch_ids[i] for i in train],
        "tried_batches": [task.matrix.batch_ids[i] for i in tried],
        "tried_prob": plain(scored),
        "tried_failed": plain(task.panel.label[tried]),
    }
    version = model_version(task, model)
    return FrozenModel(task.outcome, task.gate, model, version, judged.verdict, numbers, trees)


def _products(task: Task) -> list[str]:
    """Name of every product code in use, by code; empty for codes no batch of this gate has."""
    names = [""] * (int(task.matrix.product.max(initial=0)) + 1)
    for code, name in zip(task.matrix.product, task.matrix.product_names, strict=True):
        names[int(code)] = name
    return names


def _on_label(task: Task, train: IntArray) -> tuple[dict[str, Any], dict[str, Any]]:
    view = task.view_of(Fold(FOLDS + 1, train, np.empty(0, dtype=np.int64), 0))
    fit, names = label_fit(task, view, train), _products(task)
    features = fit_group_means(task.matrix.values[train], task.matrix.product[train], len(names))
    return {
        "products": names,
        "quantities": [],
        "feature_means": _means(features),
        "scale": plain(view.scale),
        "identity_products": [names[code] for code in np.unique(task.matrix.product)],
        "product_fit": _logistic(fit.product),
        "feature_fit": _logistic(fit.features),
    }, {}


def _logistic(fit: LogisticFit) -> dict[str, Any]:
    return {
        "centre": plain(fit.centre),
        "scale": plain(fit.scale),
        "coefficients": plain(fit.coefficients),
        "intercept": fit.intercept,
    }


def logistic_of(kept: dict[str, Any]) -> LogisticFit:
    """A logistic fit as it was kept."""
    centre, scale, coefficients = (
        np.array(kept[name], dtype=float) for name in ("centre", "scale", "coefficients")
    )
    return LogisticFit(centre, scale, coefficients, float(kept["intercept"]))


def _on_margins(judged: Judgement, train: IntArray) -> tuple[dict[str, Any], dict[str, Any]]:
    task = judged.examination.task
    everything = Fold(FOLDS + 1, train, np.empty(0, dtype=np.int64), 0)
    view = task.view_of(everything)
    names = _products(task)
    fits: list[MarginFit] = []
    lines: list[dict[str, Any]] = []
    trees: dict[str, Any] = {}
    for j, quantity in enumerate(task.panel.quantities):
        rows = train[np.isfinite(view.targets[train, j])]
        fits.append(margin_fit(task, view, rows, view.fitted[rows, j]))
        beside = (
            tree_fit(task, view, rows, fits[j], task.seed + everything.number)
            if task.is_primary
            else TreeFit.none()
        )
        lines.append(_lines(fits[j], beside))
        if beside.booster is not None:
            trees[quantity] = beside.booster
    pools = [fit.residuals for fit in fits]
    left = LeftOutRisk.of(task, train, view, fits)
    weight = observed_to_predicted(view.margins[train], view.expected[train], pools)
    product = task.matrix.product[train]
    features = fit_group_means(task.matrix.values[train], product, len(names))
    margins = fit_group_means(view.margins[train], product, len(names))
    return {
        "products": names,
        "quantities": task.panel.quantities,
        "feature_means": _means(features),
        "margin_means": _means(margins),
        "level": plain(view.level),
        "scale": plain(view.scale),
        "lines": lines,
        "risk_weight": plain(weight),
        "correction": {"intercept": left.intercept, "slope": left.slope},
    }, trees


def _lines(fit: MarginFit, beside: TreeFit) -> dict[str, Any]:
    return {
        "coefficients": plain(fit.lines.coefficients),
        "centre": plain(fit.lines.centre),
        "intercept": fit.lines.intercept,
        "pairs": _pairs(fit.pairs),
        "trees": {"columns": beside.columns.tolist(), "share": beside.share},
        "residuals": plain(fit.residuals),
    }


def _pairs(pairs: PairTerms) -> dict[str, Any]:
    return {
        "first": pairs.first.tolist(),
        "second": pairs.second.tolist(),
        "centre": plain(pairs.centre),
        "coefficients": plain(pairs.coefficients),
    }


def pairs_of(kept: dict[str, Any]) -> PairTerms:
    """Products of columns as they were kept."""
    first, second = (np.array(kept[name], dtype=np.int64) for name in ("first", "second"))
    return PairTerms(first, second, np.array(kept["centre"]), np.array(kept["coefficients"]))


def trees_of(kept: dict[str, Any], booster: Any) -> TreeFit:
    """Trees beside the lines of a margin as they were kept; None in place of an absent booster."""
    return TreeFit(np.array(kept["columns"], dtype=np.int64), float(kept["share"]), booster)


def _means(means: GroupMeans) -> dict[str, Any]:
    return {"overall": plain(means.overall), "departure": plain(means.departure)}


def group_means_of(kept: dict[str, Any]) -> GroupMeans:
    """Means as they were kept."""
    overall: FloatArray = np.array(kept["overall"], dtype=float)
    departure: FloatArray = np.array(kept["departure"], dtype=float)
    return GroupMeans(overall, departure.reshape(len(kept["departure"]), overall.size))
