"""Materials through genealogy: blends by hand, and results that arrive after dispensing."""

import polars as pl
import pytest

from assets.gate_features.firewall import admit
from assets.gate_features.observed.materials import material_features, weighing_features


def by_gate(observations, gates, feature):
    admitted = admit(observations.values, gates).values
    return dict(
        admitted.filter(pl.col("feature") == feature)
        .select("gate", pl.coalesce(pl.col("value").cast(pl.String), "level"))
        .iter_rows()
    )


def lot(name, quantity, used_at, supplier="S1"):
    return {
        "batch_id": "B1",
        "material": "api",
        "supplier": supplier,
        "lot": name,
        "quantity": quantity,
        "used_at": used_at,
        "stage": 2,
    }


def result(name, value, resulted_at, supplier="S1"):
    return {
        "material": "api",
        "supplier": supplier,
        "lot": name,
        "attribute": "d50_um",
        "value": value,
        "unit": "um",
        "resulted_at": resulted_at,
    }


def test_two_lots_blended_sixty_to_forty(table, hours, gates):
    usage = table(
        "core.material_usage", lot("L1", 60.0, hours(15)), lot("L2", 40.0, hours(16), "S2")
    )
    attributes = table(
        "core.material_attributes",
        result("L1", 10.0, hours(1)),
        result("L2", 20.0, hours(2), "S2"),
    )
    built = material_features(usage, attributes)
    assert by_gate(built, gates, "material.api.d50_um") == {2: "14.0"}  # 0.6 x 10 + 0.4 x 20
    assert by_gate(built, gates, "material.api.d50_um.minimum") == {2: "10.0"}
    assert by_gate(built, gates, "material.api.d50_um.maximum") == {2: "20.0"}
    assert by_gate(built, gates, "material.api.lots") == {2: "2.0"}
    assert by_gate(built, gates, "material.api.supplier") == {2: "S1"}


def test_a_lot_result_that_arrives_after_dispensing_changes_only_later_gates(table, hours, gates):
    usage = table("core.material_usage", lot("L1", 60.0, hours(15)), lot("L2", 40.0, hours(16)))
    attributes = table(
        "core.material_attributes",
        result("L1", 10.0, hours(1)),
        result("L2", 20.0, hours(34)),  # gate 2 closed at 20 h, gate 3 at 30 h, gate 4 at 40 h
    )
    built = material_features(usage, attributes)
    assert by_gate(built, gates, "material.api.d50_um") == {2: "10.0", 4: "14.0"}


def test_one_lot_number_of_two_suppliers_is_two_lots(table, hours, gates):
    usage = table("core.material_usage", lot("L1", 50.0, hours(15), "S1"))
    attributes = table(
        "core.material_attributes",
        result("L1", 10.0, hours(1), "S1"),
        result("L1", 99.0, hours(1), "S2"),
    )
    built = material_features(usage, attributes)
    assert by_gate(built, gates, "material.api.d50_um") == {2: "10.0"}


def test_lots_without_quantity_count_equally_and_the_supplier_may_be_unknown(table, hours, gates):
    usage = table(
        "core.material_usage", lot("L1", None, hours(15), ""), lot("L2", 40.0, hours(16), "")
    )
    attributes = table(
        "core.material_attributes", result("L1", 10.0, None, ""), result("L2", 20.0, None, "")
    )
    built = material_features(usage, attributes)
    assert by_gate(built, gates, "material.api.d50_um") == {2: "15.0"}
    assert by_gate(built, gates, "material.api.supplier") == {2: "unknown"}


def test_an_amount_missing_later_leaves_what_was_seen_before(table, hours, gates):
    """60 and 20 of the first two lots; of the third, used at hour 25, nobody says how much."""
    usage = table(
        "core.material_usage",
        lot("L1", 60.0, hours(15)),
        lot("L2", 20.0, hours(16)),
        lot("L3", None, hours(25)),
    )
    levels = {"L1": 10.0, "L2": 20.0, "L3": 30.0}
    attributes = table(
        "core.material_attributes", *(result(name, at, hours(1)) for name, at in levels.items())
    )
    built = material_features(usage, attributes)
    assert by_gate(built, gates, "material.api.d50_um") == {2: "12.5", 3: "20.0"}


def test_lots_without_instants_are_known_at_the_stage_of_their_use(table, gates):
    untimed = gates.with_columns(gate_at=pl.lit(None, pl.Datetime("us")))
    usage = table("core.material_usage", {**lot("L1", 60.0, None), "stage": None})
    attributes = table("core.material_attributes", result("L1", 10.0, None))
    built = material_features(usage, attributes)
    assert by_gate(built, untimed, "material.api.d50_um") == {2: "10.0"}


def test_titles_name_material_attribute_and_unit(table, hours):
    usage = table("core.material_usage", lot("L1", 60.0, hours(15)))
    attributes = table("core.material_attributes", result("L1", 10.0, hours(1)))
    features = material_features(usage, attributes).features
    titles = dict(features.select("feature", "title").iter_rows())
    assert titles["material.api.d50_um"] == "API d50 (µm)"
    assert titles["material.api.supplier"] == "API supplier"


def test_weighing_deviation_is_weighted_by_target(table, hours, gates):
    weighing = {"batch_id": "B1", "material": "api", "weighed_at": hours(12)}
    weighings = table(
        "core.weighings",
        {**weighing, "weighing_no": 1, "target": 100.0, "actual": 101.0},  # +1%
        {**weighing, "weighing_no": 2, "target": 300.0, "actual": 297.0},  # -1%
    )
    values = by_gate(weighing_features(weighings), gates, "weighing.api.deviation_pct")
    assert float(values[2]) == pytest.approx(-0.5)  # 398 weighed of 400
