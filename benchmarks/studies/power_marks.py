"""What a self-test states of a foreign table, beside whether the table's own cause is found."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.power.power import SHARES_OF_FAILURES
from assets.failure_models.power.self_test import SelfTest
from assets.failure_models.power.trials import PlantedOutcome, trials
from benchmarks.foreign_plants.graded import graded_linear
from benchmarks.foreign_plants.sources import write_source
from benchmarks.studies.foreign_judgement import core_tables, driver_marks, verdict_marks
from data_contracts.profile import load_profile
from pipelines.replay.analysis import ReplayEffort, analysed, features_of, handed

STUDY = StudySettings(
    permutations=999, resamples=100, refits=0, threads=1, with_contrast=False, with_models=False
)


def power_marks(worth: str, seed: int, number: int) -> dict[str, Any]:
    """Return what is stated and what is found of one table.

    Args:
        worth: What the table's cause is worth, and what the self-test plants.
        seed: Of the table.
        number: Causes the self-test plants.
    """
    started = time.perf_counter()
    table = graded_linear(SHARES_OF_FAILURES[worth], seed)
    with TemporaryDirectory(prefix="power-") as folder:
        profile = load_profile(str(write_source(table, Path(folder))))
        core = core_tables(profile, Path(folder))
    tables = features_of(core, profile.outcomes, profile.quantity_stages)
    found = analysed(tables, ReplayEffort(STUDY))
    marks, drivers = verdict_marks(found), driver_marks(found, table)
    is_found = marks["verdict"] == "process_signal"
    outcome = tables["core.outcome_definitions"]["outcome"].item(0)
    planted = PlantedOutcome.of(StudyInputs(**handed(found, StudyInputs)), outcome, seed)
    assert isinstance(planted, PlantedOutcome), planted
    rate = float(np.nanmean(planted.results.label))
    settings = SelfTest.of(planted.inputs, number, seed).settings
    tried = [
        trial
        for trial in trials(planted, SHARES_OF_FAILURES[worth] * rate, number, settings)
        if trial is not None
    ]
    return {
        "worth": worth,
        "seed": seed,
        "batches": table.batches,
        "failures": int(table.rejected.sum()),
        "oracle_auc": round(table.oracle_auc, 4),
        "is_found": is_found,
        "is_first": is_found and drivers["worst_place"] == 1,
        "trials": len(tried),
        "stated_found": sum(trial.is_found for trial in tried),
        "stated_first": sum(trial.is_first for trial in tried),
        "seconds": round(time.perf_counter() - started, 1),
    }
