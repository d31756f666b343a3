"""The study of savings intervals, three small plants: intervals, truths and counts are all made."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from assets.failure_models.dataset.study_inputs import StudySettings
from assets.virtual_plant.production.batches import Settings, make_batches
from benchmarks.savings_study import report, study_plant
from benchmarks.studies.plants import UNMEASURED, unmeasured_lot_plant
from benchmarks.studies.savings_marks import _renewals
from benchmarks.studies.savings_plants import priced_plant
from benchmarks.studies.savings_truth import expected, make_truth

LITTLE = StudySettings(
    permutations=200, resamples=50, refits=1, with_contrast=False, with_models=False
)
SMALL: dict[str, Any] = {"batches": 260, "resamples": 20, "effort": LITTLE}


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    folder = tmp_path_factory.mktemp("truth")
    make_truth(1.0, 2, folder)
    return folder


@pytest.fixture(scope="module")
def plants(truth):
    return [study_plant("mild", seed, **SMALL, truth=truth) for seed in (1, 2)]


def test_the_truth_is_made_once_and_of_the_expected_size(truth):
    before = (truth / "savings_truth.csv").read_text()
    make_truth(1.0, 2, truth)
    assert (truth / "savings_truth.csv").read_text() == before
    known = expected(1.0, truth)
    # About 33 of 1,000 batches fail; holding moisture prevents about one failure a year.
    assert known["failures"].per_year == pytest.approx(6.7, abs=1.5)
    assert 0.3 < known["hold_granule_moisture"].per_year < 2
    assert known["failures"].reruns == 2


def test_every_lever_has_an_interval_and_a_truth(plants, capsys):
    for plant in plants:
        for stem in ("alert_a_prevented", "alert_b_usd", "maintenance_a_prevented"):
            assert plant[f"{stem}_low"] < plant[f"{stem}_high"], stem
            assert plant[f"{stem}_true"] > 0, stem
    report(pl.DataFrame(plants))
    assert "maintenance: A expected" in capsys.readouterr().out


def test_a_plant_without_causes_gains_nothing_from_control():
    null = study_plant("null", 3, **SMALL)
    assert null["verdict"] != "process_signal"
    assert (null["npv_positive_prob"], null["programme"]) == (0.0, "")


def test_a_lot_property_nobody_tests_moves_parameter_and_result_and_is_not_recorded():
    plant = unmeasured_lot_plant()
    made = make_batches(plant, Settings(1000, 5.0, 1))
    hidden = made.outcome.values[f"api.{UNMEASURED}"]
    moisture = np.corrcoef(hidden, made.outcome.values["granulation_end_moisture_pct"])[0, 1]
    uniformity = np.corrcoef(hidden, made.outcome.values["content_uniformity_av"])[0, 1]
    assert 0.2 < moisture < 0.6
    assert 0.2 < uniformity < 0.6
    priced = priced_plant(1, plant, cut="none", drift=1.0, **SMALL)
    assert priced.records.gate_values is not None
    features = priced.records.gate_values["feature"].unique().to_list()
    assert "material.api.d90_um" in features
    assert not [name for name in features if UNMEASURED in name]


def test_renewals_by_hand():
    """Shape 1 never ages: one breakdown in 50 batches whatever is planned, the rest planned."""
    breakdowns, planned = _renewals(1.0, 50.0, 50.0, 0.0)
    assert breakdowns == pytest.approx(1 / 50, rel=1e-6)
    # exp(-1) of the lives reach the plan; a life lasts 50 (1 - exp(-1)) batches
    assert planned == pytest.approx(0.36788 / (50 * 0.63212), rel=1e-4)
