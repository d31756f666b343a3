import numpy as np
import polars as pl
import pytest

from assets.process_verification.multivariate.multivariate_importance import TOLD
from assets.process_verification.multivariate.multivariate_models import (
    IMPORTANCE,
    MODELS,
    multivariate_models,
)
from assets.process_verification.multivariate.quality_model import QualityModel

from .made_batches import MadePlant


def test_the_planted_sensor_leads_the_prediction_it_was_planted_in() -> None:
    plant = MadePlant.of(80, seed=2)
    rng = np.random.default_rng(3)
    level = plant.courses[4][:, :, 0].mean(axis=1)
    follows = -(level - level.mean()) / level.std() + 0.3 * rng.normal(size=80)
    found = multivariate_models(**plant.tables(), **plant.results(follows))
    told = found[IMPORTANCE]
    model = found[MODELS].filter(kind="prediction")["model"].item()
    assert told["model"].unique().to_list() == [model]
    assert told["rank"].to_list() == list(range(1, told.height + 1))
    assert told.height <= TOLD
    first = told.row(0, named=True)
    assert (first["tag"], first["slope"] < 0, first["importance"] > 1) == ("air_flow", True, True)
    assert told["importance"].is_sorted(descending=True)


def test_importance_is_of_all_features_one_in_the_mean_of_squares() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(60, 6))
    fit = QualityModel.of(values, list("abcdef"), values[:, 2] + 0.2 * rng.normal(size=60))
    assert fit is not None
    assert (fit.importance**2).mean() == pytest.approx(1)
    assert int(fit.importance.argmax()) == 2


def test_what_is_not_predicted_rests_on_nothing() -> None:
    plant = MadePlant.of(80, seed=2)
    noise = np.random.default_rng(9).normal(size=80)
    found = multivariate_models(**plant.tables(), **plant.results(noise))
    assert found[IMPORTANCE].is_empty()
    assert found[IMPORTANCE].schema["importance"] == pl.Float64
