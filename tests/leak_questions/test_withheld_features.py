"""An open question takes out every feature of its quantity; an answer brings them back."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.leak_questions.conftest import BATCHES, Records, refused

ANSWER = ("A. Smith", "weighed at the press")


@pytest.fixture
def leaking(
    records: Callable[..., Records], margin: np.ndarray, rng: np.random.Generator
) -> Records:
    """Hardness in two statistics, one of them a copy, a speed, and a second outcome."""
    columns = {
        "hardness.mean": margin + 0.05 * rng.normal(size=BATCHES),
        "hardness.sd": rng.normal(size=BATCHES),
        "speed": rng.normal(size=BATCHES),
    }
    return records(margin, columns).with_outcome("other", rng.random(BATCHES) < 0.1)


def test_every_feature_of_the_quantity_is_withheld_from_the_outcome_it_is_like(
    leaking: Records,
) -> None:
    assert leaking.asked().select("outcome", "feature").rows() == [
        ("failure", "parameter.hardness.mean")
    ]
    assert leaking.withheld() == [
        ("failure", "parameter.hardness.mean"),
        ("failure", "parameter.hardness.sd"),
    ]


def test_an_answered_question_withholds_nothing(leaking: Records) -> None:
    assert leaking.withheld({"hardness": ANSWER}) == []
    assert len(leaking.withheld({"speed": ANSWER})) == 2


def test_what_is_refused_stays_withheld_whatever_is_answered(leaking: Records) -> None:
    named = replace(leaking, refused_features=refused("other", "parameter.speed"))
    assert named.withheld({"hardness": ANSWER, "speed": ANSWER}) == [("other", "parameter.speed")]
    assert len(named.withheld()) == 3
