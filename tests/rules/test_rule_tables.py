"""The tables of a study against the plant it searched: one lot value between two ends, planted."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from assets.rules.study import RuleStudy
from assets.rules.tables import rules
from benchmarks.studies.rule_plants import RulePlant

Tables = dict[str, pl.DataFrame]


def planted(plant: RulePlant, rows: slice) -> tuple[int, int]:
    """Batches inside the planted rule among some of the plant's, and failures among these."""
    inside, failed = plant.covers[rows], plant.frame["failed"].to_numpy()[rows]
    return int(inside.sum()), int(failed[inside].sum())


def test_rule_search_accounts_for_the_target(plant: RulePlant, tables: Tables) -> None:
    (row,) = tables["evidence.rule_search"].rows(named=True)
    failed = plant.frame["failed"].to_numpy()
    assert (row["batches_early"], row["batches_late"]) == (1000, 1000)
    assert (row["failures_early"], row["failures_late"]) == (
        failed[:1000].sum(),
        failed[1000:].sum(),
    )
    assert (row["discovered"], row["confirmed"], row["permutations"]) == (1, 1, 40)
    assert row["statistic_1"] > row["threshold_1"]
    assert 1 / 41 <= row["p_value_family"] <= 2 / 41 + 1e-12


def test_rules_state_the_planted_one_and_show_it_because_it_was_confirmed(
    study: RuleStudy, tables: Tables
) -> None:
    (row,) = tables["finding.rules"].rows(named=True)
    assert row["text"] == "lot_value_2 from 2.935 to 3.085"
    assert (row["status"], row["conditions"], row["is_shown"]) == ("confirmed", 1, True)
    (confirmed,) = study.rules
    for p_later, status in ((0.2, "not_confirmed"), (None, "not_testable")):
        other = replace(study, rules=[replace(confirmed, p_later=p_later)])
        (row,) = rules(other).rows(named=True)
        assert (row["status"], row["p_value_later"], row["is_shown"]) == (status, p_later, False)


def test_rule_conditions_end_half_way_to_the_next_batch(plant: RulePlant, tables: Tables) -> None:
    (row,) = tables["finding.rule_conditions"].filter(estimate="discovery").rows(named=True)
    values = plant.frame["lot_value_2"].to_numpy()[:1000]
    inside = values[plant.covers[:1000]]
    assert row["feature"] == "parameter.lot_value_2"
    assert row["low"] == pytest.approx((inside.min() + values[values < inside.min()].max()) / 2)
    assert row["high"] == pytest.approx((inside.max() + values[values > inside.max()].min()) / 2)


def inside(plant: RulePlant, tables: Tables, estimate: str) -> np.ndarray:
    """Batches between the ends of the one condition as it was estimated."""
    (row,) = tables["finding.rule_conditions"].filter(estimate=estimate).rows(named=True)
    values = plant.frame["lot_value_2"].to_numpy()
    return (values >= row["low"]) & (values <= row["high"])


def test_rule_effects_count_the_planted_batches(plant: RulePlant, tables: Tables) -> None:
    effects = {row["estimate"]: row for row in tables["finding.rule_effects"].rows(named=True)}
    for estimate, rows in (("discovery", slice(1000)), ("confirmation", slice(1000, 2000))):
        row = effects[estimate]
        assert (row["batches_inside"], row["failures_inside"]) == planted(plant, rows)
        assert row["is_fitted_here"] == (estimate == "discovery")
        assert row["risk_difference_low"] < row["risk_difference"] < row["risk_difference_high"]
    row, again = effects["re_estimated"], inside(plant, tables, "re_estimated")
    failed = plant.frame["failed"].to_numpy()
    assert (row["batches_inside"], row["failures_inside"]) == (again.sum(), failed[again].sum())
    assert row["is_fitted_here"]


def test_a_rule_estimated_again_is_nearly_the_planted_one(plant: RulePlant, tables: Tables) -> None:
    again = inside(plant, tables, "re_estimated")
    assert (again & plant.covers).sum() >= 0.85 * (again | plant.covers).sum()


def test_rule_periods_cut_both_halves_into_four(plant: RulePlant, tables: Tables) -> None:
    inside = tables["finding.rule_periods"].filter(side="inside")
    expected = [planted(plant, slice(250 * n, 250 * (n + 1))) for n in range(8)]
    assert inside.select("batches", "failures").rows() == expected
    assert inside["is_early"].to_list() == [True] * 4 + [False] * 4


def test_rule_batches_are_those_of_the_rule_estimated_again(
    plant: RulePlant, tables: Tables
) -> None:
    members = tables["finding.rule_batches"].filter("is_in_re_estimated")
    covers = inside(plant, tables, "re_estimated")
    expected = plant.frame.filter(pl.Series(covers)).sort("batch_id")
    assert members["batch_id"].to_list() == expected["batch_id"].to_list()
    assert members["is_failure"].to_list() == expected["failed"].to_list()
