"""Near-duplicate descriptions are grouped, categories suggested with a probability that holds."""

import numpy as np
import polars as pl
import pytest

from assets.deviations.category_suggestions import ENOUGH, deviation_category_suggestions
from assets.deviations.groups import deviation_groups
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform, empty

SUBJECTS = {
    "weighing": ("scale", "tare", "balance", "weight printout", "hopper weight"),
    "environment": ("room humidity", "corridor pressure", "dew point", "air handling unit"),
    "documentation": ("entry", "signature", "batch record page", "logbook line", "label"),
}
VERBS = ("out of limit", "not as expected", "repeated", "missing", "found late", "corrected")
PLACES = ("in dispensing", "before start", "during the night", "at line clearance", "on restart")


def _records(texts, categories):
    frame = pl.DataFrame(
        {
            "deviation_id": [f"D{i:04d}" for i in range(len(texts))],
            "category": categories,
            "severity": "minor",
            "description": texts,
        },
        schema_overrides={"category": pl.String},
    )
    return conform(frame, contract("core.deviations"))


@pytest.fixture(scope="module")
def worded():
    """Deviations worded at random; a quarter of them filed at random instead of by subject."""
    draws = np.random.default_rng(1)
    texts, truth = [], []
    for _ in range(400):
        category = str(draws.choice(list(SUBJECTS)))
        parts = [draws.choice(SUBJECTS[category]), draws.choice(VERBS), draws.choice(PLACES)]
        texts.append(f"{' '.join(map(str, parts))} {draws.integers(100, 999)}")
        is_odd = draws.random() < 0.1
        truth.append(str(draws.choice(list(SUBJECTS))) if is_odd else category)
    return texts, truth


def test_near_duplicates_share_a_group_and_others_do_not():
    texts = ["Press 12 stopped on feeder alarm", "press stopped on feeder alarms",
             "Press  stopped on a feeder alarm", "Room humidity above alert limit",
             "Room humidity above its alert limit 45"]  # fmt: skip
    rows = deviation_groups(_records(texts, ["a", "b", "a", "c", "c"]))
    conform(rows, contract("finding.deviation_groups"))
    assert rows.sort("deviation_id")["group_id"].to_list() == [1, 1, 1, 2, 2]
    assert rows.filter(pl.col("group_id") == 1)["categories"].unique().to_list() == [2]


def test_groups_survive_nothing_one_and_no_text():
    assert deviation_groups(empty(contract("core.deviations"))).is_empty()
    assert deviation_groups(_records(["Only one"], ["a"]))["group_size"].to_list() == [1]
    assert deviation_groups(_records([None, ""], ["a", "a"])).is_empty()


def test_suggestions_keep_the_probability_they_state(worded):
    texts, truth = worded
    shown = [None if i % 4 == 0 else category for i, category in enumerate(truth)]
    rows = deviation_category_suggestions(_records(texts, shown))
    conform(rows, contract("finding.deviation_category_suggestions"))
    made = rows.drop_nulls("suggested_category")
    right = [
        truth[int(identifier[1:])] == category
        for identifier, category in made.select("deviation_id", "suggested_category").rows()
    ]
    assert made.height >= 50
    stated = float(made["confidence_prob"].to_numpy().mean())
    assert abs(np.mean(right) - stated) <= 2.6 * np.sqrt(stated * (1 - stated) / made.height)
    assert made["confidence_prob"].min() >= ENOUGH


def test_a_strange_text_gets_no_suggestion(worded):
    texts, truth = worded
    rows = deviation_category_suggestions(_records([*texts, "zyx qwv", ""], [*truth, None, None]))
    assert rows["suggested_category"].null_count() == 2
    assert rows["reason"].str.starts_with("No suggestion").all()


def test_a_text_filed_before_gets_its_category_or_the_disagreement():
    texts = ["Door open"] * 10 + ["Light off"] * 10 + ["Door open", "Light off"]
    categories = ["environment"] * 10 + ["environment", "equipment"] * 5 + [None, None]
    first, second = deviation_category_suggestions(_records(texts, categories)).rows(named=True)
    assert first["suggested_category"] == "environment"
    assert second["suggested_category"] is None
    assert "filed 10 times, 5 of them" in second["reason"]


def test_nothing_to_learn_from_is_a_sentence():
    rows = deviation_category_suggestions(_records(["Door open"], [None]))
    assert rows["suggested_category"].to_list() == [None]
    assert rows["reason"][0].startswith("No suggestion: a new text")
    assert deviation_category_suggestions(_records(["Door open"], ["environment"])).is_empty()
