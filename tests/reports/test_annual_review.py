"""The annual review: numbers by hand, asked again, and a false one noticed."""

import json

import polars as pl
import pytest

from data_contracts.errors import UsageError
from reports.annual_review.pack import pack_name, verify_packs, write_pack
from reports.annual_review.year_claims import year_claims
from tests.process_verification.verified_records import (
    batches,
    noise,
    plan_of,
    records,
    results,
    tables_of,
)


@pytest.fixture
def reviewed(signal_plant):
    """Batches of 2022 and 2023, one in two days: 182 begun in 2022."""
    values = noise(200, seed=2)
    made = records(
        batches=batches(200),
        lab_results=results(values, low=98.5, high=101.5),
        deviations=[
            {"deviation_id": f"D{at}", "batch_id": f"B{at:04}", "category": "weighing"}
            for at in (3, 40, 190)
        ],
    )
    plan = plan_of(made)
    tables = {
        "core.batches": made.batches,
        "core.lab_results": made.lab_results,
        "core.deviations": made.deviations,
        "core.outcomes": made.outcomes,
        "finding.chart_plan": plan,
        **tables_of(made, plan),
    }
    for name, frame in tables.items():
        signal_plant.put(name, frame)
    return signal_plant, values


def claimed(plant, year=2022):
    return {claim.claim_id: claim for claim in year_claims(plant.query, "P1", year)}


def test_the_numbers_are_those_of_the_hand(reviewed):
    plant, values = reviewed
    found = claimed(plant)
    in_year = values[:182]
    assert found["batches[made]"].value == 182
    assert found["disposition[released]"].value == 182
    assert found["deviations[weighing]"].value == 2
    assert found["result_n[assay_pct]"].value == 182
    assert found["result_mean[assay_pct]"].value == pytest.approx(in_year.mean())
    outside = ((in_year < 98.5) | (in_year > 101.5)).sum()
    assert outside > 0
    assert found["result_outside[assay_pct]"].value == outside
    assert found["charts[charted]"].value == 1


def test_every_claim_gives_its_own_number_again(reviewed):
    plant, _ = reviewed
    for claim in claimed(plant).values():
        rows = plant.query(claim.sql)
        assert rows.columns == ["value"]
        if claim.value is not None:
            assert rows["value"].item() == pytest.approx(claim.value)


def test_a_pack_that_was_changed_is_noticed(reviewed, tmp_path):
    plant, _ = reviewed
    pdf, book, kept = write_pack(plant, "P1", 2022, tmp_path)
    assert pdf.read_bytes().startswith(b"%PDF")
    assert pl.read_excel(book, sheet_name="Claims").height == len(claimed(plant))
    assert verify_packs(plant, tmp_path) == []
    said = json.loads(kept.read_text())
    said["claims"][0]["value"] += 1
    kept.write_text(json.dumps(said))
    assert "claimed" in verify_packs(plant, tmp_path)[0][1]
    write_pack(plant, "P1", 2022, tmp_path)
    pdf.write_bytes(pdf.read_bytes() + b" ")
    assert "not what the warehouse gives now" in verify_packs(plant, tmp_path)[0][1]


def test_a_year_without_batches_is_refused(reviewed, tmp_path):
    plant, _ = reviewed
    with pytest.raises(UsageError, match=r"made no batch in 2030\. It did in: 2022, 2023"):
        write_pack(plant, "P1", 2030, tmp_path)
    with pytest.raises(UsageError, match="No batch of product 'P9'"):
        write_pack(plant, "P9", 2022, tmp_path)
    assert pack_name("TB 1/2", 2022) == "review_TB_1_2_2022"
