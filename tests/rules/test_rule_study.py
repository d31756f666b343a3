"""Three plants of each kind of the rule study, at a size the suite can afford."""

import pytest

from assets.rules.study import RuleSettings
from benchmarks.rule_study import study_plant

SMALL = RuleSettings(seed=1, permutations=40)


@pytest.mark.parametrize(("kind", "seed"), [("one", 1), ("two", 2), ("three", 3), ("derived", 2)])
def test_a_planted_rule_is_recovered(kind: str, seed: int) -> None:
    marks = study_plant(kind, seed, SMALL)
    assert marks["is_recovered"], marks


def test_a_null_plant_reports_no_rule() -> None:
    assert study_plant("null", 1, SMALL)["confirmed"] == 0
