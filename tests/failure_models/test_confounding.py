"""Parameters that only look guilty, windows that end where records do, and drift that is seen."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from assets.failure_models.dataset.study_inputs import StudyInputs
from assets.failure_models.dataset.task import Task
from assets.failure_models.drivers.confounding import confounding
from assets.failure_models.drivers.operating_window import operating_window
from assets.failure_models.signal.drift_check import drift
from assets.failure_models.signal.validation import resamples
from assets.failure_models.study import prepare
from assets.statistics.regression.clustered_regression import separate_slopes
from assets.statistics.regression.detrending import group_means, relative_to_past

Line = Callable[..., StudyInputs]


def task_of(inputs: StudyInputs) -> Task:
    return next(one for one in prepare(inputs, seed=1)[0] if one.is_primary)


def shifted(inputs: StudyInputs, by_batch: pl.Expr, step: float) -> StudyInputs:
    """The line with one harmless parameter raised where ``by_batch`` is high."""
    is_harmless = pl.col("feature") == "parameter.g07_0"
    raised = pl.when(is_harmless).then(pl.col("value") + step * by_batch).otherwise("value")
    return replace(inputs, gate_values=inputs.gate_values.with_columns(value=raised))


def test_a_parameter_that_only_tells_the_strength_is_confounded_by_it(
    line: Line, gates: Line
) -> None:
    inputs = gates(line(seed=3, effect=0.0, products=2, product_effect=2.0), 5)
    names = inputs.batch_gates.select("batch_id", "product").unique()
    is_second = dict(names.with_columns(pl.col("product") == "P1").rows())
    strength = pl.col("batch_id").replace_strict(is_second).cast(pl.Float64)
    mixed = shifted(inputs, strength, 3.0)
    mixed = replace(mixed, batch_gates=mixed.batch_gates.with_columns(strength=pl.col("product")))
    rows = confounding(task_of(mixed))
    assert [(row["feature"], row["confounder"], row["kind"]) for row in rows] == [
        ("parameter.g07_0", "strength", "vanishes")
    ]
    assert rows[0]["crude_low"] > 0
    assert "within strength that is gone" in rows[0]["statement"]


def test_a_real_cause_is_not_called_confounded(line: Line, gates: Line) -> None:
    rows = confounding(task_of(gates(line(seed=3), 5)))
    assert not [row for row in rows if row["feature"].startswith("parameter.g03")]


def test_without_margins_results_too_are_taken_beside_the_recent_past(
    line: Line, gates: Line
) -> None:
    """A parameter and failures that both become more frequent, one batch after another."""
    inputs = shifted(
        gates(line(seed=5, effect=0.0, with_margins=False), 5),
        pl.col("batch_id").str.slice(1).cast(pl.Float64) / 100,
        1.0,
    )
    number = pl.col("batch_id").str.slice(1).cast(pl.Int64)
    failed = (number * 7919 % 500) < 0.6 * number
    inputs = replace(inputs, outcomes=inputs.outcomes.with_columns(is_failure=failed))
    task = task_of(inputs)
    (row,) = [one for one in confounding(task) if one["feature"] == "parameter.g07_0"]
    assert row["confounder"] == "recent past"
    j = task.matrix.columns.index("parameter.g07_0")
    label = task.panel.label[:, None]
    target = relative_to_past(
        label - group_means(label, task.matrix.product, np.arange(label.size))
    )
    alone = separate_slopes(task.views[-1].design[:, [j]], target[:, 0], task.matrix.cluster)
    spread = task.matrix.values[:, j].std() / task.views[-1].scale[j]
    assert row["adjusted_effect"] == pytest.approx(alone.estimate[0] * spread)


def test_drift_is_seen_as_recorded_and_gone_relative_to_the_past(line: Line, gates: Line) -> None:
    over_time = pl.col("batch_id").str.slice(1).cast(pl.Float64) / 100
    task = task_of(shifted(gates(line(seed=5, effect=0.0), 5), over_time, 1.0))
    recorded, relative = drift(task, resamples(task, 100))
    assert recorded["auc"] > 0.8
    assert "parameter.g07_0" in recorded["leading_features"]
    assert relative["auc"] < 0.65


def test_the_window_ends_where_risk_or_the_records_do() -> None:
    value = np.random.default_rng(1).uniform(0, 10, size=600)
    window = operating_window(value, np.where(np.abs(value - 4) > 2, 0.12, 0.02), groups=12)
    assert window is not None
    assert window.low == pytest.approx(2, abs=0.9)
    assert window.high == pytest.approx(6, abs=0.9)
    assert not window.is_open_low
    assert not window.is_open_high
    one_sided = operating_window(value, np.where(value > 5, 0.12, 0.02), groups=12)
    assert one_sided is not None
    assert one_sided.is_open_low
    # Never down to the smallest value seen: too few batches were made there.
    assert one_sided.low == pytest.approx(np.quantile(value, 0.05))
    assert one_sided.failure_prob < one_sided.base_rate
    # The outermost twentieth is not in the window, so its batches are not counted either.
    inside = (value >= one_sided.low) & (value <= one_sided.high)
    assert one_sided.batches == inside.sum()


def test_flat_risk_has_no_window() -> None:
    value = np.linspace(0, 1, 300)
    assert operating_window(value, np.full(300, 0.03), groups=12) is None
