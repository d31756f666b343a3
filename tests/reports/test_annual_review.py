"""The annual review: numbers by hand, asked again, and a false one noticed."""

import json
from math import inf

import polars as pl
import pytest

from data_contracts.errors import UsageError
from data_contracts.tables import table
from reports.annual_review.pack import pack_name, verify_packs, write_pack
from reports.annual_review.pictures import caption, picture
from reports.annual_review.year_claims import _written, year_claims
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


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (12_345.0, "12,345"),
        (12_345.6, "12,346"),
        (1_234_567.0, "1,234,567"),
        (999.96, "1000"),
        (98.7654, "98.77"),
        (7.0, "7"),
        (0.0, "0"),
        (0.012349, "0.01235"),
        (-1.5, "-1.5"),
        (3.2e17, "3.2e+17"),
    ],
)
def test_counts_are_written_as_counts(value, said):
    """A review once said that 1.235e+04 units were inspected."""
    assert _written("number", value) == said
    if value.is_integer() and value < 1e15:
        assert _written("count", value) == said


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
    names = {pack_name(product, 2022) for product in ("TB 1/2", "TB 1-2", "TB_1_2", "TB-1-2")}
    assert len(names) == 4  # a pack never lies where another product's does


def test_what_is_not_known_is_not_counted_as_none(reviewed):
    """No limit of a test, no result of an outcome: neither is shown as 0."""
    plant, _ = reviewed
    free = plant.query("SELECT * REPLACE (NULL::DOUBLE AS spec_low, NULL::DOUBLE AS spec_high) "
                       "FROM core.lab_results")  # fmt: skip
    pending = [{"batch_id": f"B{at:04}", "outcome": "blend", "status": "pending"} for at in (3, 4)]
    told = [{"batch_id": f"B{at:04}", "outcome": "failure", "status": "known",
             "is_failure": at == 3} for at in (3, 4)]  # fmt: skip
    plant.put("core.lab_results", table("core.lab_results", free))
    plant.put("core.outcomes", table("core.outcomes", [*pending, *told]))
    found = claimed(plant)
    assert "result_n[assay_pct]" in found
    assert "result_outside[assay_pct]" not in found
    assert "failures[blend]" not in found
    assert (found["failures[failure]"].value, found["known[failure]"].value) == (1, 2)


def test_signals_are_counted_as_they_are_listed(reviewed):
    """A chart over all products signals at a batch of one of them: it counts there alone."""
    plant, _ = reviewed
    plan = plant.query("SELECT * REPLACE ('all products' AS product) FROM finding.chart_plan")
    plant.put("finding.chart_plan", table("finding.chart_plan", plan))
    found = claimed(plant)
    listed = [name for name in found if name.startswith("signal[")]
    assert listed
    assert found["signals[all]"].value == len(listed)
    others = plant.query("SELECT * REPLACE ('P2' AS product) FROM core.batches")
    plant.put("core.batches", table("core.batches", others))
    assert claimed(plant)["signals[all]"].value == 0


def test_a_spoilt_pack_is_told_and_its_queries_are_not_asked(reviewed, tmp_path):
    plant, _ = reviewed
    _, _, kept = write_pack(plant, "P1", 2022, tmp_path)
    said = json.loads(kept.read_text())
    said["claims"][0]["sql"] = "SELECT no_such_column AS value"
    kept.write_text(json.dumps(said))
    assert "not those the tables give now" in verify_packs(plant, tmp_path)[0][1]
    for text in ("{", "[]", json.dumps({"product": "P9", "year": 2022, "claims": []})):
        kept.write_text(text)
        assert "is not what a review was kept as" in verify_packs(plant, tmp_path)[0][1]


def test_pictures_stand_what_records_hold() -> None:
    """Odd letters are the document's to print; a chart may have limits without end, or nothing."""
    assert caption("loss & <rest>", 0, is_critical=False) == "loss & <rest>: 0 signals in the year"
    rows = {"place": [1, 2], "value": [1.0, None], "centre": [1.0, 1.0], "lower": [None, -inf],
            "upper": [inf, 2.0], "signal": [False, True], "is_year": [True, None]}  # fmt: skip
    drawn = picture(pl.DataFrame(rows))
    assert "nan" not in drawn
    assert "inf" not in drawn
    empty = pl.DataFrame(rows).with_columns(value=pl.lit(None, pl.Float64), upper=None, lower=None)
    assert picture(empty).endswith("</svg>")
