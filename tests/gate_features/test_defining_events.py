"""What is made from an event that is the failure is refused to that outcome, and only to it."""

import polars as pl
import pytest

from assets.gate_features.firewall import admit
from assets.gate_features.observed.observations import FEATURES_SCHEMA, VALUES_SCHEMA
from assets.gate_features.refusals import is_made_from, refused_features
from data_contracts.codes.records import RefusalRule

DEVIATIONS = ("deviation.count_on_batch", "deviation.on_equipment_90d")
AGES = ("equipment.drying.hours_since_breakdown", "equipment.milling.batches_since_breakdown")
OTHERS = (
    "equipment.drying.hours_since_cleaning",
    "equipment.drying.id",
    "sensor.drying.inlet_c.mean",
    "sensor.drying.inlet_c_2.mean",
    "environment.drying.room_c.mean",
    "hold.drying_to_milling_h",
    "phase.drying.duration_h",
)
FEATURES = (*DEVIATIONS, *AGES, *OTHERS)


@pytest.mark.parametrize(
    ("event", "refused"),
    [
        ("deviation.filter_integrity_failure", DEVIATIONS),
        ("equipment.breakdown", AGES),
        ("equipment.breakdown.drying", AGES[:1]),
        ("equipment.cleaning", ("equipment.drying.hours_since_cleaning",)),
        ("excursion.drying.inlet_c", ("sensor.drying.inlet_c.mean",)),
        ("excursion.drying.room_c", ("environment.drying.room_c.mean",)),
        ("hold.drying_to_milling", ("hold.drying_to_milling_h",)),
    ],
)
def test_which_features_an_event_makes(event, refused):
    assert tuple(name for name in FEATURES if is_made_from(name, event)) == refused


def test_refused_features_name_the_event(table):
    features = pl.DataFrame(
        {"feature": FEATURES, "title": FEATURES}, schema_overrides={"title": pl.String}
    ).select(
        pl.col(name) if name in ("feature", "title") else pl.lit(None, kind).alias(name)
        for name, kind in FEATURES_SCHEMA.items()
    )
    values = pl.DataFrame(
        [("B1", name, 1, None, 1.0, None) for name in FEATURES], schema=VALUES_SCHEMA, orient="row"
    )
    gates = table(
        "feature.batch_gates",
        {"batch_id": "B1", "gate": 1, "production_order": 1, "cluster_id": "B1"},
    )
    common = {"is_proxy": False, "first_known_stage": 5, "last_gate_before": 4}
    definitions = table(
        "core.outcome_definitions",
        {
            "outcome": "integrity",
            "title": "Filter fails",
            "rule": '"deviation.filter_integrity_failure" > 0',
            "defining_events": "deviation.filter_integrity_failure",
            **common,
        },
        {"outcome": "failure", "title": "Rejected", "rule": "disposition = 'rejected'", **common},
    )
    refused = refused_features(definitions, features, admit(values, gates))
    assert refused.select("outcome", "feature", "rule").rows() == [
        ("integrity", name, RefusalRule.DEFINING_EVENT) for name in DEVIATIONS
    ]
    assert (
        "made from 'deviation.filter_integrity_failure', an event that is itself 'Filter fails'"
        in (refused["reason"][0])
    )
