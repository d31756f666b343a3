"""Clusters, ranks, directions and effects of drivers."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import polars as pl
import pytest

from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.drivers.driver_clusters import (
    correlated_clusters,
    levels_joined,
    summed_by_cluster,
)
from assets.failure_models.drivers.driver_ranking import direction, rank_clusters, ranks_of
from assets.failure_models.drivers.driver_study import has_drivers, kept_to_the_last
from assets.failure_models.drivers.explanation import Explanation, Refit, explain, halves
from assets.failure_models.estimators.ladder import climb
from assets.failure_models.signal.examination import Examination
from assets.failure_models.signal.judgement import Judgement
from assets.failure_models.study import prepare, run_study

Line = Callable[..., StudyInputs]
RNG = np.random.default_rng(5)


def test_columns_that_say_the_same_are_one_cluster() -> None:
    base = RNG.normal(size=(300, 3))
    design = np.column_stack([base[:, 0], -base[:, 0] + 0.1 * RNG.normal(size=300), base[:, 1:]])
    assert correlated_clusters(design).tolist() == [0, 0, 1, 2]
    assert correlated_clusters(design[:, :1]).tolist() == [0]
    assert correlated_clusters(np.ones((50, 2))).tolist() == [0, 1]


def test_all_levels_of_a_category_are_one_cluster_with_what_goes_with_any_of_them() -> None:
    features = ["supplier", "force", "supplier", "depth", "supplier", "shift", "shift"]
    apart = np.arange(7)
    assert levels_joined(apart, features).tolist() == [0, 1, 0, 2, 0, 3, 3]
    # The depth goes with the force, and the last level of the supplier with one of the shift.
    assert levels_joined(np.array([0, 1, 2, 1, 4, 5, 4]), features).tolist() == [
        *(0, 1, 0, 1, 0),
        *(0, 0),
    ]
    assert levels_joined(np.array([0, 0, 1]), ["a", "b", "c"]).tolist() == [0, 0, 1]


def judged_at(outcome: str, gate: int, route: str | None = None) -> Judgement:
    task = SimpleNamespace(outcome=outcome, gate=gate)
    seen = SimpleNamespace(task=task)
    return cast("Judgement", SimpleNamespace(examination=seen, route=route))


def named_at(outcome: str, gate: int, driver: str, is_named: bool) -> dict[str, Any]:
    return {"outcome": outcome, "gate": gate, "driver": driver, "is_named": is_named}


def test_a_driver_keeps_its_name_only_where_every_later_gate_names_its_quantity() -> None:
    known: dict[str, dict[str, Any]] = {
        "early": {"quantity": None},  # of no known quantity it stands for itself
        "water_mean": {"quantity": "water"},
        "water_end": {"quantity": "water"},
    }
    rows = [
        named_at("failure", 3, "early", True),  # goes with the later cause
        named_at("failure", 3, "water_mean", True),
        named_at("failure", 4, "water_end", True),  # the same quantity under another name
        named_at("failure", 4, "early", False),
        named_at("failure", 5, "water_mean", True),
        named_at("mode", 3, "early", True),
    ]
    judged = [judged_at("failure", gate) for gate in (2, 3, 4, 5)] + [judged_at("mode", 3)]
    kept = kept_to_the_last(rows, judged, known)
    assert [row["is_named"] for row in kept] == [False, True, True, False, True, True]
    # A later gate without a signal names nothing, so nothing keeps its name.
    silent = kept_to_the_last(rows[:2], judged, known)
    assert [row["is_named"] for row in silent] == [False, False]
    # Of no quantity at any gate, the feature itself is what a later gate must name.
    again = [named_at("failure", gate, "early", True) for gate in (4, 5)]
    assert [row["is_named"] for row in kept_to_the_last(again, judged, known)] == [True, True]


def test_drivers_need_a_model_that_knows_what_moves_the_mean() -> None:
    routes = {route: has_drivers(judged_at("failure", 5, route)) for route in (
        "margin_model", "label_model", "spread_model", "rule", None,
    )}  # fmt: skip
    assert [route for route, has in routes.items() if has] == ["margin_model", "label_model"]


def test_contributions_add_up_within_a_cluster() -> None:
    summed = summed_by_cluster(np.array([[1.0, -1.0, 2.0]]), np.array([0, 0, 1]))
    assert summed.tolist() == [[0.0, 2.0]]
    assert ranks_of(np.array([0.0, 2.0, -1.0])).tolist() == [2, 1, 3]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (lambda x: x, "higher"),
        (lambda x: -x, "lower"),
        (lambda x: x**2 - 1, "window"),
        (lambda x: np.sin(9 * x), "mixed"),
    ],
)
def test_directions(shape: Callable[[np.ndarray], np.ndarray], expected: str) -> None:
    value = RNG.normal(size=400)
    assert direction(value, shape(value)) == expected


def _explained(contribution: np.ndarray, predictive: np.ndarray) -> Explanation:
    by_period = np.array([predictive for _ in halves(contribution.shape[0])])
    return Explanation(contribution, predictive, by_period, np.empty((contribution.shape[0], 0)))


def test_stability_is_the_share_of_refits_that_agree() -> None:
    values = RNG.normal(size=(100, 8))
    weights = np.array([8.0, 4, 3, 2, 1.5, 1, 0.5, 0.1])
    turned, lost = np.r_[-8.0, weights[1:]], np.r_[0.01, weights[1:]]
    refits = [Refit(values * w, np.abs(w)) for w in (weights, weights, turned, lost)]
    explained = _explained(values * weights, weights)
    found = rank_clusters(explained, values, np.arange(8), refits, places=5, shown=3)
    assert [one.rank for one in found] == [1, 2, 3]
    assert found[0].place_stability == 0.75
    assert found[0].sign_stability == 0.75
    assert found[0].holds_in_periods
    assert found[1].place_stability == found[1].sign_stability == 1.0
    assert (found[0].rank_low, found[0].rank_high) == (1, 7)
    assert found[0].share == pytest.approx(8 / 20.1)


def test_the_fits_own_rank_lies_inside_the_interval_over_refits() -> None:
    values = RNG.normal(size=(60, 3))
    explained = _explained(values, np.array([3.0, 2.0, 1.0]))
    refits = [Refit(values, np.array([3.0, 1.0, 2.0]))] * 10
    found = rank_clusters(explained, values, np.arange(3), refits, places=5, shown=3)
    assert [(one.rank_low, one.rank, one.rank_high) for one in found] == [
        (1, 1, 1),
        (2, 2, 3),
        (2, 3, 3),
    ]


def test_what_is_loud_but_predicts_nothing_ranks_behind_what_is_quiet_and_right() -> None:
    values = RNG.normal(size=(100, 3))
    explained = _explained(values * [9.0, 1.0, 2.0], np.array([-0.2, 0.5, 1.5]))
    found = rank_clusters(explained, values, np.arange(3), [], places=5, shown=3)
    assert [one.columns.tolist() for one in found] == [[2], [1], [0]]
    assert [one.share for one in found] == [0.75, 0.25, 0.0]
    assert found[2].mean_abs > found[0].mean_abs


def test_a_confounded_parameter_is_flagged(line: Line, gates: Line, quick: StudySettings) -> None:
    """Within product the higher values fail; across products the higher product is the safer."""
    inputs = gates(line(seed=3, products=2), 5)
    product = dict(inputs.batch_gates.select("batch_id", "product").unique().rows())
    shift = pl.col("batch_id").replace_strict(product).str.slice(1).cast(pl.Float64)
    is_cause = pl.col("feature").str.starts_with("parameter.g03")
    margins = inputs.outcome_margins.with_columns(margin=pl.col("margin") + 5 * shift)
    confounded = replace(
        inputs,
        gate_values=inputs.gate_values.with_columns(
            value=pl.when(is_cause).then(pl.col("value") + 3 * shift).otherwise("value")
        ),
        outcome_margins=margins,
    )
    leader = run_study(confounded, quick)["finding.drivers"].row(0, named=True)
    assert leader["driver"].startswith("parameter.g03")
    assert leader["crude_low"] > 0 > leader["adjusted_high"]
    assert leader["is_simpson_flagged"]


@pytest.fixture(scope="module")
def planted(line: Line, gates: Line, quick: StudySettings) -> dict[str, pl.DataFrame]:
    return run_study(gates(line(seed=3), 5), quick)


def test_driver_curves_rise_with_the_cause(planted: dict[str, pl.DataFrame]) -> None:
    curve = planted["finding.driver_curves"].filter(
        pl.col("driver").str.starts_with("parameter.g03")
    )
    assert curve["value"].is_sorted()
    assert curve["failure_prob"][-1] > curve["failure_prob"][0]
    assert curve["contribution"][-1] > 0 > curve["contribution"][0]
    assert curve["batches"].sum() == 300


def test_attributions_keep_the_leaders_of_all_and_everything_of_failed_batches(
    planted: dict[str, pl.DataFrame],
) -> None:
    attributions = planted["model.attributions"]
    leading = attributions.filter("is_leading")
    assert leading.height == 300 * 20
    assert leading["feature"].n_unique() == 20
    # A failed batch's own cause may stand anywhere: of failed batches every feature is kept.
    failed = planted["model.predictions"].filter(
        (pl.col("model") == "base_rate") & pl.col("is_failure")
    )["batch_id"]
    assert set(attributions.filter(~pl.col("is_leading"))["batch_id"]) == set(failed)
    assert attributions.height == 300 * 20 + failed.len() * 4


def test_what_a_batch_is_explained_by_does_not_depend_on_later_results(
    line: Line, gates: Line
) -> None:
    """Margins weigh by the failures known when a block was predicted, not by those of the whole."""
    inputs = gates(line(batches=300), 4)
    other = inputs.outcome_margins.with_columns(
        quantity=pl.lit("weight_rsd_pct"), margin=pl.col("margin").shuffle(seed=1)
    )
    inputs = replace(inputs, outcome_margins=pl.concat([inputs.outcome_margins, other]))
    task = prepare(inputs, seed=1)[0][0]
    margins = task.panel.margins.copy()
    margins[task.folds[1].test, 1] -= 2
    changed = replace(task, panel=replace(task.panel, margins=margins))
    first = slice(0, task.folds[0].test.size)
    before, after = (
        explain(
            Examination(
                one, climb(one), np.empty((0, 0), dtype=np.uint16), [], None, design_effect=1.0
            )
        ).contribution[first]
        for one in (task, changed)
    )
    shares = [each / np.abs(each).sum(axis=1, keepdims=True) for each in (before, after)]
    assert shares[0] == pytest.approx(shares[1], rel=1e-9, abs=1e-12)
