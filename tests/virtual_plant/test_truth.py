"""What truth.json says: by failure when it could have been known, by rule how much it matters."""

from typing import Any

import numpy as np
import pytest

from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.fast_path.batch_features import features_of
from assets.virtual_plant.production.batch_frames import instants, stage_ends
from assets.virtual_plant.production.batches import Batches, Settings, make_batches
from assets.virtual_plant.truth.knowability import first_known
from assets.virtual_plant.truth.truth_file import truth_of

from .conftest import bare_plant_of

MOISTURE = {
    "name": "moisture_pct",
    "stage": 3,
    "role": "parameter",
    "unit": "%",
    "mean": 2.3,
    "sd": 0.25,
}
RESULT = {
    "name": "uniformity_av",
    "stage": 6,
    "role": "cqa",
    "unit": "1",
    "mean": 7.0,
    "sd": 2.0,
    "spec_high": 12,
    "terms": [{"parent": "moisture_pct", "coefficient": 1.5, "centre": 2.3, "scale": 0.25}],
}


@pytest.fixture(scope="module")
def made(vials: Plant) -> Batches:
    return make_batches(vials, Settings(batches=1000, years=5, seed=2))


@pytest.fixture(scope="module")
def truth(made: Batches) -> dict[str, Any]:
    return truth_of(made)


def test_one_cause_gives_a_failure_away_only_where_it_is_extreme() -> None:
    made = make_batches(bare_plant_of(MOISTURE, RESULT), Settings(500, years=1, seed=1))
    moisture, found = made.outcome.values["moisture_pct"], first_known(made)
    limit = np.quantile(moisture, 0.95)
    assert set(found) == set(np.flatnonzero(made.is_failure))
    assert 0 < sum(moisture[i] > limit for i in found) < len(found)
    for i, known in found.items():
        if moisture[i] > limit:
            assert (known.feature, known.stage) == ("parameter.moisture_pct", 3)
            assert known.at_s == stage_ends(made)[3][i]
        else:
            assert (known.feature, known.stage) == ("lab.uniformity_av", 6)
            assert known.at_s == made.resulted_s[i]


def test_every_failure_says_when_and_from_what(
    made: Batches, truth: dict[str, Any], vials: Plant
) -> None:
    told = truth["causes_by_failure"]
    assert len(told) == truth["failures"]
    few = make_batches(vials, Settings(batches=10, years=0.1, seed=2))
    built = {feature.name for feature in features_of(few)}
    starts, results = (
        instants(made.plant, s) for s in (made.schedule.starts[:, 0], made.resulted_s)
    )
    for failure in told:
        i = int(failure["batch_id"][1:]) - 1
        at = failure["first_knowable_at"]
        assert starts[i].isoformat(sep=" ") < at <= results[i].isoformat(sep=" ")
        assert failure["first_knowable_from"] in built
        assert failure["stage_of_origin"] in {1, 3, 4}
    stages = {failure["first_knowable_stage"] for failure in told}
    assert len(stages) >= 3  # some early, some late, some only at the result


def test_without_paths_a_failure_is_known_at_its_result_only(vials: Plant) -> None:
    null = make_batches(vials, Settings(400, years=2, seed=2, cut="null"))
    assert {known.feature.split(".")[0] for known in first_known(null).values()} <= {
        "lab",
        "parameter",  # a batch that was stopped is known when it is stopped
    }
    assert all(f["cause"] is None for f in truth_of(null)["causes_by_failure"])


def test_a_planted_rule_has_its_thresholds_and_its_share(truth: dict[str, Any]) -> None:
    (rule,) = truth["patterns"]
    assert rule["conditions"] == [
        {
            "parent": "stopper.particle_count",
            "feature": "material.stopper.particle_count",
            "above": 48,
        },
        {"parent": "filling_shift", "feature": "equipment.filling.shift", "level": "night"},
    ]
    assert 30 < rule["batches"] < 150
    assert rule["failure_prob_inside"] > 2 * rule["failure_prob_outside"]
    assert 0 < rule["attributable_failures"] < rule["batches"] * rule["failure_prob_inside"]


def test_hazards_and_precursors_are_those_declared(truth: dict[str, Any], vials: Plant) -> None:
    assert truth["hazards"]["filling"]["shape"] == vials.maintenance["filling"].weibull_shape
    assert [p["above"] for p in truth["event_precursors"]] == [
        t.above for t in vials.deviations.triggers
    ]
