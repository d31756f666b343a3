"""Does the slope of a driver keep its size and its interval where results stand at a limit?

Tables of 300 batches of two products in lots of three, whose result falls with one of ten features
by a known slope beside noise of the batch and of the lot, and wanders as a process does. Of every
table 40% of the results lie beyond a reporting limit. The slope is the one ``finding.drivers``
gives as adjusted, from the margins of the warehouse on; its 95% interval has to cover the truth in
181 to 197 of 200 tables (the 99% band of 95%). Beside it stand the same slope with the results read
as if measured at their limit, and with them left out.

    python benchmarks/censored_study.py --tables 200
"""

import argparse
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from assets.batch_matrix.gate_matrix import GateMatrix
from assets.batch_matrix.outcome_panel import OutcomeDefinition, outcome_panel
from assets.batch_matrix.past_results import bounds_of
from assets.failure_models.dataset.task import Task
from assets.failure_models.drivers.driver_effects import Regressand, slopes_of
from assets.statistics.array_types import FloatArray
from assets.statistics.regression.clustered_regression import Slopes
from benchmarks.studies.record import RESULTS, StudyRecord

BATCHES, FEATURES, LOT, SLOPE = 300, 10, 3, 0.6
SHARE_AT_LIMIT = 0.4
WANTED = (181, 197)
START = datetime(2022, 1, 1, tzinfo=UTC).replace(tzinfo=None)
NAME = "censored_study"


def made_table(seed: int, side: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Features, margins and the product of every batch of a plant; margins beyond a limit later."""
    rng = np.random.default_rng([2300, seed])
    features = rng.normal(size=(BATCHES, FEATURES))
    lots = np.repeat(rng.normal(size=BATCHES // LOT), LOT)
    features[:, 1] += lots  # idle, and like its lot
    product = (np.arange(BATCHES) // 10 % 2).astype(float)
    wander = np.zeros(BATCHES)
    for i in range(1, BATCHES):
        wander[i] = 0.98 * wander[i - 1] + rng.normal(0, 0.06)
    noise = 0.4 * np.repeat(rng.normal(size=BATCHES // LOT), LOT) + rng.normal(0, 0.8, BATCHES)
    margins = 2.0 + 0.5 * product + side * wander + SLOPE * features[:, 0] + noise
    return features, margins, product


def task_of(features: FloatArray, margins: FloatArray, product: FloatArray, side: int) -> Task:
    """A task of a table whose margins are reported up to, or from, a limit."""
    codes = product.astype(np.int64)
    limit = float(np.quantile(side * margins, 1 - SHARE_AT_LIMIT)) * side
    is_beyond = side * margins > side * limit
    ids = [f"B{i:04d}" for i in range(BATCHES)]
    recorded = pl.DataFrame(
        {
            "batch_id": ids,
            "outcome": "failure",
            "quantity": "impurity",
            "margin": np.where(is_beyond, limit, margins),
            "is_censored": is_beyond,
        }
    ).with_columns(bound=pl.when("is_censored").then(pl.lit("at_least" if side > 0 else "at_most")))
    outcomes = pl.DataFrame(
        {
            "batch_id": ids,
            "outcome": "failure",
            "is_failure": margins < np.quantile(margins, 0.05),
            "known_at": [START + timedelta(days=i + 5) for i in range(BATCHES)],
        }
    )
    definition = OutcomeDefinition("failure", "failures", False, 6, 5)
    panel = outcome_panel(definition, outcomes, recorded, ids, codes)
    names = [f"parameter.p{j}" for j in range(FEATURES)]
    matrix = GateMatrix(
        gate=5,
        batch_ids=ids,
        production_order=np.arange(1, BATCHES + 1),
        gate_at=np.array([(START + timedelta(days=i)).timestamp() * 1e6 for i in range(BATCHES)]),
        product=codes,
        product_names=[f"P{one}|5MG" for one in codes],
        cluster=np.arange(BATCHES) // LOT,
        half=np.arange(BATCHES) // LOT % 2,
        columns=names,
        features=names,
        values=features,
        identity_columns=[],
        identity=np.empty((BATCHES, 0)),
    )
    results, results_side = bounds_of([panel])
    return Task(matrix, panel, results, seed=1, results_side=results_side)


def slopes(task: Task) -> dict[str, Slopes]:
    """The adjusted slope of the driver, in its own units, by three ways with a limit."""
    view, side = task.views[-1], task.panel.side[:, 0]
    target = Regressand(view.targets[:, 0], view.bounds[:, 0], side)
    at_limit = Regressand.measured(view.bounds[:, 0])
    left_out = replace(target, bound=np.where(side == 0, view.bounds[:, 0], np.nan), side=0 * side)
    design, scale = view.design[:, [0]], view.scale[0]
    ways = {"censored": target, "at_limit": at_limit, "left_out": left_out}
    return {name: slopes_of(design, way, task).scaled(1 / scale) for name, way in ways.items()}


def study_row(seed: int) -> dict[str, float | int | str]:
    """One table: its three slopes with intervals, and whether each covers the truth."""
    side = 1 if seed % 2 else -1
    made = slopes(task_of(*made_table(seed, side), side))
    row: dict[str, float | int | str] = {"seed": seed, "side": side, "truth": SLOPE}
    for name, found in made.items():
        low, high = float(found.low[0]), float(found.high[0])
        row |= {f"{name}_slope": round(float(found.estimate[0]), 4)}
        row |= {f"{name}_low": round(low, 4), f"{name}_high": round(high, 4)}
        row |= {f"{name}_covers": int(low <= SLOPE <= high)}
    return row


def main() -> None:
    """Make the tables that are missing, and say in how many the intervals cover."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--tables", type=int, default=200)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--name", default=NAME)
    asked = parser.parse_args()
    record = StudyRecord(asked.name, folder=RESULTS)
    seeds = range(asked.first, asked.first + asked.tables)
    for (seed,) in record.missing([(seed,) for seed in seeds]):
        record.append(study_row(seed))
    rows = record.rows().filter(pl.col("seed").is_in(list(seeds)))
    for name in ("censored", "at_limit", "left_out"):
        covered, mean = rows[f"{name}_covers"].sum(), rows[f"{name}_slope"].mean()
        print(f"{name:9s} covers in {covered} of {rows.height}; mean slope {mean:.3f} of {SLOPE}")
    print(f"wanted: {WANTED[0]} to {WANTED[1]} of 200 with results used as censored")


if __name__ == "__main__":
    main()
