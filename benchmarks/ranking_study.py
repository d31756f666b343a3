"""How well failures are ranked beside the best possible ranking, one CSV row per plant and view.

Each virtual plant with causes is looked at as a plant would be: at every gate, on short histories
(cut where the record holds 30, 15 or 8 failures), and through few or many features (all causes
kept, idle columns left out, or added as columns moved along in time). The score is the AUC within
folds, forward in time, of the model the verdict rests on, beside that of the true probabilities on
the same batches; how much of the margins' variance is foretold; and whether a stated risk is the
frequency that follows, beside what a handful of failures says of the true one; and what alarms net.

    python benchmarks/ranking_study.py --plants 100 --first-seed 1
    python benchmarks/ranking_study.py --summary
"""

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import polars as pl

from assets.failure_models.alarms.alarm_counts import LEAST_PROBS
from assets.failure_models.alarms.alarm_performance import alarms_by_block
from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators.ladder import climb
from assets.failure_models.estimators.prediction import Prediction
from assets.failure_models.study import prepare
from assets.savings.arithmetic.break_even import alarm_price
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.prediction_quality.calibration import recalibration
from assets.statistics.prediction_quality.discrimination import auc
from assets.virtual_plant.fast_path.prepared_plant import batch_features
from benchmarks.studies.record import StudyRecord
from benchmarks.verdict_study import LAST_GATE, study_inputs
from data_contracts.assumptions import load_built_in

FAILURES = (30, 15, 8)
FEATURES = (100, 300, 1000)
FALSE_ALARMS = 0.05
BUDGET = 0.05
BATCHES_PER_YEAR = 200


def views(tasks: dict[int, Task], causes: set[str], seed: int) -> Iterator[tuple[str, Task]]:
    """A plant at its gates, on shorter histories, and through fewer or more features."""
    for gate, task in tasks.items():
        yield f"gate {gate}", task
    last = tasks[LAST_GATE]
    for failures in FAILURES:
        if (cut := on_record(last, failures)) is not None:
            yield f"{failures} failures", cut
    rng = np.random.default_rng(seed)
    for features in FEATURES:
        yield f"{features} features", seen_through(last, features, causes, rng)


def on_record(task: Task, failures: int) -> Task | None:
    """The task as it was when its record held so many failures; None where it never did."""
    failed = np.flatnonzero(task.panel.label == 1)
    if failed.size < failures:
        return None
    known = np.arange(len(task.matrix.batch_ids)) <= failed[failures - 1]
    label = np.where(known, task.panel.label, np.nan)
    margins = np.where(known[:, None], task.panel.margins, np.nan)
    panel = replace(
        task.panel, label=label, margins=margins, bounds=margins, side=0 * task.panel.side
    )
    return replace(task, panel=panel)


def seen_through(task: Task, features: int, causes: set[str], rng: np.random.Generator) -> Task:
    """The task with all columns about causes and as many idle ones as make up the number."""
    matrix = task.matrix
    about = np.array([any(f".{c}" in f or f.endswith(c) for c in causes) for f in matrix.features])
    idle = rng.permutation(np.flatnonzero(~about))
    kept = np.sort(np.r_[np.flatnonzero(about), idle[: max(features - int(about.sum()), 0)]])
    values, columns = matrix.values[:, kept], [matrix.columns[j] for j in kept]
    names = [matrix.features[j] for j in kept]
    while (lacking := features - len(columns)) > 0:
        # The same column some hundred batches along keeps its own course and tells nothing.
        more = rng.choice(kept, min(lacking, kept.size), replace=False)
        moved = np.roll(matrix.values[:, more], int(rng.integers(100, 900)), axis=0)
        tag = f" moved {len(columns)}"
        values = np.column_stack([values, moved])
        columns += [matrix.columns[j] + tag for j in more]
        names += [matrix.features[j] + tag for j in more]
    return replace(task, matrix=replace(matrix, values=values, columns=columns, features=names))


def score(task: Task, oracle: FloatArray) -> dict[str, Any]:
    """Marks of one view; ``oracle`` is the true probability per batch of the matrix."""
    if task.obstacle:
        return {}
    started = time.process_time()
    ladder = climb(task, with_contrast=False)
    seconds = time.process_time() - started
    rows, fold = task.tested, task.fold_number[task.tested]
    said, label = ladder.used.probability[rows], task.tested_label
    intercept, slope = recalibration(said, label)
    failed = label == 1
    return {
        "batches": rows.size,
        "failures": int(failed.sum()),
        "auc": auc(said, failed, fold),
        "oracle_auc": auc(oracle[rows], failed, fold),
        "caught": caught(said, failed, fold),
        "intercept": intercept,
        "slope": slope,
        "oracle_slope": recalibration(oracle[rows], label)[1],
        "r2": margins_foretold(task, ladder.margins),
        **net_usd_per_year(task, ladder.used, oracle),
        "seconds": round(seconds, 2),
    }


def caught(said: FloatArray, failed: BoolArray, fold: IntArray) -> int:
    """Failures scored above all but one in twenty of the good batches of their fold."""
    found = 0
    for number in np.unique(fold):
        good, bad = said[(fold == number) & ~failed], said[(fold == number) & failed]
        found += int((bad > np.quantile(good, 1 - FALSE_ALARMS)).sum())
    return found


def net_usd_per_year(task: Task, used: Prediction, oracle: FloatArray) -> dict[str, float]:
    """What alarms net a year by the plant's truth, shipped prices at base: within the alarm budget.

    Beside it within the budget and above the risk from which an alarm pays, as it is raised; and
    by an alarm that knows every true risk.
    """
    if len(task.folds) < 2:
        return {}
    declared = load_built_in("tablets")
    alert = next(lever for lever in declared.levers if lever.kind == "alert")
    price = alarm_price(declared, alert, task.gate)
    blocks = [fold.test for fold in task.folds]
    later = np.concatenate(blocks[1:])
    saved, cost = float(price.caught_failure_usd), float(price.false_alarm_usd)
    worth = oracle[later] * saved - (1 - oracle[later]) * cost
    within = np.concatenate(alarms_by_block(used, blocks, BUDGET))
    pays = min(step for step in LEAST_PROBS if step >= price.break_even_prob)
    raised = {
        "budget": within,
        "pays": within & (used.probability[later] > pays),
        "oracle": oracle[later] > pays,
    }
    a_year = BATCHES_PER_YEAR / later.size
    return {f"net_usd_{name}": round(a_year * worth[on].sum()) for name, on in raised.items()}


def margins_foretold(task: Task, scores: Any) -> float:
    """Mean over the margins of the share of later variance that is foretold."""
    target, said = scores.target[task.tested], scores.score[task.tested]
    known = np.isfinite(target)
    left = np.where(known, (target - said) ** 2, 0.0).sum(axis=0)
    total = np.where(known, target**2, 0.0).sum(axis=0)
    return float(np.mean(1 - left / total))


def study_plant(seed: int, is_last_alone: bool) -> Iterator[dict[str, Any]]:
    """Every view of one plant, or its last gate alone."""
    plant = batch_features(None, seed=seed, batches=1000, years=5)
    gates = (LAST_GATE,) if is_last_alone else tuple(range(1, LAST_GATE + 1))
    tasks = {
        task.gate: task
        for task in prepare(study_inputs(plant, gates), seed)[0]
        if task.outcome == "failure" and task.matrix.columns
    }
    causes = {
        cause["variable"]
        for mechanism in plant.truth["mechanisms"]
        for cause in mechanism["causes"]
    }
    risk = plant.truth["oracle_failure_prob"]
    last_alone = [(f"gate {LAST_GATE}", tasks[LAST_GATE])]
    for view, task in last_alone if is_last_alone else views(tasks, causes, seed):
        oracle = np.array([risk[batch] for batch in task.matrix.batch_ids])
        if marks := score(task, oracle):
            yield {"seed": seed, "view": view} | marks


def summary(rows: pl.DataFrame) -> None:
    """Print each view's share of the way from a coin to the oracle."""
    found = rows.group_by("view", maintain_order=True).agg(
        pl.len().alias("plants"),
        pl.col("auc", "oracle_auc", "r2", "seconds").mean(),
        pl.col("caught", "failures").sum(),
        pl.col("intercept", "slope", "oracle_slope").median(),
        pl.col("^net_usd_.*$").mean(),
        (pl.col("^net_usd_.*$") > 0).mean().name.suffix("_positive"),
    )
    share = (pl.col("auc") - 0.5) / (pl.col("oracle_auc") - 0.5)
    with pl.Config(tbl_rows=40, tbl_cols=30, tbl_width_chars=300, float_precision=3):
        print(found.with_columns(share=share))


def main() -> None:
    """Score the plants that are missing from the CSV, then print the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plants", type=int, default=3, help="seeds first to first+plants-1")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--record", default="ranking_study", help="name of the CSV")
    parser.add_argument("--last-gate", action="store_true", help="that view alone")
    parser.add_argument("--summary", action="store_true", help="only print what is in the CSV")
    asked = parser.parse_args()
    record = StudyRecord(asked.record)
    seeds = range(asked.first_seed, asked.first_seed + asked.plants)
    for (seed,) in record.missing([] if asked.summary else [(seed,) for seed in seeds]):
        for row in study_plant(seed, asked.last_gate):
            record.append(row)
        print(seed, flush=True)
    summary(record.rows().filter(pl.col("seed").is_in(list(seeds))))


if __name__ == "__main__":
    main()
