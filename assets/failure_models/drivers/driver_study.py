"""The drivers of every outcome and gate with a process signal: ranked, measured, attacked, drawn.

Without a process signal there is nothing here: ranking noise is what other tools do.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl

from assets.failure_models.dataset.study_inputs import StudySettings
from assets.failure_models.dataset.task_threads import each_in_threads
from assets.failure_models.drivers.attributions import attributions
from assets.failure_models.drivers.driver_clusters import correlated_clusters, levels_joined
from assets.failure_models.drivers.driver_curves import driver_curves
from assets.failure_models.drivers.driver_effects import driver_effects
from assets.failure_models.drivers.driver_ranking import rank_clusters
from assets.failure_models.drivers.drivers import drivers
from assets.failure_models.drivers.explanation import Explanation, Refit, explain, refitted
from assets.failure_models.drivers.half_samples import named_in_both_halves
from assets.failure_models.drivers.refutation_study import refutations
from assets.failure_models.signal.acceptance_criteria import AcceptanceCriteria
from assets.failure_models.signal.examination import Examination
from assets.failure_models.signal.judgement import Judgement
from assets.statistics.resampling.cluster_bootstrap import cluster_weights
from data_contracts.codes.records import VerdictRoute

SHOWN_DRIVERS = 10

Rows = list[dict[str, Any]]


def driver_study(
    judged: Sequence[Judgement],
    criteria: dict[str, AcceptanceCriteria],
    settings: StudySettings,
    dictionary: pl.DataFrame,
) -> dict[str, Rows]:
    """Study the drivers of every task that may have them.

    Args:
        judged: Every judgement.
        criteria: By outcome, how firmly a driver must hold its place to be named.
        settings: Gives the number of refits.
        dictionary: ``feature.dictionary``, for titles, stages and unit operations.

    Returns:
        Rows of ``finding.drivers``, ``finding.refutations``, ``finding.driver_curves`` and
        ``model.attributions`` by name.
    """
    known = {row["feature"]: row for row in dictionary.iter_rows(named=True)}
    found: dict[str, Rows] = {
        "finding.drivers": [],
        "finding.refutations": [],
        "finding.driver_curves": [],
        "model.attributions": [],
    }
    driven = [one for one in judged if has_drivers(one)]
    if not driven:
        return found

    def study(one: Judgement) -> dict[str, Rows]:
        return _of_task(one, criteria[one.examination.task.outcome], settings, known)

    fits = driven[0].examination.task.fits
    for own in each_in_threads(study, driven, settings.workers, fits):
        for name, rows in own.items():
            found[name] += rows
    found["finding.drivers"] = kept_to_the_last(found["finding.drivers"], judged, known)
    return found


def kept_to_the_last(
    drivers: Rows, judged: Sequence[Judgement], known: dict[str, dict[str, Any]]
) -> Rows:
    """Take the name from a driver that a later gate does not name: it stood for something else.

    Args:
        drivers: Rows of ``finding.drivers``.
        judged: Every judgement, those without drivers included.
        known: Rows of ``feature.dictionary`` by feature.

    Returns:
        The rows, named where every later gate names a driver of the same quantity as well.
    """
    gates: dict[str, list[int]] = {}
    for one in judged:
        gates.setdefault(one.examination.task.outcome, []).append(one.examination.task.gate)

    def quantity(row: dict[str, Any]) -> str:
        return str(known[row["driver"]]["quantity"] or row["driver"])

    named: dict[tuple[str, int], set[str]] = {}
    for row in drivers:
        if row["is_named"]:
            named.setdefault((row["outcome"], row["gate"]), set()).add(quantity(row))
    return [
        row
        | {
            "is_named": row["is_named"]
            and all(
                quantity(row) in named.get((row["outcome"], gate), ())
                for gate in gates[row["outcome"]]
                if gate > row["gate"]
            )
        }
        for row in drivers
    ]


def has_drivers(judged: Judgement) -> bool:
    """Whether a task may have drivers at all: a model shows the signal, and not of the spread."""
    return judged.route in (VerdictRoute.MARGIN_MODEL, VerdictRoute.LABEL_MODEL)


def _of_task(
    judged: Judgement,
    criteria: AcceptanceCriteria,
    settings: StudySettings,
    known: dict[str, dict[str, Any]],
) -> dict[str, Rows]:
    seen = judged.examination
    task, explained = seen.task, explain(seen)
    view = task.views[-1].design[task.tested]
    clusters = levels_joined(correlated_clusters(view), task.matrix.features)
    places = int(criteria.driver_places)
    refits = _refits(seen, explained, settings)
    ranked = rank_clusters(explained, view, clusters, refits, places=places, shown=SHOWN_DRIVERS)
    effects = driver_effects(seen, ranked, int(clusters.max()) + 1)
    refuted = refutations(seen, ranked, places)
    in_halves = [False] * len(ranked)
    if task.is_primary:
        in_halves = named_in_both_halves(seen, explained, ranked, clusters, places)
    named = drivers(judged, ranked, effects, refuted, known, criteria)
    return {
        "finding.drivers": [
            row | {"is_named_in_halves": both} for row, both in zip(named, in_halves, strict=True)
        ],
        "finding.refutations": refuted,
        "finding.driver_curves": [row for one in ranked for row in driver_curves(seen, one)],
        "model.attributions": attributions(task, explained) if task.is_primary else [],
    }


def _refits(seen: Examination, explained: Explanation, settings: StudySettings) -> Iterator[Refit]:
    """Explanations after refits on resampled lots and campaigns of the last training window."""
    task = seen.task
    rng = np.random.default_rng([task.seed, 3])
    clusters = task.matrix.cluster[task.folds[-1].train]
    for number, weights in enumerate(cluster_weights(clusters, settings.refits, rng)):
        counts = weights.astype(float)
        yield refitted(seen, counts, explained.risk_per_margin, task.seed + number)
