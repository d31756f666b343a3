"""The whole topic on small sources: what is built, what is refused, what the dictionary says."""

import dataclasses

import numpy as np
import polars as pl
import pytest

from assets.gate_features.composition import CoreRecords, gate_features
from assets.gate_features.defs import TABLES
from assets.gate_features.gates import batch_gates
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform

VALUES, DICTIONARY, REFUSED = TABLES


@pytest.fixture
def records(table):
    """Build the core tables of a source from some of them; the others are empty."""

    def build(**tables):
        names = [field.name for field in dataclasses.fields(CoreRecords)]
        feature = "sensor_phase_features"
        return CoreRecords(
            **{
                name: tables.get(
                    name, table(f"feature.{name}" if name == feature else f"core.{name}")
                )
                for name in names
            }
        )

    return build


def built(records, definitions, **settings):
    gates = batch_gates(records.batches, records.phases, records.lab_results)
    found = gate_features(records, gates, definitions, **settings)
    for name, frame in {"feature.batch_gates": gates, **found}.items():
        conform(frame, contract(name))
    return found


def batches_of(table, count):
    return table(
        "core.batches",
        *(
            {"batch_id": f"B{n}", "production_order": n, "cluster_id": f"B{n}", "product": "P"}
            for n in range(1, count + 1)
        ),
    )


def definition(table, **columns):
    return table(
        "core.outcome_definitions",
        {
            "outcome": "dissolution_min_below_80",
            "title": "Dissolution minimum below 80",
            "is_proxy": True,
            "rule": "dissolution_min < 80",
            "margin_quantity": "dissolution_min",
            "first_known_stage": 6,
            "last_gate_before": 5,
            "defining_quantities": "dissolution_min,dissolution_av",
            **columns,
        },
    )


def parameter(batch, stage, name, value, **columns):
    return {
        "batch_id": f"B{batch}",
        "stage": stage,
        "parameter": name,
        "value": value,
        **columns,
    }


def result(batch, stage, test, value, **columns):
    return {"batch_id": f"B{batch}", "stage": stage, "test": test, "value": value, **columns}


def test_a_wide_table_without_instants(table, records):
    source = records(
        batches=batches_of(table, 3),
        parameters=table(
            "core.parameters",
            *(parameter(n, 4, "main_force_kn", 4.0 + n) for n in (1, 2, 3)),
            *(parameter(n, 3, "team", None, level="red" if n < 3 else "blue") for n in (1, 2, 3)),
        ),
        lab_results=table(
            "core.lab_results", *(result(n, 6, "dissolution_min", 80 + n) for n in (1, 2))
        ),
    )
    found = built(source, definition(table))
    wide = found[VALUES].filter(pl.col("batch_id") == "B1")
    assert wide.select("gate", "feature", "value", "level").rows() == [
        (1, "product.code", None, "P"),
        (3, "parameter.team", None, "red"),
        (4, "parameter.main_force_kn", 5.0, None),
        (6, "lab.dissolution_min", 81.0, None),
    ]
    dictionary = {row["feature"]: row for row in found[DICTIONARY].iter_rows(named=True)}
    assert dictionary["parameter.main_force_kn"]["title"] == "Main force (kN)"
    assert dictionary["parameter.main_force_kn"]["available_at_gate"] == 4
    assert dictionary["product.code"]["is_product_identity"]
    assert "same for every batch" in dictionary["product.code"]["description"]
    assert "same for every batch" not in dictionary["parameter.team"]["description"]


def test_refused_features_are_so_by_meaning_or_by_time_and_nothing_else_is(table, records):
    source = records(
        batches=batches_of(table, 2),
        parameters=table(
            "core.parameters",
            *(parameter(n, 4, "dissolution_av", 90.0 + n) for n in (1, 2)),  # early, yet the same
            *(parameter(n, 4, "main_force_kn", 4.0 + n) for n in (1, 2)),
        ),
        lab_results=table(
            "core.lab_results",
            *(result(n, 6, "dissolution_min", 80.0 + n) for n in (1, 2)),
            *(result(n, 6, "impurities_total", 0.1 * n) for n in (1, 2)),
            *(result(n, 3, "blend_assay", 99.0 + n) for n in (1, 2)),
        ),
    )
    refused = {
        row["feature"]: row
        for row in built(source, definition(table))[REFUSED].iter_rows(named=True)
    }
    assert {name: row["rule"] for name, row in refused.items()} == {
        "lab.dissolution_min": "defines_outcome",
        "parameter.dissolution_av": "same_quantity",
        "lab.impurities_total": "not_yet_available",
    }
    assert refused["parameter.dissolution_av"]["first_available_gate"] == 4
    assert refused["lab.impurities_total"]["reason"] == (
        "'Impurities total' is known only at gate 6 (quality control), after gate 5, the last one "
        "before the result of 'Dissolution minimum below 80'."
    )


def test_what_the_rule_reads_defines_the_outcome_even_without_margin(table, records):
    source = records(
        batches=batches_of(table, 2),
        lab_results=table("core.lab_results", result(1, 6, "is_bad", 1.0)),
    )
    definitions = definition(
        table, rule="is_bad = 1", margin_quantity=None, defining_quantities="is_bad"
    )
    found = built(source, definitions)
    assert found[REFUSED].select("feature", "rule").rows() == [("lab.is_bad", "defines_outcome")]


def test_a_quantity_the_profile_holds_back_is_not_available_at_its_records_stage(table, records):
    source = records(
        batches=batches_of(table, 1),
        parameters=table("core.parameters", parameter(1, 4, "drug_release", 91.0)),
    )
    found = built(source, definition(table), quantity_stages={"drug_release": 6})
    assert found[VALUES].filter(pl.col("feature") == "parameter.drug_release")["gate"].item() == 6
    assert found[REFUSED]["rule"].to_list() == ["not_yet_available"]


def test_a_canary_of_the_label_stamped_late_is_refused(table, records, hours):
    rng = np.random.default_rng(11)
    count = 100
    label = rng.random(count) < 0.2
    numbers = range(1, count + 1)
    phases = [
        {
            "batch_id": f"B{n}",
            "stage": stage,
            "unit_procedure": procedure,
            "phase": "run",
            "started_at": hours(100.0 * n + stage),
            "ended_at": hours(100.0 * n + stage + 0.5),
        }
        for n in numbers
        for stage, procedure in ((3, "blending"), (4, "compression"), (5, "packaging"))
    ]
    canary = [
        parameter(
            n,
            3,
            "canary",
            float(label[n - 1] + rng.normal(0, 0.1)),
            recorded_at=hours(100.0 * n + 30),
        )
        for n in numbers
    ]
    results = [
        result(n, 6, "dissolution_min", 90.0, resulted_at=hours(100.0 * n + 40)) for n in numbers
    ]
    source = records(
        batches=batches_of(table, count),
        phases=table("core.phases", *phases),
        parameters=table("core.parameters", *canary),
        lab_results=table("core.lab_results", *results),
    )
    found = built(source, definition(table))
    stamped = found[VALUES].filter(pl.col("feature") == "parameter.canary")
    assert stamped["gate"].unique().to_list() == [6]
    refusal = found[REFUSED].filter(pl.col("feature") == "parameter.canary").to_dicts()[0]
    assert (refusal["rule"], refusal["first_available_gate"]) == ("not_yet_available", 6)


def test_a_source_of_nothing_but_batches(table, records):
    batches = table("core.batches", {"batch_id": "B1", "production_order": 1, "cluster_id": "B1"})
    found = built(records(batches=batches), table("core.outcome_definitions"))
    assert found[VALUES].is_empty()
    assert found[DICTIONARY].is_empty()
    assert found[REFUSED].is_empty()


def test_the_same_records_in_another_order_give_the_same_tables(table, records):
    rows = [
        parameter(batch, stage, name, float(batch * stage))
        for batch in (1, 2, 3)
        for stage, name in ((3, "water_kg"), (4, "force_kn"), (4, "water_kg"))
    ]
    samples = [result(1, 3, "assay", 98.0 + n, sample_no=n) for n in (1, 2, 3)]
    one = records(
        batches=batches_of(table, 3),
        parameters=table("core.parameters", *rows),
        lab_results=table("core.lab_results", *samples),
    )
    other = records(
        batches=batches_of(table, 3).reverse(),
        parameters=table("core.parameters", *reversed(rows)),
        lab_results=table("core.lab_results", *reversed(samples)),
    )
    first, second = built(one, definition(table)), built(other, definition(table))
    assert first[VALUES].equals(second[VALUES])
    assert first[DICTIONARY].equals(second[DICTIONARY])
    assert first[REFUSED].equals(second[REFUSED])
