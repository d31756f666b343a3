import numpy as np
import polars as pl
import pytest

from assets.process_verification.multivariate.model_rows import too_few
from assets.process_verification.multivariate.multivariate_models import (
    MODELS,
    REFERENCE,
    multivariate_models,
)

from .made_batches import MadePlant


@pytest.fixture(scope="module")
def plant() -> MadePlant:
    return MadePlant.of(40)


@pytest.fixture(scope="module")
def found(plant: MadePlant) -> dict[str, pl.DataFrame]:
    return multivariate_models(**plant.tables(), **plant.results())


def test_there_is_a_model_of_each_stage_phase_and_kind(found: dict[str, pl.DataFrame]) -> None:
    models = found[MODELS]
    assert models["model"].to_list() == [
        "A | assay | prediction",
        "A | stage 3 | coating, phase_3 | evolution",
        "A | stage 3 | sensor features",
        "A | stage 3 | trajectories",
        "A | stage 4 | coating, phase_4 | evolution",
        "A | stage 4 | sensor features",
        "A | stage 4 | trajectories",
    ]
    assert models.filter(fit_state="refused")["kind"].to_list() == ["prediction"]
    assert "Fewer than 30 batches" in models["reason"][0]


def test_a_few_batches_are_refused_in_words() -> None:
    few = MadePlant.of(8)
    models = multivariate_models(**few.tables(), **few.results())[MODELS]
    assert set(models["fit_state"]) == {"refused"}
    reasons = models.filter(pl.col("kind") == "trajectories")["reason"].unique().to_list()
    assert reasons == [too_few(8, 2)]


def test_a_plant_without_sensors_has_no_model() -> None:
    nothing = {name: frame.clear() for name, frame in MadePlant.of(3).tables().items()}
    found = multivariate_models(**nothing, **MadePlant.of(3).results())
    assert found[MODELS].is_empty()
    assert found[REFERENCE].is_empty()


def test_a_margin_that_follows_a_sensor_is_predicted_and_one_that_does_not_is_not() -> None:
    plant = MadePlant.of(80, seed=2)
    rng = np.random.default_rng(3)
    level = plant.courses[4][:, :, 0].mean(axis=1)
    follows = (level - level.mean()) / level.std() + 0.3 * rng.normal(size=80)
    rows = multivariate_models(**plant.tables(), **plant.results(follows))[MODELS]
    fitted = rows.filter(kind="prediction").row(0, named=True)
    assert fitted["fit_state"] == "fitted"
    # Of a variance of 1.09 no one explains more than 1.
    assert 0.75 < fitted["q2"] < 0.95
    noise = rng.normal(size=80)
    rows = multivariate_models(**plant.tables(), **plant.results(noise))[MODELS]
    refused = rows.filter(kind="prediction").row(0, named=True)
    assert refused["fit_state"] == "refused"
    assert refused["q2"] <= 0
    assert refused["content"] is None


def test_a_margin_that_varies_in_one_block_of_time_alone_is_not_predicted() -> None:
    plant = MadePlant.of(40)
    late = np.r_[np.zeros(37), 1.0, 2.0, 3.0]
    rows = multivariate_models(**plant.tables(), **plant.results(late))[MODELS]
    told = rows.filter(kind="prediction").row(0, named=True)
    assert told["fit_state"] == "refused"
    assert "a margin that varies" in told["reason"]
