"""A driver is named on each half of the lots by itself, or what is measured of it flatters it."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import polars as pl
import pytest

from assets.batch_matrix.gate_rows import gate_rows
from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.dataset.task import Task
from assets.failure_models.drivers.driver_effects import joint_design, within_lots
from assets.failure_models.drivers.driver_ranking import RankedCluster
from assets.failure_models.study import prepare, run_study

Line = Callable[..., StudyInputs]
CAUSE, INNOCENT = "parameter.g03_0", "parameter.g07"


def with_margins(inputs: StudyInputs, moved: dict[str, float]) -> StudyInputs:
    """The line with margins moved batch by batch; 4% fail as before."""
    margin = pl.col("margin") + pl.col("batch_id").replace_strict(moved)
    margins = inputs.outcome_margins.with_columns(margin)
    margins = margins.with_columns(pl.col("margin") - pl.col("margin").quantile(0.04))
    found = margins.select("batch_id", "margin")
    outcomes = inputs.outcomes.drop("margin").join(found, on="batch_id", maintain_order="left")
    return replace(
        inputs,
        outcome_margins=margins,
        outcomes=outcomes.with_columns(is_failure=pl.col("margin") < 0),
    )


def values_of(inputs: StudyInputs, feature: str) -> dict[str, float]:
    own = inputs.gate_values.filter(pl.col("feature") == feature)
    return dict(own.select("batch_id", "value").iter_rows())


def leader(tables: dict[str, pl.DataFrame], gate: int = 5) -> dict[str, object]:
    return tables["finding.drivers"].filter(gate=gate, rank=1).row(0, named=True)


def test_a_cause_is_named_in_both_halves_at_the_gate_that_is_priced(
    line: Line, gates: Line, quick: StudySettings
) -> None:
    tables = run_study(gates(line(seed=3), 4, 5), quick)
    assert leader(tables)["driver"] == CAUSE
    assert leader(tables)["is_named"]
    assert leader(tables)["is_named_in_halves"]
    # Only what is named at the last gate is measured; an earlier one is not halved.
    assert leader(tables, gate=4)["is_named"]
    assert not tables["finding.drivers"].filter(gate=4)["is_named_in_halves"].any()
    # What is named by nobody is not named in halves either.
    others = tables["finding.drivers"].filter(pl.col("rank") > 1)
    assert not others["is_named_in_halves"].any()


def test_a_driver_of_one_half_alone_is_not_named_in_both(
    line: Line, gates: Line, quick: StudySettings
) -> None:
    """Strong in one half of the lots and nothing in the other: on all lots it leads."""
    inputs = gates(line(seed=2, effect=0.0), 5)
    rows, value = gate_rows(inputs.batch_gates, 5), values_of(inputs, CAUSE)
    moved = {
        batch: -1.6 * value[batch] * (half == 0)
        for batch, half in zip(rows.batch_ids, rows.half.tolist(), strict=True)
    }
    found = leader(run_study(with_margins(inputs, moved), quick))
    assert found["driver"] == CAUSE
    assert found["is_named"]
    assert not found["is_named_in_halves"]


def lots_of(inputs: StudyInputs) -> dict[str, str]:
    own = inputs.batch_gates.select("batch_id", "cluster_id").unique()
    return dict(own.iter_rows())


def test_a_parameter_that_a_lot_moves_with_the_result_is_not_named(
    line: Line, gates: Line, quick: StudySettings
) -> None:
    """A property nobody records differs by lot; the parameter follows it, the margin too."""
    inputs = gates(line(seed=3, effect=0.9), 5)
    lots = lots_of(inputs)
    rng = np.random.default_rng(4)
    hidden = dict(zip(sorted(set(lots.values())), rng.normal(size=100), strict=True))
    of_batch = {batch: float(hidden[lot]) for batch, lot in lots.items()}
    is_innocent = pl.col("feature").str.starts_with(INNOCENT)
    follows = pl.col("batch_id").replace_strict(of_batch)
    raised = inputs.gate_values.with_columns(
        value=pl.when(is_innocent).then(pl.col("value") + follows).otherwise("value")
    )
    moved = {batch: -0.8 * value for batch, value in of_batch.items()}
    tables = run_study(with_margins(replace(inputs, gate_values=raised), moved), quick)
    drivers = {row["driver"][:13]: row for row in tables["finding.drivers"].iter_rows(named=True)}
    innocent = drivers[INNOCENT]
    assert innocent["rank"] <= 2
    assert innocent["adjusted_high"] < 0  # clear of zero over all lots
    assert not innocent["is_named"]  # gone within them
    assert not innocent["is_named_in_halves"]
    assert drivers[CAUSE[:13]]["is_named"]


@pytest.fixture(scope="module")
def task(line: Line, gates: Line) -> Task:
    return prepare(gates(line(batches=300), 5), seed=1)[0][0]


def test_lot_means_stand_beside_what_varies_within_lots(task: Task) -> None:
    rng = np.random.default_rng(2)
    by_lot = rng.normal(size=int(task.matrix.cluster.max()) + 1)[task.matrix.cluster]
    design = np.column_stack([by_lot, rng.normal(size=by_lot.size)])
    assert within_lots(design, 0, task) is design
    beside = within_lots(design, 1, task)
    assert np.array_equal(beside[:, :2], design)
    for lot in np.unique(task.matrix.cluster)[:5]:
        own = task.matrix.cluster == lot
        assert beside[own, 2] == pytest.approx(design[own, 1].mean())


def ranked(column: int, direction: str) -> RankedCluster:
    return RankedCluster(
        np.array([column]), np.zeros(1), 1.0, 1.0, direction, 1, 1, 1, 1.0, 1.0, True
    )


def test_all_levels_of_a_category_are_held_beside_one_of_them() -> None:
    """Six columns stand for three suppliers and three parameters; one level leads."""
    features = ["supplier", "force", "supplier", "depth", "supplier", "speed"]
    columns = ["supplier=A", "force", "supplier=B", "depth", "supplier=C", "speed"]
    view = np.random.default_rng(1).normal(size=(20, 6))
    matrix = SimpleNamespace(features=features, is_level=lambda j: columns[j] != features[j])
    six = cast("Task", SimpleNamespace(matrix=matrix, views=[SimpleNamespace(design=view)]))
    drivers = [ranked(3, "window"), ranked(2, "higher"), ranked(1, "lower")]
    found = joint_design(six, drivers)
    # A window by its distance from the middle, then the others in their order, then suppliers A, C.
    assert np.array_equal(found, np.column_stack([np.abs(view[:, 3]), view[:, [2, 1, 0, 4]]]))
    assert np.array_equal(joint_design(six, drivers[2:]), view[:, [1]])
