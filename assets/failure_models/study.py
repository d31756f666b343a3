"""The whole study of a run: every outcome at every gate, from feature tables to verdict tables.

Frames in, frames out. The order is the point: thresholds are fixed first, all tasks are fitted and
measured, chance is counted over all of them, and only then is anything judged or explained.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import polars as pl

from assets.batch_matrix.gate_matrix import OutcomeMatrices, gate_matrix
from assets.batch_matrix.outcome_panel import (
    OutcomeDefinition,
    OutcomePanel,
    definitions,
    outcome_panel,
)
from assets.batch_matrix.past_results import bounds_of
from assets.failure_models.contrasts.good_contrasts import good_contrasts
from assets.failure_models.dataset.confirmed_rules import confirmed_rules
from assets.failure_models.dataset.shared_fits import SharedFits
from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.dataset.task import Task
from assets.failure_models.dataset.task_threads import each_in_threads
from assets.failure_models.drivers.driver_study import driver_study
from assets.failure_models.estimators.label_models import PRODUCT_ONLY
from assets.failure_models.scoring.freezing import freeze
from assets.failure_models.signal.acceptance_criteria import AcceptanceCriteria, criteria_of
from assets.failure_models.signal.evidence import LABEL_GAIN, SPREAD_GAIN
from assets.failure_models.signal.examination import Examination, examine
from assets.failure_models.signal.judgement import Judgement, family, judge
from assets.failure_models.signal.null_distribution import number_of_clusters
from assets.failure_models.signal.validation import validations
from assets.failure_models.study_tables import model_tables, verdicts
from assets.statistics.one_thread import one_thread
from assets.statistics.resampling.permutation import SharedDraws
from data_contracts.codes.records import Validation
from data_contracts.tables import table

GATES = range(1, 8)


def run_study(inputs: StudyInputs, settings: StudySettings) -> dict[str, pl.DataFrame]:
    """Study every outcome at every gate.

    Args:
        inputs: The tables.
        settings: Draws and seed.

    Returns:
        The ``model`` and ``finding`` tables of the run by name, each sorted by its key.
    """
    tasks, skipped = prepare(inputs, settings.seed, SharedFits(settings.spill_dir))
    shared = SharedDraws(number_of_clusters(tasks), settings.permutations, settings.seed)
    criteria = {t.outcome: criteria_of(inputs.acceptance_criteria, t.outcome) for t in tasks}
    open_tasks = [task for task in tasks if not task.obstacle]
    with one_thread():
        seen = examine_all(open_tasks, criteria, shared, settings)
        judged, validated = judge_all(seen, criteria)
        # Figures are made on one thread: meanwhile the others look for drivers.
        with ThreadPoolExecutor(max_workers=1) as pool:
            figures = pool.submit(model_tables, settings, judged, validated)
            explained = driver_study(judged, criteria, settings, inputs.dictionary)
            kept = table("model.boosters", boosters(judged, settings))
            contrasts = table("model.good_contrasts", good_contrasts(judged, inputs.dictionary))
            own = {"model.boosters": kept, "model.good_contrasts": contrasts}
            tables = figures.result() | own
        tables |= {name: table(name, rows) for name, rows in explained.items()}
    blocked = [task for task in tasks if task.obstacle]
    return tables | {"model.verdicts": verdicts(judged, blocked, skipped)}


def kept_models(inputs: StudyInputs, settings: StudySettings) -> pl.DataFrame:
    """Judge every outcome at every gate, and keep the models alone: no drivers, no figures.

    Args:
        inputs: The tables.
        settings: Draws and seed.

    Returns:
        ``model.boosters``.
    """
    tasks, _ = prepare(inputs, settings.seed, SharedFits(settings.spill_dir))
    shared = SharedDraws(number_of_clusters(tasks), settings.permutations, settings.seed)
    criteria = {t.outcome: criteria_of(inputs.acceptance_criteria, t.outcome) for t in tasks}
    with one_thread():
        seen = examine_all([t for t in tasks if not t.obstacle], criteria, shared, settings)
        judged, _ = judge_all(seen, criteria)
        return table("model.boosters", boosters(judged, settings))


def prepare(
    inputs: StudyInputs, seed: int, fits: SharedFits | None = None
) -> tuple[list[Task], list[tuple[OutcomeDefinition, int]]]:
    """Make a task of every outcome and gate before its result.

    Args:
        inputs: The tables.
        seed: Seed of every random draw.
        fits: What the tasks share; None for one that keeps what does not fit in the system's own
            temporary folder.

    Returns:
        The tasks, by outcome and gate, and the outcomes and gates where there is none because
        the gate comes at or after the result or no batch reaches it.
    """
    defined = definitions(inputs.outcome_definitions)
    # A gate at or after every result is never looked at.
    last = max((definition.last_gate_before for definition in defined), default=0)
    matrices = {
        gate: OutcomeMatrices(
            gate_matrix(inputs.gate_values, inputs.dictionary, inputs.batch_gates, gate),
            inputs.withheld_features,
        )
        for gate in GATES
        if gate <= last
    }
    fits = SharedFits() if fits is None else fits
    tasks: list[Task] = []
    skipped: list[tuple[OutcomeDefinition, int]] = []
    panels = {gate: _panels(defined, inputs, own) for gate, own in matrices.items()}
    results = {gate: bounds_of(own) for gate, own in panels.items()}
    for place, definition in enumerate(defined):
        for gate in GATES:
            if gate > definition.last_gate_before or not matrices[gate].batch_ids:
                skipped.append((definition, gate))
            else:
                matrix = matrices[gate].of(definition.outcome)
                task = Task(
                    matrix,
                    panels[gate][place],
                    results[gate][0],
                    seed,
                    open_questions(inputs.leak_questions, definition.outcome, gate),
                    confirmed_rules(inputs.rules, inputs.rule_effects, definition.outcome, gate),
                    results[gate][1],
                    fits,
                )
                tasks.append(task.with_fitted_margins())
    return tasks, skipped


def open_questions(leak_questions: pl.DataFrame, outcome: str, gate: int) -> list[str]:
    """The questions that stand open for an outcome at a gate, the most telling first."""
    own = leak_questions.filter(
        (pl.col("outcome") == outcome)
        & ~pl.col("is_answered")
        & (pl.col("available_at_gate") <= gate)
    ).sort("forward_r2", "forward_auc", "feature", descending=[True, True, False], nulls_last=True)
    return own["question"].to_list()


def _panels(
    defined: Sequence[OutcomeDefinition], inputs: StudyInputs, matrices: OutcomeMatrices
) -> list[OutcomePanel]:
    return [
        outcome_panel(
            one, inputs.outcomes, inputs.outcome_margins, matrices.batch_ids, matrices.product
        )
        for one in defined
    ]


def examine_all(
    tasks: Sequence[Task],
    criteria: dict[str, AcceptanceCriteria],
    shared: SharedDraws,
    settings: StudySettings,
) -> list[Examination]:
    """Examine tasks in threads, in the order given."""
    # The longest tasks start first, those of one gate together, because they share fits; the
    # order of the result is that of the tasks.
    order = sorted(range(len(tasks)), key=lambda i: (not tasks[i].is_primary, tasks[i].gate))

    def examined(i: int) -> Examination:
        return examine(tasks[i], criteria[tasks[i].outcome], shared, settings)

    if not tasks:
        return []
    found = each_in_threads(examined, order, settings.workers, tasks[0].fits)
    seen = dict(zip(order, found, strict=True))
    return [seen[i] for i in range(len(tasks))]


def boosters(judged: Sequence[Judgement], settings: StudySettings) -> list[dict[str, Any]]:
    """The models behind the verdicts, fitted on all batches, in the shape of ``model.boosters``."""
    if not settings.with_models or not judged:
        return []
    fits = judged[0].examination.task.fits
    models = each_in_threads(freeze, judged, settings.workers, fits)
    return [row for model in models for row in model.rows()]


def judge_all(
    seen: Sequence[Examination], criteria: dict[str, AcceptanceCriteria]
) -> tuple[list[Judgement], list[dict[str, Any]]]:
    """Count chance over the whole family, then judge each task.

    Returns:
        The judgements in the order of the examinations, and the rows of ``model.validations``.
    """
    signal_p = iter(family([null for one in seen for null in one.signal]))
    product_p = iter(family([one.product for one in seen if one.product is not None]))
    judged: list[Judgement] = []
    validated: list[dict[str, Any]] = []
    for one in seen:
        rows = validations(one.task, one.ladder, one.weights)
        forward = {
            row["model"]: row for row in rows if row["validation"] == Validation.ROLLING_ORIGIN
        }
        own_p = [next(signal_p) for _ in one.signal]
        own_product = next(product_p) if one.product is not None else float("nan")
        judged.append(judge(one, own_p, own_product, forward, criteria[one.task.outcome]))
        forward[PRODUCT_ONLY]["p_value"] = own_product
        for null, p_value in zip(one.signal, own_p, strict=True):
            if null.statistic.name != SPREAD_GAIN:
                tested = one.ladder.on_label() if null.statistic.name == LABEL_GAIN else one.ladder
                forward[tested.model_used]["p_value"] = p_value
        validated += rows
    return judged, validated
