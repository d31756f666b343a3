"""Categories are suggested with a probability that holds, or not at all."""

import numpy as np
import pytest

from assets.deviations.category_suggestions import ENOUGH, deviation_category_suggestions
from tests.deviations.conftest import described

SUBJECTS = {
    "weighing": ("scale", "tare", "balance", "weight printout", "hopper weight"),
    "environment": ("room humidity", "corridor pressure", "dew point", "air handling unit"),
    "documentation": ("entry", "signature", "batch record page", "logbook line", "label"),
}
VERBS = ("out of limit", "not as expected", "repeated", "missing", "found late", "corrected")
PLACES = ("in dispensing", "before start", "during the night", "at line clearance", "on restart")


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


def test_suggestions_keep_the_probability_they_state(worded):
    texts, truth = worded
    shown = [None if i % 4 == 0 else category for i, category in enumerate(truth)]
    rows = deviation_category_suggestions(described(texts, shown))
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
    rows = deviation_category_suggestions(described([*texts, "zyx qwv", ""], [*truth, None, None]))
    assert rows["suggested_category"].null_count() == 2
    assert rows["reason"].str.starts_with("No suggestion").all()


def test_a_text_filed_before_gets_its_category_or_the_disagreement():
    texts = ["Door open"] * 10 + ["Light off"] * 10 + ["Door open", "Light off"]
    categories = ["environment"] * 10 + ["environment", "equipment"] * 5 + [None, None]
    first, second = deviation_category_suggestions(described(texts, categories)).rows(named=True)
    assert first["suggested_category"] == "environment"
    assert second["suggested_category"] is None
    assert "filed 10 times, 5 of them" in second["reason"]


def test_nothing_to_learn_from_is_a_sentence():
    rows = deviation_category_suggestions(described(["Door open"], [None]))
    assert rows["suggested_category"].to_list() == [None]
    assert rows["reason"][0].startswith("No suggestion: a new text")
    assert deviation_category_suggestions(described(["Door open"], ["environment"])).is_empty()
