"""A study's results as tables: one frame per contract, each sorted by its key.

Rows are made where their figures are; here they only become frames.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from math import isfinite
from typing import Any

import polars as pl

from assets.batch_matrix.outcome_panel import OutcomeDefinition
from assets.failure_models.alarms.alarm_counts import alarm_counts
from assets.failure_models.alarms.alarm_performance import alarm_performance, alarm_periods
from assets.failure_models.alarms.undecided_zone import conformal
from assets.failure_models.dataset.study_inputs import StudySettings
from assets.failure_models.dataset.task import Task
from assets.failure_models.drivers.confounding import confounding
from assets.failure_models.scoring.model_version import model_version
from assets.failure_models.signal.drift_check import drift
from assets.failure_models.signal.examination import Examination
from assets.failure_models.signal.judgement import Judgement, permutation_nulls
from assets.failure_models.signal.subgroups import subgroups
from assets.failure_models.signal.trends import trends
from assets.failure_models.signal.validation import calibration
from assets.failure_models.signal.verdict_sentence import not_applicable
from data_contracts.codes.records import Verdict
from data_contracts.tables import table

Rows = list[dict[str, Any]]


def model_tables(
    settings: StudySettings, judged: Sequence[Judgement], validated: Rows
) -> dict[str, pl.DataFrame]:
    """The ``model`` tables of figures, the trends and the confounded, from all judgements of a run.

    Args:
        settings: Draws and seed.
        judged: Every judgement.
        validated: Rows of ``model.validations``.
    """
    seen = [one.examination for one in judged]
    primary = [one for one in seen if one.task.is_primary]
    draws, seed = settings.resamples, settings.seed
    rows = {
        "model.folds": (folds(one.task) for one in seen),
        "model.validations": [validated],
        "model.permutation_nulls": map(permutation_nulls, judged),
        "model.calibration": (calibration(one.task, one.ladder) for one in seen),
        "model.conformal": (conformal(one.task, one.ladder.used) for one in seen),
        "model.alarm_counts": (alarm_counts(one.task, one.ladder.used) for one in seen),
        "model.alarm_performance": (alarm_performance(one.task, one.ladder.used) for one in seen),
        "model.alarm_periods": (alarm_periods(one.task, one.ladder.used) for one in seen),
        # What is said once per outcome, at the last gate before its result.
        "finding.trends": (trends(one.task.matrix, one.task.panel, draws, seed) for one in primary),
        "finding.confounding": (confounding(one.task) for one in primary),
        "model.drift": (drift(one.task, one.weights) for one in primary),
        "model.subgroups": (subgroups(one.task, one.ladder.used, one.weights) for one in primary),
    }
    frames = {name: table(name, chain.from_iterable(found)) for name, found in rows.items()}
    return frames | {"model.predictions": predictions(seen)}


def verdicts(
    judged: Iterable[Judgement],
    blocked: Iterable[Task],
    skipped: Iterable[tuple[OutcomeDefinition, int]],
) -> pl.DataFrame:
    """``model.verdicts``: one row for every outcome and gate, whatever could be done there."""
    rows = [
        *(_verdict_row(one) for one in judged),
        *(_blocked_row(task) for task in blocked),
        *(_skipped_row(definition, gate) for definition, gate in skipped),
    ]
    return table("model.verdicts", rows)


def _verdict_row(judged: Judgement) -> dict[str, Any]:
    seen, facts, ranking = judged.examination, judged.facts, judged.ranking
    task, gain = seen.task, judged.gain
    model = seen.ladder.model_used
    row = _head(task.panel.definition, task.gate) | {
        "verdict": judged.verdict,
        "route": judged.route,
        "reason": judged.reason,
        "model_used": model,
        "model_version": model_version(task, model),
        "auc": ranking.auc,
        "auc_low": ranking.auc_low,
        "auc_high": ranking.auc_high,
        "auc_product": ranking.auc_product,
        "failures": facts.failures,
        "failures_effective": facts.failures_effective,
        "batches": facts.batches,
        "design_effect": facts.design_effect,
    }
    if gain is not None:
        row |= {
            "gain": max(gain.value, -1.0),
            "gain_low": max(gain.low, -1.0),
            "gain_high": max(gain.high, -1.0),
            "p_value": gain.p_value,
        }
    return row


def _head(definition: OutcomeDefinition, gate: int) -> dict[str, Any]:
    return {
        "outcome": definition.outcome,
        "gate": gate,
        "is_primary_gate": gate == definition.last_gate_before,
        "is_proxy": definition.is_proxy,
    }


def _blocked_row(task: Task) -> dict[str, Any]:
    reason = task.obstacle[:1].upper() + task.obstacle[1:]
    return _head(task.panel.definition, task.gate) | {
        "verdict": Verdict.TOO_FEW_FAILURES,
        "reason": reason,
        "failures": int((task.panel.label == 1).sum()),
        "batches": int(task.panel.is_labelled.sum()),
    }


def _skipped_row(definition: OutcomeDefinition, gate: int) -> dict[str, Any]:
    reason = not_applicable(
        definition.title, gate, definition.first_known_stage, definition.last_gate_before
    )
    return _head(definition, gate) | {
        "verdict": Verdict.NOT_APPLICABLE,
        "reason": reason,
        "failures": 0,
        "batches": 0,
    }


def folds(task: Task) -> Rows:
    """What each fold of a task trained and tested on, in the shape of ``model.folds``."""
    order, label, gate_at = task.matrix.production_order, task.panel.label, task.matrix.gate_at
    rows: Rows = []
    for fold in task.folds:
        until = gate_at[fold.test].min()
        rows.append(
            {
                "outcome": task.outcome,
                "gate": task.gate,
                "fold": fold.number,
                "train_batches": int(fold.train.size),
                "test_batches": int(fold.test.size),
                "train_until": _instant(until) if isfinite(until) else None,
                "test_from_order": int(order[fold.test].min()),
                "test_until_order": int(order[fold.test].max()),
                "purged_batches": fold.purged,
                "failures_train": int(label[fold.train].sum()),
                "failures_test": int(label[fold.test].sum()),
            }
        )
    return rows


def _instant(microseconds: float) -> Any:
    return pl.Series([int(microseconds)]).cast(pl.Datetime("us")).item()


def predictions(seen: Iterable[Examination]) -> pl.DataFrame:
    """``model.predictions``: what every rung said of every batch it had not been fitted on."""
    frames = [
        pl.DataFrame(
            {
                "outcome": one.task.outcome,
                "gate": one.task.gate,
                "model": rung.model,
                "validation": rung.validation,
                "batch_id": one.task.matrix.batch_ids,
                "fold": rung.fold,
                "failure_prob": rung.probability,
                "expected_margin": rung.expected_margin if rung.expected_margin.size else None,
                "is_failure": pl.Series(one.task.panel.label).fill_nan(None) == 1,
            }
        ).filter(pl.col("fold") > 0)
        for one in seen
        for rung in one.ladder.predictions
    ]
    every = pl.concat([table("model.predictions"), *frames], how="diagonal_relaxed")
    return table("model.predictions", every)
