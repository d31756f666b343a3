"""Drivers of every outcome and gate with a process signal: named, measured, drawn as curves.

Without a process signal there is nothing here: ranking noise is what other tools do.
"""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np
import polars as pl

from assets.batch_matrix.levels import column_title
from assets.failure_models.dataset.study_inputs import StudySettings
from assets.failure_models.dataset.task import Task
from assets.failure_models.dataset.task_threads import each_in_threads
from assets.failure_models.drivers.driver_clusters import correlated_clusters
from assets.failure_models.drivers.driver_effects import DriverEffect, driver_effects
from assets.failure_models.drivers.driver_ranking import MIXED, RankedCluster, rank_clusters
from assets.failure_models.drivers.explanation import Explanation, Refit, explain, refitted
from assets.failure_models.drivers.operating_window import operating_window
from assets.failure_models.drivers.refutation_study import refutation_rows
from assets.failure_models.drivers.refutations.association import NOT_APPLICABLE, SURVIVED
from assets.failure_models.signal.acceptance_criteria import AcceptanceCriteria
from assets.failure_models.signal.evidence import SPREAD_GAIN
from assets.failure_models.signal.examination import Examination
from assets.failure_models.signal.judgement import Judgement
from assets.failure_models.signal.verdict import PROCESS_SIGNAL
from assets.statistics.resampling.cluster_bootstrap import cluster_weights

SHOWN_DRIVERS = 10
SHOWN_FEATURES = 20
CURVE_POINTS = 12

Rows = list[dict[str, Any]]


def has_drivers(judged: Judgement) -> bool:
    """Whether a task may have drivers at all: a signal, and one of the mean of the margin."""
    return (
        judged.verdict == PROCESS_SIGNAL
        and judged.gain is not None
        and judged.gain.statistic != SPREAD_GAIN
    )


def driver_rows(
    judged: Judgement,
    criteria: AcceptanceCriteria,
    settings: StudySettings,
    dictionary: pl.DataFrame,
) -> dict[str, Rows]:
    """Study the drivers of one task.

    Args:
        judged: A task for which :func:`has_drivers` holds.
        criteria: Gives how firmly a driver must hold its place to be named.
        settings: Gives the number of refits.
        dictionary: ``feature.dictionary``, for titles, stages and unit operations.

    Returns:
        Rows of ``finding.drivers``, ``finding.refutations``, ``finding.driver_curves`` and, at the
        primary gate, ``model.attributions``.
    """
    seen = judged.examination
    task, explained = seen.task, explain(seen)
    view = task.views[-1].design[task.tested]
    clusters = correlated_clusters(view)
    ranked = rank_clusters(
        explained,
        view,
        clusters,
        _refits(seen, explained, settings),
        places=int(criteria.driver_places),
        shown=SHOWN_DRIVERS,
    )
    effects = driver_effects(seen, ranked, int(clusters.max()) + 1)
    known = {row["feature"]: row for row in dictionary.iter_rows(named=True)}
    refuted = refutation_rows(seen, ranked, int(criteria.driver_places))
    rows: dict[str, Rows] = {
        "finding.drivers": [
            _driver_row(judged, driver, effect, known, criteria)
            | _window(seen, driver)
            | _survived(driver, refuted)
            for driver, effect in zip(ranked, effects, strict=True)
        ],
        "finding.refutations": refuted,
        "finding.driver_curves": [row for driver in ranked for row in _curve_rows(judged, driver)],
        "model.attributions": [],
    }
    if task.is_primary:
        rows["model.attributions"] = _attribution_rows(task, explained)
    return rows


def _refits(seen: Examination, explained: Explanation, settings: StudySettings) -> list[Refit]:
    """Explanations after refits on resampled lots and campaigns of the last training window."""
    task = seen.task
    rng = np.random.default_rng([task.seed, 3])
    clusters = task.matrix.cluster[task.folds[-1].train]
    return [
        refitted(seen, weights, explained.risk_per_margin, task.seed + number)
        for number, weights in enumerate(cluster_weights(clusters, settings.refits, rng))
    ]


def is_named(driver: RankedCluster, effect: DriverEffect, criteria: AcceptanceCriteria) -> bool:
    """Whether a driver holds its sign and place in refits and periods, and beside the others."""
    return (
        driver.rank <= criteria.driver_places
        and driver.direction != MIXED
        and driver.place_stability >= criteria.driver_stability
        and driver.sign_stability >= criteria.driver_stability
        and driver.holds_in_periods
        and effect.is_own
    )


def _driver_row(
    judged: Judgement,
    driver: RankedCluster,
    effect: DriverEffect,
    known: dict[str, dict[str, Any]],
    criteria: AcceptanceCriteria,
) -> dict[str, Any]:
    task = judged.examination.task
    matrix = task.matrix
    leading = int(driver.columns[0])
    feature = matrix.features[leading]
    described = known[feature]
    return {
        "outcome": task.outcome,
        "gate": task.gate,
        "rank": driver.rank,
        "driver": feature,
        "title": column_title(described["title"], feature, matrix.columns[leading]),
        "stage": described["stage"],
        "unit_operation": described["unit_operation"],
        "verdict": judged.verdict,
        "members": ",".join(dict.fromkeys(matrix.features[int(j)] for j in driver.columns)),
        "mean_abs_shap": driver.mean_abs,
        "share": driver.share,
        "direction": driver.direction,
        "rank_low": driver.rank_low,
        "rank_high": driver.rank_high,
        "place_stability": driver.place_stability,
        "sign_stability": driver.sign_stability,
        "is_named": is_named(driver, effect, criteria),
        "crude_effect": effect.crude[0],
        "crude_low": effect.crude[1],
        "crude_high": effect.crude[2],
        "adjusted_effect": effect.adjusted[0],
        "adjusted_low": effect.adjusted[1],
        "adjusted_high": effect.adjusted[2],
        "effect_unit": effect.unit,
        "is_simpson_flagged": effect.is_simpson_flagged,
        "e_value": _number(effect.e_values[0]),
        "e_value_low": _number(effect.e_values[1]),
    }


def _number(value: float) -> float | None:
    return value if isfinite(value) else None


def _window(seen: Examination, driver: RankedCluster) -> dict[str, Any]:
    """The operating window of the leading column; nothing where it has none or is a level."""
    task, leading = seen.task, int(driver.columns[0])
    if task.matrix.columns[leading] != task.matrix.features[leading]:
        return {}
    risk = seen.ladder.rung(seen.ladder.model_used).probability[task.tested]
    window = operating_window(task.matrix.values[task.tested, leading], risk, CURVE_POINTS)
    if window is None:
        return {}
    return {
        "window_low": window.low,
        "window_high": window.high,
        "is_window_open_low": window.is_open_low,
        "is_window_open_high": window.is_open_high,
        "window_failure_prob": window.failure_prob,
        "window_batches": window.batches,
    }


def _survived(driver: RankedCluster, refuted: Rows) -> dict[str, Any]:
    """How many of the attempts that could be made the driver survived."""
    own = [row["result"] for row in refuted if row["rank"] == driver.rank]
    if not own:
        return {}
    return {
        "refutations_survived": own.count(SURVIVED),
        "refutations_tried": len(own) - own.count(NOT_APPLICABLE),
    }


def _curve_rows(judged: Judgement, driver: RankedCluster) -> Rows:
    """Contribution and predicted risk along the leading column, in groups of equal size."""
    seen = judged.examination
    task = seen.task
    leading = int(driver.columns[0])
    value = task.matrix.values[task.tested, leading]
    risk = seen.ladder.rung(seen.ladder.model_used).probability[task.tested]
    recorded = np.flatnonzero(np.isfinite(value))
    edges = np.unique(np.quantile(value[recorded], np.linspace(0, 1, CURVE_POINTS + 1)[1:-1]))
    place = np.searchsorted(edges, value[recorded], side="right")
    rows: Rows = []
    for point, part in enumerate(np.unique(place)):
        inside = recorded[place == part]
        rows.append(
            {
                "outcome": task.outcome,
                "gate": task.gate,
                "driver": task.matrix.features[leading],
                "feature": task.matrix.columns[leading],
                "point": point,
                "value": float(np.median(value[inside])),
                "contribution": float(driver.contribution[inside].mean()),
                "failure_prob": float(risk[inside].mean()),
                "batches": int(inside.size),
            }
        )
    return rows


def _attribution_rows(task: Task, explained: Explanation) -> Rows:
    """Contributions of the leading features to every out-of-time batch, of all to failed ones.

    Levels of one feature are added. What led over all batches says nothing of where a failed
    batch's own cause stands among everything that moved it: for those every feature is kept.
    """
    names = list(dict.fromkeys(task.matrix.features))
    place = {name: k for k, name in enumerate(names)}
    summed = np.zeros((task.tested.size, len(names)))
    for j, feature in enumerate(task.matrix.features):
        summed[:, place[feature]] += explained.contribution[:, j]
    leading = np.argsort(-np.abs(summed).mean(axis=0), kind="stable")[:SHOWN_FEATURES]
    column = {name: j for j, name in enumerate(task.matrix.columns)}
    values = task.matrix.values[task.tested]
    shown = {int(k) for k in leading}
    rows: Rows = []
    for i, position in enumerate(task.tested):
        every = range(len(names)) if task.tested_label[i] == 1 else sorted(shown)
        for k in every:
            own = column.get(names[k])
            rows.append(
                {
                    "outcome": task.outcome,
                    "gate": task.gate,
                    "batch_id": task.matrix.batch_ids[int(position)],
                    "feature": names[k],
                    "contribution": float(summed[i, k]),
                    "value": None if own is None else float(values[i, own]),
                    "is_leading": k in shown,
                }
            )
    return rows


def all_driver_rows(
    judged: Sequence[Judgement],
    criteria: dict[str, AcceptanceCriteria],
    settings: StudySettings,
    dictionary: pl.DataFrame,
) -> dict[str, Rows]:
    """Study the drivers of every task that may have them."""

    def study(one: Judgement) -> dict[str, Rows]:
        return driver_rows(one, criteria[one.examination.task.outcome], settings, dictionary)

    found: dict[str, Rows] = {
        "finding.drivers": [],
        "finding.refutations": [],
        "finding.driver_curves": [],
        "model.attributions": [],
    }
    driven = [one for one in judged if has_drivers(one)]
    if not driven:
        return found
    fits = driven[0].examination.task.fits
    for own in each_in_threads(study, driven, settings.workers, fits):
        for name, rows in own.items():
            found[name] += rows
    return found
