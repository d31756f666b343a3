"""What a feature is about, set where it is made: the same for all that says one thing."""

import polars as pl
import pytest

from assets.gate_features.observed.context import context_features
from assets.gate_features.observed.deviations import deviation_features
from assets.gate_features.observed.equipment import equipment_features
from assets.gate_features.observed.laboratory import inspection_features, laboratory_features
from assets.gate_features.observed.materials import material_features, weighing_features
from assets.gate_features.observed.observations import together
from assets.gate_features.observed.parameters import parameter_features
from assets.gate_features.observed.sensors import sensor_features
from assets.gate_features.observed.timeline import timeline_features


@pytest.fixture
def quantity_of(table, hours, gates) -> dict[str, str]:
    """Every kind of feature of one batch, and what each is about."""
    own, lot = {"batch_id": "B1"}, {"material": "api", "supplier": "S1"}
    run = own | {"phase": "run", "equipment_id": "PRS-1.5", "shift": "night"}
    phases = table(
        "core.phases",
        run | {"stage": 3, "unit_procedure": "drying"}
        | {"started_at": hours(0), "ended_at": hours(2)},
        run | {"stage": 4, "unit_procedure": "coating"}
        | {"started_at": hours(3), "ended_at": hours(4)},
    )  # fmt: skip
    read = own | {"phase": "run", "readings": 9, "mean": 1.0, "minimum": 0.5, "unit": "c"}
    read |= {"month": hours(0).date().replace(day=1), "known_at": hours(2), "stage": 3}
    parts = [
        context_features(
            table("core.batches", own | {"production_order": 1, "cluster_id": "B1",
                                         "product": "P", "line": "L1", "batch_size": 9.0})
        ),
        parameter_features(
            table("core.parameters",
                  own | {"stage": 3, "parameter": "end_moisture_pct", "value": 1.0},
                  own | {"stage": 4, "parameter": "end_moisture_pct", "value": 2.0}),
            [],
        ),
        laboratory_features(
            table("core.lab_results",
                  own | {"stage": 6, "test": "assay_pct", "sample_no": 1, "value": 99.0},
                  own | {"stage": 6, "test": "assay_pct", "sample_no": 2, "value": 98.0})
        ),
        inspection_features(
            table("core.inspections",
                  own | {"stage": 5, "defect_class": "glass_crack", "rejected": 1, "inspected": 9})
        ),
        material_features(
            table("core.material_usage", *(own | lot | {"lot": n, "stage": 2} for n in "AB")),
            table("core.material_attributes",
                  *(lot | {"lot": n, "attribute": "d90_um", "value": 80.0} for n in "AB")),
        ),
        weighing_features(
            table("core.weighings", own | {"material": "api", "target": 9.0, "actual": 9.1})
        ),
        timeline_features(phases),
        deviation_features(
            table("core.deviations", own | {"deviation_id": "D1", "category": "x", "stage": 3,
                                            "severity": "minor", "description": ""}),
            gates,
            phases,
        ),
        equipment_features(
            phases,
            table("core.equipment_events",
                  {"equipment_id": "PRS-1.5", "event": "cleaning", "occurred_at": hours(-5)}),
        ),
        sensor_features(
            table("feature.sensor_phase_features",
                  read | {"unit_procedure": "coating", "tag": "spray_rate_g_min"},
                  read | {"unit_procedure": "drying", "tag": "humidity_pct"}),
            table("core.sensor_tags",
                  {"tag": "humidity_pct", "equipment_id": "ROOM", "is_shared_area": True}),
        ),
    ]  # fmt: skip
    return dict(together(parts).features.select("feature", "quantity").iter_rows())


@pytest.mark.parametrize(
    ("feature", "quantity"),
    [
        ("product.code", "code"),
        ("equipment.line", "line"),
        ("parameter.end_moisture_pct", "end_moisture_pct"),
        ("parameter.stage4.end_moisture_pct", "stage4.end_moisture_pct"),
        ("lab.assay_pct", "assay_pct"),
        ("lab.assay_pct.sd", "assay_pct"),
        ("inspection.glass_crack.reject_rate", "glass_crack"),
        ("material.api.d90_um", "api.d90_um"),
        ("material.api.d90_um.maximum", "api.d90_um"),
        ("material.api.supplier", "api.supplier"),
        ("weighing.api.deviation_pct", "api.deviation_pct"),
        ("phase.drying.duration_h", "drying.duration_h"),
        ("hold.drying_to_coating_h", "drying_to_coating_h"),
        ("deviation.count_on_batch", "count_on_batch"),
        ("equipment.coating.id", "coating.id"),
        ("equipment.coating.hours_since_cleaning", "coating.hours_since_cleaning"),
        ("sensor.coating.spray_rate_g_min.minimum", "coating.spray_rate_g_min"),
        ("environment.drying.humidity_pct.mean", "drying.humidity_pct"),
    ],
)
def test_dictionary_says_what_a_feature_is_about(quantity_of, feature, quantity) -> None:
    assert quantity_of[feature] == quantity


def test_every_feature_is_about_something(quantity_of) -> None:
    assert pl.Series(list(quantity_of.values())).null_count() == 0
