"""A three-plant smoke of the verdict study: causes planted, causes cut, product alone."""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.study import run_study
from assets.virtual_plant.fast_path.prepared_plant import batch_features
from benchmarks.verdict_study import LAST_GATE, study_inputs

SETTINGS = StudySettings(
    seed=1, permutations=499, resamples=100, refits=5, with_contrast=False, with_models=False
)


def plant(**options: Any) -> tuple[StudyInputs, dict[str, Any]]:
    made = batch_features(seed=1, batches=500, years=2.5, **options)
    inputs = study_inputs(made, (LAST_GATE,))
    only = inputs.outcome_definitions.filter(pl.col("outcome") == "failure")
    return replace(inputs, outcome_definitions=only), made.truth


def answer(inputs: StudyInputs) -> tuple[str, pl.DataFrame]:
    tables = run_study(inputs, SETTINGS)
    primary = tables["model.verdicts"].filter("is_primary_gate")
    return primary["verdict"].item(), tables["finding.drivers"]


def test_planted_causes_are_found_and_named() -> None:
    inputs, truth = plant()
    verdict, drivers = answer(inputs)
    assert verdict == "process_signal"
    causes = {
        name
        for mechanism in truth["mechanisms"]
        for cause in mechanism["causes"]
        for name in cause["features"]
    }
    named = drivers.filter("is_named")
    assert named.height >= 1
    assert all(set(members.split(",")) & causes for members in named["members"])


@pytest.mark.parametrize("cut", ["null", "product_only"])
def test_without_causes_there_is_no_process_signal(cut: str) -> None:
    verdict, drivers = answer(plant(cut=cut)[0])
    assert verdict in {"no_signal", "product_mix_only"}
    assert drivers.is_empty()
