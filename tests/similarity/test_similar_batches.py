"""The table of neighbours: from the tables of a run, whatever of them a source lacks."""

import polars as pl
import pytest

from assets.similarity.similar_batches import similar_batches
from assets.similarity.trajectory_traits import trajectory_traits
from data_contracts.tables import table

IDS = [f"B{i:02d}" for i in range(12)]
FAILED = {"B00": "late", "B01": "early, late"}


def tables() -> dict[str, pl.DataFrame]:
    """Ten good batches of rising speed, two failed ones like the first and the last of them."""
    speed = dict(zip(IDS, [1.0, 9.1, *map(float, range(10))], strict=True))
    described = {
        "title": "t", "stage": 3, "unit_operation": "o", "kind": "parameter",
        "data_type": "numeric", "source_table": "core.parameters", "is_product_identity": False,
    }  # fmt: skip
    batch = {"deviations": 0, "open_deviations": 0, "product": "P"}
    definition = {"title": "T", "is_proxy": False, "rule": "x"}
    return {
        "batches": table(
            "mart.batches",
            [
                batch
                | {
                    "batch_id": name, "production_order": order,
                    "result": "failed" if name in FAILED else "good",
                    "failed_outcomes": FAILED.get(name),
                }
                for order, name in enumerate(IDS)
            ],
        ),
        "flagged_batches": table("mart.flagged_batches"),
        "outcome_definitions": table(
            "core.outcome_definitions",
            [
                definition
                | {"outcome": outcome, "first_known_stage": gate + 1, "last_gate_before": gate}
                for outcome, gate in (("early", 3), ("late", 5))
            ],
        ),
        "phase_trajectories": table("feature.phase_trajectories"),
        "gate_values": table(
            "feature.gate_values",
            [
                {"batch_id": name, "gate": gate, "feature": feature, "value": value}
                for name, value in speed.items()
                for feature, gate in (("speed", 3), ("late_copy", 6))
            ],
        ),
        "dictionary": table(
            "feature.dictionary",
            [
                described | {"feature": name, "quantity": name, "available_at_gate": gate}
                for name, gate in (("speed", 3), ("late_copy", 6))
            ],
        ),
        "batch_gates": table(
            "feature.batch_gates",
            [
                {"batch_id": name, "gate": gate, "production_order": order, "cluster_id": name}
                for order, name in enumerate(IDS)
                for gate in range(1, 8)
            ],
        ),
        "withheld_features": table("evidence.withheld_features"),
    }  # fmt: skip


def test_similar_batches_are_found_without_any_sensor() -> None:
    """Good speeds 0 to 9: median 4.5, absolute deviation 2.5, so that one is 0.27 of a spread."""
    found = similar_batches(**tables())
    assert set(found["compared_by"]) == {"features"}
    first = found.filter((pl.col("rank") == 1) & (pl.col("neighbour_result") == "good"))
    assert dict(first.select("batch_id", "neighbour_id").iter_rows()) == {
        "B00": "B03",
        "B01": "B11",
    }
    assert first["distance"].to_list() == pytest.approx([0.0, 0.1 / (1.4826 * 2.5)])
    # A batch is looked at up to the first of the results by which it failed.
    assert dict(found.select("batch_id", "last_gate").unique().iter_rows()) == {"B00": 5, "B01": 3}
    other = found.filter(pl.col("neighbour_result") == "failed")
    assert other["neighbour_id"].to_list() == ["B01", "B00"]
    assert other["different"].to_list()[0] == "speed (2.2 above)"


def test_similar_batches_of_a_source_without_features_are_none() -> None:
    given = tables()
    for name in ("gate_values", "dictionary", "batch_gates", "phase_trajectories"):
        given[name] = given[name].clear()
    assert similar_batches(**given).height == 0
    given["outcome_definitions"] = given["outcome_definitions"].clear()
    given["batches"] = given["batches"].clear()
    assert similar_batches(**given).height == 0


def test_trajectories_stand_side_by_side_with_gaps_where_a_batch_has_none() -> None:
    steps = {f"step_{i:02d}": 40.0 + i for i in range(1, 33)}
    row = {"month": None, "batch_id": "B01", "unit_procedure": "dry", "phase": "run", "tag": "t"}
    frame = pl.DataFrame([row | steps])
    found = trajectory_traits(frame, ["B00", "B01"])
    assert found.names == ["dry, run, t"]
    assert found.values[1].tolist() == list(steps.values())
    assert not found.values[0].any() or found.values[0].mean() != found.values[0].mean()
