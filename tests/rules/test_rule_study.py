"""Three plants of each kind of the rule study, at a size the suite can afford."""

import pytest

from assets.rules.study import RuleStudy
from benchmarks.rule_study import rule_marks, study_plant
from benchmarks.studies.rule_plants import RulePlant
from tests.rules.conftest import SMALL


def test_a_planted_rule_of_one_condition_is_recovered(plant: RulePlant, study: RuleStudy) -> None:
    marks = rule_marks(study, plant)
    assert marks["is_recovered"], marks


@pytest.mark.parametrize(("kind", "seed"), [("two", 2), ("three", 3), ("derived", 2)])
def test_a_planted_rule_is_recovered(kind: str, seed: int) -> None:
    marks = study_plant(kind, seed, SMALL)
    assert marks["is_recovered"], marks


def test_a_null_plant_reports_no_rule() -> None:
    assert study_plant("null", 1, SMALL)["confirmed"] == 0
