"""A study's results as tables: one frame per contract, each sorted by its key.

Rows are made where their figures are; here they only become frames.
"""

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any

import polars as pl

from assets.batch_matrix.outcome_panel import OutcomeDefinition
from assets.failure_models.alarms.alarm_performance import alarm_period_rows, alarm_rows
from assets.failure_models.alarms.undecided_zone import zone_rows
from assets.failure_models.dataset.study_inputs import StudySettings
from assets.failure_models.dataset.task import Task
from assets.failure_models.drivers.confounding import confounding_rows
from assets.failure_models.estimators.prediction import Prediction
from assets.failure_models.scoring.model_version import model_version
from assets.failure_models.signal.drift_check import drift_rows
from assets.failure_models.signal.examination import Examination
from assets.failure_models.signal.judgement import Judgement, null_rows
from assets.failure_models.signal.subgroups import subgroup_rows
from assets.failure_models.signal.trends import trend_rows
from assets.failure_models.signal.validation import calibration_rows
from assets.failure_models.signal.verdict import NOT_APPLICABLE, TOO_FEW_FAILURES
from assets.failure_models.signal.verdict_sentence import not_applicable
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import polars_schema
from data_contracts.tables import table

Rows = list[dict[str, Any]]


def model_tables(
    settings: StudySettings, judged: Sequence[Judgement], validations: Rows
) -> dict[str, pl.DataFrame]:
    """The ``model`` tables of figures and the trends, from all judgements of a run."""
    seen = [one.examination for one in judged]
    rows: dict[str, Rows] = {
        "model.folds": [row for one in seen for row in _fold_rows(one.task)],
        "model.validations": validations,
        "model.permutation_nulls": [row for one in judged for row in null_rows(one)],
        "model.calibration": [
            row for one in seen for row in calibration_rows(one.task, one.ladder)
        ],
        "model.conformal": [row for one in seen for row in _zones(one)],
        "model.alarm_performance": [row for one in seen for row in alarm_rows(*_alert(one))],
        "model.alarm_periods": [row for one in seen for row in alarm_period_rows(*_alert(one))],
    }
    rows |= _of_primary_gates([one for one in seen if one.task.is_primary], settings)
    frames = {name: table(name, found) for name, found in rows.items()}
    return frames | {"model.predictions": _predictions(seen)}


def _of_primary_gates(seen: Sequence[Examination], settings: StudySettings) -> dict[str, Rows]:
    """What is said once per outcome, at the last gate before its result."""
    return {
        "finding.trends": [
            row
            for one in seen
            for row in trend_rows(
                one.task.matrix, one.task.panel, settings.resamples, settings.seed
            )
        ],
        "finding.confounding": [row for one in seen for row in confounding_rows(one.task)],
        "model.drift": [row for one in seen for row in drift_rows(one.task, one.weights)],
        "model.subgroups": [
            row
            for one in seen
            for row in subgroup_rows(one.task, one.ladder.rung(one.ladder.model_used), one.weights)
        ],
    }


def verdict_table(
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
        "minimum_detectable_auc": ranking.minimum_detectable_auc,
        "years_needed": ranking.years_needed,
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
        "verdict": TOO_FEW_FAILURES,
        "reason": reason,
        "failures": int((task.panel.label == 1).sum()),
        "batches": int(task.panel.is_labelled.sum()),
    }


def _skipped_row(definition: OutcomeDefinition, gate: int) -> dict[str, Any]:
    reason = not_applicable(
        definition.title, gate, definition.first_known_stage, definition.last_gate_before
    )
    return _head(definition, gate) | {
        "verdict": NOT_APPLICABLE,
        "reason": reason,
        "failures": 0,
        "batches": 0,
    }


def _alert(seen: Examination) -> tuple[Task, Prediction, float]:
    return seen.task, seen.ladder.rung(seen.ladder.model_used), seen.design_effect


def _zones(seen: Examination) -> Rows:
    return zone_rows(seen.task, seen.ladder.rung(seen.ladder.model_used))


def _fold_rows(task: Task) -> Rows:
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


def _predictions(seen: Iterable[Examination]) -> pl.DataFrame:
    frames = []
    for one in seen:
        label = pl.Series(one.task.panel.label).fill_nan(None) == 1
        for prediction in one.ladder.predictions:
            margin = prediction.expected_margin
            frames.append(
                pl.DataFrame(
                    {
                        "outcome": one.task.outcome,
                        "gate": one.task.gate,
                        "model": prediction.model,
                        "validation": prediction.validation,
                        "batch_id": one.task.matrix.batch_ids,
                        "fold": prediction.fold,
                        "failure_prob": prediction.probability,
                        "expected_margin": margin if margin.size else None,
                        "is_failure": label,
                    },
                    schema=polars_schema(contract("model.predictions")),
                ).filter(pl.col("fold") > 0)
            )
    return table("model.predictions", pl.concat([table("model.predictions"), *frames]))
