"""One plant with a planted rule of one condition, searched once for the whole folder."""

import polars as pl
import pytest

from assets.rules.study import RuleStudy, run_rule_study
from assets.rules.tables import rule_tables
from assets.rules.target_search import RuleSettings
from benchmarks.studies.rule_plants import RulePlant, rule_inputs, rule_plant

SMALL = RuleSettings(seed=1, permutations=40)


@pytest.fixture(scope="package")
def plant() -> RulePlant:
    return rule_plant("one", 1)


@pytest.fixture(scope="package")
def study(plant: RulePlant) -> RuleStudy:
    return run_rule_study(rule_inputs(plant), SMALL)


@pytest.fixture(scope="package")
def tables(study: RuleStudy) -> dict[str, pl.DataFrame]:
    """Every table of the study."""
    return rule_tables(study, SMALL)
