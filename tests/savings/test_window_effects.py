"""Which windows are tried: what was named at the last gate, under a process signal only."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from assets.savings.arithmetic.break_even import alarm_prices
from assets.savings.arithmetic.lever_kinds.ruling import RefusedLever
from assets.savings.levers.inputs import LeverInputs
from assets.savings.records.alarm_evidence import AlarmEvidence
from assets.savings.windows.effect import WindowEffect
from assets.savings.windows.estimation import window_effect
from assets.savings.windows.policy import Window
from assets.savings.windows.records import window_records
from assets.savings.windows.window_effects import (
    Effects,
    studied_windows,
    window_effects,
)
from data_contracts.tables import table

COUNT = 400
DRIVER_COLUMNS = {
    "outcome": pl.String,
    "gate": pl.Int64,
    "rank": pl.Int64,
    "driver": pl.String,
    "members": pl.String,
    "share": pl.Float64,
    "direction": pl.String,
    "is_named": pl.Boolean,
    "is_named_in_halves": pl.Boolean,
    "verdict": pl.String,
}
DRIVER, OTHER, UNNAMED = "parameter.moisture", "parameter.speed", "parameter.force"


@pytest.fixture(scope="module")
def tables(records_of):
    """Moisture decides failure, in lots of four; speed is named with less, force is not named."""
    rng = np.random.default_rng(4)
    ids = [f"B{i:04d}" for i in range(COUNT)]
    moisture = rng.normal(size=COUNT)
    margin = 2.2 - 1.2 * moisture + rng.normal(0, 0.5, COUNT)
    features = {DRIVER: moisture, OTHER: rng.normal(size=COUNT), UNNAMED: rng.normal(size=COUNT)}
    return {
        "batches": pl.DataFrame(
            {
                "batch_id": ids,
                "production_order": range(COUNT),
                "product": "P",
                "strength": "5MG",
                "cluster_id": [f"L{i // 4}" for i in range(COUNT)],
            }
        ),
        "outcomes": pl.DataFrame(
            {"batch_id": ids, "outcome": "failure", "is_failure": margin < 0, "known_at": None}
        ),
        "outcome_margins": pl.DataFrame(
            {
                "batch_id": ids,
                "outcome": "failure",
                "quantity": "assay",
                "margin": margin,
                "is_censored": False,
            }
        ),
        "gate_values": pl.concat(
            pl.DataFrame(
                {"batch_id": ids, "gate": 3, "feature": name, "value": values, "level": None}
            )
            for name, values in features.items()
        ),
        "dictionary": pl.DataFrame(
            {
                "feature": list(features),
                "title": [f"Title of {name}" for name in features],
                "kind": "parameter",
                "data_type": "numeric",
                "available_at_gate": 3,
                "is_product_identity": False,
            }
        ),
        "drivers": pl.DataFrame(
            [
                ("failure", 5, 1, UNNAMED, UNNAMED, 0.5, "higher", False, False, "process_signal"),
                ("failure", 5, 2, DRIVER, DRIVER, 0.3, "higher", True, True, "process_signal"),
                ("failure", 5, 3, OTHER, OTHER, 0.1, "higher", True, True, "process_signal"),
            ],
            schema=DRIVER_COLUMNS,
            orient="row",
        ),
        "withheld_features": table("evidence.withheld_features"),
    }


def _studied(assumptions, tables, verdicts):
    none = table("model.alarm_counts")
    evidence = AlarmEvidence.from_tables(verdicts, none, alarm_prices(assumptions, none))
    return studied_windows(assumptions, evidence, tables, ["failure"], resamples=20, seed=1)


def _effects(assumptions, tables, verdicts) -> Effects:
    studied = _studied(assumptions, tables, verdicts)
    return {key: one.effect for key, one in studied.items()}


def test_the_leading_named_driver_is_held_by_the_declared_rule(assumptions, tables, verdicts_of):
    found = _effects(assumptions, tables, verdicts_of(["failure"], "process_signal"))
    assert list(found) == [("window", "failure")]  # no material is named, so no lot lever
    effect = found["window", "failure"]
    assert isinstance(effect, WindowEffect)
    assert effect.feature == DRIVER
    # The declared fifth is cut off the risky side.
    assert effect.outside_window_share == pytest.approx(0.2, abs=0.003)
    assert not np.isfinite(effect.window.low)
    # Every failure has moisture beyond (2.2 - 3 x 0.5) / 1.2 = 0.58; the fifth starts at 0.84.
    assert effect.share.value > 0.6
    assert effect.sentence.startswith(f"Holding title of {DRIVER} below ")
    assert "named on one half of the lots and measured on the other" in effect.sentence
    table = window_effects(found)
    assert table["target"].to_list() == ["expected", "expected", "expected_share", "ledger"]
    assert table["is_usable"].all()
    assert table["lot_p_value"].null_count() == 0  # moisture varies within its lots of four


def test_a_window_found_by_a_stopped_model_is_not_held(assumptions, tables, verdicts_of):
    verdicts = verdicts_of(["failure"], "process_signal")
    found = _effects(assumptions, tables, verdicts)
    none = table("model.alarm_counts")
    stopped = {"outcome": "failure", "gate": 5, "state": "stopped", "reason": "it is old"}
    priced = alarm_prices(assumptions, none)
    evidence = AlarmEvidence.from_tables(verdicts, none, priced, pl.DataFrame([stopped]))
    by_gate = table("economics.value_by_gate")
    inputs = LeverInputs(evidence, ["failure"], [], frozenset(), by_gate, found)
    (lever,) = (each for each in assumptions.levers if each.name == "window")
    gate, refusal = inputs.held(lever, "failure", 5)
    assert isinstance(refusal, RefusedLever)
    assert (gate, refusal.code) == (5, "model_stopped")
    assert str(refusal).startswith("The model of gate 5 was stopped because it is old; ")


def test_a_driver_of_an_earlier_gate_is_not_priced_whatever_its_share(
    assumptions, tables, verdicts_of
):
    """Speed goes with moisture and has all of its share until moisture is recorded."""
    earlier = pl.DataFrame(
        [("failure", 3, 1, OTHER, OTHER, 0.9, "higher", True, True, "process_signal")],
        schema=DRIVER_COLUMNS,
        orient="row",
    )
    verdicts = verdicts_of(["failure"], "process_signal")
    found = _effects(
        assumptions, {**tables, "drivers": pl.concat([tables["drivers"], earlier])}, verdicts
    )
    effect = found["window", "failure"]
    assert isinstance(effect, WindowEffect)
    assert effect.feature == DRIVER
    assert _effects(assumptions, {**tables, "drivers": earlier}, verdicts) == {}


def test_where_the_leader_cannot_be_held_the_next_driver_is(assumptions, tables, verdicts_of):
    """Speed leads, but lies at one of two settings far apart: no batch could be made between."""
    rng = np.random.default_rng(8)
    ids = tables["batches"]["batch_id"]
    two = pl.Series(np.where(np.arange(COUNT) % 4 == 0, 9.0, 0.0) + rng.normal(0, 0.01, COUNT))
    speed = pl.DataFrame(
        {"batch_id": ids, "gate": 3, "feature": OTHER, "value": two, "level": None}
    )
    known = pl.DataFrame(
        {"batch_id": ids, "gate": 3, "feature": "parameter.setting", "level": None}
    ).with_columns(value=pl.Series(np.where(np.arange(COUNT) % 4 == 0, 1.0, 0.0)))
    values = tables["gate_values"].filter(pl.col("feature") != OTHER)
    dictionary = (
        tables["dictionary"]
        .filter(feature=OTHER)
        .with_columns(feature=pl.lit("parameter.setting"), available_at_gate=pl.lit(2, pl.Int32))
    )
    leading = tables["drivers"].with_columns(
        share=pl.when(pl.col("driver") == OTHER).then(0.9).otherwise("share")
    )
    changed = {
        **tables,
        "drivers": leading,
        "gate_values": pl.concat([values, speed, known.select(values.columns)]),
        "dictionary": pl.concat([tables["dictionary"], dictionary]),
    }
    found = _studied(assumptions, changed, verdicts_of(["failure"], "process_signal"))
    held = found["window", "failure"]
    assert held.feature == DRIVER
    assert not held.has_no_room


def test_a_withheld_feature_is_neither_held_nor_a_neighbour(tables):
    def withheld(*features):
        named = [{"outcome": "failure", "feature": feature} for feature in features]
        return {**tables, "withheld_features": table("evidence.withheld_features", named)}

    def neighbours(own):
        found = window_records(own, "failure", DRIVER, ())
        assert found is not None
        return found.neighbours.shape[1]

    assert (neighbours(withheld()), neighbours(withheld(OTHER))) == (2, 1)
    assert window_records(withheld(DRIVER), "failure", DRIVER, ()) is None
    of_another = [{"outcome": "mode", "feature": OTHER}]
    elsewhere = {**tables, "withheld_features": table("evidence.withheld_features", of_another)}
    assert neighbours(elsewhere) == 2


@pytest.mark.parametrize("verdict", ["no_signal", "product_mix_only", "leak_suspected"])
def test_without_a_process_signal_no_window_is_tried(assumptions, tables, verdicts_of, verdict):
    assert _effects(assumptions, tables, verdicts_of(["failure"], verdict)) == {}


def test_a_driver_without_numbers_is_a_sentence(assumptions, tables, verdicts_of):
    levels = tables["dictionary"].with_columns(data_type=pl.lit("categorical"))
    verdicts = verdicts_of(["failure"], "process_signal")
    found = _effects(assumptions, {**tables, "dictionary": levels}, verdicts)
    assert found["window", "failure"] == (
        f"Title of {DRIVER} has no numeric values, or 'failure' no continuous margin."
    )


def test_a_driver_that_one_half_of_the_lots_does_not_name_is_a_sentence(
    assumptions, tables, verdicts_of
):
    """Nothing is measured of it, not even the next driver instead."""
    flattered = tables["drivers"].with_columns(
        is_named_in_halves=pl.col("is_named_in_halves") & (pl.col("driver") != DRIVER)
    )
    verdicts = verdicts_of(["failure"], "process_signal")
    found = _studied(assumptions, {**tables, "drivers": flattered}, verdicts)
    studied = found["window", "failure"]
    assert studied.feature == DRIVER
    assert studied.records is None
    assert str(studied.effect).startswith(
        f"Title of {DRIVER} is named on all lots, but not on each half of them by itself"
    )


def test_records_of_a_window_hold_past_results_halves_and_product(tables):
    records = window_records(tables, "failure", DRIVER, ())
    assert records is not None
    # Three decaying means and a long one of the margin and of the label; nothing is known before.
    assert records.earlier.shape == (COUNT, 8)
    assert records.earlier.std(axis=0) == pytest.approx(np.ones(8))
    moved = tables["outcome_margins"].with_columns(
        margin=pl.when(pl.col("batch_id") >= "B0300").then(-9.0).otherwise("margin")
    )
    later = window_records({**tables, "outcome_margins": moved}, "failure", DRIVER, ())
    assert later is not None
    # What later results are moves no earlier row, but for the scale of its column.
    before, after = records.earlier[:300, 0], later.earlier[:300, 0]
    assert np.corrcoef(before, after)[0, 1] == pytest.approx(1.0)
    # Each lot of four in one half, and one product alone.
    assert (np.ptp(records.half.reshape(-1, 4), axis=1) == 0).all()
    assert 0.3 < records.half.mean() < 0.7
    assert records.levels.tolist() == [[1.0]] * COUNT


@pytest.mark.parametrize(("kept", "step"), [(0.6, 0.8), (0.9, 0.45)])
def test_what_operators_answer_to_is_held_beside_what_they_move(tables, kept, step):
    """Results wander, and moisture is set against the last of them; it acts on none."""
    claims, shares = [], []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        wander = np.zeros(COUNT)
        for i in range(1, COUNT):
            wander[i] = kept * wander[i - 1] + rng.normal(0, step)
        margin = 1.8 + wander + rng.normal(0, 0.3, COUNT)
        moisture = rng.normal(0, 0.5, COUNT) - np.r_[1.8, margin[:-1]]
        assert np.corrcoef(moisture, margin)[0, 1] < -0.3
        ids = tables["batches"]["batch_id"]
        reactive = {
            **tables,
            "batches": tables["batches"].with_columns(cluster_id="batch_id"),
            "outcomes": tables["outcomes"].with_columns(is_failure=pl.Series(margin < 0)),
            "outcome_margins": tables["outcome_margins"].with_columns(margin=pl.Series(margin)),
            "gate_values": pl.concat(
                [
                    tables["gate_values"].filter(pl.col("feature") != DRIVER),
                    pl.DataFrame(
                        {
                            "batch_id": ids,
                            "gate": 3,
                            "feature": DRIVER,
                            "value": moisture,
                            "level": None,
                        }
                    ),
                ]
            ),
        }
        records = window_records(reactive, "failure", DRIVER, ())
        assert records is not None
        window = Window.trimmed(records.value, "higher", 0.2)
        blind = replace(records, earlier=np.zeros((COUNT, 1)))
        found, crude = (
            window_effect(each, "failure", DRIVER, window, resamples=30, seed=1)
            for each in (records, blind)
        )
        if isinstance(found, WindowEffect) and isinstance(crude, WindowEffect):
            claims.append((found.refusal is None, crude.share.low > 0))
            shares.append((found.share.value, crude.share.value))
    # Blind to the results before, every plant would be sold a window that prevents nothing.
    held, blind_to_them = np.array(claims).sum(axis=0)
    assert blind_to_them == len(claims) >= 5
    assert held <= 1
    left, crude_share = np.array(shares).mean(axis=0)
    assert crude_share > 0.4
    assert abs(left) < 0.3 * crude_share
