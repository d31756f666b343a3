"""Parameters, laboratory results, inspections and sensors: names, gates, titles, units."""

import polars as pl
import pytest

from assets.gate_features.firewall import admit
from assets.gate_features.observed.laboratory import inspection_features, laboratory_features
from assets.gate_features.observed.parameters import parameter_features
from assets.gate_features.observed.sensors import sensor_features, statistic_unit


def by_gate(observations, gates, feature):
    admitted = admit(observations.values, gates).values
    return dict(admitted.filter(pl.col("feature") == feature).select("gate", "value").iter_rows())


def described(observations, feature):
    return observations.features.filter(pl.col("feature") == feature).to_dicts()[0]


def test_a_parameter_is_available_from_the_later_of_stage_and_record(table, hours, gates):
    base = {"batch_id": "B1", "stage": 3}
    parameters = table(
        "core.parameters",
        {
            **base,
            "parameter": "granulation_end_moisture_pct",
            "value": 2.4,
            "unit": "pct",
            "recorded_at": hours(28),
        },
        {**base, "parameter": "granulation_water_kg", "value": 8.0, "recorded_at": hours(33)},
        {**base, "parameter": "operator_team", "level": "red"},
    )
    built = parameter_features(parameters, ["granulation", "drying"])
    moisture = "parameter.granulation_end_moisture_pct"
    assert by_gate(built, gates, moisture) == {3: 2.4}
    assert by_gate(built, gates, "parameter.granulation_water_kg") == {4: 8.0}
    assert described(built, moisture)["title"] == "Granulation end moisture (%)"
    assert described(built, moisture)["unit_operation"] == "granulation"
    assert described(built, "parameter.operator_team")["data_type"] == "categorical"
    assert described(built, "parameter.operator_team")["unit_operation"] == "formulation"


def test_a_parameter_of_two_stages_is_two_features(table, gates):
    parameters = table(
        "core.parameters",
        {"batch_id": "B1", "stage": 3, "parameter": "room_humidity_pct", "value": 40.0},
        {"batch_id": "B1", "stage": 4, "parameter": "room_humidity_pct", "value": 55.0},
    )
    built = parameter_features(parameters, [])
    assert by_gate(built, gates, "parameter.room_humidity_pct") == {3: 40.0}
    assert by_gate(built, gates, "parameter.stage4.room_humidity_pct") == {4: 55.0}


def test_samples_count_as_they_are_reported(table, hours, gates):
    sample = {"batch_id": "B1", "stage": 3, "test": "blend_assay", "unit": "%"}
    results = table(
        "core.lab_results",
        {**sample, "sample_no": 1, "value": 98.0, "resulted_at": hours(26)},
        {**sample, "sample_no": 2, "value": 102.0, "resulted_at": hours(27)},
        {**sample, "sample_no": 3, "value": 106.0, "resulted_at": hours(48)},
    )
    built = laboratory_features(results)
    assert by_gate(built, gates, "lab.blend_assay") == {3: 100.0, 5: 102.0}
    assert by_gate(built, gates, "lab.blend_assay.maximum") == {3: 102.0, 5: 106.0}
    spread = by_gate(built, gates, "lab.blend_assay.sd")
    assert spread[3] == pytest.approx(8.0**0.5)
    assert spread[5] == pytest.approx(4.0)


def test_reject_rate_of_an_inspection(table, hours, gates):
    inspections = table(
        "core.inspections",
        {
            "batch_id": "B1",
            "defect_class": "chipped_edge",
            "rejected": 30,
            "inspected": 10000,
            "inspected_at": hours(45),
        },
    )
    built = inspection_features(inspections)
    assert by_gate(built, gates, "inspection.chipped_edge.reject_rate") == {5: 0.003}


def readings(procedure, phase, tag, mean, known_at):
    return {
        "batch_id": "B1",
        "stage": 3,
        "unit_procedure": procedure,
        "phase": phase,
        "tag": tag,
        "unit": "c",
        "readings": 360,
        "mean": mean,
        "excursions_outside_nor": 2,
        "duration_h": 1.0,
        "month": known_at.date().replace(day=1),
        "known_at": known_at,
    }


def test_a_sensor_feature_is_known_at_the_end_of_its_phase(table, hours, gates):
    tags = table(
        "core.sensor_tags",
        {"tag": "room_temperature_c", "equipment_id": "ROOM", "is_shared_area": True},
    )
    features = table(
        "feature.sensor_phase_features",
        readings("drying", "dry", "inlet_air_temperature_c", 60.0, hours(29)),
        readings("drying", "dry", "room_temperature_c", 21.0, hours(29)),
    )
    built = sensor_features(features, tags)
    inlet = "sensor.drying.inlet_air_temperature_c.mean"
    assert by_gate(built, gates, inlet) == {3: 60.0}
    assert described(built, inlet)["title"] == "Drying inlet air temperature, mean (°C)"
    assert by_gate(built, gates, "environment.drying.room_temperature_c.mean") == {3: 21.0}
    assert described(built, "environment.drying.room_temperature_c.mean")["kind"] == "environment"
    names = built.values["feature"].to_list()
    assert "sensor.drying.inlet_air_temperature_c.excursions_outside_nor" in names
    assert not [name for name in names if name.endswith((".readings", ".duration_h"))]


@pytest.mark.parametrize(
    ("statistic", "unit"),
    [
        ("mean", "°C"),
        ("slope_per_h", "°C/h"),
        ("area_outside_nor", "°C·h"),
        ("time_outside_nor_h", "h"),
        ("gap_fraction", "1"),
        ("excursions_outside_nor", "1"),
        ("longest_excursion_h", "h"),
    ],
)
def test_units_of_statistics(statistic, unit):
    assert statistic_unit(statistic, "c") == unit


def test_a_result_at_its_limit_is_no_value_and_how_many_are_is_one(table, hours) -> None:
    rows = [
        ("B1", 0.05, "left", 1),
        ("B2", 0.08, "none", 1),
        ("B3", 0.07, "none", 1),
        ("B3", 0.05, "left", 2),
    ]
    results = table(
        "core.lab_results",
        *(
            {
                "batch_id": batch_id,
                "stage": 6,
                "test": "impurity_o_pct",
                "sample_no": sample,
                "value": value,
                "censoring": censoring,
                "resulted_at": hours(1),
            }
            for batch_id, value, censoring, sample in rows
        ),
    )
    found = laboratory_features(results)
    latest = {
        (batch_id, feature): value
        for batch_id, feature, value in found.values.select(
            "batch_id", "feature", "value"
        ).iter_rows()
    }
    name = "lab.impurity_o_pct"
    assert [latest.get((batch, name)) for batch in ("B1", "B2", "B3")] == [None, 0.08, None]
    share = f"{name}.at_limit_share"
    assert [latest[batch, share] for batch in ("B1", "B2", "B3")] == [1.0, 0.0, 0.5]
    units = dict(found.features.select("feature", "unit").iter_rows())
    assert units[share] == "1"
