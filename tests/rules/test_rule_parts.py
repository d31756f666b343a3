"""The parts around the search, on small examples with known answers."""

import numpy as np
import polars as pl
import pytest

from assets.rules.chance_blocks import chance_blocks
from assets.rules.confirmation import later_p_values
from assets.rules.effects import effect_of
from assets.rules.period import split_in_time
from assets.rules.refit import refitted
from assets.rules.search.rule import Rule, RuleCondition
from assets.rules.search.selectors import SearchColumn, Selectors, selectors
from assets.rules.selection import Period, without
from assets.rules.targets import Target, failure_target, thin_margin_targets
from assets.statistics.intervals import newcombe_difference


def number(name: str, values: np.ndarray) -> SearchColumn:
    return SearchColumn(name, name, 3, None, values)


def test_a_batch_expects_its_products_rate() -> None:
    label = np.array([1.0, 0, 1, 0] * 50)
    product = np.array([0, 0, 1, 1] * 50)
    label[product == 1] = 0.0
    blocks = chance_blocks(label, product, np.arange(200), np.full(200, 0.25))
    assert blocks.expected(label)[product == 0].tolist() == [0.5] * 100
    assert blocks.expected(label)[product == 1].tolist() == [0.0] * 100
    draws = blocks.draws(label, 20, seed=1)
    assert (draws.sum(axis=1) == 50).all()
    assert (draws[:, product == 1] == 0).all()


def test_too_few_arrangements_are_told() -> None:
    label = np.zeros(20)
    label[:10] = 1.0
    even = np.full(20, 0.5)
    assert not chance_blocks(label, np.zeros(20, int), np.arange(20) // 10, even).is_usable


def test_confirmation_counts_the_later_failures_inside() -> None:
    rng = np.random.default_rng(1)
    label = np.zeros(400)
    label[rng.choice(400, 20, replace=False)] = 1.0
    blocks = chance_blocks(label, np.zeros(400, int), np.arange(400), np.full(400, 0.05))
    inside, elsewhere = label == 1, (label == 0) & (rng.random(400) < 0.1)
    inside[:10] = True
    near, far = later_p_values([inside, elsewhere], label, blocks, seed=1)
    assert near is not None
    assert near < 0.01
    assert far == 1.0


def test_what_covers_no_later_batch_cannot_be_tested_and_costs_the_others_nothing() -> None:
    label = (np.arange(400) % 20 == 3).astype(float)
    blocks = chance_blocks(label, np.zeros(400, int), np.arange(400), np.full(400, 0.05))
    rare = np.arange(400) % 7 == 3
    alone = later_p_values([rare], label, blocks, seed=1)
    assert later_p_values([np.zeros(400, bool), rare], label, blocks, seed=1) == [None, *alone]
    whole = chance_blocks(label[:20], np.zeros(20, int), np.zeros(20, int), np.full(20, 0.05))
    assert later_p_values([rare[:20]], label[:20], whole, seed=1) == [None]


def test_no_campaign_of_the_earlier_half_confirms_anything() -> None:
    """Two lines take turns, so two campaigns reach over the border in turns."""
    cluster = np.array([0, 0, 0, 1, 0, 1, 0, 2, 1, 2, 3, 3])
    batches = Selectors([], np.zeros(12, int), cluster, [""] * 12, ())
    target = Target("failure", "failure", "", "", 3, np.zeros(12), np.empty((12, 0)))
    split = split_in_time(target, batches, np.zeros((12, 1)))
    assert split.early.tolist() == [0, 1, 2, 3, 4, 5]
    assert split.late.tolist() == [7, 9, 10, 11]


def test_an_effect_is_counted_both_ways() -> None:
    covers = np.arange(100) < 20
    label = np.zeros(100)
    label[:10] = label[90:94] = 1.0
    effect = effect_of(covers, label, np.full(100, 0.14), np.arange(100) // 5)
    assert (effect.rate_inside, effect.rate_outside) == (0.5, 0.05)
    assert effect.risk_difference == pytest.approx(0.45)
    assert effect.lift == pytest.approx(0.5 / 0.14)
    assert effect.support == 0.2
    assert effect.attributable == pytest.approx(9.0)
    assert effect.risk_difference_low < 0.45 < effect.risk_difference_high
    assert effect.clusters_inside == 2


def test_the_interval_of_an_effect_allows_for_lots_that_fail_together() -> None:
    """Lots of eight with their own failure rates: the plain interval covers too seldom."""
    rng = np.random.default_rng(4)
    cluster = np.arange(800) // 8
    covers = cluster < 30
    covered = plain = 0
    for _ in range(200):
        one, other = np.where(np.arange(100) < 30, [[1.2], [2.8]], [[0.3], [2.7]])
        rate = rng.beta(one, other)[cluster]
        label = (rng.random(800) < rate).astype(float)
        effect = effect_of(covers, label, rate, cluster)
        covered += effect.risk_difference_low <= 0.2 <= effect.risk_difference_high
        counts = [x for side in (covers, ~covers) for x in (label[side].sum(), side.sum())]
        low, high = newcombe_difference(*counts)
        plain += low <= 0.2 <= high
    assert plain < 181 <= covered


def test_a_rule_that_is_one_lot_takes_the_design_effect_of_the_others() -> None:
    label, cluster = np.zeros(200), np.arange(200) // 20
    label[:14] = label[40:58] = 1.0
    covers = cluster == 0
    low = effect_of(covers, label, label, cluster).risk_difference_low
    assert low < newcombe_difference(14, 20, 18, 180)[0] - 0.1


def test_an_effect_without_failures_or_batches_is_no_exception() -> None:
    nothing = effect_of(np.zeros(5, bool), np.zeros(5), np.zeros(5), np.arange(5))
    assert np.isnan(nothing.rate_inside)
    assert (nothing.risk_difference_low, nothing.risk_difference_high) == (-1.0, 1.0)


def test_a_rule_that_covers_every_batch_or_none_ends_the_search_and_no_run() -> None:
    label = np.random.default_rng(1).random(400) < 0.25
    nobody = np.zeros(400, dtype=np.int64)
    blocks = chance_blocks(label.astype(float), nobody, np.arange(400), np.full(400, 0.25))
    x = number("x", np.arange(400.0))
    period = Period((x,), label.astype(float), blocks.expected(label.astype(float)), blocks)
    assert without(period, [Rule((RuleCondition(x, -np.inf, np.inf),))]) is None
    left = without(period, [Rule((RuleCondition(x, 1000.0, np.inf),))])
    assert left is not None
    assert left.label.size == 400


def test_a_later_half_all_of_running_campaigns_confirms_nothing() -> None:
    empty = np.zeros(0)
    none = chance_blocks(empty, empty.astype(np.int64), empty.astype(np.int64), empty)
    assert not none.is_usable
    assert later_p_values([empty.astype(bool)], empty, none, seed=1) == [None]
    assert none.expected(empty).size == 0


def test_ends_nobody_saw_are_open_and_closed_ends_stand_half_way() -> None:
    values = np.arange(200, dtype=float)
    label = (values >= 160).astype(float)
    label[::9] = 0.0
    start = Rule((RuleCondition(number("x", values), 161.0, 198.0),))
    moved = refitted(start, label, np.full(200, label.mean())).conditions[0]
    assert (moved.low, moved.high) == (159.5, np.inf)
    assert moved.text == "x at least 159.5"


def test_a_rule_keeps_its_tail_though_nothing_beyond_failed_since() -> None:
    """Failures from 160 on; those above 190 were made again later and did not fail."""
    values = np.concatenate([np.arange(200.0), np.full(40, 195.0)])
    label = (values >= 160).astype(float)
    label[200:] = 0.0
    start = Rule((RuleCondition(number("x", values), 165.0, np.inf),))
    expected = np.full(240, label.mean())
    (moved,) = refitted(start, label, expected).conditions
    assert (moved.low, moved.high) == (159.5, 194.5)
    (kept,) = refitted(start, label, expected, keeps_tails=True).conditions
    assert (kept.low, kept.high) == (159.5, np.inf)


def test_a_tail_that_turned_round_keeps_the_rule_as_it_was_and_no_condition_is_empty() -> None:
    rng = np.random.default_rng(1)
    other, values = rng.random(300), rng.random(300)
    label = ((other > 0.7) & (values > 0.3)).astype(float)
    parts = (
        RuleCondition(number("a", other), 0.75, np.inf),
        RuleCondition(number("b", values), -np.inf, 0.95),
    )
    rule = refitted(Rule(parts), label, np.full(300, label.mean()), keeps_tails=True)
    assert [part.column.feature for part in rule.conditions] == ["a", "b"]
    assert all(np.isfinite([part.low, part.high]).any() for part in rule.conditions)


def gate_tables() -> dict[str, pl.DataFrame]:
    ids = [f"B{i}" for i in range(40)]
    long = pl.concat(
        [
            pl.DataFrame(
                {
                    "batch_id": ids,
                    "gate": [gate] * 40,
                    "feature": [name] * 40,
                    "value": [float(i % 7) if kind == "numeric" else None for i in range(40)],
                    "level": [None if kind == "numeric" else f"L{i % 2}" for i in range(40)],
                },
                schema_overrides={"value": pl.Float64, "level": pl.String},
            )
            for name, gate, kind in (
                ("parameter.early", 2, "numeric"),
                ("parameter.late", 5, "numeric"),
                ("equipment.press.id", 3, "categorical"),
                ("product.code", 1, "categorical"),
            )
        ]
    )
    dictionary = pl.DataFrame(
        {
            "feature": ["parameter.early", "parameter.late", "equipment.press.id", "product.code"],
            "title": ["Early", "Late", "Press", "Product"],
            "data_type": ["numeric", "numeric", "categorical", "categorical"],
            "is_product_identity": [False, False, False, True],
        }
    )
    gates = pl.DataFrame(
        {
            "batch_id": ids,
            "gate": [4] * 40,
            "gate_at": None,
            "production_order": range(40),
            "product": ["P"] * 40,
            "strength": [None] * 40,
            "cluster_id": ids,
            "period": ["2024"] * 40,
        },
        schema_overrides={"strength": pl.String},
    )
    usage = pl.DataFrame(
        {
            "batch_id": ids,
            "material": ["api"] * 40,
            "supplier": ["S"] * 40,
            "lot": [f"{i // 10}" for i in range(40)],
            "quantity": [1.0] * 40,
            "stage": [2] * 40,
        }
    )
    return {
        "gate_values": long,
        "dictionary": dictionary,
        "batch_gates": gates,
        "material_usage": usage,
    }


def test_only_what_is_known_at_the_gate_and_not_refused_becomes_a_column() -> None:
    found = selectors(**gate_tables(), gate=4)
    names = [column.feature for column in found.columns]
    assert names == ["equipment.press.id", "material.api.lot", "parameter.early"]
    assert [column.gate for column in found.columns] == [3, 2, 2]
    assert found.by_feature["material.api.lot"].levels == ("S/0", "S/1", "S/2", "S/3")
    refused = found.without({"parameter.early"})
    assert "parameter.early" not in refused.by_feature


def test_a_pending_batch_is_not_good_and_thin_margins_are_the_lowest_tenth() -> None:
    ids = [f"B{i}" for i in range(200)]
    outcomes = pl.DataFrame(
        {
            "batch_id": ids[:190],
            "outcome": "failure",
            "is_failure": [i % 50 == 0 for i in range(190)],
            "known_at": None,
        }
    )
    definition = {"outcome": "failure", "title": "Failure", "last_gate_before": 5}
    margins = pl.DataFrame(
        {
            "batch_id": ids,
            "outcome": "failure",
            "quantity": "dissolution",
            "measured_quantity": "dissolution",
            "limit": "low",
            "margin": [float(i % 100) for i in range(200)],
            "is_censored": False,
        }
    )
    named = pl.DataFrame(
        {
            "feature": ["lab.dissolution", "lab.dissolution.minimum"],
            "kind": "lab",
            "quantity": "dissolution",
            "title": ["Drug dissolution, mean of samples (%)", "Drug dissolution, lowest (%)"],
        }
    )
    target = failure_target(definition, outcomes, margins, ids)
    assert np.isnan(target.label[190:]).all()
    assert target.margins.shape == (200, 1)
    (thin,) = thin_margin_targets(target, margins, ids, 100, named)
    assert isinstance(thin, Target)
    assert np.flatnonzero(thin.label == 1).tolist() == [*range(10), *range(100, 110)]
    assert np.array_equal(np.flatnonzero(thin.margins[:, 0] < 0), np.flatnonzero(thin.label == 1))
    assert (thin.outcome, thin.kind, thin.name) == ("failure", "thin_margin", "dissolution")
    assert thin.title == "Drug dissolution close to its low limit"
    (unnamed,) = thin_margin_targets(target, margins, ids, 100, named.clear())
    assert unnamed.title == "Dissolution close to its low limit"
