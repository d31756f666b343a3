"""Plants without causes: nothing to find, and nothing else changed."""

import numpy as np
import pytest

from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.structure import Cut
from assets.virtual_plant.production.batches import Batches, Settings, make_batches, record
from benchmarks.null_plants import MODELS, marginals, study_plant, systematic

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def pairs(tablets: Plant) -> list[tuple[Batches, Batches]]:
    cuts: tuple[Cut, Cut] = ("none", "null")
    made = [[make_batches(tablets, Settings(seed=s, cut=c)) for c in cuts] for s in SEEDS]
    return [(causes, null) for causes, null in made]


def test_all_that_is_no_result_is_the_same_number(pairs: list[tuple[Batches, Batches]]) -> None:
    for causes, null in pairs:
        row = marginals(causes, null)
        assert row["same_variables"] == row["variables"] > 100


def test_each_result_has_the_same_causes_in_another_order(
    pairs: list[tuple[Batches, Batches]],
) -> None:
    for causes, null in pairs:
        for result in causes.plant.results:
            one, other = systematic(causes, result), systematic(null, result)
            np.testing.assert_allclose(np.sort(one), np.sort(other))
            assert abs(np.corrcoef(one, other)[0, 1]) < 0.15


def test_recorded_results_have_the_same_distribution(
    pairs: list[tuple[Batches, Batches]], tablets: Plant
) -> None:
    """Different seeds, so that the two samples share no number."""
    from scipy.stats import ks_2samp

    for position, (causes, _) in enumerate(pairs):
        null = pairs[position - 1][1]
        for result in tablets.results:
            values = [record(result, made.outcome.values[result.name]) for made in (causes, null)]
            assert ks_2samp(*values).statistic < 0.09, result.name  # 99.9% of 1,000 against 1,000


def test_smoke_of_the_study() -> None:
    rows = [study_plant(seed, batches=400, resamples=200) for seed in SEEDS]
    covered = sum(row[f"{model}_covers"] for row in rows for model in MODELS)
    assert covered >= 6
    assert np.mean([row["true_form_auc_with_causes"] for row in rows]) > 0.65
