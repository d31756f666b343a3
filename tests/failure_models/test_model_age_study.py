"""A small smoke of the study of models that age."""

import pytest

from benchmarks.model_age_oracle import evidence
from benchmarks.model_age_study import A_YEAR, first_out_of_band, plant_row, year


def test_a_model_is_stopped_by_a_cause_read_in_another_unit_and_not_by_a_steady_year() -> None:
    rescaled, steady = plant_row("rescaled", 3), plant_row("steady", 3)
    assert rescaled["stopped_at"] <= rescaled["out_of_band_at"]
    assert rescaled["is_in_time"]
    assert (steady["stopped_at"], steady["out_of_band_at"], steady["reason"]) == (None, None, "")


def test_the_truth_of_a_relation_that_changes_is_out_of_band_while_inputs_stay() -> None:
    seen = year("relation", 3)
    assert seen.given.size == seen.true.size == A_YEAR
    assert seen.true[-50:].sum() > 2 * seen.given[-50:].sum()
    assert first_out_of_band(seen) is not None


@pytest.mark.parametrize("kind", ["rescaled", "relation"])
def test_whoever_knows_the_law_of_a_drift_finds_more_of_it_than_steady_plants_hold(kind):
    drifted = [evidence(kind, seed, kind)[-1] for seed in (1, 2, 3)]
    steady = [evidence("steady", seed, kind)[-1] for seed in range(20)]
    assert min(drifted) > sorted(steady)[-2]
