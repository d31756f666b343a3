import numpy as np
import polars as pl
import pytest

from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.fast_path.prepared_plant import FastPlant, batch_features
from data_contracts.catalogue import contract


@pytest.fixture(scope="module")
def fast(tablets: Plant) -> FastPlant:
    return batch_features(tablets, seed=3, batches=300, years=1.5)


def test_frames_have_their_contracts_columns(fast: FastPlant) -> None:
    frames = {
        "feature.gate_values": fast.gate_values,
        "feature.batch_gates": fast.batch_gates,
        "core.outcomes": fast.outcomes,
        "core.outcome_margins": fast.outcome_margins,
        "core.batches": fast.batches,
    }
    for name, frame in frames.items():
        described = contract(name)
        assert set(frame.columns) == {c.name for c in described.columns}, name
        keys = [c.name for c in described.columns if c.is_key]
        assert frame.select(keys).n_unique() == frame.height, name
        assert frame.select(keys).equals(frame.select(keys).sort(keys)), name


def test_every_planted_cause_and_decoy_is_a_feature(fast: FastPlant) -> None:
    built = set(fast.gate_values["feature"])
    for mechanism in fast.truth["mechanisms"]:
        named = [f for cause in mechanism["causes"] for f in cause["features"]]
        assert set(named + mechanism["visible_in"] + mechanism["decoys"]) <= built


def test_results_come_at_their_own_gate_only(fast: FastPlant) -> None:
    gates = fast.gate_values.filter(pl.col("feature").str.starts_with("lab.")).unique("feature")
    by_feature = dict(gates.select("feature", "gate").iter_rows())
    assert by_feature["lab.content_uniformity_av"] == 6
    assert by_feature["lab.tablet_hardness_n"] == 4


def test_margins_are_negative_exactly_where_a_batch_fails(fast: FastPlant) -> None:
    known = fast.outcomes.drop_nulls("is_failure")
    assert ((known["margin"] < 0) == known["is_failure"]).all()
    worst = fast.outcome_margins.group_by("batch_id", "outcome").agg(pl.col("margin").min())
    joined = fast.outcomes.join(worst, on=["batch_id", "outcome"])
    np.testing.assert_allclose(joined["margin"], joined["margin_right"])


def test_pending_labels_are_null(fast: FastPlant) -> None:
    failure = fast.outcomes.filter(pl.col("outcome") == "failure")
    pending = failure.filter(pl.col("status") == "pending")
    batches = fast.batches.filter(pl.col("disposition") == "pending")
    assert set(pending["batch_id"]) == set(batches["batch_id"])
    assert pending["is_failure"].null_count() == pending.height
    assert pending["known_at"].null_count() == pending.height


def test_the_same_seed_gives_the_same_frames(tablets: Plant) -> None:
    first, second = (batch_features(tablets, seed=4, batches=60, years=0.4) for _ in range(2))
    assert first.gate_values.equals(second.gate_values)
    assert first.truth == second.truth
