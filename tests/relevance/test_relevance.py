"""Relevance: known associations by hand, the reasons in their order, and the study's smoke."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from assets.failure_models.relevance.associations import associations
from assets.failure_models.relevance.followers import NONE, followed
from assets.failure_models.relevance.stability import lasting
from assets.failure_models.relevance.why_unnamed import FeatureFacts, why_unnamed
from benchmarks.relevance_study import summary
from benchmarks.studies.relevance_plants import KINDS, relevance_marks

LOTS = np.arange(400) // 4


def made(seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """A target and three columns: its cause, a copy of the cause with noise, and an idle one."""
    rng = np.random.default_rng(seed)
    cause, idle, noise = rng.normal(size=(3, 400))
    copy = cause + 0.5 * rng.normal(size=400)
    return np.column_stack([cause, copy, idle]), cause + noise


def test_a_cause_is_sure_and_an_idle_column_is_not() -> None:
    design, target = made()
    found = associations(design, target[:, None], LOTS, 1)
    assert found is not None
    assert found.p_value[0] < 0.01
    assert found.p_value[2] > 0.05
    # Blocks of ten batches at least, of whole lots of four: 33 of twelve, the rest with the last.
    assert int(found.block.max()) + 1 == 33
    assert found.strength[0] <= np.sqrt(33)


def test_lots_that_move_both_count_once() -> None:
    """A target and an idle column constant in eight long lots have eight signs."""
    rng = np.random.default_rng(3)
    lot = np.arange(400) // 50
    both = rng.normal(size=(8, 2))[lot]
    assert associations(both[:, :1], both[:, 1:], lot, 1) is None


def test_the_target_it_goes_with_most_is_said() -> None:
    design, target = made()
    other = np.random.default_rng(9).normal(size=400)
    found = associations(design, np.column_stack([other, target]), LOTS, 1)
    assert found is not None
    assert found.target[:2].tolist() == [1, 1]


def test_a_sign_that_turns_in_time_is_not_lasting() -> None:
    rng = np.random.default_rng(2)
    value = rng.normal(size=400)
    turned = np.where(np.arange(400) < 300, value, -value)
    found = lasting(np.column_stack([value, value]), np.column_stack([value, turned]), LOTS, 1)
    assert found.period_stability.tolist() == [1.0, 0.75]
    assert found.sign_stability.tolist() == [1.0, 1.0]


def test_a_copy_follows_its_cause_and_a_second_cause_does_not() -> None:
    rng = np.random.default_rng(5)
    design, target = made()
    second = rng.normal(size=400)
    shadow = 0.4 * design[:, 0] + rng.normal(size=400)
    columns = np.column_stack([design[:, :2], second, shadow])
    held = np.tile((target + second)[:, None], 4)
    strength = np.array([6.0, 5.0, 5.5, 3.0])
    found = followed(columns, held, strength, np.arange(4), LOTS)
    assert found.tolist() == [NONE, 0, NONE, 0]


NAMED = FeatureFacts(
    is_named=True,
    refusal=None,
    is_withheld=False,
    obstacle="",
    false_discovery_rate=0.01,
    confounded=None,
    sign_stability=1.0,
    period_stability=1.0,
    follows=None,
    verdict="process_signal",
)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "named"),
        ({"is_named": False}, "not_leading"),
        ({"verdict": "no_signal"}, "no_process_signal"),
        ({"follows": "'Speed'"}, "follows_another"),
        ({"period_stability": 0.5}, "unstable"),
        ({"sign_stability": 0.8}, "unstable"),
        ({"false_discovery_rate": 0.06}, "not_significant"),
        ({"confounded": "Within strength nothing is left."}, "confounded"),
        ({"false_discovery_rate": None}, "too_few"),
        ({"is_withheld": True}, "leak_question"),
        ({"refusal": ("not_yet_available", "Known at gate 6.")}, "not_yet_available"),
        ({"refusal": ("same_quantity", "It is the result.")}, "defines_outcome"),
    ],
)
def test_the_first_reason_that_holds_is_given(changes: dict, code: str) -> None:
    """Each change comes on top of those before, so an earlier reason goes before a later one."""
    facts = NAMED
    for step, each in (
        ("not_leading", {"is_named": False}),
        ("no_process_signal", {"verdict": "no_signal"}),
        ("follows_another", {"follows": "'Speed'"}),
        ("unstable", {"period_stability": 0.5}),
        ("not_significant", {"false_discovery_rate": 0.06}),
        ("confounded", {"confounded": "Within strength nothing is left."}),
        ("too_few", {"false_discovery_rate": None}),
        ("leak_question", {"is_withheld": True}),
        ("not_yet_available", {"refusal": ("not_yet_available", "Known at gate 6.")}),
    ):
        if code == "named":
            break
        facts = replace(facts, **each)
        if step == code:
            break
    said, sentence = why_unnamed(replace(facts, **changes))
    assert said == code
    assert sentence.endswith(".")


def test_idle_features_are_seldom_called_relevant() -> None:
    """Four plants of the study of record, one of each kind."""
    rows = pl.DataFrame([relevance_marks(kind, 1) for kind in KINDS])
    assert (rows["discoveries"] - rows["false"]).sum() >= 10
    assert rows["false"].sum() <= 1
    counted = summary(rows).filter(pl.col("kind") == "all")
    assert counted["plants"].item() == len(KINDS)
    assert counted["false_discovery_rate"].item() <= 0.05
